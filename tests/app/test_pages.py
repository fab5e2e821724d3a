"""Every page in every state: empty, with a sample, with one's own words, shared, in Chinese."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import WorkspaceError
from core.recipe import Recipe
from core.workspace.personal import PersonalWorkspace
from pages._ui import server
from tests.app.conftest import assert_sound, texts, workspace_of

PAGES = ("start", "vocabulary", "source", "train", "coverage", "laboratory", "download", "finetune", "evaluate")
Open = Callable[..., AppTest]


def sample(opened: Open, name: str = "reviews.txt") -> AppTest:
    app = opened()
    button(app, f"sample-{name}").click().run()
    assert_sound(app)
    return app


def button(app: AppTest, key: str):  # type: ignore[no-untyped-def]
    return next(one for one in app.button if one.key == key)


def starting(app: AppTest, start: str):  # type: ignore[no-untyped-def]
    return next(one for one in app.button if one.key and one.key.startswith(start))


def keyed(elements, start: str):  # type: ignore[no-untyped-def]
    return next(one for one in elements if one.key and one.key.startswith(f"{start}#"))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_an_empty_page_says_what_to_do_next(opened: Open, page: str, lang: str) -> None:
    app = opened(page, lang=lang)
    assert_sound(app)
    assert app.title
    assert "w" not in app.query_params
    assert app.button


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["reviews.txt", "news_zh.txt", "mixed.txt"])
def test_every_sample_fills_every_page(opened: Open, page: str, name: str) -> None:
    app = sample(opened, name)
    assert app.title[0].value == "Coverage"
    app.switch_page(f"../{page}.py").run()
    assert_sound(app)
    assert workspace_of(app).draft["vocabulary"]["path"] == f"uploads/{name}"
    assert app.query_params["w"] in ([workspace_of(app).id], workspace_of(app).id)


def test_a_page_in_chinese_has_no_english_title(opened: Open) -> None:
    titles = {page: opened(page, lang="zh_CN").title[0].value for page in PAGES}
    assert all(any("\u4e00" <= c <= "\u9fff" for c in title) for title in titles.values()), titles


def test_a_refresh_comes_back_to_the_work(opened: Open) -> None:
    app = sample(opened)
    again = opened("coverage", w=workspace_of(app).id)
    assert_sound(again)
    assert [one.value for one in again.metric] == [one.value for one in app.metric]


@pytest.mark.parametrize("name", ["0" * 32, "../../etc", "x"])
def test_an_address_that_leads_nowhere_says_so(opened: Open, name: str) -> None:
    app = opened("start", w=name)
    assert_sound(app)
    assert "no such workspace" in texts(app)


def test_pasted_words_are_read_and_may_be_chosen_from(opened: Open) -> None:
    app = opened("vocabulary")
    keyed(app.text_area, "pasted").input("cat\t5\ndog\t3\nDog\t1\nzebra\t1\n\ncat\t2\n").run()
    button(app, "use-pasted").click().run()
    assert_sound(app)
    assert app.metric[0].value == "4"
    assert app.metric[1].value == "12"
    keyed(app.number_input, "vocabulary.min_count").set_value(2).run()
    assert app.metric[0].value == "2"
    keyed(app.toggle, "vocabulary.lower").set_value(True).run()
    assert_sound(app)
    assert workspace_of(app).draft["vocabulary"]["min_count"] == 2


def test_several_uploaded_files_are_joined(opened: Open) -> None:
    app = opened("vocabulary")
    files = [("a.txt", b"cat\ndog\n", "text/plain"), ("b.txt", b"dog\nbird\n", "text/plain")]
    keyed(app.file_uploader, "vocabulary").set_value(files).run()
    assert_sound(app)
    assert app.metric[0].value == "3"
    assert workspace_of(app).draft["vocabulary"]["kind"] == "several"


def test_a_file_that_is_no_vocabulary_is_refused_where_it_was_given(opened: Open) -> None:
    app = opened("vocabulary")
    keyed(app.file_uploader, "vocabulary").upload("empty.txt", b"", "text/plain").run()
    assert_sound(app)
    assert app.error
    assert not (app.query_params.get("w") and workspace_of(app).draft)


def test_a_switched_rung_changes_the_figures_and_comes_back(opened: Open) -> None:
    app = sample(opened)
    before = app.metric[0].value
    keyed(app.toggle, "ladder.lower").set_value(False).run()
    assert_sound(app)
    assert app.metric[0].value != before
    assert workspace_of(app).draft["ladder"]["lower"] is False
    keyed(app.toggle, "ladder.lower").set_value(True).run()
    assert app.metric[0].value == before


def test_fills_and_transforms_are_chosen_in_their_order(opened: Open) -> None:
    app = sample(opened)
    keyed(app.multiselect, "oov").set_value(["mean"]).run()
    keyed(app.multiselect, "transforms").set_value(["center", "pca"]).run()
    assert_sound(app)
    keyed(app.number_input, "transforms.1.dim").set_value(50).run()
    assert_sound(app)
    draft = workspace_of(app).draft
    assert draft["oov"] == {"kind": "mean"}
    assert draft["transforms"] == [{"kind": "center"}, {"kind": "pca", "dim": 50}]


def test_sources_are_added_moved_and_taken_out(opened: Open) -> None:
    app = sample(opened)
    app.switch_page("../source.py").run()
    button(app, "use-builtin:chinese").click().run()
    assert_sound(app)
    assert [one.get("name", "english") for one in workspace_of(app).draft["sources"]] == ["english", "chinese"]
    button(app, "up-1").click().run()
    assert workspace_of(app).draft["sources"][0]["name"] == "chinese"
    button(app, "remove-0").click().run()
    button(app, "use-random").click().run()
    assert_sound(app)
    assert "different width" in texts(app)


def test_a_tab_that_shows_an_older_chain_changes_no_other_source(opened: Open) -> None:
    app = sample(opened, "mixed.txt")
    here = workspace_of(app)
    old, new = opened("source", w=here.id), opened("source", w=here.id)
    button(new, "remove-0").click().run()
    button(old, "remove-1").click().run()
    assert_sound(old)
    assert [one["name"] for one in here.draft["sources"]] == ["chinese"]


def test_words_added_in_two_tabs_are_all_kept(opened: Open) -> None:
    here = workspace_of(sample(opened))
    tabs = [opened("vocabulary", w=here.id) for _tab in range(2)]
    for tab, word in zip(tabs, ("uno", "due"), strict=True):
        keyed(tab.multiselect, "vocabulary.add").set_value([word]).run()
        assert_sound(tab)
    assert here.draft["vocabulary"]["add"] == ["uno", "due"]
    keyed(tabs[1].multiselect, "vocabulary.add").set_value(["uno"]).run()
    assert here.draft["vocabulary"]["add"] == ["uno"]


def test_where_no_word_is_left_the_choice_can_be_taken_back(opened: Open) -> None:
    app = sample(opened)
    app.switch_page("../vocabulary.py").run()
    before = app.metric[0].value
    keyed(app.number_input, "vocabulary.min_count").set_value(10**9).run()
    assert_sound(app)
    assert "no word is left" in texts(app)
    keyed(app.number_input, "vocabulary.min_count").set_value(0).run()
    assert app.metric[0].value == before


def test_a_workspace_is_deleted_after_a_question_and_other_tabs_are_told(opened: Open) -> None:
    app = sample(opened)
    here = workspace_of(app)
    other = opened("coverage", w=here.id)
    button(app, "delete-workspace").click().run()
    button(app, "keep-workspace").click().run()
    assert "really-delete" not in [one.key for one in app.button]
    button(app, "delete-workspace").click().run()
    button(app, "really-delete").click().run()
    assert_sound(app)
    assert "w" not in app.query_params
    assert not here.folder.exists()
    keyed(other.toggle, "ladder.lower").set_value(False).run()
    assert_sound(other)
    assert "no such workspace" in texts(other)


def test_what_is_wrong_with_a_source_is_told_where_it_stands(opened: Open) -> None:
    app = sample(opened)
    app.switch_page("../source.py").run()
    keyed(app.file_uploader, "source").upload("bad.txt", b"cat 1 2 3\ndog 1 2\n", "text/plain").run()
    assert_sound(app)
    assert "bad.txt" in texts(app)
    assert app.error


@pytest.mark.parametrize("lesson", [False, True])
def test_a_path_is_typed_only_where_the_server_is_for_this_machine_alone(
    lesson: bool, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEXILOOM_CLASS", "1" if lesson else "0")
    app = sample(opened)
    app.switch_page("../source.py").run()
    assert_sound(app)
    assert ("source-path" in [one.key for one in app.text_input]) is not lesson


def test_a_large_file_is_scanned_by_a_job(opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import core.sources

    monkeypatch.setattr(core.sources, "SMALL", 0)
    (tmp_path / "v.txt").write_text("cat 1 2\ndog 3 4\n")
    monkeypatch.setenv("LEXILOOM_DATA_FOLDER", str(tmp_path))
    app = sample(opened)
    app.switch_page("../source.py").run()
    app.selectbox(key="data-file").select_index(0).run()
    button(app, "use-data-file").click().run()
    assert_sound(app)
    next(one for one in app.button if one.key and one.key.startswith("job-index")).click().run()
    settle(app)
    assert_sound(app)
    assert "2 rows × 2 dimensions" in texts(app).replace("\\", "")


def settle(app: AppTest) -> None:
    """Wait until the visitor's jobs have ended."""
    here = workspace_of(app)
    end = time.monotonic() + 120
    while any((s := server.jobs().status(one)) is not None and not s.state.finished for one in here.jobs.values()):
        assert time.monotonic() < end
        time.sleep(0.1)
    app.run()


@pytest.mark.slow
def test_a_build_is_made_looked_at_and_prepared_for_another_program(opened: Open, tmp_path: Path) -> None:
    from core.exports import read_build
    from core.pipeline import run

    app = sample(opened)
    app.switch_page("../download.py").run()
    next(one for one in app.button if one.key and one.key.startswith("job-build")).click().run()
    settle(app)
    assert_sound(app)
    here = workspace_of(app)
    assert len(here.builds) == 1
    folder = server.home().builds / here.builds[0]
    recipe = Recipe.from_tables({**here.draft, "version": 1})
    assert read_build(folder).matrix.id == run(recipe, base=here.folder).matrix.id
    assert here.id not in (folder / "recipe.toml").read_text()
    next(one for one in app.button if one.key and one.key.endswith(":npy")).click().run()
    settle(app)
    assert_sound(app)
    assert (folder.with_name(f"{folder.name}.exports") / "npy" / "embedding.npy").is_file()
    app.switch_page("../coverage.py").run()
    assert_sound(app)


def test_a_shared_workspace_is_looked_at_and_copied_and_not_changed(opened: Open) -> None:
    app = sample(opened)
    mine = workspace_of(app)
    for page in PAGES:
        other = opened(page, share=mine.token)
        assert_sound(other)
        assert "shared workspace" in texts(other)
        changing = [one for kind in ("toggle", "number_input", "multiselect") for one in getattr(other, kind)]
        assert all(one.disabled for one in changing)
    toml = Recipe(vocabulary=["cat"], sources=["builtin:english"]).to_toml()
    guest = opened("start", share=mine.token)
    keyed(guest.file_uploader, "recipe-on-start").upload("recipe.toml", toml.encode(), "application/toml").run()
    assert_sound(guest)
    assert workspace_of(guest).id != mine.id
    assert not guest.error
    button(other, "fork").click().run()
    assert_sound(other)
    copy = workspace_of(other)
    assert copy.id != mine.id
    assert copy.draft == mine.draft


def test_a_recipe_that_is_opened_restores_every_choice(opened: Open) -> None:
    app = opened()
    toml = Recipe(
        vocabulary={"kind": "given", "words": ["cat", "dog"]},
        sources=["builtin:english"],
        ladder={"title": False},
        oov="mean",
        transforms=["unit"],
        seed=9,
    ).to_toml()
    keyed(app.file_uploader, "recipe-on-start").upload("recipe.toml", toml.encode(), "application/toml").run()
    assert_sound(app)
    app.switch_page("../coverage.py").run()
    assert_sound(app)
    assert Recipe.from_tables({**workspace_of(app).draft}) == Recipe.from_toml(toml)
    assert keyed(app.toggle, "ladder.title").value is False


@pytest.mark.parametrize(
    "toml",
    ["not toml", 'sources = ["builtin:english"]', 'vocabulary = ["cat"]\nsauces = []', "\udcff"],
)
def test_a_recipe_that_is_none_is_refused(opened: Open, toml: str) -> None:
    app = opened()
    data = toml.encode("utf-8", "surrogateescape")
    keyed(app.file_uploader, "recipe-on-start").upload("recipe.toml", data, "application/toml").run()
    assert_sound(app)
    assert app.error


@pytest.mark.parametrize("path", ["/etc/passwd", "../../secret.txt"])
def test_a_recipe_reaches_no_file_of_the_server(opened: Open, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEXILOOM_CLASS", "1")
    app = opened()
    for tables in (
        {"vocabulary": {"kind": "words", "path": path}, "sources": ["builtin:english"]},
        {"vocabulary": {"kind": "given", "words": ["cat"]}, "sources": [{"kind": "file", "path": path}]},
    ):
        toml = Recipe.from_tables(tables).to_toml()
        keyed(app.file_uploader, "recipe-on-start").upload("recipe.toml", toml.encode(), "application/toml").run()
        assert_sound(app)
        assert "not open to visitors" in texts(app)
        assert workspace_of(app).draft is None


@pytest.mark.parametrize("path", ["~nobody-of-this-name/words.txt", "a" * 400])
def test_a_recipe_with_an_impossible_path_breaks_no_page(opened: Open, path: str) -> None:
    app = opened()
    for toml in (
        f'sources = ["builtin:english"]\n[vocabulary]\nkind = "words"\npath = "{path}"\n',
        f'sources = ["{path}"]\nvocabulary = ["cat"]\n',
        f'sources = ["builtin:english"]\nvocabulary = "{path}"\n',
    ):
        keyed(app.file_uploader, "recipe-on-start").upload("recipe.toml", toml.encode(), "application/toml").run()
        assert_sound(app)
        for page in PAGES[1:]:
            app.switch_page(f"../{page}.py").run()
            assert_sound(app)
        app.switch_page("../start.py").run()


def test_a_recipe_reaches_no_build_of_others(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEXILOOM_CLASS", "1")
    here = workspace_of(sample(opened))
    build = server.home().builds / ("0" * 32)
    assert not _is_open(here, str(build))
    assert not _is_open(here, "../../builds")
    here.add_build(build.name)
    assert _is_open(here, str(build))


def _is_open(here: PersonalWorkspace, path: str) -> bool:
    try:
        server.access(here.folder, here.builds).check(path)
    except WorkspaceError:
        return False
    return True


HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "**bold**",
    ":red[x]",
    "$x$",
    "[l](javascript:alert(1))",
    "\u202eabc",
    "x" * 10_000,
)


@pytest.mark.parametrize("page", PAGES)
def test_hostile_words_break_no_page(opened: Open, page: str) -> None:
    app = opened("vocabulary")
    keyed(app.text_area, "pasted").input("\n".join(f"{word}\t{n}" for n, word in enumerate(HOSTILE, 1))).run()
    button(app, "use-pasted").click().run()
    app.switch_page("../source.py").run()
    button(app, "use-builtin:english").click().run()
    app.switch_page(f"../{page}.py").run()
    assert_sound(app)
    for one in app.markdown:
        assert "onerror" not in one.value or "\\<" in one.value


@pytest.mark.parametrize(
    "text",
    [
        "/srv/home/visitors/0123456789abcdef0123456789abcdef/uploads/a.txt, line 3",
        "visitors/0123456789abcdef0123456789abcdef",
    ],
)
def test_what_a_page_tells_never_holds_the_id_of_a_workspace(text: str) -> None:
    from pages._ui.panels import without_ids

    assert "0123456789abcdef" not in without_ids(text)


def test_running_text_is_cut_before_ones_eyes(opened: Open) -> None:
    app = opened("vocabulary")
    text = "我喜欢自然语言处理。今天天气很好！\n".encode("gb18030") * 20
    keyed(app.file_uploader, "vocabulary").upload("文本.txt", text, "text/plain").run()
    assert_sound(app)
    assert workspace_of(app).draft["vocabulary"]["kind"] == "corpus"
    assert "我 ｜ 喜欢 ｜" in texts(app)
    before = texts(app)
    keyed(app.file_uploader, "dictionary").upload("mine.txt", "自然语言处理\n".encode(), "text/plain").run()
    assert_sound(app)
    assert "自然语言处理 ｜" in texts(app)
    assert "自然语言处理 ｜" not in before


def test_a_tables_columns_are_chosen_by_name(opened: Open) -> None:
    app = opened("vocabulary")
    table = b"wort,anzahl,seite\nHaus,3,1\nBaum,2,9\n"
    keyed(app.file_uploader, "vocabulary").upload("t.csv", table, "text/csv").run()
    assert_sound(app)
    keyed(app.selectbox, "vocabulary.count_column").set_value("seite").run()
    assert_sound(app)
    assert app.metric[1].value == "10"
    keyed(app.selectbox, "vocabulary.kind").set_value("words").run()
    assert_sound(app)
    assert workspace_of(app).draft["vocabulary"]["kind"] == "words"


def test_a_large_corpus_is_counted_by_a_job(opened: Open) -> None:
    app = opened("vocabulary")
    text = b"The quick brown fox jumps over the lazy dog. \n" * 30_000
    keyed(app.file_uploader, "vocabulary").upload("corpus.txt", text, "text/plain").run()
    assert_sound(app)
    assert not app.metric
    keyed(app.selectbox, "vocabulary.language").set_value("en").run()
    button(app, "job-vocabulary").click().run()
    settle(app)
    assert_sound(app)
    assert app.metric[0].value == "9"
    assert app.metric[1].value == "270,000"
    keyed(app.toggle, "vocabulary.lower").set_value(True).run()
    assert app.metric[0].value == "8", "what is chosen of the words needs no second count"


def test_a_file_is_looked_over_and_its_faults_are_named(opened: Open) -> None:
    app = sample(opened)
    app.switch_page("../source.py").run()
    vectors = b"cat 1 2\ndog nan 2\ncat 3 4\n"
    keyed(app.file_uploader, "source").upload("odd.txt", vectors, "text/plain").run()
    assert_sound(app)
    button(app, "job-inspect:odd.txt").click().run()
    settle(app)
    assert_sound(app)
    told = [str(one.value.to_dict()) for one in app.dataframe]
    assert any("dog" in text for text in told)


def test_what_is_too_large_for_the_machine_is_not_begun(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from pages._ui import build_panels

    monkeypatch.setattr(build_panels, "largest_build", lambda: 1000)
    app = sample(opened)
    app.switch_page("../download.py").run()
    assert_sound(app)
    assert "larger than this machine" in texts(app)
    assert not any(one.key and one.key.startswith("job-build") for one in app.button)


def test_a_model_is_made_ready_by_a_job_and_distilled(opened: Open, tmp_path: Path) -> None:
    from tests import models

    folder = models.bert(tmp_path / "bert")
    app = sample(opened)
    app.switch_page("../source.py").run()
    button(app, "remove-0").click().run()
    app.text_input(key="model-name").set_value(str(folder)).run()
    button(app, "use-model").click().run()
    assert_sound(app)
    next(one for one in app.button if one.key and one.key.startswith("job-index")).click().run()
    settle(app)
    assert_sound(app)
    assert "any word × 16 dimensions" in texts(app).replace("\\", "")
    keyed(app.text_input, "sources.0.layers").set_value("99").run()
    assert "names no layers" in texts(app)
    keyed(app.text_input, "sources.0.layers").set_value("1-2").run()  # the choice can be taken back
    assert "layers 1-2" in texts(app).replace("\\", "")
    button(app, "distill-0").click().run()
    assert_sound(app)
    assert "Done: PCA and the weights" in texts(app)
    draft = workspace_of(app).draft
    assert draft["sources"][0]["layers"] == "lower+last" and draft["transforms"][0]["whiten"] == 0.25
    assert draft["weights"]["kind"] == "sif"
    app.switch_page("../coverage.py").run()
    assert_sound(app)
    assert "PCA to 256 dimensions wants more known rows" in texts(app)
    keyed(app.toggle, "weights").set_value(False).run()
    assert workspace_of(app).draft.get("weights") is None


def test_sources_of_different_width_are_joined_in_a_chosen_way(opened: Open, tmp_path: Path) -> None:
    app = sample(opened)
    app.switch_page("../source.py").run()
    button(app, "use-random").click().run()
    assert "Sources of different width" in texts(app)
    keyed(app.segmented_control, "combine.kind").set_value("concatenate").run()
    assert_sound(app)
    assert workspace_of(app).draft["combine"] == {"kind": "concatenate"}
    assert "Sources of different width" not in texts(app)
    keyed(app.selectbox, "combine.partial").set_value("zeros").run()
    assert workspace_of(app).draft["combine"] == {"kind": "concatenate", "partial": "zeros"}
    button(app, "remove-1").click().run()
    assert "combine" not in workspace_of(app).draft  # of one source there is nothing to join


def test_the_catalog_is_searched_and_a_row_taken(opened: Open) -> None:
    app = sample(opened)
    app.switch_page("../source.py").run()
    app.text_input(key="catalog-search").set_value("twitter").run()
    app.selectbox(key="catalog-entry").set_value("glove-twitter-25").run()
    assert_sound(app)
    assert "ODC-PDDL-1.0" in texts(app).replace("\\", "")
    button(app, "use-catalog").click().run()
    assert_sound(app)
    assert workspace_of(app).draft["sources"][1] == {"kind": "catalog", "name": "glove-twitter-25"}
    assert any(one.key and one.key.startswith("job-index:1") for one in app.button)


def test_sources_are_ranked_before_anything_is_built(opened: Open) -> None:
    app = sample(opened, "mixed.txt")
    app.switch_page("../source.py").run()
    next(one for one in app.multiselect if one.key and one.key.startswith("rank-candidates")).set_value(
        ["builtin:english", "builtin:chinese"]
    ).run()
    starting(app, "job-rank:").click().run()
    settle(app)
    assert_sound(app)
    assert "gives a row to" in texts(app)
    other = opened("source", w=workspace_of(app).id, lang="zh_CN")
    assert "gives a row to" not in texts(other) and "能给出行" in texts(other)  # told in the reader's language
    again = opened("vocabulary", w=workspace_of(app).id)
    keyed(again.number_input, "vocabulary.min_count").set_value(30).run()
    again.switch_page("../source.py").run()
    assert "gives a row to" not in texts(again)  # of other words it would be wrong
    starting(again, "job-rank:")
