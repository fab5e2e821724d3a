"""A finished build: its figures, the coverage it ended with, and whether the matrix is sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.coverage import Coverage
from core.errors import LexiloomError
from core.exports import SavedBuild
from core.figures import compare, norms
from core.listing import STATES
from core.messages import _, number, percent, size, when
from core.workspace.builds import largest_build

from . import cached, server
from .names import draft_name
from .panels import escaped, figure, metric, plain_text, problem, why
from .state import Visit

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def asked(visit: Visit) -> bool:
    """What will be built, in a line, and what it will take; whether this machine can."""
    assert visit.base is not None
    found = cached.cover(visit.draft, visit.base)
    rows, dim = len(found.reading.vocabulary), found.located.dim
    with st.container(border=True):
        st.text(draft_name(visit.draft))
        st.caption(
            _("{rows} rows × {dim} dimensions before transforms, about {bytes}").format(
                rows=number(rows), dim=number(dim), bytes=size(rows * dim * 4)
            )
        )
    if rows * dim * 4 > (most := largest_build()):
        problem(
            LexiloomError(
                _("the matrix would be larger than this machine can build ({most})").format(most=size(most)),
                fix=_("Keep fewer words (maximum size, minimum count), or take a source with fewer dimensions."),
            )
        )
        return False
    return True


def own(visit: Visit, key: str) -> bool:
    """Let the workspace read this build from now on; whether it could not before."""
    if visit.workspace is None or visit.read_only or key in visit.workspace.builds:
        return False
    visit.workspace.add_build(key)
    return True


def older(visit: Visit) -> None:
    """The choices changed since the last build: it is still there."""
    assert visit.workspace is not None
    key = visit.workspace.builds[-1]
    saved = cached.build(key)
    if saved is None:
        return
    st.divider()
    st.caption(_("The choices were changed since this build was made:"))
    with st.container(horizontal=True, vertical_alignment="center"):
        told = _("{rows} rows × {dim} dimensions").format(
            rows=number(len(saved.matrix.vocabulary)), dim=number(saved.matrix.dim)
        )
        st.text(told)
        st.link_button(
            _("Everything as a zip"),
            address(visit, key, "everything.zip"),
            icon=":material/folder_zip:",
            key="older-zip",
        )


def address(visit: Visit, key: str, name: str) -> str:
    """Where the download route serves a file of a build."""
    assert visit.workspace is not None
    whose = visit.workspace.token if visit.read_only else visit.workspace.id
    return f"/download/{whose}/{key}/{name}"


def figures(visit: Visit, saved: SavedBuild) -> None:
    """The numbers at the top."""
    matrix, lock = saved.matrix, saved.lock
    columns = st.columns(4)
    with columns[0]:
        metric(_("Rows"), number(len(matrix.vocabulary)), "rows")
    with columns[1]:
        metric(_("Dimensions"), number(matrix.dim), "dimensions")
    with columns[2]:
        share = lock["coverage"]["found"]["types"]["share"]
        metric(_("Type coverage"), percent(share), "type_coverage")
    with columns[3]:
        metric(_("Left out"), number(len(saved.dropped)), "dropped")
    told = [_("Built {date}, matrix {id}").format(date=when(_epoch(lock["started"])), id=str(lock["matrix_id"])[:16])]
    device = str(lock.get("environment", {}).get("device", ""))
    if device.startswith("kept, "):
        told.append(_("the model's rows were there from before ({precision})").format(precision=device[6:]))
    elif "," in device:  # a model ran
        told.append(_("the model ran on {device}").format(device=device))
    st.caption(escaped(" · ".join(told)))


def _epoch(stamp: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(stamp).timestamp()


def coverage(saved: SavedBuild) -> None:
    """What was found, and what became of the rest."""
    told = _("Rows by origin before and after the fill")
    figure(_("Found, and built"), _compared, saved, "origin", told, "compare")


def _compared(saved: SavedBuild) -> Figure:
    return compare(*(Coverage.from_dict(saved.lock["coverage"][name]) for name in ("found", "built")))


def card(key: str) -> None:
    """The card that lies in the build's folder."""
    path = server.home().builds / key / "card.md"
    with st.expander(_("The build's card"), icon=":material/description:"):
        st.code(path.read_text(encoding="utf-8"), language="markdown", wrap_lines=True)


def sanity(key: str, saved: SavedBuild) -> None:
    """Zero rows, equal rows, norms."""
    seen = cached.sanity(key, saved)
    columns = st.columns(2)
    with columns[0]:
        metric(_("Zero rows"), number(len(seen.zero_rows)), "zero_rows")
    with columns[1]:
        metric(_("Equal rows"), number(sum(group.size for group in seen.duplicates)), "duplicate_rows")
    figure(_("Length of the rows (L2 norm)"), norms, seen, "norms", _("Number of rows by their L2 norm"), "norms")


def examples(key: str, saved: SavedBuild) -> None:
    """Five words with their neighbors, and the words whose rows are equal."""
    seen = cached.sanity(key, saved)
    if seen.examples:
        st.markdown(f"**{_('Five words and their nearest')}**", help=why("cosine"))
        st.dataframe(_examples(seen.examples), hide_index=True, height="content", key="examples")
    if seen.duplicates:
        with st.expander(_("Words with equal rows")):
            for group in seen.duplicates[:5]:
                plain_text(_("{n} words: {words}").format(n=number(group.size), words=", ".join(group.words[:8])))


def _examples(examples: Any) -> dict[Any, list[str]]:
    return {
        _("word"): [one.word for one in examples],
        _("state"): [str(_(STATES[one.origin])) for one in examples],
        _("nearest"): [", ".join(f"{word} {cosine:.2f}" for word, cosine in one.neighbors[:4]) for one in examples],
    }
