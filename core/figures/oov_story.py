"""Figures of how fills make one word's row: where each puts it among the known words, and what it makes it of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _, joined, ngettext, number, percent
from .comparing import GRID
from .map import GAP, LETTER, LINE, ink, width_of
from .style import ACCENT, CLEAR, COLORS, NAMES, figure, shown

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from ..oov.contract import Ingredient
    from ..oov.story import Point, Story, Telling

HEIGHT, VIEW = 620, (900, 460)  # pixels: of the figure; of the view, about
MARGIN = 0.1  # of the view's size, on each side
MOST_LABELS = 40
MOST_BARS, BAR, FOOT = 20, 30, 110  # pixels of a bar with its gap, and of what stands around all bars
LONGEST = 24  # letters of a word beside its point
THIN = "rgba(134,142,150,0.75)"
MARK, SMALL = 15, 7  # pixels of a landing's mark, and of a known word's
# Pixels from a point to its name: tried first, then, with a line to it, for names that must not be left out.
NEAR = ((0, 1), (0, -1), (1, 0), (-1, 0))
FAR = tuple((x * step, y * step) for step in (36, 60, 90, 130) for x, y in ((1, 1), (-1, 1), (1, -1), (-1, -1)))
TITLE = {"x": 0, "xref": "container", "xanchor": "left", "y": 1, "yanchor": "top", "pad": {"l": 8, "t": 10}}
SYMBOLS = {"composed": "square", "mapped": "diamond", "invented": "cross"}
MADE = {
    "composed": N_("made: composed"),
    "mapped": N_("made: mapped"),
    "invented": N_("made: invented, knows nothing of the word"),
}


def landings(story: Story, *, dark: bool = False) -> Figure:
    """Known words around, and among them where each fill puts the word, with a line to its true place if it is known.

    dark  whether the page is: words are written in a color that stands out from it

    Both axes have one scale. Fills that make no row are not on it.
    """
    made = [one for one in story.tellings if one.at is not None]
    low, high = _window(story, made)
    plain = {"showticklabels": False, "zeroline": False, "showgrid": False}
    drawn = figure(
        HEIGHT,
        x={**plain, "title": {"text": _axis(story, 0)}, "range": [low[0], high[0]]},
        y={**plain, "title": {"text": _axis(story, 1)}, "range": [low[1], high[1]], "scaleanchor": "x"},
        **_frame(_("Where fills put {word}").format(word=shown(story.word)), dark),
        showlegend=True,
        dragmode="pan",
        annotations=_labels(story, made, low, high, dark) or [_nothing(_("No fill makes a row of it."), dark)],
    )
    if story.map.truth is not None:
        _lines(drawn, made, story.map.truth)
    for named, symbol, which in (
        (_("known word"), "circle", [one for one in story.map.points if not one.ingredient_of]),
        (_("part that a row is made of"), "circle-open", [one for one in story.map.points if one.ingredient_of]),
    ):
        if which:
            _words(drawn, which, named, symbol)
    for origin, symbol in SYMBOLS.items():
        if those := [one for one in made if one.origin == origin]:
            _marks(drawn, those, origin, symbol, story.among)
    if story.map.truth is not None:
        _truth(drawn, story)
    return drawn


def landings_alt(story: Story) -> str:
    """What `landings` shows, for those who can't see it: each fill, and how near it comes."""
    made = [one for one in story.tellings if one.at is not None]
    head = ngettext(
        "Where {n} fill puts {word} among known words", "Where {n} fills put {word} among known words", len(made)
    ).format(n=number(len(made)), word=_short(story.word))
    told = [
        _("{fill}: cosine {cosine} to the true row").format(fill=one.name, cosine=_two(one.cosine))
        if one.cosine is not None
        else _("{fill}: next to {word}").format(fill=one.name, word=_short(one.neighbors[0][0]))
        for one in made
        if one.cosine is not None or one.neighbors
    ]
    return joined("; ", [head, *told])


def ingredients(story: Story, kind: str, *, dark: bool = False) -> Figure:
    """What the fill `kind` (a telling's name) makes the row of, as bars of weights, the heaviest above.

    Weights are as the fill tells them: shares of a mean, coefficients, likenesses. Raises KeyError for a fill that
    the story doesn't tell of.
    """
    telling = story.telling(kind)
    parts = _parts(telling)
    names, places = [shown(one.name) for one in parts], list(range(len(parts)))
    title = _("What {fill} makes {word} of").format(fill=shown(kind), word=shown(story.word))
    bare = {"visible": False}
    weights = [one.weight for one in parts]
    drawn = figure(
        FOOT + BAR * max(2, len(parts)),
        x={"title": {"text": _("weight (no unit)")}, "gridcolor": GRID, "zerolinecolor": THIN, **_reach(weights)}
        if parts
        else bare,
        y={"tickvals": places, "ticktext": names, "range": [len(parts) - 0.4, -0.6]} if parts else bare,
        **_frame(title, dark),
        annotations=[] if parts else [_nothing(_why(telling), dark)],
    )
    if parts:
        drawn.add_bar(
            y=places,
            x=weights,
            orientation="h",
            marker={"color": ACCENT, "line": {"width": 0}},
            customdata=names,
            text=[number(weight, 3) for weight in weights],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{customdata}: %{text}<extra></extra>",
        )
    return drawn


def ingredients_alt(story: Story, kind: str) -> str:
    """What `ingredients` shows, for those who can't see it: the three heaviest parts. Raises KeyError likewise."""
    telling = story.telling(kind)
    head = _("What {fill} makes {word} of").format(fill=kind, word=_short(story.word))
    told = [f"{_short(one.name)} {_two(one.weight)}" for one in _parts(telling)[:3]]
    return joined(": ", [head, ", ".join(told) or _why(telling)])


def _two(value: float) -> str:
    """Two digits, and no minus before nothing."""
    return number(round(value, 2) + 0.0, 2)


def _parts(telling: Telling) -> list[Ingredient]:
    return sorted(telling.ingredients, key=lambda one: -abs(one.weight))[:MOST_BARS]


def _why(telling: Telling) -> str:
    """Why there are no bars."""
    return telling.refused or _("Its row is no sum of a few parts.")


def _reach(weights: Sequence[float]) -> dict[str, Any]:
    """A range with zero in it and room for the numbers at the ends of the bars."""
    low, high = min(0.0, *weights), max(0.0, *weights)
    room = 0.12 * ((high - low) or 1)
    return {"range": [low - (room if low < 0 else 0), high + room]}


def _frame(title: str, dark: bool) -> dict[str, Any]:
    font = ink(13, dark, False)
    return {
        "title": {**TITLE, "text": title, "font": {**font, "size": 15}},
        "font": font,
        "margin": {"l": 8, "r": 28, "t": 48, "b": 8},
        "modebar": {"bgcolor": CLEAR, "color": "#868E96", "activecolor": ACCENT},
    }


def _nothing(text: str, dark: bool) -> dict[str, Any]:
    place = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper"}
    return {**place, "text": shown(text), "showarrow": False, "font": ink(14, dark, False)}


def _axis(story: Story, axis: int) -> str:
    share = percent(story.map.shown[axis])
    return _("component {n} ({share} of the variance)").format(n=axis + 1, share=share)


def _window(story: Story, made: Sequence[Telling]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The corners of the view: all there is, with room around it."""
    places = [(one.x, one.y) for one in story.map.points] + [one.at for one in made if one.at is not None]
    places += [] if story.map.truth is None else [story.map.truth]
    points = np.array(places or [(0.0, 0.0)])
    low, high = points.min(axis=0), points.max(axis=0)
    # Where nothing spreads, a view of some size all the same.
    room = np.maximum(MARGIN * (high - low), 0.05 * (high - low).max() or 1.0)
    return low - room, high + room


# Traces


def _lines(drawn: Figure, made: Sequence[Telling], truth: tuple[float, float]) -> None:
    ends = [(one.at or truth, truth, (None, None)) for one in made]
    drawn.add_scatter(
        x=[x for line in ends for x, _y in line],
        y=[y for line in ends for _x, y in line],
        mode="lines",
        line={"color": THIN, "width": 1},
        hoverinfo="skip",
        showlegend=False,
    )


def _words(drawn: Figure, points: Sequence[Point], named: str, symbol: str) -> None:
    drawn.add_scatter(
        x=[one.x for one in points],
        y=[one.y for one in points],
        name=named,
        mode="markers",
        marker={"color": ACCENT, "symbol": symbol, "size": SMALL, "line": {"width": 1.5, "color": ACCENT}},
        text=[_told_of(one) for one in points],
        hovertemplate="%{text}<extra></extra>",
    )


def _told_of(point: Point) -> str:
    lines = [shown(point.word)]
    if point.ingredient_of:
        lines.append(_("part of: {fills}").format(fills=", ".join(point.ingredient_of)))
    if point.neighbor_of:
        lines.append(_("among the nearest of: {fills}").format(fills=", ".join(point.neighbor_of)))
    if point.by_truth:
        lines.append(_("among the nearest of the true row"))
    return "<br>".join(lines)


def _marks(drawn: Figure, made: Sequence[Telling], origin: str, symbol: str, among: int) -> None:
    places = [one.at for one in made if one.at is not None]
    drawn.add_scatter(
        x=[x for x, _y in places],
        y=[y for _x, y in places],
        name=_(MADE[origin]),
        mode="markers",
        marker={"color": COLORS[origin], "symbol": symbol, "size": MARK, "line": {"width": 1, "color": "#FFFFFF"}},
        text=[_told_by(one, among) for one in made],
        hovertemplate="%{text}<extra></extra>",
    )


def _told_by(telling: Telling, among: int) -> str:
    lines = [f"<b>{shown(telling.name)}</b> ({_(NAMES[telling.origin])})"]
    if telling.cosine is not None:
        lines.append(_("cosine to the true row: {cosine}").format(cosine=number(telling.cosine, 3)))
    if telling.rank is not None:
        told = _("rank of the true row: {rank} of {n} known words")
        lines.append(told.format(rank=number(telling.rank), n=number(among)))
    if telling.confidence is not None:
        lines.append(_("confidence: {share}").format(share=number(telling.confidence, 2)))
    if telling.neighbors:
        near = ", ".join(shown(word) for word, _cosine in telling.neighbors)
        lines.append(_("nearest: {words}").format(words=near))
    return "<br>".join(lines)


def _truth(drawn: Figure, story: Story) -> None:
    x, y = story.map.truth or (0.0, 0.0)
    told = [f"<b>{shown(story.word)}</b>", _("the true row, which was hidden")]
    if story.found_as not in ("", story.word):
        told.append(_("found as {form}").format(form=shown(story.found_as)))
    if story.neighbors:
        told.append(_("nearest: {words}").format(words=", ".join(shown(word) for word, _cosine in story.neighbors)))
    drawn.add_scatter(
        x=[x],
        y=[y],
        name=_("true row"),
        mode="markers",
        marker={"color": ACCENT, "symbol": "star", "size": MARK + 5, "line": {"width": 1, "color": "#FFFFFF"}},
        text=["<br>".join(told)],
        hovertemplate="%{text}<extra></extra>",
    )


# Names beside points


def _labels(
    story: Story, made: Sequence[Telling], low: NDArray[np.float64], high: NDArray[np.float64], dark: bool
) -> list[dict[str, Any]]:
    """Names of the true place and of all landings, then of as many words as have room, none over another."""
    scale = min(np.array(VIEW) / np.maximum(high - low, 1e-12))
    marks = [(story.map.truth, _short(story.word))] if story.map.truth is not None else []
    marks += _together(made)
    # Parts and what lies around the truth tell most.
    points = sorted(story.map.points, key=lambda one: (not one.ingredient_of, not one.by_truth))
    boxes = [_box((np.array(place) - low) * scale, 0, 0, MARK, MARK) for place, _name in marks]
    bold, usual = {**ink(13, dark, True), "weight": 700}, ink(12, dark, True)
    found = []
    for place, name in marks:
        if label := _label(place, name, (np.array(place) - low) * scale, boxes, must=True):
            found.append({**label, "font": bold})
    for one in points:
        if len(found) - len(marks) == MOST_LABELS:
            break
        if label := _label((one.x, one.y), _short(one.word), (np.array([one.x, one.y]) - low) * scale, boxes):
            found.append({**label, "font": usual})
    return found


def _together(made: Sequence[Telling]) -> list[tuple[tuple[float, float], str]]:
    """Places of landings and the fills that land there: a cascade and its step have one place."""
    found: dict[tuple[float, float], list[Telling]] = {}
    for one in made:
        if one.at is not None:
            found.setdefault((round(one.at[0], 6), round(one.at[1], 6)), []).append(one)
    return [(place, ", ".join(one.name for one in those)) for place, those in found.items()]


def _short(word: str) -> str:
    return word if len(word) <= LONGEST else f"{word[:LONGEST]}…"


def _label(
    place: tuple[float, float], name: str, at: NDArray[np.float64], boxes: list[NDArray[np.float64]], must: bool = False
) -> dict[str, Any] | None:
    """The annotation of a point at `at` (pixels) that lies on none of `boxes`, which it joins; None without room.

    One that `must` be there goes farther off, with a line to its point, and in the end on top of others.
    """
    width, height = width_of(name) * LETTER * (1.1 if must else 1) + GAP / 2, LINE + 2
    off = (MARK if must else SMALL) / 2 + 2
    near = [(x * (off + width / 2), y * (off + height / 2)) for x, y in NEAR]
    tried = [(x, y, False) for x, y in near] + [(x, y, True) for x, y in FAR if must]
    clear = [one for one in tried if _free(_box(at, one[0], one[1], width, height), boxes)]
    if not clear and not must:
        return None
    x, y, far = clear[0] if clear else tried[0]
    boxes.append(_box(at, x, y, width, height))
    told = {"x": place[0], "y": place[1], "text": shown(name), "xanchor": "center", "yanchor": "middle"}
    if far:
        return {**told, "ax": x, "ay": -y, "showarrow": True, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": THIN}
    return {**told, "showarrow": False, "xshift": x, "yshift": y}


def _box(at: NDArray[np.float64], x: float, y: float, width: float, height: float) -> NDArray[np.float64]:
    """float64[4]: left, lower, right, upper edge of what is so large and lies so far off `at`."""
    return np.array([at[0] + x - width / 2, at[1] + y - height / 2, at[0] + x + width / 2, at[1] + y + height / 2])


def _free(box: NDArray[np.float64], boxes: Sequence[NDArray[np.float64]]) -> bool:
    others = np.array(boxes).reshape(-1, 4)
    apart = (others[:, 0] > box[2]) | (others[:, 2] < box[0]) | (others[:, 1] > box[3]) | (others[:, 3] < box[1])
    return bool(apart.all())


__all__ = ["ingredients", "ingredients_alt", "landings", "landings_alt"]
