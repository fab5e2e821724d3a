"""What `lexiloom project` tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..messages import _, number, percent
from ..projection import MEANING, REASONS, TITLES
from .text import aligned, visible

if TYPE_CHECKING:
    from ..matrix import EmbeddingMatrix
    from ..projection import Projection

SHOWN = 5


def project_report(drawn: Projection, matrix: EmbeddingMatrix) -> str:
    """The map in numbers: how it was drawn, what has no point, how far it can be trusted, what it means."""
    title = _("{method}, {dim}-D: {n} words").format(
        method=_(TITLES[drawn.drawn]), dim=drawn.spec.dim, n=number(len(drawn.rows))
    )
    parts = ["\n".join([title, *(f"  {note}" for note in drawn.notes)]), _quality(drawn)]
    if drawn.left_out:
        parts.insert(1, _left_out(drawn, matrix))
    return "\n\n".join([*(part for part in parts if part), _(MEANING[drawn.drawn])])


def _left_out(drawn: Projection, matrix: EmbeddingMatrix) -> str:
    rows = []
    for reason, those in drawn.left_out.items():
        words = [visible(matrix.vocabulary.words[i]) for i in those[:SHOWN].tolist()]
        rows.append([_(REASONS[reason]), number(len(those)), ", ".join(words) + (", …" if len(those) > SHOWN else "")])
    return "\n".join([_("Without a point"), aligned(rows, left=3)])


def _quality(drawn: Projection) -> str:
    found = drawn.quality
    if found.trustworthiness is None:
        return _("There are too few words to say how far the map can be trusted.")
    rows = [
        [
            _("trustworthiness"),
            number(found.trustworthiness, 3),
            _("1 is perfect; over {n} of {all} points").format(n=number(found.trusted_of), all=number(found.points)),
        ],
        [
            _("neighbor preservation"),
            percent(found.preservation),
            _("of the {k} true neighbors; at random {chance}; over {n} of {all} points").format(
                k=found.k, chance=percent(found.chance), n=number(found.preserved_of), all=number(found.points)
            ),
        ],
    ]
    if drawn.explained:
        rows.append(
            [_("variance shown"), percent(sum(drawn.explained)), " + ".join(percent(one) for one in drawn.explained)]
        )
    return "\n".join([_("How far the map can be trusted"), aligned(rows, left=3)])
