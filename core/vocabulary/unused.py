"""Words of a vocabulary that would never be used: its tokenizer cuts them, or spells them another way.

A list of Chinese words was made by another segmenter than the one that will cut the texts; an English list has
"New York", "C++" or "Paris" where the tokenizer parts them or lower-cases. The rows of such words are trained on
nothing and looked up by nothing. Here they are found, and what would bring them out is written: a dictionary for
jieba, and a tokenizer that keeps the others whole.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from .. import arrow
from ..csv_text import csv_of
from ..messages import N_, _
from ..progress import Progress, ignore
from .corpus import HAN, LONGEST_RUN, CorpusSpec, _texts, _whole_words
from .keeping import Cutter, Cutting, Finder, Span, comes_out, dictionary_counts, jieba_keeps, language_of, touching
from .lines import TextFile
from .report import Problems
from .segmenting import Tokenization
from .tokenizer_text import write_tokenizer
from .vocabulary import Vocabulary

if TYPE_CHECKING:
    import pyarrow as pa

STAGE = N_("Looking for words that never come out")
MENDING = N_("Looking for counts with which words come out")
TRIED_AT_ONCE = 1000
# Of a script with spaces: no word begins or ends between two letters or digits.
LETTER = rf"[^\W{HAN.pattern[1:-1]}]"
WORD_ENDS = re.compile(f"(?<!{LETTER})|(?!{LETTER})")
# So many places of a word in a corpus say what stands there in its place.
PLACES = 100
LISTED = 20
COLUMNS = ("row", "word", "count", "instead")


@dataclass(frozen=True, eq=False)
class Unused:
    """Words of a vocabulary that its tokenizer never emits.

    rows       int64[k], most frequent first (by the counts, else by `occurs`, else in row order)
    words      str, k of them; counts int64[k], None where the vocabulary has none
    instead    object[k]: tuple of the tokens that it emits in their place; empty: none at all
    occurs     int64[k]: how often the corpus has the word's characters; None without a corpus
    how        "corpus" (running text was segmented) or "carriers" (each word alone and in carrier sentences)
    tokenizer  "jieba" (with the pattern for all that is no Chinese) or "english"
    checked    how many words were tried; of a corpus, those whose characters occur in it
    cutting    how the text is cut
    corpus     the corpus, None without
    """

    rows: NDArray[np.int64]
    words: tuple[str, ...]
    counts: NDArray[np.int64] | None
    instead: NDArray[np.object_]
    occurs: NDArray[np.int64] | None
    how: Literal["corpus", "carriers"]
    tokenizer: str
    checked: int
    cutting: Cutting
    corpus: CorpusSpec | None = None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def share(self) -> float:
        """Of the words tried, the share that never comes out: 0 to 1, 0 where none was tried."""
        return len(self) / self.checked if self.checked else 0.0

    def table(self) -> pa.Table:
        """row, word, count (null where unknown), instead (a list of tokens), and of a corpus occurs."""
        import pyarrow as pa

        unknown = np.full(len(self), self.counts is None)
        counts = np.zeros(len(self), np.int64) if self.counts is None else self.counts
        occurs = {} if self.occurs is None else {"occurs": arrow.numbers(self.occurs)}
        return pa.table(
            {
                "row": arrow.numbers(self.rows),
                "word": arrow.strings(self.words),
                "count": arrow.numbers(counts, unknown),
                "instead": arrow.string_lists(self.instead.tolist()),
                **occurs,
            }
        )

    def csv(self) -> bytes:
        """All words for a spreadsheet; the tokens have a space between them."""
        names = COLUMNS if self.occurs is None else (*COLUMNS, "occurs")
        listed = (self._told(i) for i in range(len(self)))
        return csv_of(names, ([*one.values()] for one in ({**t, "instead": " ".join(t["instead"])} for t in listed)))

    def as_dict(self, listed: int = LISTED) -> dict[str, Any]:
        """Plain values for JSON, with the first `listed` words."""
        return {
            "tokenizer": self.tokenizer,
            "how": self.how,
            "lower": self.cutting.lower,
            "checked": self.checked,
            "unused": len(self),
            "share": round(self.share, 6),
            "tokens": None if self.counts is None else int(self.counts.sum()),
            "words": [self._told(i) for i in range(min(listed, len(self)))],
        }

    def _told(self, i: int) -> dict[str, Any]:
        count = None if self.counts is None else int(self.counts[i])
        told = {"row": int(self.rows[i]), "word": self.words[i], "count": count, "instead": list(self.instead[i])}
        return told if self.occurs is None else {**told, "occurs": int(self.occurs[i])}


@dataclass(frozen=True)
class _Found:
    """row -> the tokens in its place, how often its characters occur, and how many words were tried."""

    instead: Mapping[int, tuple[str, ...]]
    occurs: Mapping[int, int]
    checked: int


def find_unused(
    vocabulary: Vocabulary,
    *,
    language: str,
    lower: bool = False,
    user_dictionary: str | Path | None = None,
    corpus: CorpusSpec | None = None,
    tokenization: Tokenization | None = None,
    new_words: bool = True,
    phrases: bool = True,
    progress: Progress = ignore,
) -> Unused:
    """The words of `vocabulary` that never come out of running text when the vocabulary stage's tokenizer cuts it.

    `language` is "en", "zh", "auto" or as a report says it ("en+zh", ""). With a `corpus`, which is read in pieces and
    says how it is cut, those words whose characters occur in it and that never come out; else a word is used if it
    comes out alone or in one of a few sentences. With `phrases`, New_York is tried as "New York". Special tokens are
    never listed. Raises VocabularyError for a language without tokenizer, a dictionary or text that can't be read.
    """
    cutting = Cutting(
        language=language_of(language),
        lower=lower,
        user_dictionary=str(user_dictionary or (corpus.user_dictionary if corpus else "")),
        tokenization=tokenization or (corpus.tokenization if corpus else Tokenization()),
        new_words=corpus.new_words if corpus else new_words,
        phrases=phrases,
    )
    return _find(vocabulary, Cutter(cutting), corpus, progress)


def user_dictionary(vocabulary: Vocabulary, unused: Unused, *, progress: Progress = ignore) -> str:
    """jieba's user dictionary, lines of `word count`: with it the words come out; "" where it would hold none.

    Only words with which that was tried and holds are in it, others of the vocabulary that would be broken by them,
    and the words of the user's own dictionary, which it replaces. What isn't in it is left to `tokenizer_snippet`; what
    is never emitted for all that, `mended` tells.
    """
    cutting, never, tried = unused.cutting, frozenset(unused.words), 0

    def told(cutter: Cutter, word: str) -> bool:
        nonlocal tried
        if tried % TRIED_AT_ONCE == 0:
            progress(_(MENDING), tried, None, "words")
        tried += 1
        return comes_out(cutter, word)

    words = [word for word in unused.words if jieba_keeps(word, cutting)]
    if words and unused.how == "corpus":
        # What comes out alone has its count: where a text has others around it, these are the better words.
        cutter = Cutter(cutting)
        words = [word for word in words if not told(cutter, word)]
    if not words and not (cutting.user_dictionary and cutting.language != "en"):
        return ""
    others = [word for word in vocabulary.words if word not in never and jieba_keeps(word, cutting)]
    counts = dictionary_counts(words, others, cutting, told)
    return "".join(f"{word} {n}\n" for word, n in counts.items())


def tokenizer_snippet(
    vocabulary: Vocabulary, unused: Unused, language: str = "", *, dictionary: str | None = None
) -> str:
    """A Python file that cuts text as the vocabulary stage does, and keeps the unused words whole.

    It needs the standard library alone; for Chinese also jieba, and user_dict.txt beside it where that isn't empty.
    `language` "" is that of `unused`; `dictionary` is what `user_dictionary` gave (None: it is made here).
    """
    cutting = replace(unused.cutting, language=language_of(language)) if language else unused.cutting
    unused = replace(unused, cutting=cutting)
    dictionary = user_dictionary(vocabulary, unused) if dictionary is None else dictionary
    return write_tokenizer(cutting, _kept(vocabulary, unused, dictionary), with_dictionary=bool(dictionary))


def mended(
    vocabulary: Vocabulary, unused: Unused, *, dictionary: str | None = None, progress: Progress = ignore
) -> Unused:
    """What is still never emitted with the user dictionary and the tokenizer: all words are tried again.

    So a word is listed, too, that came out before and does so no longer.
    """
    dictionary = user_dictionary(vocabulary, unused, progress=progress) if dictionary is None else dictionary
    kept = _kept(vocabulary, unused, dictionary)
    cutter = Cutter(unused.cutting, dictionary=dictionary, kept=kept)
    return _find(vocabulary, cutter, unused.corpus, progress)


def _kept(vocabulary: Vocabulary, unused: Unused, dictionary: str) -> dict[str, str]:
    """form -> word, of the words that jieba's dictionary can't keep whole.

    One that differs from another of the vocabulary by its case alone, where the text is lower-cased, is left: the
    other's row is used. So is one that begins or ends in white space, which would take the place of the word itself.
    """
    cutting = unused.cutting
    by_jieba = {line.rpartition(" ")[0] for line in dictionary.split("\n")}
    never = frozenset(unused.words)
    kept: dict[str, str] = {}
    # What is spelled as it is written goes before the phrase of the same spelling.
    for word in sorted(unused.words, key=lambda word: cutting.text_of(word) != word):
        text = cutting.text_of(word)
        form = cutting.form_of(text)
        taken = form != word and form in vocabulary and form not in never
        if word not in by_jieba and text == text.strip() and not taken:
            kept.setdefault(form, word)
    return kept


def _find(vocabulary: Vocabulary, cutter: Cutter, corpus: CorpusSpec | None, progress: Progress) -> Unused:
    rows = [row for row, word in enumerate(vocabulary.words) if word not in vocabulary.specials]
    if corpus is None:
        found = _in_carriers(vocabulary.words, rows, cutter, progress)
    else:
        found = _in_corpus(vocabulary.words, rows, cutter, corpus, progress)
    counts = vocabulary.counts
    weight: Callable[[int], int] = found.occurs.__getitem__ if corpus else lambda row: 0
    if counts is not None:
        weight = lambda row: int(counts[row])  # noqa: E731
    listed = sorted(found.instead, key=lambda row: (-weight(row), row))
    at = np.array(listed, np.int64)
    instead = np.empty(len(listed), object)
    instead[:] = [found.instead[row] for row in listed]
    return Unused(
        rows=at,
        words=tuple(vocabulary.words[row] for row in listed),
        counts=None if counts is None else counts[at],
        instead=instead,
        occurs=np.array([found.occurs[row] for row in listed], np.int64) if corpus else None,
        how="corpus" if corpus else "carriers",
        tokenizer="english" if cutter.cutting.language == "en" else "jieba",
        checked=found.checked,
        cutting=cutter.cutting,
        corpus=corpus,
    )


def _in_carriers(words: Sequence[str], rows: Sequence[int], cutter: Cutter, progress: Progress) -> _Found:
    instead: dict[int, tuple[str, ...]] = {}
    for done, row in enumerate(rows):
        if done % TRIED_AT_ONCE == 0:
            progress(_(STAGE), done, len(rows), "words")
        if not comes_out(cutter, words[row]):
            text = cutter.cutting.text_of(words[row])
            instead[row] = _words_of(cutter.spans(text))
    progress(_(STAGE), len(rows), len(rows), "words")
    return _Found(instead, {}, len(rows))


def _in_corpus(
    words: Sequence[str], rows: Sequence[int], cutter: Cutter, corpus: CorpusSpec, progress: Progress
) -> _Found:
    """Read twice: the words that come out, then the places of those that don't. Only these are kept in memory."""
    missing = {words[row] for row in rows}
    for text in _pieces(corpus, progress, reading=1):
        missing -= cutter.words(text)
    never = [row for row in rows if words[row] in missing]
    places = _Places(words, never, cutter)
    if never:
        for text in _pieces(corpus, progress, reading=2):
            for line in text.split("\n"):
                places.look_in(line)
    instead = {row: tokens.most_common(1)[0][0] for row, tokens in places.instead.items()}
    return _Found(instead, places.occurs, len(rows) - len(never) + len(instead))


def _pieces(corpus: CorpusSpec, progress: Progress, *, reading: int) -> Iterator[str]:
    """The corpus in pieces that end at a line's end, if that isn't too far; progress is told of both readings."""

    def told(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        progress(_(STAGE), done, total, unit, message)

    path, problems = Path(os.path.expanduser(corpus.path)), Problems()
    files = [TextFile(p, corpus.encoding, name=n, expanded=None) for p, n in _texts(path, corpus.path, problems)]
    size = sum(file.size for file in files)
    before = (reading - 1) * size
    for file in files:
        rest = ""
        for text in _whole_words(file, problems, told, before, 2 * size):
            whole, end, rest = (rest + text).rpartition("\n")
            if len(rest) > LONGEST_RUN:
                whole, rest = whole + end + rest, ""
            yield whole
        yield rest
        before += file.size


class _Places:
    """Where words stand in texts that never come out of them, and which tokens do in their place.

    instead  row -> its tokens at the first `PLACES` places, counted; occurs  row -> all its places
    """

    def __init__(self, words: Sequence[str], rows: Iterable[int], cutter: Cutter) -> None:
        self.instead: dict[int, Counter[tuple[str, ...]]] = {}
        self.occurs: Counter[int] = Counter()
        self._cutter = cutter
        self._rows: dict[str, list[int]] = {}
        for row in rows:
            for text in {words[row], cutter.cutting.text_of(words[row])}:
                self._rows.setdefault(cutter.cutting.form_of(text), []).append(row)
        self._finder = Finder(self._rows)

    def look_in(self, line: str) -> None:
        """Add the places in one line."""
        spans: list[Span] | None = None
        begins = (match.start() for match in WORD_ENDS.finditer(line))
        for first, form in self._finder.places(self._cutter.cutting.form_of(line), begins):
            last = first + len(form)
            if not WORD_ENDS.match(line, last):
                continue  # car in carpet
            spans = self._cutter.spans(line) if spans is None else spans
            there = touching(spans, first, last)
            if _reach_beyond(there, first, last):
                continue
            for row in self._rows[form]:
                self.occurs[row] += 1
                counted = self.instead.setdefault(row, Counter())
                if self.occurs[row] <= PLACES:
                    counted[_words_of(there)] += 1


def _reach_beyond(spans: Sequence[Span], first: int, last: int) -> bool:
    """Whether a token without Chinese reaches beyond the place: can in can't, known in well-known."""
    reaches = bool(spans) and (spans[0][1] < first or spans[-1][2] > last)
    return reaches and not any(HAN.search(word) for word, _first, _last in spans)


def _words_of(spans: Iterable[Span]) -> tuple[str, ...]:
    return tuple(word for word, _first, _last in spans)
