"""Which words of a corpus get a vector: those frequent enough, by falling count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..messages import _, ngettext
from .contract import TrainingError
from .numbering import GONE, Ids, Numbering

# A word is cut to so many characters in messages.
SHOWN = 40


@dataclass(frozen=True)
class Chosen:
    """The words that stay.

    words   by falling count, ties by word
    counts  int64[V]
    rows    int32[numbers]: the row of each number of the numbering, `GONE` where its word does not stay
    notes   messages for people
    """

    words: tuple[str, ...]
    counts: NDArray[np.int64]
    rows: Ids
    notes: tuple[str, ...]


def choose(numbering: Numbering, min_count: int, max_size: int | None, where: str = "") -> Chosen:
    """The words that occur `min_count` times or more, at most `max_size`. Raises TrainingError where none is left."""
    counts = numbering.counts
    _refuse(numbering, min_count, where or None)
    frequent = np.flatnonzero(counts >= min_count)
    names = _names(numbering, frequent)
    order = sorted(range(len(names)), key=lambda i: (-counts[frequent[i]], names[i]))[:max_size]
    kept = frequent[order]
    rows = np.full(len(counts), GONE, np.int32)
    rows[kept] = np.arange(len(kept), dtype=np.int32)
    if len(kept) < 2:
        raise TrainingError(
            _("one word is left, and nothing to predict from it"),
            where=where or None,
            fix=_("Keep at least two words: raise the largest vocabulary, or lower the minimum count."),
        )
    notes = _told(numbering, min_count, len(frequent), len(kept))
    return Chosen(tuple(names[i] for i in order), counts[kept], rows, notes)


def _names(numbering: Numbering, wanted: NDArray[np.int64]) -> list[str]:
    chosen = np.zeros(len(numbering.index), np.bool_)
    chosen[wanted] = True
    return [word for word, stays in zip(numbering.index, chosen.tolist(), strict=True) if stays]


def _refuse(numbering: Numbering, min_count: int, where: str | None) -> None:
    counts = numbering.counts
    if not counts.size:
        raise TrainingError(_("there is no word in it"), where=where, fix=_("Give a text with words in it."))
    if len(counts) == 1 and not numbering.gone:
        raise TrainingError(
            _("all of it is one word, {word!r}: there is nothing to predict").format(
                word=next(iter(numbering.index))[:SHOWN]
            ),
            where=where,
            fix=_("Give a text with at least two different words."),
        )
    if int(counts.max()) >= min_count:
        return
    most = int(counts.argmax())
    word = next(word for word, number in numbering.index.items() if number == most)
    text = ngettext(
        "no word occurs {least:,} times: the most frequent, {word!r}, occurs once",
        "no word occurs {least:,} times: the most frequent, {word!r}, occurs {n:,} times",
        int(counts[most]),
    )
    second = int(np.partition(counts, -2)[-2]) if len(counts) > 1 else int(counts[most])
    raise TrainingError(
        text.format(least=min_count, word=word[:SHOWN], n=int(counts[most])),
        where=where,
        fix=_("Give more text, or a minimum count of {n:,} or less.").format(n=second),
    )


def refuse_lonely(paired: bool, where: str, min_count: int) -> None:
    """Raise TrainingError where no two words that stay are in one sentence: no word is near another."""
    if not paired:
        raise TrainingError(
            _("no sentence has two words that occur {n:,} times or more").format(n=min_count),
            where=where or None,
            fix=_("Lower the minimum count, or let windows end at paragraphs instead of lines."),
        )


def _told(numbering: Numbering, min_count: int, frequent: int, kept: int) -> tuple[str, ...]:
    notes: list[str] = []
    if numbering.gone:
        text = ngettext(
            "so many different words that the rarest were dropped on the way: those seen once",
            "so many different words that the rarest were dropped on the way: those seen {n:,} times or less",
            numbering.least,
        )
        notes.append(text.format(n=numbering.least))
    if rare := len(numbering.counts) - frequent:
        text = ngettext(
            "{n:,} word that occurs less than {least} times left out",
            "{n:,} words that occur less than {least} times left out",
            rare,
        )
        notes.append(text.format(n=rare, least=min_count))
    if kept < frequent:
        notes.append(_("cut to {most:,} words of {n:,}").format(most=kept, n=frequent))
    return tuple(notes)
