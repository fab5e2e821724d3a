"""What becomes of single missing words: the decision on one, and the list of all."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import streamlit as st

from core.errors import LexiloomError
from core.fixes import CAUSES, Fixes, WordFix, Worklist
from core.messages import _, number
from core.pipeline import Cover

from . import cached, language, state
from .panels import plain_text, problem
from .state import Visit

# What a reader may part words by.
BETWEEN = re.compile(r"[,，、]")
JOINED = ", "
# So many decisions are listed with a way back.
LISTED = 20


def word(visit: Visit, listed: Worklist, i: int) -> None:
    """One word, what would serve it, and what becomes of it."""
    row = listed.row(i)
    word, proposal = row["word"], row["proposal"]
    fix = next((one for one in visit.draft.fixes.words if one.word == word), None)
    with st.container(border=True, key="worklist-side"):
        st.caption(_("Row {id}").format(id=number(row["id"])))
        plain_text(word)
        told = [(_("Cause"), str(_(CAUSES[row["cause"]])))]
        if row["count"] is not None:
            told.append((_("Count"), number(row["count"])))
        told.append((_("Proposal"), " + ".join(proposal) or _("none")))
        told.append((_("Decided"), _told(fix, bool(proposal) and row["cause"] in visit.draft.fixes.accept)))
        for name, text in told:
            left, right = st.columns([1, 2], gap="small")
            left.caption(name)
            with right:
                plain_text(text)
        _use_form(visit, word, proposal, fix)
        _buttons(visit, word, fix)


def _told(fix: WordFix | None, accepted: bool) -> str:
    if fix is None:
        return _("accepted with its cause") if accepted else _("nothing: filled as any other missing word")
    if fix.use:
        return uses(fix.use)
    return _("left out") if fix.leave_out else _("as any other missing word")


def uses(use: Sequence[str]) -> str:
    return _("uses {words}").format(words=" + ".join(use))


def _use_form(visit: Visit, word: str, proposal: tuple[str, ...], fix: WordFix | None) -> None:
    """The words whose row it is to get: the proposal stands there, and may be written over."""
    key = "fix-words"
    if state.recall("fix-open") != word or state.value(key) is None:
        state.put(key, JOINED.join(fix.use if fix and fix.use else proposal))
        state.remember("fix-open", word)
    with st.form("fix-form", border=False):
        st.text_input(
            _("Use the row of"),
            key=key,
            placeholder=_("A word, or several with commas"),
            help=_("A word that a source holds. Of several words, the row is the mean of theirs."),
            disabled=visit.read_only,
        )
        _form_error(word)
        st.form_submit_button(
            _("Use"),
            key="fix-use",
            on_click=_use,
            args=(word, proposal, key),
            icon=":material/check:",
            disabled=visit.read_only,
        )


def _form_error(word: str) -> None:
    wrong = state.recall("error:fix-words")
    if wrong and wrong[0] == word:
        problem({"what": wrong[1], "fix": wrong[2]})


def _use(word: str, proposal: tuple[str, ...], key: str) -> None:
    """Take what stands in the field, if the sources hold it; a comma may be part of the one word that is meant."""
    language.speak()
    given = (state.value(key) or "").strip()
    parts = tuple(part.strip() for part in BETWEEN.split(given) if part.strip())
    tries = [proposal] if proposal and given == JOINED.join(proposal) else [(given,)] if given else []
    if not tries or not parts:
        _wrong(word, _("no word is given"), _("Name a word that a source holds."))
        return
    error: LexiloomError | None = None
    for use in dict.fromkeys([*tries, parts]):
        error = _held(word, use)
        if error is None:
            _wrong(word)
            _decide(WordFix(word=word, use=use))
            return
    assert error is not None
    _wrong(word, error.what, error.fix or "")


def _wrong(word: str, what: str = "", fix: str = "") -> None:
    state.remember("error:fix-words", (word, what, fix) if what else None)


def _held(word: str, use: tuple[str, ...]) -> LexiloomError | None:
    """What is wrong with a fix: tried alone, so that no other is blamed on it."""
    visit = state.visit()
    assert visit.base is not None
    try:
        cached.cover(visit.draft.with_(fixes=Fixes(words=(WordFix(word=word, use=use),))), visit.base)
    except LexiloomError as error:
        return error
    return None


def _buttons(visit: Visit, word: str, fix: WordFix | None) -> None:
    """What else may become of it. The word is that of the click, not that of the run after it."""
    with st.container(horizontal=True):
        st.button(
            _("Leave out"),
            key="fix-out",
            icon=":material/block:",
            on_click=_decide,
            args=(WordFix(word=word, leave_out=True),),
            disabled=visit.read_only or bool(fix and fix.leave_out),
            help=_("The word gets no row."),
        )
        st.button(
            _("As any other missing word"),
            key="fix-any",
            icon=":material/format_color_fill:",
            on_click=_decide,
            args=(WordFix(word=word),),
            disabled=visit.read_only or fix == WordFix(word=word),
            help=_("The fills make its row, even where its cause is accepted."),
        )
        st.button(
            _("Undo"),
            key="fix-undo",
            icon=":material/undo:",
            on_click=_undo,
            args=(word,),
            disabled=visit.read_only or fix is None,
        )


def kept() -> bool:
    """Whether a decision was kept since this was last asked."""
    found = bool(state.recall("fix-kept"))
    state.remember("fix-kept", None)
    return found


def decisions(visit: Visit, found: Cover | None) -> None:
    """Every word that was decided, and a way back; `found` is None where the fixes are what is wrong."""
    fixes = visit.draft.fixes
    if error := state.recall("error:fixes"):
        problem(error)
    with st.expander(_("Decisions on single words"), key="decisions", expanded=found is None, icon=":material/rule:"):
        if not fixes.words:
            st.caption(_("Nothing is decided of single words yet."))
            return
        ids = found.reading.vocabulary.ids if found else {}
        latest = list(reversed(fixes.words))
        latest.sort(key=lambda one: one.word in ids)  # what is of no use comes first
        for place, fix in enumerate(latest[:LISTED]):
            _decision(visit, place, fix, of_use=not ids or fix.word in ids)
        if (more := len(latest) - LISTED) > 0:
            st.caption(_("and {n} more").format(n=number(more)))
        st.button(
            _("Undo all"), key="undo-all-fixes", icon=":material/undo:", on_click=_undo_all, disabled=visit.read_only
        )


def _decision(visit: Visit, place: int, fix: WordFix, *, of_use: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        plain_text(_("{name}: {text}").format(name=fix.word, text=_told(fix, False)))
        if not of_use:
            st.caption(_("not in the vocabulary"))
        st.button(
            _("Undo"),
            key=f"undo-fix-{place}",
            icon=":material/undo:",
            type="tertiary",
            on_click=_undo,
            args=(fix.word,),
            disabled=visit.read_only,
        )


def _decide(fix: WordFix) -> None:
    keep(lambda fixes: fixes.model_copy(update={"words": (*_others(fixes, fix.word), fix)}))


def _undo(word: str) -> None:
    keep(lambda fixes: fixes.model_copy(update={"words": _others(fixes, word)}))


def _undo_all() -> None:
    keep(lambda fixes: fixes.model_copy(update={"words": ()}))


def _others(fixes: Fixes, word: str) -> tuple[WordFix, ...]:
    return tuple(one for one in fixes.words if one.word != word)


def keep(change: Callable[[Fixes], Fixes]) -> None:
    """Keep the fixes as `change` makes them of those that stand there now: another tab may have decided more."""
    language.speak()
    try:
        draft = state.visit().draft
        state.save(draft.with_(fixes=change(draft.fixes)))
        state.remember("error:fixes", None)
    except LexiloomError as error:
        state.remember("error:fixes", error)
    state.remember("fix-open", None)
    state.remember("fix-kept", True)
