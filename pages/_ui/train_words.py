"""Watched words: their neighbors at the start and now. Made for a projector: large, and nothing moves but words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.messages import _, number

from .panels import escaped

# So many words stand side by side; two rows of four are quieter than one of eight.
ACROSS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 3, 7: 4, 8: 4}
# With so many at most there is room for what was at the start beside it.
WIDE = 3
LINES = 10
LONGEST = 14  # characters of a neighbor: a line never becomes two


def cards(watched: Sequence[Mapping[str, Any]]) -> None:
    """A card for each watched word."""
    if not watched:
        return
    across = ACROSS.get(len(watched), 4)
    with st.container(key="train-cards"):
        for first in range(0, len(watched), across):
            for column, one in zip(st.columns(across), watched[first : first + across], strict=False):
                with column, st.container(border=True, gap="small"):
                    _card(one, across <= WIDE)


def _card(one: Mapping[str, Any], wide: bool) -> None:
    st.subheader(escaped(one["word"], LONGEST), anchor=False)
    st.caption(_settled(one), help=_("Of its nearest words, how many were there at the look before."))
    if wide:
        left, right = st.columns(2)
        with left:
            st.caption(_("Now"))
            lines(one["now"], strong=True)
        with right:
            st.caption(_("At the start"))
            lines(one["start"])
        return
    lines(one["now"], strong=True)
    before = _(", ").join(word[:LONGEST] for word, _cosine in one["start"][:LINES])
    st.caption(escaped(_("At the start: {words}").format(words=before), None))


def lines(found: Sequence[tuple[str, float]], *, strong: bool = False) -> None:
    """Ten neighbors, one a line: there are always as many, and nothing below moves."""
    mark = "**" if strong else ""
    told = [f"{mark}{escaped(word, LONGEST)}{mark} {number(cosine, 2)}" for word, cosine in found[:LINES]]
    st.markdown("  \n".join(told))


def _settled(one: Mapping[str, Any]) -> str:
    """How many of its neighbors stayed since the last look."""
    if not one["settled"]:
        return _("just begun")
    stayed = round(one["settled"][-1][1] * len(one["now"]))
    return _("{n} of {all} stayed").format(n=number(stayed), all=number(len(one["now"])))


def beside(one: Mapping[str, Any], before: str, now: str) -> None:
    """One word's neighbors by two sets of vectors, side by side."""
    st.markdown(f"**{escaped(one['word'], LONGEST)}**")
    left, right = st.columns(2)
    with left:
        st.caption(before)
        lines(one["start"])
    with right:
        st.caption(now)
        lines(one["now"], strong=True)
