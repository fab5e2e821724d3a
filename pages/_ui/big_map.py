"""The map of up to a million words: the viewer in assets/viewer as a Streamlit component.

The browser fetches points and colorings by their addresses, once, and the viewer's code from `viewer/viewer.js`, which
app.py must serve. A rerun of the page sends settings alone, and the map stays as it is but for what changed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from core.figures import viewer_data

KINDS = ("lasso", "click", "clear")
# Relative to the page, as Streamlit's own files are: it holds below a base path too.
SCRIPT = """
export default async function (component) {
  const { streamlit } = await import(new URL(component.data.module, document.baseURI).href);
  return streamlit(component);
}
"""
_component = component("lexiloom_map", js=SCRIPT)


@dataclass(frozen=True)
class Picked:
    """What is selected on the map.

    rows  row numbers, or where they are many bytes with a bit for each point; `viewer_data.picked_rows` checks and
          unites the two. Nothing of it is to be trusted before
    kind  "lasso", "click" or "clear" as the reader did, "given" where the page selected, "" where nobody did
    """

    rows: list[int] | bytes
    kind: str


def big_map(
    *,
    points_url: str,
    coloring_url: str | None,
    key: str,
    height: int = 640,
    labels: bool = True,
    sizes: bool = False,
    focus: int | None = None,
    lines: Sequence[tuple[int, int]] = (),
    selected: Sequence[int] = (),
    nonce: int = 0,
    on_pick: Callable[[], None] | None = None,
) -> Picked:
    """Show a map, and return what is selected on it.

    points_url    address of what `viewer_data.pack` made, relative to the page; another map, another address
    coloring_url  address of a packed `Coloring`, None for one color
    labels, sizes   whether words are written beside the dots, and frequent ones drawn larger
    focus         the row to fly to and mark, or None
    lines         (row, row): lines from a word to its neighbors, whose names are shown
    selected      rows that are selected to begin with, and again whenever `nonce` is another number than before: a page
                  clears the selection by counting up `nonce`
    on_pick       called before the run that a new selection starts
    """
    given = Picked(list(selected), "given" if selected else "")
    before = st.session_state.get(key)
    known = _current(before, points_url, nonce)
    result = _component(
        key=key,
        data={
            "key": key,
            "module": f"viewer/viewer.js?v={viewer_data.viewer_version()}",
            "points": points_url,
            "coloring": coloring_url,
            "labels": labels,
            "sizes": sizes,
            "focus": focus,
            "lines": [list(pair) for pair in lines],
            "height": height,
            "texts": viewer_data.texts(),
            "selected": given.rows,
            "nonce": nonce,
            "known": known.get("stamp") if known else None,
        },
        on_picked_change=on_pick or _nothing,
    )
    return _picked(_current(result, points_url, nonce)) or given


def _nothing() -> None:
    pass


def _current(result: Any, points_url: str, nonce: int) -> Mapping[str, Any] | None:
    """What the browser sent, None if it is of another map, or the page has selected anew since."""
    state = result.get("picked") if isinstance(result, Mapping) else None
    if not isinstance(state, Mapping) or state.get("points") != points_url or state.get("nonce") != nonce:
        return None
    return state


def _picked(state: Mapping[str, Any] | None) -> Picked | None:
    """The selection in it; the browser is not trusted."""
    if state is None or state.get("kind") not in KINDS:
        return None
    rows, mask = state.get("rows"), state.get("mask")
    if isinstance(mask, str):
        try:
            return Picked(base64.b64decode(mask, validate=True), state["kind"])
        except (binascii.Error, ValueError):
            return None
    if isinstance(rows, list) and all(type(row) is int for row in rows):
        return Picked(rows, state["kind"])
    return None
