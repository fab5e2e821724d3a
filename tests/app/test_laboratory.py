"""The Laboratory page: choices, a comparison and its cascade, the story of a word, the gate; in every state."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import Recipe, run
from core.draft import Draft
from core.errors import RecipeError
from core.jobs import JobSpec, JobState
from core.jobs.records import Record
from core.jobs.store import RESULT
from core.laboratory import explain_word
from core.workspace.personal import PersonalWorkspace
from pages._ui import cached, jobs_of, laboratory_choices, server, story_panels
from pages._ui.laboratory_choices import Asked
from pages._ui.state import Visit
from tests.unit.figures.holdouts import hold_out, story
from tests.unit.figures.tunings import HOSTILE

from .conftest import assert_sound, texts

Open = Callable[..., AppTest]
WORDS = ["what", "who", "where", "city", "country", "zzyzx", "qqfoo", *HOSTILE]
STEPS = [{"kind": "pieces"}, {"kind": "mean"}]


@pytest.fixture
def here(lexiloom_home: object) -> PersonalWorkspace:
    """A workspace with words and a source."""
    made = server.workspaces().create()
    draft = Draft.from_tables({"vocabulary": WORDS, "sources": ["builtin:english"]})
    made.save_draft(draft.to_tables())
    return made


def visit_of(here: PersonalWorkspace) -> Visit:
    assert here.draft is not None
    return Visit(here, Draft.from_tables(here.draft, base=here.folder))


def asked_of(here: PersonalWorkspace) -> Asked:
    visit = visit_of(here)
    kept = {"donors": [], "corpus": "", "hidden": 1000, "thorough": False, **laboratory_choices.kept(visit)}
    return laboratory_choices.asked_for(visit, kept)


def end(here: PersonalWorkspace, stage: str, told: dict[str, Any] | None, error: dict[str, Any] | None = None) -> None:
    """A job that ended, as the queue leaves it."""
    one, now, store = secrets.token_hex(16), time.time(), server.jobs()._store  # pyright: ignore[reportPrivateUsage]
    spec = JobSpec("oov", ("oov",), one, "made up", str(here.folder))
    state = JobState.FAILED if error else JobState.DONE
    store.write(Record(one, spec, "made up", (here.id,), 0, now, state, now, now, error=error))
    if told is not None:
        store.path(one, RESULT).write_text(json.dumps(told), encoding="utf-8")
    here.set_job(stage, one)


def compared(here: PersonalWorkspace, told: dict[str, Any]) -> None:
    end(here, f"laboratory:{asked_of(here).key}", told)


def button(app: AppTest, key: str) -> Any:
    return next(one for one in app.button if one.key == key)


def keys(app: AppTest) -> set[str]:
    return {str(one.key) for one in app.button}


def test_before_a_comparison_the_page_says_what_it_does(opened: Open, here: PersonalWorkspace) -> None:
    app = opened("laboratory", w=here.id)
    assert_sound(app)
    assert "job-laboratory" in keys(app)
    assert "Known words are hidden" in texts(app)
    assert "There is no build of these choices yet" in texts(app)


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
@pytest.mark.parametrize("beats", [True, False])
def test_a_comparison_is_shown_whole(opened: Open, here: PersonalWorkspace, lang: str, beats: bool) -> None:
    compared(here, hold_out(STEPS, beats=beats))
    app = opened("laboratory", w=here.id, lang=lang)
    assert_sound(app)
    assert not app.error
    table = app.dataframe[0].value
    assert len(table) == (7 if beats else 6)
    assert "lab-apply" in keys(app)
    if lang == "en":
        assert ("Nothing beats the mean here" in texts(app)) == (not beats)
        assert "no source makes rows of n" in texts(app)


def test_the_recommended_cascade_is_applied_and_taken_back(opened: Open, here: PersonalWorkspace) -> None:
    compared(here, hold_out(STEPS))
    before = dict(here.draft or {})
    app = opened("laboratory", w=here.id)
    button(app, "lab-apply").click().run()
    assert_sound(app)
    assert here.draft is not None and here.draft["oov"]["steps"] == [{"kind": "pieces"}, {"kind": "mean"}]
    assert "Applied" in texts(app) and "lab-apply" not in keys(app)
    again = opened("laboratory", w=here.id)  # the comparison is still that of these words
    assert "Applied" in texts(again) and again.dataframe
    button(again, "lab-undo").click().run()
    assert_sound(again)
    assert (here.draft or {}).get("oov") == before.get("oov")
    assert "lab-apply" in keys(again)


def test_files_of_the_visitor_are_named_from_the_workspace(opened: Open, here: PersonalWorkspace) -> None:
    path = here.add_upload("donor.vec", b"2 2\nwhat 1 0\nwho 0 1\n")
    donor = {"kind": "file", "path": str(here.folder / path)}
    blend = {"kind": "blend", "parts": [{"kind": "donor", "donor": donor}, {"kind": "pieces"}], "weights": [0.7, 0.3]}
    compared(here, hold_out([{"kind": "donor", "donor": donor}, blend, {"kind": "mean"}]))
    try:
        Draft.from_tables({"oov": {"kind": "cascade", "steps": [blend]}})
    except RecipeError:
        pytest.skip("there is no blend yet")
    app = opened("laboratory", w=here.id)
    assert "70% **donor** (donor\\.vec)" in texts(app)
    button(app, "lab-apply").click().run()
    assert_sound(app)
    steps = (here.draft or {})["oov"]["steps"]
    assert steps[0]["donor"]["path"] == path
    assert steps[1]["parts"][0]["donor"]["path"] == path


def test_a_cascade_of_another_version_is_told_and_not_offered(opened: Open, here: PersonalWorkspace) -> None:
    compared(here, hold_out([{"kind": "of tomorrow"}]))
    app = opened("laboratory", w=here.id)
    assert_sound(app)
    assert app.error and "lab-apply" not in keys(app)


def test_choices_are_kept_and_ask_another_question(opened: Open, here: PersonalWorkspace) -> None:
    compared(here, hold_out(STEPS))
    before = asked_of(here).key
    app = opened("laboratory", w=here.id)
    donors = next(one for one in app.multiselect if str(one.key).startswith("lab-donors"))
    donors.set_value(["builtin:chinese"]).run()
    assert_sound(app)
    next(one for one in app.number_input if str(one.key).startswith("lab-hidden")).set_value(200).run()
    next(one for one in app.toggle if str(one.key).startswith("lab-thorough")).set_value(True).run()
    assert_sound(app)
    kept = laboratory_choices.kept(visit_of(here))
    assert (kept["donors"], kept["hidden"], kept["thorough"]) == (["builtin:chinese"], 200, True)
    assert asked_of(here).key != before
    assert "lab-apply" not in keys(app)
    again = opened("laboratory", w=here.id)
    assert next(one for one in again.number_input if str(one.key).startswith("lab-hidden")).value == 200


def test_a_donor_and_a_text_are_uploaded(opened: Open, here: PersonalWorkspace) -> None:
    app = opened("laboratory", w=here.id)
    uploader = next(one for one in app.file_uploader if str(one.key).startswith("lab-donor"))
    uploader.upload("mine.vec", b"2 2\nwhat 1 0\nwho 0 1\n", "text/plain").run()
    assert_sound(app)
    uploader = next(one for one in app.file_uploader if str(one.key).startswith("lab-corpus"))
    uploader.upload("text.txt", b"what a city\n", "text/plain").run()
    assert_sound(app)
    kept = laboratory_choices.kept(visit_of(here))
    assert kept["donors"] == ["file:uploads/mine.vec"] and kept["corpus"] == "uploads/text.txt"
    assert "text.txt" in texts(app)
    spec = jobs_of.score_fills(visit_of(here), asked_of(here))
    assert f"file:{here.folder}/uploads/mine.vec" in spec.arguments
    assert str(here.folder / "uploads/text.txt") in spec.arguments
    button(app, "lab-drop-corpus").click().run()
    assert laboratory_choices.kept(visit_of(here))["corpus"] == ""


def test_files_of_others_are_not_lent(opened: Open, here: PersonalWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEXILOOM_CLASS", "1")
    (here.folder / laboratory_choices.KEPT).write_text(json.dumps({"donors": ["file:/etc/passwd"], "corpus": ""}))
    app = opened("laboratory", w=here.id)
    assert_sound(app)
    assert "not open to visitors" in texts(app)
    assert "job-laboratory" not in keys(app)


def test_an_error_of_the_comparison_is_told_at_its_button(opened: Open, here: PersonalWorkspace) -> None:
    error = {"kind": "FillError", "what": "too few words are known", "where": None, "fix": "Take another source."}
    end(here, f"laboratory:{asked_of(here).key}", None, error)
    app = opened("laboratory", w=here.id)
    assert_sound(app)
    assert "too few words are known" in texts(app) and "job-laboratory" in keys(app)


def test_the_story_of_a_word_is_told(opened: Open, here: PersonalWorkspace) -> None:
    app = opened("laboratory", w=here.id)
    app.text_input(key="story-word").set_value("city").run()
    assert_sound(app)
    assert "job-story" in keys(app)
    key = asked_of(here).key
    end(here, f"story:{cached.told(key, 'city')[:32]}", story("city"))
    again = opened("laboratory", w=here.id)
    assert_sound(again)
    assert again.text_input(key="story-word").value == "city"
    assert "1. its pieces are looked up" in texts(again)
    next(one for one in again.selectbox if one.key == "story-fill").set_value(2).run()
    assert_sound(again)
    assert "It makes no row of this word" in texts(again)


def test_a_story_of_another_version_is_passed_over(opened: Open, here: PersonalWorkspace) -> None:
    (here.folder / laboratory_choices.KEPT).write_text(json.dumps({"word": "city"}))
    end(here, f"story:{cached.told(asked_of(here).key, 'city')[:32]}", {"word": "city", "tellings": []})
    app = opened("laboratory", w=here.id)
    assert_sound(app)
    assert "job-story" in keys(app)


def test_what_the_engine_tells_of_a_word_is_read(here: PersonalWorkspace) -> None:
    draft = visit_of(here).draft
    told = explain_word(draft.recipe(), "city", ["pieces", "spelling", "mean"])
    read = story_panels.read_story(json.loads(json.dumps(told.as_dict())))
    assert read is not None and read.known and [one.kind for one in read.tellings] == ["pieces", "spelling", "mean"]


def test_a_missing_word_is_told_without_a_truth(opened: Open, here: PersonalWorkspace) -> None:
    app = opened("laboratory", w=here.id)
    button(app, "lab-missing-0").click().run()
    word = app.text_input(key="story-word").value
    assert word in WORDS and laboratory_choices.kept(visit_of(here))["word"] == word
    end(here, f"story:{cached.told(asked_of(here).key, word)[:32]}", story(word, known=False))
    again = opened("laboratory", w=here.id)
    assert_sound(again)
    assert "A star marks the true row" not in texts(again)


def test_words_that_are_not_there_get_suggestions(opened: Open, here: PersonalWorkspace) -> None:
    app = opened("laboratory", w=here.id)
    app.text_input(key="story-word").set_value("citty").run()
    assert_sound(app)
    assert "not a word of the vocabulary" in texts(app) and "job-story" not in keys(app)
    button(app, "lab-like-0").click().run()
    assert app.text_input(key="story-word").value == "city"
    app.text_input(key="story-word").set_value("<pad>").run()
    assert_sound(app)
    assert "job-story" not in keys(app)


FINDINGS = [
    {"kind": "zero", "count": 3, "text": "3 rows are zero", "blocks": True, "expected": "", "words": ["<b>x</b>", "y"]},
    {"kind": "identical", "count": 4, "text": "4 words share 1 row", "blocks": False, "expected": "", "words": ["a"]},
    {
        "kind": "noise",
        "count": 9,
        "text": "9 rows are random",
        "blocks": False,
        "expected": "asked for",
        "words": ["z"],
    },
]


def build(here: PersonalWorkspace, findings: list[dict[str, Any]] | None) -> str:
    """A finished build of the workspace's choices, with such a gate in its lock."""
    visit = visit_of(here)
    key = cached.build_key(visit.draft, here.folder)
    folder = server.home().builds / key
    run(Recipe.from_tables(visit.draft.recipe().to_tables())).save(folder)
    more = {"share": 0.1, "accepted": False, "tested": 30}
    groups = [{"size": 4, "words": ["a", "*b*"]}]
    told = [{**more, "groups": groups if one["kind"] == "identical" else [], **one} for one in findings or ()]
    lock = json.loads((folder / "build.json").read_text("utf-8"))
    lock["gate"] = None if findings is None else {"passed": True, "accept": [], "findings": told}
    (folder / "build.json").write_text(json.dumps(lock), encoding="utf-8")
    here.add_build(key)
    return key


def test_findings_of_a_build_are_told_and_the_expected_folded(opened: Open, here: PersonalWorkspace) -> None:
    build(here, FINDINGS)
    app = opened("laboratory", w=here.id)
    assert_sound(app)
    assert "3 rows are zero" in texts(app) and "<b>x</b>, y" in texts(app)
    assert any("What was to be expected" in one.label for one in app.expander)
    assert [str(one.key).partition("#")[0] for one in app.toggle if str(one.key).startswith("gate")] == [
        "gate-accept-zero"
    ]


@pytest.mark.parametrize("findings", [[], None])
def test_a_sound_build_and_one_of_before_the_gate(opened: Open, here: PersonalWorkspace, findings: Any) -> None:
    build(here, findings)
    app = opened("laboratory", w=here.id)
    assert_sound(app)
    told = [one.value for one in app.success]
    assert bool(told) == (findings == [])


def test_what_held_a_build_up_is_told_and_may_be_accepted(opened: Open, here: PersonalWorkspace) -> None:
    visit = visit_of(here)
    key = cached.build_key(visit.draft, here.folder)
    error = {"kind": "GateError", "what": "3 rows are zero: x, y, z", "where": None, "fix": "Accept them."}
    end(here, f"build:{key}", None, error)
    app = opened("laboratory", w=here.id)
    assert_sound(app)
    assert "3 rows are zero" in texts(app) and "Accept them" in texts(app)
    next(one for one in app.toggle if str(one.key).startswith("gate-accept-zero")).set_value(True).run()
    assert_sound(app)
    assert (here.draft or {})["gate"] == {"accept": ["zero"]}
    switch = next(one for one in app.toggle if str(one.key).startswith("gate-accept-zero"))
    assert switch.value and "There is no build of these choices yet" in texts(app)
    switch.set_value(False).run()
    assert_sound(app)
    assert "gate" not in (here.draft or {})


def test_who_only_looks_changes_nothing(opened: Open, here: PersonalWorkspace) -> None:
    compared(here, hold_out(STEPS))
    build(here, FINDINGS)
    app = opened("laboratory", share=here.token)
    assert_sound(app)
    mine = [*app.button, *app.toggle, *app.multiselect, *app.number_input, *app.text_input]
    marked = ("lab-", "gate-", "job-", "story-")
    assert all(one.disabled for one in mine if str(one.key).startswith(marked))
    assert not app.file_uploader
