"""The Fine-tune page: choices, a training as it runs, a result, and what may be taken away."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import Recipe, run
from core.draft import Draft
from core.workspace.personal import PersonalWorkspace
from pages._ui import cached_tuning, explore_choices, finetune_kept, jobs_of, server
from pages._ui.finetune_kept import Asked
from pages._ui.state import Visit
from tests.unit.figures.tunings import CLASSES, HOSTILE, live, report

from .conftest import assert_sound, texts

Open = Callable[..., AppTest]
KEY = "b" * 31 + "1"
TEXT = "what who where when how city country name film capital man woman author river date mean"
WORDS = [*TEXT.split(), "<b>x</b>"]


@pytest.fixture
def here(lexiloom_home: object) -> PersonalWorkspace:
    """A workspace with a build."""
    made = server.workspaces().create()
    if not (server.home().builds / KEY).exists():
        run(Recipe(vocabulary=WORDS, sources=["builtin:english"])).save(server.home().builds / KEY)
    made.add_build(KEY)
    return made


def give(here: PersonalWorkspace, kind: str = "full", **options: object) -> Asked:
    """Texts in the workspace, and the choice to tune on them."""
    lines = [f"{CLASSES[i % 3]} what {WORDS[i % len(WORDS)]} {i}" for i in range(90)]
    if kind == "pairs":
        lines = ["query,answer", *(f"what {word} a,the {word} b" for word in WORDS)]
    name = here.add_upload("texts.csv" if kind == "pairs" else "texts.txt", "\n".join(lines).encode())
    columns = {"text": "query", "second": "answer"} if kind == "pairs" else {}
    spec = {"kind": kind, "data": {"path": name, **columns}, **options}
    (here.folder / finetune_kept.KEPT).write_text(json.dumps({"matrix": KEY, "spec": spec}))
    return asked_of(here)


def asked_of(here: PersonalWorkspace) -> Asked:
    visit = Visit(here, Draft())
    return finetune_kept.last(visit, explore_choices.builds(visit))


def uploader(app: AppTest) -> Any:
    return next(one for one in app.file_uploader if one.label == "Texts to train on")


def finish(here: PersonalWorkspace, kind: str = "full", classes: tuple[str, ...] = CLASSES) -> Asked:
    """A tuning with its result on disk, as a job leaves it."""
    asked = give(here, kind)
    report(kind, classes=classes).save(cached_tuning.folder(asked.key) / "tuning.json")
    if kind != "probe":
        matrix = run(Recipe(vocabulary=WORDS, sources=["builtin:english"], transforms=["unit"]))
        matrix.save(server.home().builds / asked.key)
    return asked


def test_without_a_build_the_page_says_what_to_do(opened: Open) -> None:
    app = opened("finetune")
    assert_sound(app)
    assert "There is no matrix yet" in texts(app)


def test_without_texts_nothing_can_be_started(opened: Open, here: PersonalWorkspace) -> None:
    app = opened("finetune", w=here.id)
    assert_sound(app)
    assert not [one for one in app.button if str(one.key).startswith("job-")]


@pytest.mark.parametrize("kind", ["full", "probe", "pairs", "skipgram"])
def test_texts_are_described_before_anything_is_trained(opened: Open, here: PersonalWorkspace, kind: str) -> None:
    give(here, kind)
    app = opened("finetune", w=here.id)
    assert_sound(app)
    assert not app.error
    labels = [one.label for one in app.metric]
    assert "Texts" in labels and "Tokens with a row" in labels
    assert [one for one in app.button if one.key == "job-finetune"]


def test_an_uploaded_file_is_kept_and_found_again_after_a_refresh(opened: Open, here: PersonalWorkspace) -> None:
    app = opened("finetune", w=here.id)
    lines = "\n".join(f"{CLASSES[i % 2]} what {word}" for i, word in enumerate(WORDS * 3))
    uploader(app).upload("mine.txt", lines.encode(), "text/plain").run()
    assert_sound(app)
    assert asked_of(here).spec.data.path == "uploads/mine.txt"
    again = opened("finetune", w=here.id)
    assert_sound(again)
    assert "mine.txt" in texts(again)


def test_a_file_that_can_not_be_read_is_told_where_it_was_given(opened: Open, here: PersonalWorkspace) -> None:
    app = opened("finetune", w=here.id)
    uploader(app).upload("empty.csv", b"  \n", "text/csv").run()
    assert_sound(app)
    assert "there is no text in it" in texts(app)


def test_choices_change_the_key_and_are_kept(opened: Open, here: PersonalWorkspace) -> None:
    before = give(here)
    app = opened("finetune", w=here.id)
    next(one for one in app.radio if one.label == "Recipe").set_value("anchored").run()
    assert_sound(app)
    after = asked_of(here)
    assert after.spec.kind == "anchored" and after.key != before.key
    next(one for one in app.number_input if one.label == "Epochs").set_value(3).run()
    assert_sound(app)
    assert asked_of(here).spec.epochs == 3


def test_what_the_matrix_can_not_be_is_told_and_not_started(opened: Open, here: PersonalWorkspace) -> None:
    give(here, "project", width=5000)
    app = opened("finetune", w=here.id)
    assert_sound(app)
    assert "the projection has" in texts(app)
    assert not [one for one in app.button if str(one.key).startswith("job-")]


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
@pytest.mark.parametrize("kind", ["full", "probe", "pairs", "skipgram"])
def test_a_result_is_shown_whole(opened: Open, here: PersonalWorkspace, kind: str, lang: str) -> None:
    asked = finish(here, kind)
    app = opened("finetune", w=here.id, lang=lang)
    assert_sound(app)
    assert not app.error
    assert (asked.key in here.builds) == (kind != "probe")
    assert [one for one in app.download_button if str(one.key) == "finetune-scores.csv"]
    if kind != "probe":
        assert [one for one in app.button if one.key == "finetune-compare"]


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_hostile_classes_words_and_texts_are_shown_as_they_are(
    opened: Open, here: PersonalWorkspace, lang: str
) -> None:
    finish(here, classes=tuple(HOSTILE[:4]))
    assert_sound(opened("finetune", w=here.id, lang=lang))


def test_a_tuned_matrix_can_be_explored_and_compared(opened: Open, here: PersonalWorkspace) -> None:
    asked = finish(here)
    app = opened("finetune", w=here.id)
    app.button(key="finetune-compare").click().run()
    assert_sound(app)
    assert "Words in common" in [one.label for one in app.metric]
    assert app.selectbox(key="explore-matrix").value == KEY
    assert app.selectbox(key=f"compare-{KEY}").value == asked.key


def test_other_choices_lead_back_to_an_earlier_result(opened: Open, here: PersonalWorkspace) -> None:
    asked = finish(here)
    app = opened("finetune", w=here.id)
    next(one for one in app.radio if one.label == "Recipe").set_value("gradual").run()
    assert_sound(app)
    app.button(key=f"finetune-show-{asked.key}").click().run()
    assert_sound(app)
    assert asked_of(here).key == asked.key
    assert [one for one in app.download_button if str(one.key) == "finetune-scores.csv"]


def test_who_may_only_look_sees_the_result_and_changes_nothing(opened: Open, here: PersonalWorkspace) -> None:
    finish(here)
    opened("finetune", w=here.id)
    kept = (here.folder / finetune_kept.KEPT).read_bytes()
    app = opened("finetune", share=here.token)
    assert_sound(app)
    assert [one for one in app.download_button if str(one.key) == "finetune-scores.csv"]
    assert all(one.disabled for one in app.number_input)
    assert (here.folder / finetune_kept.KEPT).read_bytes() == kept


@pytest.mark.parametrize("epochs", [0, 1, 6])
def test_a_running_training_is_watched(lexiloom_home: Path, epochs: int) -> None:
    def page(told: str) -> None:
        import json

        from pages._ui import finetune_live

        finetune_live.show(json.loads(told) if told else None)

    for told in ("", json.dumps(live(epochs))):
        app = AppTest.from_function(page, args=(told,), default_timeout=60).run()
        assert not app.exception, [one.value for one in app.exception]


def test_a_stopped_training_goes_on_or_ends_with_what_it_has(opened: Open, here: PersonalWorkspace) -> None:
    asked = give(here)
    state = cached_tuning.folder(asked.key) / "seed-0" / "state.json"
    state.parent.mkdir(parents=True)
    state.write_text(json.dumps({"best": 2}))
    app = opened("finetune", w=here.id)
    assert_sound(app)
    assert app.button(key="job-finetune").label == "Go on"
    assert app.button(key=f"finish-finetune:{asked.key}").label == "Take the best epoch so far"


def test_what_a_stopped_training_left_is_kept_as_long_as_its_workspace(here: PersonalWorkspace) -> None:
    asked = give(here)
    folder = cached_tuning.folder(asked.key)
    folder.mkdir(parents=True)
    os.utime(folder, (0, 0))
    here.set_job(f"{server.FINETUNE}:{asked.key}", "0" * 32)
    server._sweep()
    assert folder.is_dir()
    server.workspaces().delete(here)
    server._sweep()
    assert not folder.exists()


def test_the_job_is_the_command_line_that_is_shown(here: PersonalWorkspace) -> None:
    asked = give(here, "anchored", strength=0.05, watch=["city"])
    visit = Visit(here, Draft())
    arguments = jobs_of.finetune(visit, asked.base.key, asked.key, asked.spec).arguments
    assert arguments[:6] == (
        "finetune",
        str(server.home().builds / KEY),
        "--recipe",
        "anchored",
        "--data",
        "uploads/texts.txt",
    )
    assert "strength=0.05" in arguments and 'watch=["city"]' in arguments
    assert "--finish" in jobs_of.finetune(visit, asked.base.key, asked.key, asked.spec, finish=True).arguments
    assert "--out" not in jobs_of.finetune(visit, KEY, asked.key, give(here, "probe").spec).arguments
