"""The words one by one: searched, filtered, saved; and all that is known of the one that was clicked."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.ladder import RUNG_TITLES
from core.listing import STATES, Listing
from core.messages import _, number
from core.pipeline import Cover
from core.vocabulary.scripts import SCRIPTS

from . import cached, language, state
from .panels import plain_text, why
from .state import Visit

# So many rows go to the browser whole.
CLICKABLE = 5000


def words(visit: Visit, found: Cover) -> None:
    """The table of words, and the clicked one beside it. A fragment: searching draws no chart again."""

    @st.fragment
    @language.spoken
    def draw() -> None:
        _draw(visit, found)

    st.subheader(_("Words"), anchor=False, help=why("oov"))
    draw()


def _draw(visit: Visit, found: Cover) -> None:
    listing = found.listing
    counts = listing.count()
    states = ["", *(name for name in STATES if name in counts)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = _show(states, counts)
        search = st.text_input(
            _("Search"), key="words-search", placeholder=_("Part of a word"), live=True, type="search", width=280
        )
        st.space("stretch")
        at = listing.pick(chosen or "", search.strip())
        st.download_button(
            _("Save as CSV"),
            data=lambda: listing.csv(at),
            file_name=f"{chosen or 'words'}.csv",
            mime="text/csv",
            icon=":material/save:",
            on_click="ignore",
            key="words-csv",
        )
    if not len(at):
        st.info(_("No word is missing.") if chosen == "missing" else _("There is no such word."))
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        clicked = _table(listing, at)
    with right:
        _clicked(visit, found, clicked)


def _show(states: list[str], counts: Any) -> str:
    """Which state's words are wanted, "" for all.

    A select box is known by the texts of its options: with other numbers it is another one.
    """
    before = state.recall("words-state", "missing")
    shown = "-".join(str(counts[name]) for name in states if name)
    chosen = st.selectbox(
        _("Show"),
        states,
        index=states.index(before) if before in states else 0,
        format_func=lambda name: f"{_(STATES[name])} ({number(counts[name])})" if name else _("all words"),
        key=state.key(f"words-state-{shown}"),
        width=280,
    )
    state.remember("words-state", chosen or "")
    return chosen or ""


def _table(listing: Listing, at: Any) -> int:
    """The rows as a table; the row that was clicked, else the first.

    A long table comes to the browser piece by piece as it is scrolled; there no row can be clicked, and
    a search brings the wanted word to the first place.
    """
    shown: dict[str, Any] = {
        "hide_index": True,
        "height": 420,
        "column_config": _columns(),
        "column_order": _order(listing, at),
        "placeholder": "",
        "alt": _("The words and how they were found"),
    }
    if len(at) > CLICKABLE:
        st.dataframe(_table_of(listing, at), lazy=True, key="words-long", **shown)
        return int(at[0])
    event = st.dataframe(
        _table_of(listing, at), key="words-table", on_select="rerun", selection_mode="single-row", **shown
    )
    rows = event["selection"]["rows"] if event else []
    return int(at[rows[0]] if rows and rows[0] < len(at) else at[0])


def _order(listing: Listing, at: Any) -> list[str]:
    """The columns: nothing was found of missing words, so nothing is told of it."""
    found = [] if not listing.rows.take(at).known.any() else ["form", "rung", "source"]
    counted = ["count"] if listing.vocabulary.counts is not None else []
    return ["id", "word", *counted, "state", *found, "script"]


def _table_of(listing: Listing, at: Any) -> Any:
    """The listing's table with its codes told to the reader."""
    titles = {"state": STATES, "rung": RUNG_TITLES, "script": SCRIPTS}
    return listing.table(at, {name: {code: _(text) for code, text in told.items()} for name, told in titles.items()})


def _columns() -> dict[str, Any]:
    text, column = st.column_config.TextColumn, st.column_config.Column
    return {
        "id": st.column_config.NumberColumn(_("id"), width="small"),
        "word": text(_("word")),
        "count": st.column_config.NumberColumn(_("count"), width="small"),
        "state": column(_("state")),
        "form": text(_("found as")),
        "rung": column(_("rung")),
        "source": column(_("source")),
        "script": column(_("script")),
    }


def _clicked(visit: Visit, found: Cover, i: int) -> None:
    row = found.listing.row(i)
    with st.container(border=True):
        st.caption(_("Row {id}").format(id=number(i)))
        plain_text(row["word"])
        told: list[tuple[str, str]] = [(_("State"), _(STATES[row["state"]]))]
        if row["count"] is not None:
            told.append((_("Count"), number(row["count"])))
        asked = found.spellings(row["word"])
        if row["state"] == "missing" and asked:
            told.append((_("Asked as"), ", ".join([row["word"], *asked])))
        if row["form"]:
            told.append((_("Found as"), row["form"]))
        if row["pieces"]:
            told.append((_("Pieces"), " + ".join(row["pieces"])))
        if row["rung"]:
            told.append((_("By"), _(RUNG_TITLES[row["rung"]])))
        if row["source"]:
            told.append((_("From"), row["source"]))
        for name, shown in told:
            left, right = st.columns([1, 2], gap="small")
            left.caption(name)
            with right:
                plain_text(str(shown))
        _built(visit, row["word"])


def _built(visit: Visit, word: str) -> None:
    """How its row was made and its first neighbors, once this very recipe is built."""
    assert visit.base is not None
    key = cached.build_key(visit.draft, visit.base)
    row = cached.built_row(key, word)
    if row is None:
        st.caption(_("Its neighbors are shown once the matrix is built."))
        return
    if row["state"] in ("composed", "invented"):
        left, right = st.columns([1, 2], gap="small")
        left.caption(_("Built"))
        with right:
            told = _(STATES[row["state"]])
            pieces = " + ".join(row["pieces"] or ())
            plain_text(_("{name}: {text}").format(name=told, text=pieces) if pieces else told)
    if row["state"] == "invented":
        st.caption(_("This row says nothing about the word, so it has no neighbors."))
        return
    near = cached.neighbors_of(key, word) or []
    st.markdown(f"**{_('Nearest words')}**", help=why("cosine"))
    st.dataframe(
        {_("word"): [one for one, _cosine in near], _("cosine"): [cosine for _one, cosine in near]},
        hide_index=True,
        height="content",
        key="near",
        column_config={_("cosine"): st.column_config.NumberColumn(format="%.3f", width="small")},
    )
