"""The worklist on the Coverage page: missing words by cause, decided all at once or one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import SourceError
from core.workspace.personal import PersonalWorkspace
from pages._ui import cached, server

from .conftest import assert_sound, texts

Open = Callable[..., AppTest]
# The builtin source holds sea, house, chandelier, warming and firefox's parts; counts of 100 in all.
COUNTS = {"sea": 50, "house": 30, "chandeliers": 8, "zyzzyva": 6, "housewarming": 3, "<b>x</b>": 2, "1,234": 1}
BUILTIN = [{"kind": "builtin", "name": "english"}]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The causes are waited for: a test's page doesn't ask again by itself."""
    monkeypatch.setattr(cached, "AT_ONCE", 60)


@pytest.fixture
def here(lexiloom_home: object) -> PersonalWorkspace:
    return given(COUNTS)


def given(counts: dict[str, int], **more: object) -> PersonalWorkspace:
    """A workspace with these words, the builtin source, and more of a recipe."""
    made = server.workspaces().create()
    name = made.add_upload("words.txt", "".join(f"{word}\t{n}\n" for word, n in counts.items()).encode())
    made.save_draft({"vocabulary": {"kind": "words", "path": name}, "sources": BUILTIN, **more})
    return made


def keyed(elements: Any, start: str) -> Any:
    found = [one for one in elements if one.key and (one.key == start or one.key.startswith(f"{start}#"))]
    assert found, [one.key for one in elements]
    return found[0]


def coverage(app: AppTest) -> list[str]:
    """Coverage by type and by token, missing words."""
    return [one.value for one in app.metric[:3]]


def open_word(app: AppTest, word: str) -> AppTest:
    app.text_input(key="worklist-search").set_value(word).run()
    assert_sound(app)
    return app


def fixes(here: PersonalWorkspace) -> dict[str, Any]:
    assert here.draft is not None
    return here.draft.get("fixes", {})


def table(app: AppTest) -> Any:
    return next(one.value for one in app.dataframe if "proposal" in one.value)


def test_causes_stand_with_their_words_and_the_most_gained_first(opened: Open, here: PersonalWorkspace) -> None:
    app = opened("coverage", w=here.id)
    assert_sound(app)
    told = texts(app)
    causes = ["Inflected form", "Compound or segmentation", "Not known", "Punctuation or markup", "Number or date"]
    places = [told.index(f"**{cause}**") for cause in causes]
    assert places[:2] == sorted(places)[:2]
    assert "1 would be mended: +14.3% of the words, +8.0% of the text" in told
    assert "leave them to the fills" in told
    shown = table(app)
    assert list(shown["word"]) == ["chandeliers", "zyzzyva", "housewarming", "<b>x</b>", "1,234"]
    assert shown["proposal"].iloc[0] == "chandelier"
    assert shown["proposal"].iloc[2] == "house + warming"
    assert list(shown["gain"]) == pytest.approx([8, 6, 3, 2, 1])
    assert shown["decided"].isna().all()


def test_users_words_are_never_markdown(opened: Open, here: PersonalWorkspace) -> None:
    app = opened("coverage", w=here.id)
    assert "<b>x</b>" in [one.value for one in app.text]
    assert not [one.value for one in (*app.markdown, *app.caption) if "<b>x" in one.value]


def test_accepting_a_cause_changes_coverage_and_the_draft(opened: Open, here: PersonalWorkspace) -> None:
    app = opened("coverage", w=here.id)
    assert coverage(app) == ["28.6%", "80.0%", "5"]
    keyed(app.toggle, "fixes.accept.inflection").set_value(True).run()
    assert_sound(app)
    assert coverage(app) == ["42.9%", "88.0%", "4"]
    assert fixes(here) == {"accept": ["inflection"]}
    assert table(app)["decided"].iloc[0] == "accepted"
    keyed(app.toggle, "fixes.accept.compound").set_value(True).run()
    assert coverage(app) == ["57.1%", "91.0%", "3"]
    again = opened("coverage", w=here.id)
    assert coverage(again) == coverage(app)
    assert keyed(again.toggle, "fixes.accept.compound").value
    keyed(app.toggle, "fixes.accept.inflection").set_value(False).run()
    assert fixes(here) == {"accept": ["compound"]}


def test_a_word_uses_its_proposal(opened: Open, here: PersonalWorkspace) -> None:
    app = opened("coverage", w=here.id)
    assert app.text_input(key="fix-words").value == "chandelier"
    app.button(key="fix-use").click().run()
    assert_sound(app)
    assert fixes(here) == {"words": [{"word": "chandeliers", "use": ["chandelier"]}]}
    assert coverage(app) == ["42.9%", "88.0%", "4"]
    assert table(app)["decided"].iloc[0] == "uses chandelier"


@pytest.mark.parametrize("typed", ["sea, house", "sea，house", " sea 、house,"])
def test_a_word_uses_the_words_that_are_typed(opened: Open, here: PersonalWorkspace, typed: str) -> None:
    app = open_word(opened("coverage", w=here.id), "zyz")
    assert app.text_input(key="fix-words").value == ""
    app.text_input(key="fix-words").set_value(typed)
    app.button(key="fix-use").click().run()
    assert_sound(app)
    assert fixes(here) == {"words": [{"word": "zyzzyva", "use": ["sea", "house"]}]}
    assert coverage(app) == ["42.9%", "86.0%", "4"]
    assert app.text_input(key="fix-words").value == "sea, house"


@pytest.mark.parametrize(("typed", "told"), [("seaa", "seaa"), ("sea, hoouse", "hoouse"), (" , ", "no word is given")])
def test_a_word_that_no_source_holds_is_refused_at_the_field(
    opened: Open, here: PersonalWorkspace, typed: str, told: str
) -> None:
    app = open_word(opened("coverage", w=here.id), "zyz")
    app.text_input(key="fix-words").set_value(typed)
    app.button(key="fix-use").click().run()
    assert_sound(app)
    assert len(app.error) == 1
    assert told in app.error[0].value
    assert app.text_input(key="fix-words").value == typed
    assert not fixes(here)
    app.text_input(key="fix-words").set_value("sea")
    app.button(key="fix-use").click().run()
    assert not app.error
    assert fixes(here)["words"] == [{"word": "zyzzyva", "use": ["sea"]}]


def test_another_words_field_shows_no_error_of_this_one(opened: Open, here: PersonalWorkspace) -> None:
    app = open_word(opened("coverage", w=here.id), "zyz")
    app.text_input(key="fix-words").set_value("seaa")
    app.button(key="fix-use").click().run()
    assert app.error
    open_word(app, "chand")
    assert not app.error
    assert app.text_input(key="fix-words").value == "chandelier"


def test_a_word_is_left_out_or_refuses_its_accepted_cause_and_all_is_undone(
    opened: Open, here: PersonalWorkspace
) -> None:
    app = opened("coverage", w=here.id)
    keyed(app.toggle, "fixes.accept.inflection").set_value(True).run()
    app.button(key="fix-any").click().run()
    assert_sound(app)
    assert coverage(app)[2] == "5"
    assert table(app)["decided"].iloc[0] == "as any other"
    open_word(app, "zyz").button(key="fix-out").click().run()
    assert_sound(app)
    assert fixes(here)["words"] == [{"word": "chandeliers"}, {"word": "zyzzyva", "leave_out": True}]
    assert app.button(key="fix-out").disabled
    app.button(key="fix-undo").click().run()
    assert app.button(key="fix-undo").disabled
    assert fixes(here)["words"] == [{"word": "chandeliers"}]
    app.button(key="undo-fix-0").click().run()
    assert coverage(app)[2] == "4"
    open_word(app, "").button(key="fix-out").click().run()
    open_word(app, "1,2").button(key="fix-out").click().run()
    app.button(key="undo-all-fixes").click().run()
    assert_sound(app)
    assert fixes(here) == {"accept": ["inflection"]}


def test_a_cause_is_chosen_and_its_words_alone_are_shown(opened: Open, here: PersonalWorkspace) -> None:
    app = opened("coverage", w=here.id)
    chosen = next(one for one in app.selectbox if one.key and one.key.startswith("worklist-cause"))
    chosen.set_value("markup").run()
    assert_sound(app)
    assert list(table(app)["word"]) == ["<b>x</b>"]
    open_word(app, "no such")
    assert "There is no such word." in texts(app)


def test_where_no_word_is_missing_there_is_nothing_to_do(opened: Open, lexiloom_home: object) -> None:
    app = opened("coverage", w=given({"sea": 2, "house": 1}).id)
    assert_sound(app)
    assert "No word is missing." in [one.value for one in app.info]
    assert not [one for one in app.toggle if one.key and one.key.startswith("fixes.")]


def test_where_every_word_is_missing_the_causes_stand(opened: Open, lexiloom_home: object) -> None:
    app = opened("coverage", w=given({"zyzzyva": 2, "qwrtzp": 1}).id)
    assert_sound(app)
    assert coverage(app) == ["0.0%", "0.0%", "2"]
    assert "**Not known**" in texts(app)
    assert not [one for one in app.toggle if one.key and one.key.startswith("fixes.")]


def test_words_without_counts_gain_by_type(opened: Open, lexiloom_home: object) -> None:
    here = server.workspaces().create()
    name = here.add_upload("words.txt", b"sea\nhouse\nchandeliers\nzyzzyva\n")
    here.save_draft({"vocabulary": {"kind": "words", "path": name}, "sources": BUILTIN})
    app = opened("coverage", w=here.id)
    assert_sound(app)
    assert "1 would be mended: +25.0% of the words" in texts(app)
    assert list(table(app)["gain"]) == pytest.approx([25, 25])


def test_a_decision_of_no_use_is_told_and_stands_first(opened: Open, lexiloom_home: object) -> None:
    words = [{"word": "nowhere", "use": ["sea"]}, {"word": "zyzzyva", "use": ["sea"]}]
    app = opened("coverage", w=given(COUNTS, fixes={"words": words}).id)
    assert_sound(app)
    # Told once, beside the decision: the page's own warnings leave it out.
    assert not app.warning
    assert "not in the vocabulary" in [one.value for one in app.caption]
    app.button(key="undo-fix-0").click().run()
    assert not app.warning


def test_a_decision_whose_word_is_held_no_longer_can_be_undone(opened: Open, lexiloom_home: object) -> None:
    here = given(COUNTS, fixes={"words": [{"word": "zyzzyva", "use": ["qwrtzp"]}]})
    app = opened("coverage", w=here.id)
    assert_sound(app)
    assert "which no source holds" in app.error[0].value
    assert not app.metric
    app.button(key="undo-fix-0").click().run()
    assert_sound(app)
    assert not app.error
    assert app.metric


def test_who_only_looks_decides_nothing(opened: Open, here: PersonalWorkspace) -> None:
    app = opened("coverage", share=here.token)
    assert_sound(app)
    assert keyed(app.toggle, "fixes.accept.inflection").disabled
    for key in ("fix-use", "fix-out", "fix-any", "fix-undo"):
        assert app.button(key=key).disabled
    assert app.text_input(key="fix-words").disabled
    assert keyed(app.toggle, "keep_whole").disabled


def test_causes_that_take_long_are_waited_for_without_holding_up_the_page(
    opened: Open, here: PersonalWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = cached.worklist
    monkeypatch.setattr(cached, "worklist", lambda draft, base: None)
    app = opened("coverage", w=here.id)
    assert_sound(app)
    assert "Looking for why words are missing" in texts(app)
    assert coverage(app) == ["28.6%", "80.0%", "5"]
    monkeypatch.setattr(cached, "worklist", found)
    app.run()
    assert "**Inflected form**" in texts(app)


def test_a_source_that_breaks_while_causes_are_sought_is_told_and_asked_again(
    opened: Open, here: PersonalWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise SourceError("the file is gone")

    with monkeypatch.context() as patched:
        patched.setattr("core.fixes.list_missing", broken)
        app = opened("coverage", w=here.id, lang="en")
        assert_sound(app)
        assert "the file is gone" in app.error[0].value
        assert coverage(app)[2] == "5"
    app.run()
    assert not app.error
    assert "**Inflected form**" in texts(app)


@pytest.mark.parametrize("donor", [False, True])
def test_fills_that_need_a_donor_are_offered_where_one_is_set(opened: Open, donor: bool) -> None:
    steps = [{"kind": "donor", "donor": {"kind": "random", "dim": 8}, "min_overlap": 50}] if donor else []
    here = given(COUNTS, oov={"kind": "cascade", "steps": [*steps, {"kind": "pieces"}, {"kind": "mean"}]})
    app = opened("coverage", w=here.id)
    assert_sound(app)
    fills = keyed(app.multiselect, "oov")
    assert ("donor" in fills.options) is donor
    assert "Donor: random:8" in texts(app).replace("\\", "") or not donor
    fills.set_value(["zeros", *(["donor"] if donor else [])]).run()
    assert_sound(app)
    assert here.draft is not None
    assert here.draft["oov"] == (
        {"kind": "cascade", "steps": [{"kind": "zeros"}, *steps]} if donor else {"kind": "zeros"}
    )


def test_words_that_never_come_out_are_looked_for_on_a_click(opened: Open, lexiloom_home: object) -> None:
    here = given({"sea": 3, "New_York": 2, "C++": 1, "tea-time": 1})
    app = opened("coverage", w=here.id)
    app.button(key="unused-look").click().run()
    assert_sound(app)
    shown = next(one.value for one in app.dataframe if "instead" in one.value)
    assert "C++" in list(shown["word"])
    keyed(app.toggle, "keep_whole").set_value(True).run()
    assert_sound(app)
    assert here.draft is not None
    assert here.draft["keep_whole"] is True
    assert [one for one in app.dataframe if "instead" in one.value], "what was found stays"


def test_where_it_takes_long_it_is_said_how_long(opened: Open, lexiloom_home: object) -> None:
    app = opened("coverage", w=given({f"zz{i}": 1 for i in range(20_001)}).id)
    assert_sound(app)
    assert "20,003 words: this takes about 1 s" in [one.value for one in app.caption]


def test_chinese_words_that_never_come_out_are_found(opened: Open, lexiloom_home: object) -> None:
    app = opened("coverage", w=given({"天气": 3, "的天": 2}).id)
    app.button(key="unused-look").click().run()
    assert_sound(app)
    shown = next(one.value for one in app.dataframe if "instead" in one.value)
    assert list(shown["word"]) == ["的天"]


def test_the_recipe_so_far_holds_what_was_decided(opened: Open, here: PersonalWorkspace) -> None:
    app = opened("coverage", w=here.id)
    keyed(app.toggle, "fixes.accept.inflection").set_value(True).run()
    keyed(app.toggle, "keep_whole").set_value(True).run()
    toml, shell = (one.value for one in app.code[:2])
    assert 'accept = [\n    "inflection",\n]' in toml
    assert "--keep-whole" in shell
    assert "fixes.accept=" in shell
    app.button(key="fix-out").click().run()
    toml, shell = (one.value for one in app.code[:2])
    assert "leave_out = true" in toml
    assert shell.startswith("cat > recipe.toml"), "a list of words has no place on a command line"


def test_a_language_without_tokenizer_is_told(
    opened: Open, here: PersonalWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object) -> None:
        raise SourceError("there is no tokenizer for this language")

    monkeypatch.setattr(cached, "unused", refuse)
    app = opened("coverage", w=here.id)
    app.button(key="unused-look").click().run()
    assert_sound(app)
    assert "there is no tokenizer" in app.error[0].value


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_the_worklist_is_sound_in_every_language(opened: Open, lexiloom_home: object, lang: str) -> None:
    decided = {"accept": ["inflection"], "words": [{"word": "zyzzyva", "use": ["sea"]}]}
    app = opened("coverage", w=given(COUNTS, fixes=decided).id, lang=lang)
    assert_sound(app)
    assert keyed(app.toggle, "fixes.accept.inflection").value
    assert coverage(app)[2] == "3"
    assert table(app)["word"].iloc[0] == "chandeliers"
