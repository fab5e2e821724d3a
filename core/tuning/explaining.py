"""Which words decided: the classifier is linear in the rows, so each word's part in a logit is told exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .bags import Bags
from .classify import Classify
from .head import contributions

if TYPE_CHECKING:
    from ..vocabulary.vocabulary import Vocabulary

MISTAKES = 50
WORDS = 200  # of one text
SPEAKING = 15  # words listed for a class
LEAST_COUNT = 3
LONGEST = 2000  # characters of a text


def mistakes(
    objective: Classify,
    probabilities: NDArray[np.float32],
    test: Bags,
    classes: tuple[str, ...],
    vocabulary: Vocabulary,
    texts_at: Callable[[Iterable[int]], Mapping[int, str]],
    most: int = MISTAKES,
) -> tuple[dict[str, Any], ...]:
    """The surest of the wrong answers: text, classes, and what each word added to the wrong class over the right one.

    `test` has positions in the table for ids; `texts_at` gives texts by their places.
    """
    found = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(found != test.labels)
    sure = probabilities[wrong, found[wrong]]
    listed = wrong[np.argsort(-sure, kind="stable")][:most]
    texts = texts_at(sorted(test.places[listed].tolist())) if len(listed) else {}
    told = []
    for at in listed.tolist():
        wanted, taken = int(test.labels[at]), int(found[at])
        parts, rest = _parts(objective, test.ids[test.starts[at] : test.starts[at + 1]], taken, wanted)
        words = [vocabulary.words[row] for row in objective.table.used[[token for token, _part in parts]].tolist()]
        told.append(
            {
                "text": texts.get(int(test.places[at]), "")[:LONGEST],
                "wanted": classes[wanted],
                "found": classes[taken],
                "probability": float(probabilities[at, taken]),
                "words": [[word, round(part, 4)] for word, (_token, part) in zip(words, parts, strict=True)][:WORDS],
                "rest": round(rest, 4),
            }
        )
    return tuple(told)


def _parts(
    objective: Classify, ids: NDArray[np.int32], found: int, wanted: int
) -> tuple[list[tuple[int, float]], float]:
    """Each token's position and what it adds to the logit of `found` over that of `wanted`; and what biases add."""
    import torch

    table, module = objective.table, objective.module
    with torch.no_grad():
        at = torch.from_numpy(ids.astype(np.int64)).to(table.device)
        weights = torch.sigmoid(table.logits[at])
        share = weights / weights.sum().clamp(min=1e-9)
        each = contributions(module, table.values[at]) * share[:, None]
        difference = (each[:, found] - each[:, wanted]).cpu().numpy()
        zero = torch.zeros(1, table.dim, device=table.device)
        bias = module(zero)[0] if not module.training else module.eval()(zero)[0]
        rest = float(bias[found] - bias[wanted])
    return list(zip(ids.tolist(), difference.tolist(), strict=True)), rest


def class_words(
    objective: Classify, classes: tuple[str, ...], vocabulary: Vocabulary, most: int = SPEAKING
) -> dict[str, tuple[tuple[str, float], ...]]:
    """class -> the words that add most to its logit over the mean of the others', in a text of usual length."""
    import torch

    table = objective.table
    counts = np.bincount(objective.train.ids, minlength=len(table))
    frequent = np.flatnonzero(counts >= min(LEAST_COUNT, counts.max(initial=0)))
    with torch.no_grad():
        at = torch.from_numpy(frequent).to(table.device)
        weights = torch.sigmoid(table.logits)
        text = max(1.0, float(np.median(objective.train.lengths))) * float(weights.mean())
        each = (contributions(objective.module, table.values[at]) * weights[at][:, None] / text).cpu().numpy()
    told, together = {}, each.sum(axis=1)
    for k, name in enumerate(classes):
        over = each[:, k] - (together - each[:, k]) / max(1, len(classes) - 1)
        best = np.argsort(-over, kind="stable")[:most]
        rows = table.used[frequent[best]].tolist()
        told[name] = tuple((vocabulary.words[row], round(float(over[i]), 4)) for row, i in zip(rows, best, strict=True))
    return told
