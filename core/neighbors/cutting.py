"""A text in the words of a vocabulary."""

from __future__ import annotations

from ..vocabulary.vocabulary import Vocabulary
from .spelling import WIDE

LONGEST = 24  # characters of a word that is looked for in a text without spaces


def words_in(vocabulary: Vocabulary, text: str) -> tuple[list[str], list[str]]:
    """The words of a text that the vocabulary has, and those that it doesn't, each in order.

    A text that is itself a word is one. Others are split at white space; of a part that the vocabulary doesn't have,
    marks at its ends are left off, and Chinese and Japanese are cut into the vocabulary's words: as few characters
    as can be are left over, in as few words as can be, few of them of one character, the longer ones first.
    """
    ids = vocabulary.ids
    for whole in (text, text.strip()):
        if whole in ids:
            return [whole], []
    found: list[str] = []
    missing: list[str] = []
    for part in text.split():
        bare = part if part in ids else _bare(part)
        pieces = [bare] if bare in ids or not WIDE.search(bare) else _cut(ids, bare)
        for piece in pieces:
            if piece in ids:
                found.append(piece)
            elif piece:
                missing.append(piece)
    return found, missing


def _bare(part: str) -> str:
    """`part` without marks at its ends; as it is where it is nothing else."""
    inside = [i for i, character in enumerate(part) if character.isalnum()]
    return part[inside[0] : inside[-1] + 1] if inside else part


def _cut(ids: dict[str, int], text: str) -> list[str]:
    """A text without spaces in words: the known ones, and between them what is left over, marks excepted."""
    n = len(text)
    # Letters and digits in a row stay together: a cut is beside a wide character or a mark.
    cuts = [i for i in range(n + 1) if i in (0, n) or _parts(text[i - 1]) or _parts(text[i])]
    # Of the rest from each cut on: characters left over, words, words of one character; where the first part ends.
    best: dict[int, tuple[int, int, int, int]] = {n: (0, 0, 0, n)}
    for place in reversed(range(len(cuts) - 1)):
        start, after = cuts[place], cuts[place + 1]
        over, words, short, _end = best[after]
        options = [(over + sum(map(str.isalnum, text[start:after])), words, short, -after)]
        for end in cuts[place + 1 : place + 1 + LONGEST]:
            if text[start:end] in ids:
                over, words, short, _end = best[end]
                options.append((over, words + 1, short + (end == start + 1), -end))
        over, words, short, end = min(options)
        best[start] = (over, words, short, -end)
    return _told_apart(ids, text, {start: found[3] for start, found in best.items()})


def _told_apart(ids: dict[str, int], text: str, ends: dict[int, int]) -> list[str]:
    """The parts of a text, each with its end; wide characters left over side by side are one, and marks are none."""
    parts: list[str] = []
    start, left_over = 0, ""
    while start < len(text):
        end = ends[start]
        part = text[start:end]
        is_word, is_mark = part in ids, not any(map(str.isalnum, part))
        if left_over and (is_word or is_mark or not WIDE.match(left_over) or not WIDE.match(part)):
            parts.append(left_over)
            left_over = ""
        if is_word and not is_mark:
            parts.append(part)
        elif not is_mark:
            left_over += part
        start = end
    return [*parts, left_over] if left_over else parts


def _parts(character: str) -> bool:
    """Whether words may end before and after it: a wide character, or a mark."""
    return not character.isalnum() or bool(WIDE.match(character))
