"""A step of GloVe on one cell of its table: Pennington et al. 2014."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import _
from .window import Cell, Formula, Settings, Step, Term, Window, left_out, signed, vector_of

COST = r"J = \sum_{X_{ij} > 0} f(X_{ij})\,(w_i \cdot \tilde w_j + b_i + \tilde b_j - \log X_{ij})^2"
WEIGHT = r"f(x) = \min\left(1, (x / x_{\max})^{\alpha}\right)"
GRADIENT = (
    r"\frac{\partial J}{\partial w_i} = 2 f \Delta\, \tilde w_j,\quad"
    r" \frac{\partial J}{\partial \tilde w_j} = 2 f \Delta\, w_i,\quad"
    r" \frac{\partial J}{\partial b_i} = \frac{\partial J}{\partial \tilde b_j} = 2 f \Delta"
)
UPDATE = (
    r"g = \tfrac12 \frac{\partial J}{\partial w_i},\quad w_i \leftarrow w_i - \frac{\eta}{\sqrt{G}}\, g,"
    r"\quad G \leftarrow G + g^2"
)


def counted(tokens: Sequence[str], first: str, second: str, index: Mapping[str, int], settings: Settings) -> float:
    """X of a word and one around it in this sentence alone: the sum of 1 / distance over where they stand together."""
    known = [word for word in tokens if word in index]
    places = {word: [k for k, one in enumerate(known) if one == word] for word in (first, second)}
    total = 0.0
    for i in places[first]:
        for j in places[second]:
            away = i - j if not settings.symmetric else abs(i - j)
            if 0 < away <= settings.window:
                total += 1.0 / away
    return total


def glove_step(
    tokens: Sequence[str],
    seen: Window,
    sides: tuple[NDArray[Any], NDArray[Any]],
    biases: tuple[NDArray[Any], NDArray[Any]] | None,
    *,
    index: Mapping[str, int],
    settings: Settings,
    x: float | None,
) -> Step:
    """The first step of AdaGrad, whose sums of squares begin at 1, on the pair of the center and the picked word."""
    word, other = tokens[seen.center], tokens[seen.pick]
    i, j = index[word], index[other]
    w, c = (np.asarray(side[row], np.float64) for side, row in zip(sides, (i, j), strict=True))
    b, d = (float(biases[0][i]), float(biases[1][j])) if biases is not None else (0.0, 0.0)
    cooccurrence = counted(tokens, word, other, index, settings) if x is None else float(x)
    log_x, weight = float(np.log(cooccurrence)), min(1.0, (cooccurrence / settings.x_max) ** settings.alpha)
    difference = float(w @ c) + b + d - log_x
    slope = 2 * weight * difference
    # The program's gradient is half of that of J, and all sums of squares are 1 before the first step.
    step = settings.rate / 2 * slope
    w2, c2, b2, d2 = w - step * c, c - step * w, b - step, d - step
    after = float(w2 @ c2) + b2 + d2 - log_x
    loss = (weight * difference**2, weight * after**2)
    cell = Cell(
        cooccurrence,
        log_x,
        "sentence" if x is None else "corpus",
        weight,
        (float(w @ c), float(w2 @ c2)),
        ((b, b2), (d, d2)),
        (difference, after),
    )
    return Step(
        method="glove",
        tokens=tuple(tokens),
        known=tuple(one in index for one in tokens),
        center=seen.center,
        contexts=seen.contexts,
        reach=seen.reach,
        window=settings.window,
        drawn=seen.drawn,
        pick=seen.pick,
        negatives=(),
        dim=len(w),
        rate=settings.rate,
        vectors=(
            vector_of("w_i", word, "center", "rows", w, slope * c, w2),
            vector_of(r"\tilde w_j", other, "context", "contexts", c, slope * w, c2),
        ),
        terms=(Term(other, log_x, (difference + log_x, after + log_x), None, loss),),
        loss=loss,
        formulas=_formulas(cell, slope, loss[0], settings),
        cell=cell,
        notes=(*left_out(tokens, index), *_notes(x is None)),
    )


def _notes(in_sentence: bool) -> list[str]:
    told: list[str] = [
        _("AdaGrad divides each number's step by the root of what it has moved before; this is the first step (G = 1).")
    ]
    if in_sentence:
        told.insert(0, _("X is counted in this sentence alone; training counts it in the whole text."))
    return told


def _formulas(cell: Cell, slope: float, loss: float, settings: Settings) -> tuple[Formula, ...]:
    dot, (b, d) = cell.dot[0], (cell.biases[0][0], cell.biases[1][0])
    inside = f"{signed(dot)} + {_in_brackets(b)} + {_in_brackets(d)} - {_in_brackets(cell.log_x)}"
    ratio = rf"({signed(cell.x, 2)} / {settings.x_max:g})^{{{settings.alpha:g}}}"
    factor = signed(slope)
    return (
        Formula(_("Cost"), COST, rf"{signed(cell.weight)} \cdot ({inside})^2 = {signed(loss)}"),
        Formula(_("Weight"), WEIGHT, rf"f({signed(cell.x, 2)}) = \min(1, {ratio}) = {signed(cell.weight)}"),
        Formula(
            _("Gradient"),
            GRADIENT,
            rf"\Delta = {signed(cell.difference[0])},\quad 2 f \Delta = {factor},\quad"
            rf" \frac{{\partial J}}{{\partial w_i}} = {factor}\, \tilde w_j",
        ),
        Formula(_("Step"), UPDATE, rf"\eta = {settings.rate:g},\quad G = 1"),
    )


def _in_brackets(value: float) -> str:
    told = signed(value)
    return f"({told})" if told.startswith("-") else told
