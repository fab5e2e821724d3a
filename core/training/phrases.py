"""Words that stand together more often than by chance become one: new_york. Mikolov et al. 2013, arXiv 1310.4546."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from ..messages import N_, _, ngettext
from ..progress import Progress, ignore
from .numbering import GONE, Numbering

FINDING, JOINING = N_("Finding phrases"), N_("Joining phrases")
BETWEEN = "_"
# Pairs that occur less often are none, as in word2phrase; so many words and pairs are counted at once, then rare ones
# are dropped (about 150 bytes each).
LEAST, MOST_COUNTED = 5, 4_000_000
NAMED = 5
# Words between two times that progress is told.
TOLD = 1 << 15


def join_phrases(
    words: Numbering, joined: Numbering, threshold: float, language: str, progress: Progress = ignore
) -> list[str]:
    """Add the text of one numbering to another, its phrases joined; notes for people. gensim finds and joins them.

    A pair is a phrase where (its count - 5) * V / (count of one * count of the other) is above `threshold`. In
    English, words such as "of" may stand inside of one: state_of_the_art. Numbers on disk are read, twice.
    """
    from gensim.models.phrases import ENGLISH_CONNECTOR_WORDS, Phrases

    phrases = Phrases(
        (part for sentence in _sentences(words, FINDING, progress) for part in sentence),
        min_count=LEAST,
        threshold=threshold,
        max_vocab_size=MOST_COUNTED,
        delimiter=BETWEEN,
        connector_words=ENGLISH_CONNECTOR_WORDS if "en" in language.split("+") else frozenset(),
    )
    frozen = phrases.freeze()
    del phrases
    found: Counter[str] = Counter()
    for sentence in _sentences(words, JOINING, progress):
        parts = []
        for part in sentence:
            scored = list(frozen.analyze_sentence(part))
            found.update(word for word, score in scored if score is not None)
            parts.append([word for word, _score in scored])
        joined.add_parted(parts)
    joined.close()
    return [_told(found)]


def _sentences(words: Numbering, stage: str, progress: Progress) -> Iterator[list[list[str]]]:
    """The sentences as words; each in parts, between which a word stood that is no longer counted."""
    names = np.array(list(words.index), dtype=object)
    total, done, told = words.tokens + words.sentences, 0, 0
    parts: list[list[str]] = [[]]
    for block in words.blocks():
        first = 0
        for at in np.flatnonzero(block < 0).tolist():
            parts[-1].extend(names[block[first:at]].tolist())
            first = at + 1
            if block[at] == GONE:
                parts.append([])
                continue
            yield parts
            parts = [[]]
            if done + at - told > TOLD:
                told = done + at
                progress(_(stage), told, total, "words")
        parts[-1].extend(names[block[first:]].tolist())
        done += len(block)
    progress(_(stage), total, total, "words")


def _told(found: Counter[str]) -> str:
    if not found:
        return _("no phrase was found: lower the threshold, or give more text")
    text = ngettext("{n:,} phrase joined: {words}", "{n:,} phrases joined: {words}", len(found))
    most = [word for word, _n in found.most_common(NAMED)]
    return text.format(n=len(found), words=", ".join(most) + ("…" if len(found) > NAMED else ""))


__all__ = ["join_phrases"]
