"""Words along axes that other words span, and the cosines of some words with each other."""

from __future__ import annotations

import streamlit as st

from core.csv_text import csv_of
from core.errors import LexiloomError
from core.figures import config
from core.figures.axes import along_axes, similarities
from core.messages import _, number
from core.neighbors.axes import Axis, along, angle, axis
from core.neighbors.similarities import ordered, similarity_table

from . import cached
from .explore_choices import Chosen, known
from .panels import problem, why
from .state import Visit

EXAMPLES = (
    (("small tiny little", "big large huge"), ("bad terrible worst", "good great best")),
    (("小 矮", "大 高"), ("坏 差", "好 优秀")),
)
MOST_WORDS = 400
FIRST = 60


def show(visit: Visit, chosen: Chosen) -> None:
    """Two axes, each between two lists of words, and words at their places along them."""
    ids = chosen.saved.matrix.vocabulary.ids
    example = next(
        (pair for pair in EXAMPLES if all(word in ids for end in (*pair[0], *pair[1]) for word in end.split())),
        (("", ""), ("", "")),
    )
    st.caption(
        _("An axis leads from the mean of some words to the mean of others. A word's place is its cosine with it."),
        width=720,
    )
    poles = [_pole(name, label, example[i]) for i, (name, label) in enumerate(_labels())]
    words = known(
        chosen.saved,
        st.text_area(_("Words to place"), key="axes-words", help=_("Empty: the most frequent words.")),
    )
    rows = _rows(chosen, words)
    axes = []
    for low, high in poles:
        ends = known(chosen.saved, low), known(chosen.saved, high)
        if not any(ends):
            continue
        try:
            axes.append(axis(chosen.saved.matrix, *ends))
        except LexiloomError as error:
            problem(error)
            return
    if not axes:
        st.caption(_("Write words at both ends of an axis."))
        return
    _picture(chosen, axes, rows)


def _labels() -> tuple[tuple[str, str], ...]:
    return ("x", _("across")), ("y", _("up"))


def _pole(name: str, label: str, example: tuple[str, str]) -> tuple[str, str]:
    left, right = st.columns(2)
    low = left.text_input(
        _("From ({axis})").format(axis=label), placeholder=example[0], key=f"axis-{name}-low", max_chars=500
    )
    high = right.text_input(
        _("To ({axis})").format(axis=label), placeholder=example[1], key=f"axis-{name}-high", max_chars=500
    )
    return low.strip() or example[0], high.strip() or example[1]


def _rows(chosen: Chosen, words: tuple[str, ...]) -> list[int]:
    """The rows to be placed: those of the words that are there, or of the most frequent ones."""
    ids = chosen.saved.matrix.vocabulary.ids
    if words:
        missing = [word for word in words if word not in ids]
        if missing:
            st.caption(_("{n} of the words are not in the matrix and have no place.").format(n=number(len(missing))))
        return [ids[word] for word in words if word in ids][:MOST_WORDS]
    return cached.frequent(chosen.key, chosen.saved, FIRST)


def _picture(chosen: Chosen, axes: list[Axis], rows: list[int]) -> None:
    poles = [word for one in axes for word in (*one.low, *one.high)]
    ids, names = chosen.saved.matrix.vocabulary.ids, chosen.saved.matrix.vocabulary.words
    placed = list(dict.fromkeys([*(ids[word] for word in poles), *rows]))
    places = along(chosen.saved.matrix, axes, placed)
    words = [names[row] for row in placed]
    ends = [(", ".join(one.low), ", ".join(one.high)) for one in axes]
    dark = st.context.theme.type == "dark"
    made = along_axes(words, places, ends, marked=[word in poles for word in words], dark=dark)
    st.plotly_chart(made, key="axes-figure", config=config(), alt=_("Words along semantic axes"))
    told = [
        _("gap between the ends of “{low} → {high}”: {gap}").format(low=low, high=high, gap=number(one.gap, 3))
        for one, (low, high) in zip(axes, ends, strict=True)
    ]
    if len(axes) == 2:
        turned = angle(*axes)
        told.append(
            _("angle between the axes: {degrees}° (at 90° they say different things)").format(
                degrees=number(turned.degrees, 1)
            )
        )
    for text in told:
        st.text(text)
    rows_told = [[word, *map(float, place)] for word, place in zip(words, places.tolist(), strict=True)]
    st.download_button(
        _("Save as CSV"),
        csv_of(["word", "x", "y"][: len(axes) + 1], rows_told),
        "axes.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
        key="axes-csv",
    )


def show_similarities(visit: Visit, chosen: Chosen) -> None:
    """A heat map of the cosines of chosen words."""
    names = chosen.saved.matrix.vocabulary.words
    first = [names[row] for row in cached.frequent(chosen.key, chosen.saved, 24)]
    text = st.text_area(
        _("Words"), key="heat-words", placeholder=" ".join(first), help=_("Empty: some frequent words.")
    )
    words = known(chosen.saved, text) or tuple(first)
    if not words:
        return
    missing = [word for word in words if word not in chosen.saved.matrix.vocabulary.ids]
    if missing:
        st.caption(_("{n} of the words are not in the matrix and have no place.").format(n=number(len(missing))))
        words = tuple(word for word in words if word not in missing)
        if not words:
            return
    table = similarity_table(chosen.saved.matrix, words)
    if st.toggle(_("Put like words side by side"), value=True, key="heat-ordered"):
        order = ordered(table)
        table, words = table[order][:, order], tuple(words[i] for i in order.tolist())
    st.markdown(f"**{_('Cosines of the words with each other')}**", help=why("cosine"))
    st.plotly_chart(similarities(words, table), key="heat-figure", config=config(), alt=_("Heat map of cosines"))
    rows = [[word, *map(float, row)] for word, row in zip(words, table.tolist(), strict=True)]
    st.download_button(
        _("Save as CSV"),
        csv_of(["word", *words], rows),
        "similarities.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
        key="heat-csv",
    )
