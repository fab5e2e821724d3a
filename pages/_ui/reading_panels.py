"""How a vocabulary was read, what was odd about it, and what may be chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from core.figures import lengths, scripts, zipf
from core.jobs import JobSpec
from core.messages import N_, _, number, retold
from core.recipe import paths_in
from core.vocabulary import Reading
from core.vocabulary.report import TITLES

from . import fields, jobs_of, preview_panels, state
from .panels import figure, job, metric, plain_text
from .state import Visit

KINDS = {
    "words": N_("word list"),
    "table": N_("table"),
    "corpus": N_("running text"),
    "tokenizer": N_("tokenizer"),
    "ids": N_("words with ids"),
    "counts": N_("counted words"),
    "several": N_("several files"),
    "given": N_("words in the recipe"),
}
# Kinds that one file can be read as instead.
READABLE = ("words", "counts", "table", "corpus", "ids", "tokenizer")
HOW = ("encoding", "header", "language", "tokenization", "new_words")
WHICH = ("lower", "stop_words", "min_count", "max_size", "specials")
EDITS = ("add", "remove")


def figures(reading: Reading) -> None:
    """The numbers at the top."""
    vocabulary, report = reading.vocabulary, reading.report
    columns = st.columns(4)
    with columns[0]:
        metric(_("Types"), number(len(vocabulary) - len(vocabulary.specials)), "types")
    with columns[1]:
        metric(_("Tokens"), number(vocabulary.tokens) if vocabulary.tokens is not None else "–", "tokens")
    with columns[2]:
        metric(_("Special tokens"), number(len(vocabulary.specials)), "special")
    with columns[3]:
        metric(_("Oddities"), number(sum(report.totals.values())), "oddities")


def as_read(visit: Visit, reading: Reading) -> None:
    """What the file says, and the first and the last rows that came of it."""
    report = reading.report
    st.subheader(_("As read"), anchor=False)
    names = ", ".join(Path(path).name for path in _paths(visit)) or _("the recipe's words")
    plain_text(" · ".join(part for part in (names, _(KINDS[report.kind]), report.encoding) if part))
    for note in report.notes:
        st.text(retold(note))
    if report.preview and report.kind != "table":
        st.code("\n".join(report.preview), language=None)
    preview_panels.cut(visit)
    rows = [*report.head, *(row for row in report.tail if row[0] not in {one[0] for one in report.head})]
    counted = reading.vocabulary.counts is not None
    table: dict[str, list[Any]] = {_("id"): [row[0] for row in rows], _("word"): [row[1] for row in rows]}
    if counted:
        table[_("count")] = [row[2] for row in rows]
    st.markdown(f"**{_('First and last rows')}**")
    st.dataframe(table, hide_index=True, height="content", key="head-and-tail")


def _paths(visit: Visit) -> list[str]:
    return paths_in(visit.draft.vocabulary) if visit.draft.vocabulary else []


def problems(reading: Reading) -> None:
    """Everything odd, with its line and what was done."""
    report = reading.report
    if not report.totals:
        return
    st.subheader(_("Oddities"), anchor=False)
    several = any(p.path for p in report.problems)
    st.dataframe(
        {
            **({_("file"): [Path(p.path).name for p in report.problems]} if several else {}),
            _("what"): [_(TITLES[p.kind]) for p in report.problems],
            _("line"): [p.line for p in report.problems],
            _("text"): [p.text for p in report.problems],
            _("what was done"): [retold(p.action) for p in report.problems],
        },
        hide_index=True,
        height=min(38 + 35 * len(report.problems), 290),
        key="problems",
    )
    if sum(report.totals.values()) > len(report.problems):
        st.caption(_("The first thousand of each kind are listed."))


def options(visit: Visit) -> None:
    """How the file is read: its kind, and the options of that kind."""
    spec: Any = visit.draft.vocabulary
    st.subheader(_("How it is read"), anchor=False)
    if spec.kind in READABLE:
        key = state.key("vocabulary.kind")
        st.selectbox(
            _("Read as"),
            READABLE,
            index=READABLE.index(spec.kind),
            format_func=lambda kind: _(KINDS[kind]),
            key=key,
            on_change=_read_as,
            args=(key, spec.path),
            disabled=visit.read_only,
        )
    preview_panels.columns(visit)
    fields.edit(spec, "vocabulary", HOW, disabled=visit.read_only)
    preview_panels.dictionary(visit)


def _read_as(key: str, path: str) -> None:
    draft = state.visit().draft
    state.save(draft.with_(vocabulary={"kind": state.value(key), "path": path}), rebuild=True)


def edits(visit: Visit, reading: Reading | None) -> None:
    """Which words are kept, added, taken out. Not where the ids are sacred.

    reading  None where it failed, perhaps because too much was left out
    """
    spec: Any = visit.draft.vocabulary
    if not hasattr(spec, "specials"):
        if reading is None:
            return
        st.info(_("The ids of this vocabulary are kept as they are: no word is added, left out or moved."))
        return
    st.subheader(_("Which words"), anchor=False)
    names = [name for name in WHICH if name != "min_count" or reading is None or reading.vocabulary.counts is not None]
    fields.edit(spec, "vocabulary", names, disabled=visit.read_only)
    fields.edit(spec, "vocabulary", EDITS, disabled=visit.read_only)


def charts(reading: Reading) -> None:
    """Zipf's plot, the lengths, the scripts."""
    vocabulary = reading.vocabulary
    columns = st.columns(3 if vocabulary.counts is not None else 2, gap="medium")
    if vocabulary.counts is not None:
        with columns[0]:
            figure(_("Count by rank"), zipf, vocabulary, "zipf", _("Counts of the words by their rank"), "zipf")
    with columns[-2]:
        figure(_("Word length"), lengths, vocabulary, "lengths", _("Number of words by length"), "lengths")
    with columns[-1]:
        figure(_("Script"), scripts, vocabulary, "scripts", _("Number of words by script"), "scripts")


def count(visit: Visit) -> None:
    """A large corpus is counted by a job."""
    name = ", ".join(Path(path).name for path in _paths(visit))

    def asked() -> JobSpec:
        return jobs_of.vocabulary(visit)

    job(
        visit,
        "vocabulary",
        asked,
        label=_("Count the words"),
        note=_("{name} is large: its words are counted once, and kept.").format(name=name),
    )
