"""A picture of one window of a training: the sentence, the vectors that meet, and what the step did to the loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..messages import N_, _, number
from .comparing import AXIS, GRID
from .map import LETTER, ink, width_of
from .style import ACCENT, CLEAR, FONT, figure, shown

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from ..training.window import Step, Vector

# Pixels. The view is WIDTH wide, about: what is written into boxes has room there.
WIDTH, LABELS, RIGHT = 880, 180, 70
TOP, TITLE, GAP, FOOT = 34, 34, 12, 46
LINE, BOX = 42, 30  # of a line of boxes, of a box
STRIP, BAR = 20, 30
PAD = 9  # beside a word in its box
SIDE = 4  # words of the sentence that are shown beyond the window
LONGEST, SHORTEST = 16, 10  # letters of a word in a box or before a strip, and behind a term
# Names keep off what they name.
AWAY = {"ticks": "outside", "ticklen": 8, "tickcolor": CLEAR, "tickfont": {"size": 13}}
PANEL_GAP = 0.025  # of the width, between before, gradient and after
OTHER, DRAWN = "#4A7FCB", "#C98A1B"  # the word around, and what is drawn against it
MUTED = "#868E96"
# The signs of numbers, by whether the page is dark.
BELOW, ABOVE = {False: "#C4534A", True: "#F0837A"}, {False: "#2C6FBB", True: "#74B0F2"}
GROUND = {False: "#FFFFFF", True: "#101619"}
NAMES = {
    ("rows", "glove"): N_("w"),
    ("contexts", "glove"): N_("w̃"),
    ("rows", ""): N_("v"),
    ("contexts", ""): N_("u"),
}


@dataclass
class _Line:
    """Boxes beside each other: (text, kind, left, right) in pixels, and what is written before them."""

    title: str
    boxes: list[tuple[str, str, float, float]] = field(default_factory=list)

    @property
    def end(self) -> float:
        return self.boxes[-1][3] if self.boxes else 0.0


def window_picture(step: Step, *, dark: bool = False) -> Figure:
    """The sentence as boxes, the vectors that meet before the step, their gradients and after, and the loss's terms.

    dark  whether the page is: the ground of the strips and the color of words are made for it

    Of long sentences the window and a few words around it are shown, of long vectors the first numbers.
    """
    lines = _lines(step)
    heights = {
        "sentence": LINE * len(lines),
        "strips": STRIP * len(step.vectors),
        "terms": BAR * len(_terms(step)) + 4,
    }
    tall = TOP + heights["sentence"] + 2 * (GAP + TITLE) + heights["strips"] + heights["terms"] + FOOT
    domains = _domains(heights, tall - TOP - FOOT)
    made = figure(
        tall,
        x={"visible": False, "range": [0, WIDTH - LABELS - RIGHT], "anchor": "y", "fixedrange": True},
        y={"visible": False, "range": [len(lines) - 0.5, -0.5], "domain": domains["sentence"], "fixedrange": True},
        **_axes(step, domains),
        margin={"l": LABELS, "r": RIGHT, "t": TOP, "b": FOOT, "autoexpand": False},
        font=ink(13, dark, False),
        showlegend=True,
        legend={**_beside(domains["terms"][1]), "font": ink(12, dark, False)},
        shapes=_boxes(lines),
        annotations=[_key(step, dark), *_written(lines, dark), *_titles(step, domains, dark)],
        barmode="group",
        bargap=0.16,
        dragmode=False,
    )
    _strips(made, step, dark)
    _bars(made, step)
    return made


def window_alt(step: Step) -> str:
    """What `window_picture` shows, for those who can't see it."""
    told = _("The word {word} in the middle, {n} words around it; the loss goes from {before} to {after}.")
    return told.format(
        word=_short(step.tokens[step.center]),
        n=number(len(step.contexts)),
        before=number(step.loss[0], 4),
        after=number(step.loss[1], 4),
    )


def _short(word: str, most: int = LONGEST) -> str:
    """So many letters; Chinese characters are two."""
    if width_of(word) <= most:
        return word
    kept = next(n for n in range(len(word), 0, -1) if width_of(word[:n]) <= most or n == 1)
    return f"{word[:kept]}…"


def _domains(heights: dict[str, int], inner: int) -> dict[str, list[float]]:
    """What share of the height each of the three takes, from below."""
    terms = heights["terms"]
    strips = terms + GAP + TITLE
    sentence = strips + heights["strips"] + GAP + TITLE
    places = {"terms": (0, terms), "strips": (strips, strips + heights["strips"]), "sentence": (sentence, inner)}
    return {name: [low / inner, min(1.0, high / inner)] for name, (low, high) in places.items()}


def _beside(top: float) -> dict[str, Any]:
    """The legend of the bars stands above them, on the right."""
    return {"orientation": "h", "x": 1, "xanchor": "right", "xref": "paper", "y": top, "yref": "paper"} | {
        "yanchor": "bottom",
        "traceorder": "normal",
        "title": {"text": ""},
    }


# The sentence


def _lines(step: Step) -> list[_Line]:
    """The words near the window, in as many lines as they need, and the words that were drawn."""
    first = max(0, min(step.center, *step.contexts) - SIDE)
    last = min(len(step.tokens), max(step.center, *step.contexts) + SIDE + 1)
    boxes = [("…", "gap")] if first else []
    boxes += [(step.tokens[place], _kind(step, place)) for place in range(first, last)]
    boxes += [("…", "gap")] if last < len(step.tokens) else []
    lines = _filled(str(_("sentence")), boxes)
    if step.negatives:
        lines += _filled(str(_("negatives")), [(word, "drawn") for word in step.negatives])
    return lines


def _kind(step: Step, place: int) -> str:
    if place == step.center:
        return "center"
    if place in step.contexts:
        return "picked" if step.method == "cbow" or place == step.pick else "around"
    return "known" if step.known[place] else "unknown"


def _filled(title: str, boxes: Sequence[tuple[str, str]]) -> list[_Line]:
    lines = [_Line(title)]
    for word, kind in boxes:
        short = _short(word)
        wide = width_of(short) * (LETTER + 0.6) + 2 * PAD
        left = lines[-1].end + (6 if lines[-1].boxes else 0)
        if kind != "gap" and lines[-1].boxes and left + wide > WIDTH - LABELS - RIGHT:
            lines.append(_Line(""))
            left = 0.0
        lines[-1].boxes.append((short, kind, left, left + wide))
    return lines


FILLS = {"center": ACCENT, "picked": OTHER, "drawn": DRAWN}
WRITTEN = {"center": "#FFFFFF", "picked": "#FFFFFF", "drawn": "#1E1503"}


def _boxes(lines: Sequence[_Line]) -> list[dict[str, Any]]:
    """Words that meet are filled; the others of the window have a blue edge, those beyond it a faint one or none."""
    found = []
    half = BOX / LINE / 2
    for row, line in enumerate(lines):
        for _word, kind, left, right in line.boxes:
            if kind == "gap":
                continue
            edge = {"color": OTHER if kind == "around" else GRID, "width": 1.5 if kind == "around" else 1}
            if kind == "unknown":
                edge["dash"] = "dot"
            if kind in FILLS:
                edge = {"width": 0}
            found.append(
                {"type": "rect", "x0": left, "x1": right, "y0": row - half, "y1": row + half, "xref": "x", "yref": "y"}
                | {"line": edge, "fillcolor": FILLS.get(kind, CLEAR), "layer": "below"}
            )
    return found


def _written(lines: Sequence[_Line], dark: bool) -> list[dict[str, Any]]:
    """The words in the boxes, and what each line is."""
    found = []
    plain = {"showarrow": False, "yref": "y", "yanchor": "middle"}
    for row, line in enumerate(lines):
        for word, kind, left, right in line.boxes:
            font = ink(13, dark, False)
            if kind in WRITTEN:
                font = {**font, "color": WRITTEN[kind], "weight": 600}
            elif kind in ("unknown", "gap", "known"):
                font = {**font, "color": MUTED}
            found.append({**plain, "x": (left + right) / 2, "y": row, "xref": "x", "text": shown(word), "font": font})
        if line.title:
            found.append(_before(line.title, dark) | {"y": row, "yref": "y"})
    return found


def _key(step: Step, dark: bool) -> dict[str, Any]:
    """What the colors of the boxes mean, above them."""
    reach = number(step.reach)
    if step.drawn:
        told = _("in the window: {n} words to each side, drawn from 1 to {most}")
        within = told.format(n=reach, most=number(step.window))
    else:
        within = _("in the window: up to {n} words to each side").format(n=reach)
    parts = [(ACCENT, "■", _("word in the middle"))]
    if step.method != "cbow":
        parts += [(OTHER, "■", _("word of the pair")), (OTHER, "□", within)]
    else:
        parts += [(OTHER, "■", within)]
    text = "&nbsp;&nbsp;&nbsp;".join(f'<span style="color:{color}">{mark}</span> {name}' for color, mark, name in parts)
    place = {"x": 0, "xref": "paper", "xanchor": "left", "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 6}
    return {**place, "showarrow": False, "text": text, "font": {**ink(12, dark, False), "color": MUTED}}


def _before(title: str, dark: bool) -> dict[str, Any]:
    """A title in the left margin."""
    place = {"x": 0, "xref": "paper", "xanchor": "right", "xshift": -10, "yanchor": "middle", "showarrow": False}
    return {**place, "text": title, "font": {**ink(13, dark, False), "color": MUTED}}


# The vectors


def _axes(step: Step, domains: dict[str, list[float]]) -> dict[str, Any]:
    """Axes 2 to 4: before, gradient, after, strips below each other; 5: the terms."""
    places = list(range(len(step.vectors)))
    wide = (1 - 2 * PANEL_GAP) / 3
    found: dict[str, Any] = {}
    for k in range(3):
        left = k * (wide + PANEL_GAP)
        found[f"xaxis{k + 2}"] = {"domain": [left, left + wide], "anchor": f"y{k + 2}", "visible": False} | {
            "fixedrange": True
        }
        found[f"yaxis{k + 2}"] = {
            "domain": domains["strips"],
            "anchor": f"x{k + 2}",
            "range": [len(places) - 0.5, -0.5],
            "tickvals": places,
            "ticktext": [_label(one, step.method) for one in step.vectors],
            "showticklabels": k == 0,
            "showgrid": False,
            "zeroline": False,
            **AWAY,
            "fixedrange": True,
        }
    most = max(max(one.loss) for one in step.terms) if len(step.terms) == 1 else max(step.loss)
    title = _("cost (no unit)") if step.method == "glove" else _("loss (nats)")
    found["xaxis5"] = {
        **AXIS,
        "anchor": "y5",
        "title": {"text": title, "font": {"size": 13}},
        "range": [0, 1.02 * (most or 1.0)],
    } | {"fixedrange": True}
    terms = _terms(step)
    found["yaxis5"] = {
        "domain": domains["terms"],
        "anchor": "x5",
        "range": [len(terms) - 0.5, -0.5],
        "tickvals": list(range(len(terms))),
        "ticktext": [label for label, _before, _after in terms],
        "showgrid": False,
        "zeroline": False,
        **AWAY,
        "fixedrange": True,
    }
    return found


def _label(vector: Vector, method: str) -> str:
    """As the formulas have it, and whose it is."""
    if vector.role == "mean":
        return f"<b>h</b> {_('mean')}"
    name = NAMES[vector.table, method if method == "glove" else ""]
    return f"<b>{name}</b> {shown(_short(vector.word))}"


def _titles(step: Step, domains: dict[str, list[float]], dark: bool) -> list[dict[str, Any]]:
    """Above the strips and the bars: what they are, and what the strongest color means."""
    values, gradients = _strengths(step)
    wide = (1 - 2 * PANEL_GAP) / 3
    colored = _("full color ±{most}")
    texts = [
        (str(_("before the step")), colored.format(most=_number(values))),
        (str(_("gradient")), colored.format(most=_number(gradients))),
        (str(_("after the step")), str(_("rate {rate}").format(rate=f"{step.rate:g}"))),
    ]
    place = {"xref": "paper", "yref": "paper", "showarrow": False, "xanchor": "left", "yanchor": "bottom"}
    font = ink(13, dark, False)
    found = [
        {**place, "x": k * (wide + PANEL_GAP), "y": domains["strips"][1], "yshift": 4, "font": font}
        | {"text": f"<b>{title}</b>" + (f' <span style="color:{MUTED}">{about}</span>' if about else "")}
        for k, (title, about) in enumerate(texts)
    ]
    if step.vectors and len(step.vectors[0].before) < step.dim:
        shown_of = _("{n} of {all} numbers").format(n=number(len(step.vectors[0].before)), all=number(step.dim))
        found.append(_before(str(shown_of), dark) | {"y": domains["strips"][1], "yshift": 13, "yref": "paper"})
    title = _("terms of the loss") if step.method != "glove" else _("cost of the pair")
    found.append({**place, "x": 0, "y": domains["terms"][1], "yshift": 4, "text": f"<b>{title}</b>", "font": font})
    return found


def _strengths(step: Step) -> tuple[float, float]:
    """The largest number of the vectors, and of the gradients, without a sign."""
    values = [abs(x) for one in step.vectors for x in (*one.before, *one.after)]
    gradients = [abs(x) for one in step.vectors for x in one.gradient]
    return max(values, default=0.0) or 1.0, max(gradients, default=0.0) or 1.0


def _number(value: float) -> str:
    return f"{value:.2g}" if value < 100 else number(round(value))


def _strips(made: Figure, step: Step, dark: bool) -> None:
    values, gradients = _strengths(step)
    scale = [[0.0, BELOW[dark]], [0.5, GROUND[dark]], [1.0, ABOVE[dark]]]
    names = [_label(one, step.method) for one in step.vectors]
    for k, (part, most) in enumerate((("before", values), ("gradient", gradients), ("after", values))):
        made.add_heatmap(
            z=[list(getattr(one, part)) for one in step.vectors],
            xaxis=f"x{k + 2}",
            yaxis=f"y{k + 2}",
            zmin=-most,
            zmax=most,
            colorscale=scale,
            showscale=False,
            xgap=0,
            ygap=4,
            customdata=[[name] * len(one.before) for name, one in zip(names, step.vectors, strict=True)],
            hovertemplate="%{customdata}<br>%{x}: %{z:.4f}<extra></extra>",
            x0=1,
        )


# The loss


def _terms(step: Step) -> list[tuple[str, float, float]]:
    """(label, before, after) of each term, and of their sum where there are several."""
    found = [(_term_label(step, k), *one.loss) for k, one in enumerate(step.terms)]
    if len(found) > 1:
        found.append((f"<b>{_('sum')}</b>", *step.loss))
    return found


def _term_label(step: Step, k: int) -> str:
    word = shown(_short(step.terms[k].word, SHORTEST))
    if step.method == "glove":
        return f"f·Δ² {word}"
    asking = "h" if step.method == "cbow" else "v"
    return f"−log σ({'−' if k else ''}u·{asking}) {word}"


def _bars(made: Figure, step: Step) -> None:
    terms = _terms(step)
    for name, color, at in ((_("before the step"), MUTED, 1), (_("after the step"), ACCENT, 2)):
        values = [float(one[at]) for one in terms]
        made.add_bar(
            name=str(name),
            x=values,
            y=list(range(len(terms))),
            orientation="h",
            xaxis="x5",
            yaxis="y5",
            marker={"color": color, "line": {"width": 0}},
            text=[number(value, 3) for value in values],
            textposition="outside",
            textfont={"family": FONT, "size": 11},
            cliponaxis=False,
            hovertemplate=f"{name}: %{{x:.4f}}<extra></extra>",
        )
