"""The page of training: a text given, seen as it is cut, trained on, watched, and taken as the source."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.draft import Draft
from core.trained import train
from core.training.keeping import STATE
from core.workspace.personal import PersonalWorkspace
from pages._ui import cached_training, jobs_of, server, train_kept, train_panels
from pages._ui.state import Visit
from pages._ui.train_kept import Asked

from .conftest import assert_sound, texts

Open = Callable[..., AppTest]
HOSTILE = ["<img src=x onerror=alert(1)>", "**bold**", "$x$", ":red[x]", "[a](b)", "🧵", "`code`", "a\u202eb"]
LINES = [f"the quick {color} fox sees a lazy {animal} near house {n % 7}" for n in range(40) for color, animal in
         [("red", "dog"), ("brown", "cat"), ("old", "bird")]]  # fmt: skip
TEXT = "\n".join(LINES)
SMALL = {"dim": 8, "epochs": 1, "min_count": 1, "watch": ["fox", "dog"]}
MODELS = ["word2vec-skipgram", "word2vec-cbow", "fasttext-skipgram", "fasttext-cbow", "glove"]


@pytest.fixture
def here(lexiloom_home: object) -> PersonalWorkspace:
    return server.workspaces().create()


def give(
    here: PersonalWorkspace, kind: str = "word2vec", name: str = "fables.txt", text: str = TEXT, **more: Any
) -> Asked:
    """A text in the workspace, and the choice to train on it."""
    path = here.add_upload(name, text.encode())
    spec = {"kind": kind, "texts": {"paths": [path], **more.pop("texts", {})}, **SMALL, **more}
    (here.folder / train_kept.KEPT).write_text(json.dumps({"spec": spec}))
    return train_kept.last(Visit(here, Draft()))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of vectors trained by one of MODELS, trained once."""
    folder = tmp_path_factory.mktemp("trained")
    text = folder / "fables.txt"
    text.write_text(TEXT)

    def trained(way: str) -> Path:
        kind, _dash, model = way.partition("-")
        out = folder / way
        if not out.exists():
            told = {"kind": kind, "texts": {"paths": [str(text)]}, **SMALL, **({"model": model} if model else {})}
            train(told, out)
        return out

    return trained


def finish(here: PersonalWorkspace, made: Callable[[str], Path], way: str = "word2vec-skipgram") -> Asked:
    """A training with its vectors on disk, as a job leaves them."""
    kind, _dash, model = way.partition("-")
    asked = give(here, kind, **({"model": model} if model else {}))
    shutil.copytree(made(way), cached_training.folder(here.folder, asked.name))
    return asked


def asked_of(here: PersonalWorkspace) -> Asked:
    return train_kept.last(Visit(here, Draft()))


def jobs(app: AppTest) -> list[str]:
    return [str(one.key) for one in app.button if str(one.key).startswith("job-train")]


def labelled(elements: Any, label: str) -> Any:
    return next(one for one in elements if one.label == label)


def shows_a_result(app: AppTest) -> bool:
    return any(one.key == "train-near" for one in app.text_input)


def live(done: int = 50) -> dict[str, Any]:
    """What a training tells of itself, of words that are markup."""
    found = [[word, 0.5] for word in HOSTILE]
    settled = [[20, 0.5], [40, 0.9]] if done else []
    return {
        "method": "word2vec", "words": 9, "dim": 8, "tokens": 100, "done": done, "seconds": 1.5, "per_second": 33.3,
        "losses": [[0, 4.1], [done, 3.2]] if done else [[0, 4.1]], "unit": "words", "total": 100, "epochs": 3,
        "left": 7.5 if done else None, "loss_name": {"message": "loss per pair"}, "device": "cpu", "notes": [],
        "watched": [{"word": word, "start": found, "now": found[::-1], "settled": settled} for word in HOSTILE],
    }  # fmt: skip


def test_without_a_text_nothing_can_be_started(opened: Open) -> None:
    app = opened("train")
    assert_sound(app)
    assert labelled(app.file_uploader, "Running text, one file or several")
    assert not jobs(app)


def test_an_uploaded_text_is_seen_at_once_as_it_is_cut_and_found_again(opened: Open, here: PersonalWorkspace) -> None:
    app = opened("train", w=here.id)
    labelled(app.file_uploader, "Running text, one file or several").set_value(
        [("fables.txt", TEXT.encode(), "text/plain")]
    ).run()
    assert_sound(app)
    assert "the ｜ quick ｜ red ｜ fox" in texts(app)
    assert jobs(app) == ["job-train"]
    again = opened("train", w=here.id)
    assert "fables.txt" in texts(again) and "the ｜ quick ｜ red ｜ fox" in texts(again)


def test_the_vocabularys_own_text_is_there_already(opened: Open, here: PersonalWorkspace) -> None:
    path = here.add_upload("mine.txt", TEXT.encode())
    here.save_draft({"vocabulary": {"kind": "corpus", "path": path, "lower": True}})
    app = opened("train", w=here.id)
    assert_sound(app)
    assert "mine.txt" in texts(app) and jobs(app)
    app.button(key="train-drop-0").click().run()
    assert_sound(app)
    assert not jobs(app)
    app.button(key="train-own-text").click().run()
    assert_sound(app)
    assert jobs(app)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("empty.txt", "", "empty"),
        ("blank.txt", "  \n \n", ""),
        ("table.csv", "id,body\n1,the quick fox\n2,a lazy dog\n", "no column"),
    ],
)
def test_a_text_that_can_not_be_read_is_told_where_it_was_given(
    opened: Open, here: PersonalWorkspace, name: str, text: str, told: str
) -> None:
    give(here, name=name, text=text, texts={"column": "missing"} if name.endswith(".csv") else {})
    app = opened("train", w=here.id)
    assert_sound(app)
    if name.endswith(".csv"):  # a column that is gone is not kept: the first one is taken
        assert labelled(app.selectbox, "Column of texts").options == ["body", "id"]
        assert not app.error and jobs(app)
        return
    assert told in texts(app)


def test_another_column_is_another_text(opened: Open, here: PersonalWorkspace) -> None:
    give(here, name="two.csv", text="title,text\n" + "\n".join(f"head {n},the lazy dog sleeps" for n in range(9)))
    app = opened("train", w=here.id)
    assert "the ｜ lazy ｜ dog" in texts(app)
    labelled(app.selectbox, "Column of texts").set_value("title").run()
    assert_sound(app)
    assert "the ｜ lazy" not in texts(app) and "head ｜ 0" in texts(app)


def test_how_a_text_is_cut_changes_its_preview_and_the_training(opened: Open, here: PersonalWorkspace) -> None:
    before = give(here, text=TEXT.replace("quick", "Quick"))
    app = opened("train", w=here.id)
    assert "the ｜ quick" in texts(app)
    labelled(app.toggle, "Lower-case").set_value(False).run()
    assert_sound(app)
    assert "the ｜ Quick" in texts(app)
    assert asked_of(here).name != before.name


@pytest.mark.parametrize("way", MODELS)
def test_each_method_has_its_options(opened: Open, here: PersonalWorkspace, way: str) -> None:
    give(here)
    app = opened("train", w=here.id)
    labelled(app.radio, "Method").set_value(way).run()
    assert_sound(app)
    kind, _dash, model = way.partition("-")
    spec = asked_of(here).spec
    assert (spec.kind, getattr(spec, "model", "")) == (kind, model)
    assert spec.dim == 8 and spec.watch == ("fox", "dog")
    assert f"-{way}-8d-" in asked_of(here).name
    own = {"word2vec": "Negatives", "fasttext": "Longest n-gram", "glove": "Anchor"}[kind]
    assert labelled(app.number_input, own)


def test_watched_words_may_be_typed_and_change_no_training(opened: Open, here: PersonalWorkspace) -> None:
    before = give(here)
    app = opened("train", w=here.id)
    labelled(app.multiselect, "Watched words").set_value(["fox", "宝玉，黛玉 cat"]).run()
    assert_sound(app)
    after = asked_of(here)
    assert after.spec.watch == ("fox", "宝玉", "黛玉", "cat") and after.name == before.name


def test_training_starts_from_a_source_with_its_dimensions(opened: Open, here: PersonalWorkspace) -> None:
    give(here)
    here.save_draft({"sources": [{"kind": "builtin", "name": "english"}]})
    app = opened("train", w=here.id)
    labelled(app.selectbox, "Start from").set_value("builtin:english").run()
    assert_sound(app)
    spec = asked_of(here).spec
    assert spec.start == "builtin:english" and spec.dim > 8
    assert labelled(app.number_input, "Dimensions").disabled


def test_the_job_is_a_command_line_that_gives_the_same_spec(here: PersonalWorkspace) -> None:
    from core.cli.train import _asked as read
    from core.settings import plain

    asked = give(here, "glove", texts={"lower": False, "unit": "line"}, x_max=20.0, watch=["-x", "fox"], window=3)
    arguments = jobs_of.train(Visit(here, Draft()), asked.name, asked.spec).arguments
    assert arguments[:5] == ("train", "--corpus", "uploads/fables.txt", "--method", "glove")
    assert "--watch=-x" in arguments and "--finish" not in arguments
    assert arguments[arguments.index("--out") + 1] == str(here.folder / "trained" / asked.name)
    settings = [arguments[at + 1] for at, one in enumerate(arguments) if one == "--set"]
    given = {"dim": 8, "epochs": 1, "window": 3, "min_count": 1, "watch": ["-x", "fox"]}
    again = read("glove", {"paths": ["uploads/fables.txt"]}, given, settings)
    assert plain(again) == plain(asked.spec)
    assert "--finish" in jobs_of.train(Visit(here, Draft()), asked.name, asked.spec, finish=True).arguments


def test_names_of_folders_hold_nothing_odd(here: PersonalWorkspace) -> None:
    name = give(here, name="=a b:c (*)&'红楼梦'.final.txt").name
    assert all(c.isalnum() or c == "-" for c in name), name
    assert "红楼梦" in name


@pytest.mark.parametrize("done", [None, 0, 50])
def test_a_running_training_is_watched_whatever_its_words_are(lexiloom_home: Path, done: int | None) -> None:
    def page(told: str) -> None:
        import json

        from pages._ui import train_live

        train_live.show(json.loads(told) if told else None)

    told = "" if done is None else json.dumps(live(done))
    app = AppTest.from_function(page, args=(told,), default_timeout=60).run()
    assert not app.exception, [one.value for one in app.exception]
    if done:
        assert "7 of 8 stayed" in texts(app)


def test_a_stopped_training_goes_on_or_ends_with_what_it_has(opened: Open, here: PersonalWorkspace) -> None:
    asked = give(here)
    folder = cached_training.checkpoints(here.folder, asked.name)
    folder.mkdir(parents=True)
    (folder / STATE).write_text("{}")
    (folder / "live.json").write_text(json.dumps(live()))
    app = opened("train", w=here.id)
    assert_sound(app)
    assert app.button(key="job-train").label == "Go on"
    assert app.button(key=f"finish-train:{asked.name}").label == "Take what is reached"
    assert "Epochs" in [one.label for one in app.metric]


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
@pytest.mark.parametrize("way", MODELS)
def test_a_result_is_shown_whole(
    opened: Open, here: PersonalWorkspace, made: Callable[[str], Path], way: str, lang: str
) -> None:
    finish(here, made, way)
    app = opened("train", w=here.id, lang=lang)
    assert_sound(app)
    assert not app.error
    assert shows_a_result(app)
    assert [one for one in app.button if one.key == "job-train-compare"]


def test_neighbors_of_any_word_are_told(opened: Open, here: PersonalWorkspace, made: Callable[[str], Path]) -> None:
    finish(here, made)
    app = opened("train", w=here.id)
    app.text_input(key="train-near").set_value("cat").run()
    assert_sound(app)
    assert not app.warning
    app.text_input(key="train-near").set_value(HOSTILE[0]).run()
    assert_sound(app)
    assert "has no vector" in texts(app)


@pytest.mark.parametrize("way", MODELS)
def test_a_window_is_seen_at_work_by_every_method(
    opened: Open, here: PersonalWorkspace, made: Callable[[str], Path], way: str
) -> None:
    finish(here, made, way)
    app = opened("train", w=here.id)
    for method in ("glove", "cbow", "skipgram"):
        app.segmented_control(key="train-window-method").set_value(method).run()
        assert_sound(app)
        assert not app.error
        told = texts(app)
        assert ("Cost" if method == "glove" else "Negatives") in told
    app.button(key="train-window-draw").click().run()
    assert_sound(app)


def test_words_that_are_markup_are_shown_as_they_are(opened: Open, here: PersonalWorkspace) -> None:
    give(here, text="\n".join(f"{word} {word} fox" for word in HOSTILE), texts={"tokenization": {"punctuation": True}})
    app = opened("train", w=here.id)
    assert_sound(app)
    assert any("< ｜ img" in one.value for one in app.text)


def test_vectors_become_the_source_or_one_more(
    opened: Open, here: PersonalWorkspace, made: Callable[[str], Path]
) -> None:
    asked = finish(here, made)
    here.save_draft({"sources": [{"kind": "builtin", "name": "english"}]})
    app = opened("train", w=here.id)
    app.button(key="train-chain").click().run()
    assert_sound(app)
    trained = {"kind": "trained", "path": f"trained/{asked.name}"}
    assert here.draft and here.draft["sources"] == [{"kind": "builtin"}, trained]
    assert "are a source of yours now" in texts(app)
    here.save_draft({"sources": [{"kind": "builtin", "name": "english"}]})
    app = opened("train", w=here.id)
    app.button(key="train-source").click().run()
    assert_sound(app)
    assert here.draft["sources"] == [trained]
    app.switch_page("../source.py").run()
    assert_sound(app)
    assert asked.name in texts(app)


def test_the_source_page_leads_here_and_offers_what_was_trained(
    opened: Open, here: PersonalWorkspace, made: Callable[[str], Path]
) -> None:
    asked = finish(here, made)
    opened("train", w=here.id)
    app = opened("source", w=here.id)
    assert_sound(app)
    app.button(key=f"use-trained-{asked.name}").click().run()
    assert_sound(app)
    assert here.draft and here.draft["sources"] == [{"kind": "trained", "path": f"trained/{asked.name}"}]
    app.button(key="to-train").click().run()
    assert_sound(app)
    assert app.title[0].value == "Train vectors"


def test_other_choices_lead_back_to_an_earlier_training_until_it_is_removed(
    opened: Open, here: PersonalWorkspace, made: Callable[[str], Path]
) -> None:
    asked = finish(here, made)
    app = opened("train", w=here.id)
    labelled(app.number_input, "Dimensions").set_value(20).run()
    assert_sound(app)
    assert asked_of(here).spec.dim == 20
    app.button(key=f"train-open-{asked.name}").click().run()
    assert_sound(app)
    assert asked_of(here).name == asked.name and shows_a_result(app)
    labelled(app.number_input, "Dimensions").set_value(20).run()
    app.button(key=f"train-remove-{asked.name}").click().run()
    assert_sound(app)
    assert not cached_training.folder(here.folder, asked.name).exists()
    assert not [one for one in app.button if one.key == f"train-open-{asked.name}"]


def test_a_source_that_is_in_use_is_not_removed(
    opened: Open, here: PersonalWorkspace, made: Callable[[str], Path]
) -> None:
    asked = finish(here, made)
    app = opened("train", w=here.id)
    app.button(key="train-source").click().run()
    labelled(app.number_input, "Dimensions").set_value(20).run()
    assert_sound(app)
    assert app.button(key=f"train-remove-{asked.name}").disabled


def test_who_may_only_look_sees_the_result_and_changes_nothing(
    opened: Open, here: PersonalWorkspace, made: Callable[[str], Path]
) -> None:
    finish(here, made)
    opened("train", w=here.id)
    kept = (here.folder / train_kept.KEPT).read_bytes()
    app = opened("train", share=here.token)
    assert_sound(app)
    assert shows_a_result(app)
    assert not [one for one in app.button if one.key == "train-source"]
    assert not app.file_uploader
    assert labelled(app.number_input, "Dimensions").disabled
    assert (here.folder / train_kept.KEPT).read_bytes() == kept


def test_files_that_are_not_open_to_visitors_are_not_shown(
    opened: Open, here: PersonalWorkspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(TEXT)
    spec = {"kind": "word2vec", "texts": {"paths": [str(secret)]}}
    (here.folder / train_kept.KEPT).write_text(json.dumps({"spec": spec}))
    monkeypatch.setattr(server, "is_local", lambda: False)
    app = opened("train", w=here.id)
    assert_sound(app)
    assert "not open to visitors" in texts(app)
    assert "quick" not in texts(app) and not jobs(app)


def test_the_command_names_no_folder_of_the_server(here: PersonalWorkspace) -> None:
    asked = give(here, texts={"user_dictionary": "uploads/own.txt"})
    told = train_panels.command(asked.spec)
    assert told.startswith("lexiloom train --corpus fables.txt") and told.endswith("--out vectors")
    assert "uploads" not in told
