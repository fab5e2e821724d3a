"""A stream of text into sentences of words.

Between white space the same runs of characters come again and again ("the", "end."), so each is cut into words once
and remembered: what is left to do for most of a text is to split it and to look up. Lower-casing, stop words and
numbers (`numbered.py`) are those of the runs as well, and cost nothing either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, pairwise
from typing import Any, Literal

from ..vocabulary.corpus import HAN
from ..vocabulary.segmenting import Segmenter

Unit = Literal["sentence", "line", "paragraph"]
# Stands for the end of a text, and of a line or paragraph; no text has it (`TextFile` refuses it, cells lose it).
STOP = "\0"
# A sentence has so many words at most: a longer one is cut there.
LONGEST_SENTENCE = 1000
# So many characters without white space or mark are cut anywhere; a longer word is data and no word.
LONGEST_RUN, LONGEST_WORD = 1 << 15, 1000
# So many characters are cut at a time: with jieba, a tenth of a second.
SLICE = 1 << 16
# Runs that are remembered: how long at most, and how many before all are forgotten (about 80 MB).
LONGEST_KEPT, MOST_KEPT = 32, 1 << 18
# Marks around a run that are no part of its word, and those of them that may end a sentence.
AROUND, ENDING = "\"#$%&'()*+,-/:;<=>@[\\]^`{|}~", ".!?"
# White space for str.split and none for the pattern of words: these are no ends and no space here.
ODD_SPACE = re.compile("[\x1c-\x1f]")
EMPTY_LINE = re.compile("\n[^\\S\x1c-\x1f]*\n")
# Where a text without white space may be parted.
MARKS = "。．！？；，、"
# Lines are wrapped where paragraphs are broken at this width or less, at least so many lines are seen inside of
# paragraphs, and to such a share of them the first word of the next line could not have been added.
WIDTHS, LEAST_LINES, WRAPPED = range(30, 201), 20, 0.8
# The width is that of all lines but the longest few, which may hold a word that can't be broken.
WIDEST = 0.98


class Runs(dict[str, tuple[Any, ...]]):
    """run -> what stands for its words and for sentences' ends; a run that is looked up is cut if it is not known."""

    def __init__(self, cut: Callable[[str], Iterable[Any]]) -> None:
        super().__init__()
        self._cut = cut

    def __missing__(self, run: str) -> tuple[Any, ...]:
        found = tuple(self._cut(run))
        if len(run) <= LONGEST_KEPT:
            if len(self) >= MOST_KEPT:
                self.clear()
            self[run] = found
        return found


class Sentences:
    """Cuts a text that comes in pieces into sentences: `of(pieces)`.

    unit     where sentences end; "sentence" with `wrapped`: at marks and empty lines, else at line ends too
    stops    words, lower-cased, that are left out
    too_long how many words were longer than `LONGEST_WORD` characters: they are left out, so that memory is bounded
    """

    def __init__(
        self, segmenter: Segmenter, unit: Unit, *, wrapped: bool, lower: bool, stops: frozenset[str] = frozenset()
    ) -> None:
        self.too_long = 0
        self._segmenter = segmenter
        self._around = "" if segmenter.marks else AROUND if unit == "sentence" else AROUND + ENDING
        self._marks = unit == "sentence"
        self._at_lines = unit == "line" or (unit == "sentence" and not wrapped)
        self._lower, self._stops = lower, stops
        self._runs = Runs(self.cut)

    def cut(self, run: str) -> Iterator[str | None]:
        """The words of a run; None where a sentence ends."""
        for word in self._parted(run):
            if word is None:
                yield None
            elif len(word) > LONGEST_WORD:
                self.too_long += 1
            elif (low := word.lower()) not in self._stops:
                yield low if self._lower else word

    def _parted(self, run: str) -> Iterable[str | None]:
        if run == STOP:
            return (None,)
        # Most runs are one word and marks around it, which needs no pattern to be seen.
        word = run.strip(self._around)
        if word.isascii() and word.isalnum():
            return (word,)
        return self._segmenter.parted(run) if self._marks else self._segmenter.tokens(run)

    def of(self, pieces: Iterable[str], beat: Callable[[], None] = lambda: None) -> Iterator[list[str]]:
        """The sentences, none of them empty; `beat` is called between slices of work."""
        held: list[str] = []
        for text in self.slices(pieces):
            flat, first = self.flat(text, self._runs), 0
            while True:
                try:
                    end = flat.index(None, first)
                except ValueError:
                    break
                sentence = flat[first:end]
                first = end + 1
                if held:
                    sentence = held + sentence
                    held = []
                if len(sentence) > LONGEST_SENTENCE:
                    yield from _parts(sentence)
                elif sentence:
                    yield sentence
            held.extend(flat[first:])
            if len(held) > LONGEST_SENTENCE:
                *whole, held = _parts(held)
                yield from whole
            beat()
        if held:
            yield held

    def flat(self, text: str, runs: Runs) -> list[Any]:
        """What stands for the words of a piece that ends between words, and for its sentences' ends."""
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = text.replace("\n", f" {STOP} ") if self._at_lines else EMPTY_LINE.sub(f" {STOP} ", text)
        found = text.replace("\n", " ").split(" ") if ODD_SPACE.search(text) else text.split()
        return list(chain.from_iterable(map(runs.__getitem__, found)))

    def slices(self, pieces: Iterable[str]) -> Iterator[str]:
        """The text in slices that end between words, all white space in front of the next word left for the next."""
        rest = ""
        for piece in pieces:
            for first in range(0, len(piece), SLICE):
                text = rest + piece[first : first + SLICE]
                cut = self._last_end(text)
                rest = text[cut:]
                if cut:
                    yield text[:cut]
                elif len(rest) > SLICE and rest.isspace():
                    rest = "\n\n" if EMPTY_LINE.search(rest) else "\n" if "\n" in rest else " "
        yield rest

    def _last_end(self, text: str) -> int:
        found = text.rsplit(None, 1)
        if len(found) != 1:
            return len(found[0]) if found else 0
        if cut := max(map(text.rfind, MARKS)) + 1:
            return cut
        if len(text) < LONGEST_RUN:
            return 0
        return len(text.rstrip())


def _parts(words: list[str]) -> list[list[str]]:
    return [words[at : at + LONGEST_SENTENCE] for at in range(0, len(words), LONGEST_SENTENCE)]


def is_wrapped(text: str) -> bool:
    """Whether the lines of a text are broken at a width, as in an old e-mail, and not where a paragraph ends.

    Inside a paragraph, a line is broken because the next word would not fit. `text` ends with a whole line.
    """
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    inner = [(line, after.split()[0]) for line, after in pairwise(lines) if line and after]
    if len(inner) < LEAST_LINES:
        return False
    widths = sorted(len(line) for line, _word in inner)
    width = widths[int(WIDEST * (len(widths) - 1))]
    # Chinese is broken behind any character.
    full = sum(len(line) + (1 if HAN.match(word) else 1 + len(word)) > width for line, word in inner)
    return width in WIDTHS and full >= WRAPPED * len(inner)
