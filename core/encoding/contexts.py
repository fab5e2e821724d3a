"""Where in a corpus words stand: a few sentences for each, spread over the whole text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..progress import Reached, unwatched
from ..vocabulary.corpus import Sentences

# What a word without a sentence is put into.
TEMPLATES = {
    "en": ("{word}", "this is {word}", "the word {word} means"),
    "zh": ("{word}", "这是{word}", "{word}的意思是"),
}
CJK = ("\u3400", "\u9fff")
SPREAD, ALL_BITS = 0x9E3779B97F4A7C15, (1 << 64) - 1


@dataclass(frozen=True)
class Text:
    """A sentence, and the words asked for that stand in it: (word's number, first character, end)."""

    text: str
    words: tuple[tuple[int, int, int], ...]


class Contexts:
    """Up to `most` sentences for each of `words`, chosen evenly at random from all in which it stands.

    A token counts for the word that is written like it and for its lower-case form: "House" for House and house.
    `seen` is how often each word stands in the corpus (int64[n]). What is chosen for a word depends on the corpus
    and on that word alone, so that its vector is the same among whatever others.
    """

    def __init__(
        self, words: Sequence[str], sentences: Sentences | None, most: int, reached: Reached = unwatched
    ) -> None:
        self._words = words
        self._sentences = sentences
        self._most = most
        self._places = {word: i for i, word in enumerate(words)}
        self._draws = [_number_of(word) for word in words]
        self.seen = np.zeros(len(words), np.int64)
        # For each word the numbers of its sentences and where it stands in them; -1 is none.
        self._chosen = np.full((len(words), most), -1, np.int64) if sentences else np.empty((0, most), np.int64)
        self._spans = np.zeros((len(self._chosen), most, 2), np.int32)
        if sentences is not None:
            self._choose(sentences, reached)

    def _choose(self, sentences: Sentences, reached: Reached) -> None:
        """Reservoir sampling (Vitter's R), its draws from a hash of word and occurrence: the same in every run."""
        find = self._finder(sentences)
        for number, sentence in enumerate(sentences):
            for word, start, end in find(sentence):
                nth = int(self.seen[word])
                self.seen[word] += 1
                place = nth if nth < self._most else _mixed(self._draws[word] + nth * SPREAD) % (nth + 1)
                if place < self._most:
                    self._chosen[word, place] = number
                    self._spans[word, place] = start, end
            if not number % 2000:
                reached(number)

    def _finder(self, sentences: Sentences) -> Callable[[str], Iterator[tuple[int, int, int]]]:
        def find(sentence: str) -> Iterator[tuple[int, int, int]]:
            for token, start, end in sentences.segmenter.spans(sentence):
                for form in dict.fromkeys((token, token.lower())):
                    word = self._places.get(form)
                    if word is not None:
                        yield word, start, end

        return find

    def __iter__(self) -> Iterator[Text]:
        """The chosen sentences in the corpus's order, then the templates of the words that have none."""
        if self._sentences is not None:
            yield from self._from_corpus(self._sentences)
        for word in np.flatnonzero(self.seen == 0).tolist():
            yield from self.templates(word)

    def _from_corpus(self, sentences: Sentences) -> Iterator[Text]:
        words, places = np.nonzero(self._chosen >= 0)
        order = np.argsort(self._chosen[words, places], kind="stable")
        words, places = words[order], places[order]
        numbers = self._chosen[words, places]
        at = 0
        for number, sentence in enumerate(sentences):
            if at == len(numbers):
                return
            first = at
            while at < len(numbers) and numbers[at] == number:
                at += 1
            if at > first:
                spans = [self._spans[words[k], places[k]].tolist() for k in range(first, at)]
                owners = words[first:at].tolist()
                yield Text(sentence, tuple((word, a, b) for word, (a, b) in zip(owners, spans, strict=True)))

    def templates(self, number: int) -> Iterator[Text]:
        """The texts that are made up for a word."""
        word = self._words[number]
        chinese = any(CJK[0] <= c <= CJK[1] for c in word)
        for template in TEMPLATES["zh" if chinese else "en"]:
            start = template.index("{word}")
            yield Text(template.replace("{word}", word), ((number, start, start + len(word)),))


def _number_of(word: str) -> int:
    digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _mixed(n: int) -> int:
    """64 bits that depend on all of those of `n` (the finalizer of SplitMix64)."""
    n &= ALL_BITS
    n = (n ^ n >> 30) * 0xBF58476D1CE4E5B9 & ALL_BITS
    n = (n ^ n >> 27) * 0x94D049BB133111EB & ALL_BITS
    return n ^ n >> 31


def digest_of(words: Sequence[str]) -> str:
    """A short name of a list of words."""
    return hashlib.blake2b("\0".join(words).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def pooled(
    spans: Sequence[tuple[int, int]], ids: Sequence[int], start: int, end: int, how: str, unknown: int
) -> NDArray[np.float32]:
    """float32[pieces]: which pieces of a text make the word at characters start to end; zeros where none does."""
    inside = np.array([a < end and b > start and b > a for a, b in spans], np.float32)
    inside[np.array(ids, np.int64) == unknown] = 0
    at = np.flatnonzero(inside)
    if how in ("first", "last") and len(at):
        keep = at[0] if how == "first" else at[-1]
        inside[:] = 0
        inside[keep] = 1
    return inside
