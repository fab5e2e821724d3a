"""Missing words by cause: what accepting a cause gains, and what is decided of single words."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from core import arrow
from core.errors import LexiloomError
from core.fixes import CAUSES, Cause, Fixes, Group, Worklist
from core.ladder import Ladder
from core.messages import N_, _, ngettext, number, percent
from core.pipeline import Cover

from . import cached, fix_panels, language, state
from .panels import plain_text, problem, why
from .state import Visit

# So many rows go to the browser whole, and can be clicked.
CLICKABLE = 5000
# Words of a cause that are named, and characters of these.
EXAMPLES, LONGEST = 3, 60
# Spellings of the ladder that mend a cause.
RUNGS: dict[Cause, tuple[str, ...]] = {
    "case": ("lower", "title", "upper"),
    "width": ("nfkc",),
    "script": ("script",),
    "compound": ("joiner",),
    "number": ("digits",),
    "markup": ("trim",),
    "inflection": ("lemma",),
}
# What helps where nothing can be proposed.
HELPS: dict[Cause, str] = {
    "piece": N_("A model that cuts words in this way has rows for them: take it as a source."),
    "markup": N_("These are hardly words: take them out of the vocabulary, or leave them to the fills."),
    "number": N_("Few sources hold many numbers: leave them to the fills, or take them out of the vocabulary."),
    "case": N_("No source holds them with other capitals: another source may."),
    "width": N_("No source holds them in another form: another source may."),
    "script": N_("No source holds them in the other script: another source may."),
    "inflection": N_("No source holds their base forms: the fills n-grams and pieces make them of their parts."),
    "compound": N_("The fill pieces makes them of their parts."),
    "slip": N_("Say for each below which word was meant."),
    "language": N_("A source of that script or language holds them: add one to the chain."),
    "transliteration": N_(
        "A source with many names holds more of them; the fill pieces takes them by their characters."
    ),
    "new": N_("A larger source, or one of the same field, may hold them; the rest is left to the fills."),
}
MARKS = (N_("accepted"), N_("left out"), N_("as any other"))


def panel(visit: Visit, found: Cover) -> None:
    """The causes, the words of one, and what was decided."""
    st.subheader(_("Missing words by cause"), anchor=False, help=why("oov"))
    assert visit.base is not None
    try:
        listed = cached.worklist(visit.draft, visit.base)
    except LexiloomError as error:
        problem(error)
        return
    if listed is None:
        _wait(visit)
    elif len(listed):
        causes(visit, listed)
        words(listed)
    else:
        st.info(_("No word is missing."), icon=":material/check_circle:")
    fix_panels.decisions(visit, found)


def _wait(visit: Visit) -> None:
    """Ask every second whether the causes are known."""

    @st.fragment(run_every="1s")
    @language.spoken
    def ask() -> None:
        assert visit.base is not None
        try:
            done = cached.worklist(visit.draft, visit.base) is not None
        except LexiloomError:
            done = True  # the page tells it
        if done:
            st.rerun()
        st.info(_("Looking for why words are missing; all else on this page can be used."), icon=":material/search:")

    ask()


def causes(visit: Visit, listed: Worklist) -> None:
    """One line for each cause, the one that gains most first."""
    st.caption(
        _("Why words are missing, and what would serve them. Accepted proposals count as found."),
        width=720,
    )
    groups = sorted(listed.groups(), key=lambda one: (-(one.gain_tokens or 0), -one.gain_words, -one.words))
    with st.container(border=True, gap="medium"):
        for group in groups:
            _cause(visit, listed, group)


def _cause(visit: Visit, listed: Worklist, group: Group) -> None:
    name, gain, switch = st.columns([4, 6, 3], gap="small", vertical_alignment="center")
    with name, st.container(gap="xxsmall"):
        st.markdown(f"**{_(CAUSES[group.cause])}**")
        at = listed.pick(group.cause)[:EXAMPLES]
        plain_text(_(", ").join(listed.row(int(i))["word"] for i in at), LONGEST)
    with gain, st.container(gap="xxsmall"):
        told = ngettext("{n} word", "{n} words", group.words).format(n=number(group.words))
        if group.tokens is not None:
            told += " · " + ngettext("{n} token", "{n} tokens", group.tokens).format(n=number(group.tokens))
        st.markdown(told)
        st.caption(_gained(visit, group) if group.gain_words else _(HELPS[group.cause]))
        _rungs_off(visit, group.cause)
    if group.gain_words:
        with switch:
            _switch(visit, group)


def _gained(visit: Visit, group: Group) -> str:
    """Which part is mended, or would be, and by how many points coverage rises."""
    if group.gain_tokens_share is None:
        gains = _("{share} of the words").format(share=_points(group.gain_types_share))
    else:
        gains = _("{types} of the words, {tokens} of the text").format(
            types=_points(group.gain_types_share), tokens=_points(group.gain_tokens_share)
        )
    accepted = group.cause in visit.draft.fixes.accept
    told = _("{n} are mended: {gains}") if accepted else _("{n} would be mended: {gains}")
    return told.format(n=number(group.gain_words), gains=gains)


def _points(share: float) -> str:
    told = percent(share)
    return told if told.startswith("<") else f"+{told}"


def _rungs_off(visit: Visit, cause: Cause) -> None:
    """A spelling that is off and would find some, whatever is fixed: a line that came and went would move the page."""
    assert visit.base is not None
    for rung in RUNGS.get(cause, ()):
        if not getattr(visit.draft.ladder, rung) and (n := cached.gains(visit.draft, visit.base)[rung].types):
            title = _(Ladder.model_fields[rung].title or rung)
            st.caption(_("“{name}”, above, is off: it would find {n}.").format(name=title, n=number(n)))


def _switch(visit: Visit, group: Group) -> None:
    key = state.key(f"fixes.accept.{group.cause}")
    n = group.gain_words
    st.toggle(
        ngettext("Accept {n} proposal", "Accept {n} proposals", n).format(n=number(n)),
        group.cause in visit.draft.fixes.accept,
        key=key,
        on_change=_accept,
        args=(group.cause, key),
        disabled=visit.read_only,
    )


def _accept(cause: Cause, key: str) -> None:
    on = state.value(key)

    def changed(fixes: Fixes) -> Fixes:
        wanted = {*fixes.accept, cause} if on else {*fixes.accept} - {cause}
        return Fixes(accept=tuple(name for name in CAUSES if name in wanted), words=fixes.words)

    fix_panels.keep(changed)


def words(listed: Worklist) -> None:
    """The words of a cause, and the decision on one beside them. A fragment: searching draws nothing else again."""

    @st.fragment
    @language.spoken
    def draw() -> None:
        if fix_panels.kept():  # a click in here: coverage and the list of decisions follow
            st.rerun()
        _words(state.visit(), listed)

    fix_panels.kept()  # this run shows it all
    draw()


def _words(visit: Visit, listed: Worklist) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        cause = _chosen(listed)
        search = st.text_input(
            _("Search"),
            key="worklist-search",
            placeholder=_("Part of a word or proposal"),
            live=True,
            type="search",
            width=280,
        )
        st.space("stretch")
        at = listed.pick(cause, search.strip())
        st.download_button(
            _("Save as CSV"),
            data=lambda: listed.csv(at),
            file_name=f"missing-{cause}.csv" if cause else "missing.csv",
            mime="text/csv",
            icon=":material/save:",
            on_click="ignore",
            key="worklist-csv",
        )
    if not len(at):
        st.info(_("There is no such word."))
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        clicked = _table(visit.draft.fixes, listed, at, (cause, search.strip()))
    with right:
        fix_panels.word(visit, listed, clicked)


def _chosen(listed: Worklist) -> Cause | Literal[""]:
    """Which cause's words are wanted, "" for all."""
    there: list[Cause | Literal[""]] = ["", *(group.cause for group in listed.groups())]
    before = state.recall("worklist-cause", "")
    chosen = st.selectbox(
        _("Cause"),
        there,
        index=there.index(before) if before in there else 0,
        format_func=lambda name: _(CAUSES[name]) if name else _("all causes"),
        key=state.key(f"worklist-cause-{'-'.join(there)}"),
        width=280,
    )
    state.remember("worklist-cause", chosen or "")
    return chosen or ""


def _table(fixes: Fixes, listed: Worklist, at: Any, shown_for: tuple[str, str]) -> int:
    """The words as a table; the position of the one that was clicked, else of the first.

    A long table comes to the browser piece by piece as it is scrolled; there no row can be clicked, and a search
    brings the wanted word to the first place.
    """
    table = _table_of(fixes, listed, at)
    shown: dict[str, Any] = {
        "hide_index": True,
        "height": 420,
        "column_config": _columns(),
        "column_order": [
            name for name in ("word", "count", "cause", "proposal", "gain", "decided") if name in table.column_names
        ],
        "placeholder": "",
        "alt": _("The missing words, why they are missing, and what would serve them"),
    }
    if len(at) > CLICKABLE:
        st.dataframe(table, lazy=True, key="worklist-long", **shown)
        return int(at[0])
    event = st.dataframe(table, key="worklist-table", on_select="rerun", selection_mode="single-row", **shown)
    rows = event["selection"]["rows"] if event else []
    return int(at[rows[0]] if rows and rows[0] < len(at) else at[0])


def _table_of(fixes: Fixes, listed: Worklist, at: Any) -> Any:
    """The worklist's table with its codes told to the reader, gains in percent, and what was decided."""
    table = listed.table(at, {"cause": {name: _(text) for name, text in CAUSES.items()}})
    gain = "gain_tokens" if "gain_tokens" in table.column_names else "gain_types"
    table = table.append_column("gain", arrow.numbers(100 * table[gain].to_numpy()))
    codes, told = _decided(fixes, listed, at)
    return table.append_column("decided", arrow.names(codes, told))


def _decided(fixes: Fixes, listed: Worklist, at: Any) -> tuple[Any, list[str]]:
    """What was decided of the words at positions `at`: places among the texts that come with them, -1 for nothing."""
    accepted, known = listed.causes[at] < 0, list(CAUSES)
    for cause in fixes.accept:
        accepted |= listed.causes[at] == known.index(cause)
    codes, told = (accepted & listed.proposed[at]).astype("int32") - 1, [str(_(text)) for text in MARKS]
    places = {row: place for place, row in enumerate(listed.rows[at].tolist())} if fixes.words else {}
    for fix in fixes.words:
        place = places.get(listed.vocabulary.ids.get(fix.word, -1))
        if place is None:
            continue
        if fix.use:
            told.append(fix_panels.uses(fix.use))
        codes[place] = len(told) - 1 if fix.use else 1 if fix.leave_out else 2
    return codes, told


def _columns() -> dict[str, Any]:
    text, column = st.column_config.TextColumn, st.column_config.Column
    return {
        "word": text(_("word")),
        "count": st.column_config.NumberColumn(_("count"), width="small"),
        "cause": column(_("cause")),
        "proposal": text(_("proposal")),
        "gain": st.column_config.NumberColumn(
            _("gain"),
            format="%.3f %%",
            width="small",
            help=_("What serving the word adds to coverage: by token where counts are known, else by word."),
        ),
        "decided": column(_("decided")),
    }
