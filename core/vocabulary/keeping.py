"""What cuts running text, with words that it keeps whole: by jieba's dictionary, or by putting tokens together."""

from __future__ import annotations

import os
import re
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

from ..errors import VocabularyError
from ..messages import _
from .corpus import HAN
from .report import Problems
from .segmenting import CLITICS, NEGATED, ChineseCutter, Segmenter, Tokenization, _add_words, _dictionary, _jieba
from .selection import LONG_WORD

Span = tuple[str, int, int]
# Of such characters alone jieba makes words; all others it parts from each other, whatever its dictionary says.
JIEBA_WORD = re.compile("[A-Za-z0-9]*[\u4e00-\u9fd5][\u4e00-\u9fd5A-Za-z0-9]*")
PHRASE = re.compile(r"(?:[^_\s]+_)+[^_\s]+")
# Words get their counts one after the other: a later one can break an earlier one, which then gets a greater.
ROUNDS = 5
# What stands before and after a word: alone, and in sentences where its neighbors may draw its ends away.
CHINESE = (("", ""), ("我们说", "的时候"), ("这个", "很好"), ("关于", "，他说"))
ENGLISH = (("", ""), ("the ", " is"), ("", "."))
# What is no word of its own, and where it stands.
CONTRACTED = frozenset([*NEGATED, *(mark + one for one in (*CLITICS, "t") for mark in "'’")])
AFTER_WORD = (("do", ""),)


@dataclass(frozen=True)
class Cutting:
    """How running text is cut into words, as the recipe's vocabulary has it.

    language         "auto": Chinese by jieba, the rest by the pattern; "en": the pattern alone
    lower            whether the words are lower-cased after the cut
    user_dictionary  jieba's, "" for none
    new_words        whether jieba guesses words that its dictionary does not have
    phrases          whether New_York stands for "New York", as in word2vec's vectors
    """

    language: str = "auto"
    lower: bool = False
    user_dictionary: str = ""
    tokenization: Tokenization = field(default_factory=Tokenization)
    new_words: bool = True
    phrases: bool = True

    def emitted(self, token: str) -> str:
        """The word that comes out for a token."""
        return token.lower() if self.lower else token

    def text_of(self, word: str) -> str:
        """How running text spells `word`: a phrase with spaces."""
        if self.phrases and "_" in word and PHRASE.fullmatch(word) and not HAN.search(word):
            return word.replace("_", " ")
        return word

    def form_of(self, text: str) -> str:
        """`text` as kept words are compared with it, every character at its place."""
        return same_length_lower(text) if self.lower else text


def language_of(language: str) -> str:
    """ "en" or "auto", of what a spec or a report says: "zh", "en+zh", "zh_CN", "". Raises VocabularyError."""
    parts = {re.split("[-_]", part)[0] for part in language.lower().split("+")}
    if not parts <= {"en", "zh", "auto", ""}:
        raise VocabularyError(
            _("there is no tokenizer for the language {language!r}").format(language=language),
            fix=_("Name en, zh or auto."),
        )
    return "en" if parts == {"en"} else "auto"


def same_length_lower(text: str) -> str:
    """`text` in lower case; a character that becomes two (İ) stays as it is."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c if len(c.lower()) > 1 else c.lower() for c in text)


class Finder:
    """Where any of many texts stands in another one."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = frozenset(texts)
        lengths: dict[tuple[str, str], set[int]] = {}
        for text in self._texts:
            if len(text) > 1:
                lengths.setdefault((text[0], text[1]), set()).add(len(text))
        self._lengths = {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}
        self._singles = frozenset(text for text in self._texts if len(text) == 1)

    def places(self, text: str, begins: Iterable[int] | None = None) -> Iterator[tuple[int, str]]:
        """(where it starts, what stands there), from left to right, at one place the longest first.

        With places where it `begins` (0 to the length of the text, in order), at these only.
        """
        lengths, singles = self._lengths, self._singles
        pairs = list(zip(text, f"{text[1:]}\0", strict=False))  # of the empty text, no pair
        places = range(len(text)) if begins is None else begins
        # A list, for speed: most places of a text start nothing.
        for at in [i for i in places if i < len(text) and (pairs[i] in lengths or pairs[i][0] in singles)]:
            for length in lengths.get(pairs[at], ()):
                found = text[at : at + length]
                if len(found) == length and found in self._texts:
                    yield at, found
            if text[at] in singles:
                yield at, text[at]


class Cutter:
    """Cuts texts as `cutting` says, but keeps words whole.

    dictionary  jieba's user dictionary as a text, in place of the file that `cutting` names; None: that file
    kept        form -> word: where the tokens of a text end at both ends of `form`, they come out as `word`

    Raises VocabularyError where the user's dictionary can't be read.
    """

    def __init__(
        self, cutting: Cutting, *, dictionary: str | None = None, kept: Mapping[str, str] | None = None
    ) -> None:
        self.cutting = cutting
        self.kept = dict(kept or {})
        self._finder = Finder(self.kept)
        self._segmenter = Segmenter(cutting.language, cutting.tokenization, _chinese(cutting, dictionary))

    @classmethod
    def around(cls, cutting: Cutting, cut: Callable[[str], Sequence[str]]) -> Cutter:
        """One that cuts runs of Chinese with `cut`."""
        made = cls(cutting, dictionary="")
        made._segmenter = Segmenter(cutting.language, cutting.tokenization, cut)
        return made

    def words(self, text: str) -> set[str]:
        """The different words of `text`."""
        if self.kept:
            return {word for word, _first, _last in self.spans(text)}
        return set(map(self.cutting.emitted, self._segmenter.tokens(text)))

    def spans(self, text: str) -> list[Span]:
        """The words of `text` in their order, each with its first character and the one after its last."""
        cuts = self._segmenter.spans(text)
        if self.cutting.lower:
            cuts = [(word.lower(), first, last) for word, first, last in cuts]
        return self._together(cuts, self.cutting.form_of(text)) if self.kept else cuts

    def _together(self, cuts: list[Span], text: str) -> list[Span]:
        """`cuts`, with the kept words in place of their tokens; what would part a token is left."""
        inside = {i for _word, first, last in cuts for i in range(first + 1, last)}
        places = self._finder.places(text, [i for i in range(len(text)) if i not in inside])
        found: list[Span] = []
        at = done = 0
        for first, form in places:
            last = first + len(form)
            if first < at or last in inside:
                continue
            while done < len(cuts) and cuts[done][1] < first:
                found.append(cuts[done])
                done += 1
            while done < len(cuts) and cuts[done][1] < last:
                done += 1
            found.append((self.kept[form], first, last))
            at = last
        return found + cuts[done:]


def touching(spans: Sequence[Span], first: int, last: int) -> Sequence[Span]:
    """Those of `spans` that have a character between `first` and `last`."""
    start = bisect_left(spans, first + 1, key=lambda span: span[2])
    return spans[start : bisect_left(spans, last, key=lambda span: span[1])]


def comes_out(cutter: Cutter, word: str) -> bool:
    """Whether `word` comes out at its own place, alone or in one of the carrier sentences."""
    for text in _spellings(word, cutter.cutting):
        for before, after in _carriers(word, cutter.cutting):
            first = len(before)
            if (word, first, first + len(text)) in cutter.spans(f"{before}{text}{after}"):
                return True
    return False


def _spellings(word: str, cutting: Cutting) -> tuple[str, ...]:
    """How a text may spell `word`; jieba's dictionary has T恤, which comes out as t恤 where it is lower-cased."""
    text = cutting.text_of(word)
    upper = text.upper()
    both = cutting.lower and upper != text and len(upper) == len(text) and HAN.search(text)
    return (text, upper) if both else (text,)


def _carriers(word: str, cutting: Cutting) -> Sequence[tuple[str, str]]:
    if cutting.language != "en" and HAN.search(word):
        return CHINESE
    return AFTER_WORD if word in CONTRACTED else ENGLISH


def _chinese(cutting: Cutting, dictionary: str | None) -> ChineseCutter | None:
    if cutting.language == "en":
        return None
    if dictionary is None:
        path = Path(os.path.expanduser(cutting.user_dictionary)) if cutting.user_dictionary else None
        return _cutter(path, cutting, cutting.user_dictionary)
    if not dictionary:
        return _cutter(None, cutting, "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "user_dict.txt"
        path.write_bytes(dictionary.encode("utf-8", "replace"))
        return _cutter(path, cutting, path.name)


def _cutter(path: Path | None, cutting: Cutting, name: str) -> ChineseCutter:
    return ChineseCutter(path, name=name, new_words=cutting.new_words, problems=Problems())


def jieba_keeps(word: str, cutting: Cutting) -> bool:
    """Whether jieba can have `word` in its dictionary and emit it.

    Every beginning of a word becomes an entry as well, so very long ones are left out.
    """
    return (
        cutting.language != "en"
        and len(word) <= LONG_WORD
        and JIEBA_WORD.fullmatch(word) is not None
        and cutting.emitted(word) == word
    )


def dictionary_counts(
    words: Sequence[str], others: Sequence[str], cutting: Cutting, comes_out: Callable[[Cutter, str], bool]
) -> dict[str, int]:
    """word -> count, for jieba's user dictionary: the user's own words, and those of `words` that then come out.

    Those of `others` that come out without it and would do so no longer are in it as well. The count is the least with
    which jieba keeps the word whole (`suggest_freq`); `comes_out(cutter, word)` says whether it does so. Raises
    VocabularyError where the user's dictionary can't be read.
    """
    jieba = _jieba(own=True)
    if cutting.user_dictionary:
        path = Path(os.path.expanduser(cutting.user_dictionary))
        _add_words(jieba, path, cutting.user_dictionary, Problems())
    usual, _total = _dictionary()
    own = {word: n for word, n in jieba.FREQ.items() if n and usual.get(word) != n}
    counted: set[str] = set()
    wanted, left, failed = set(words), list(words), frozenset[str]()
    for _round in range(ROUNDS):
        for word in left:
            jieba.suggest_freq(word, True)
        counted.update(left)
        # A cutter of its own for every round: it remembers what it cut.
        cutter = Cutter.around(cutting, lru_cache(1 << 16)(partial(jieba.lcut, HMM=cutting.new_words)))
        changed = Finder(left)
        # Mostly a word is broken by one within it. Others are looked for when these are mended: it takes long.
        wanted.update(word for word in others if next(changed.places(word), None))
        left = sorted(word for word in wanted if not comes_out(cutter, word))
        failed = frozenset(left)
        if not left:
            left = [word for word in others if word not in wanted and not comes_out(cutter, word)]
            wanted.update(left)
        if not left:
            break
    return own | {word: jieba.FREQ[word] for word in sorted(counted - failed)}
