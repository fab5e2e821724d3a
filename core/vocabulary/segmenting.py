"""Running text into words: English by a pattern, Chinese by jieba, each where its script stands."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache, cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..errors import VocabularyError
from ..messages import N_, _
from ..spec import Spec, option
from .lines import TextFile
from .report import Problems

if TYPE_CHECKING:
    import regex

# A run that holds Chinese: what jieba is asked to cut, with the letters and digits grown into it (AA制, T恤).
HAN_RUN = r"(?P<han>[A-Za-z0-9]*\p{Han}[\p{Han}A-Za-z0-9]*)"
WEB = r"(?P<web>https?://[^\s<>\"]+[\w/]|www\.[^\s<>\"]+[\w/]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
DOTTED = r"(?:\p{L}\.){2,}"
APOSTROPHE = "['’]"
PART = r"[\p{L}\p{M}\p{N}_]+"
NEGATED = ("n't", "n’t", "N'T", "N’T")
# What ends a sentence: a point does not where a letter or digit follows at once. Quotation marks may close it.
ENDS = r"(?P<end>[!?…。．｡！？]|\.(?![\p{L}\p{M}\p{N}_]))"
CLOSING = frozenset("\"'”’»」』）)]")
# A point behind these ends no sentence: a name or another word is still to come.
TITLES = frozenset(
    {"mr", "mrs", "ms", "messrs", "mme", "mlle", "dr", "prof", "st", "rev", "hon", "gen", "col", "capt", "lt", "sgt"}
    | {"maj", "gov", "sen", "rep", "mt", "vs", "cf"}
)
# Runs that are longer hardly come again: what jieba made of them is not kept.
LONGEST_KEPT = 64
# What the Penn Treebank parts from the word before it; o'clock stays whole.
CLITICS = ("s", "m", "d", "ll", "re", "ve")


class Tokenization(Spec):
    """How English, and any text with spaces, is cut into words."""

    contractions: Literal["whole", "treebank", "split"] = option(
        "whole", N_("Contractions"), N_("don't stays whole, becomes do + n't (as GloVe was trained), or don + t.")
    )
    hyphens: bool = option(True, N_("Keep hyphens"), N_("well-known stays one word."))
    numbers: bool = option(
        True, N_("Keep numbers whole"), N_("1,234.5 stays one word; otherwise it is cut at its marks.")
    )
    punctuation: bool = option(False, N_("Keep punctuation"), N_("Marks and symbols are words of their own."))


def word_pattern(options: Tokenization, *, han: bool, ends: bool = False) -> regex.Pattern[str]:
    """The pattern of one word under `options`; with `han`, runs of Chinese are a group of their own.

    With `ends`, marks that end a sentence are found too, but none that belongs to a word (U.S., 3.5).
    """
    import regex

    numbers = r"\p{N}+(?:[.,]\p{N}+)+(?![\p{L}])|" if options.numbers else ""
    joints = f"(?:{APOSTROPHE}[\\p{{L}}\\p{{M}}]+" + (f"|-{PART})*" if options.hyphens else ")*")
    marks = r"|[^\s\p{L}\p{M}\p{N}]" if options.punctuation else ""
    first = f"{HAN_RUN}|" if han else ""
    ending = f"|{ENDS}" if ends else ""
    return regex.compile(f"{WEB}|{first}{numbers}{DOTTED}|{PART}{joints}{ending}{marks}")


class Segmenter:
    """Cuts texts and counts words: `count(text, into)`.

    language  "auto": Chinese runs by jieba, the rest by the pattern; "en": the pattern alone; "zh": as auto
    marks     whether marks and symbols are words
    """

    def __init__(self, language: str, options: Tokenization, cut: Callable[[str], Iterable[str]] | None) -> None:
        self._cut = None if language == "en" else cut
        self._options, self._han, self.marks = options, language != "en", options.punctuation
        self._pattern = word_pattern(options, han=self._han)
        self._split = {"whole": None, "treebank": _treebank, "split": _at_apostrophe}[options.contractions]

    def tokens(self, text: str) -> list[str]:
        """The words of `text` in their order."""
        found: list[str] = []
        for match in self._pattern.finditer(text):
            one = match.group()
            for word in self._cut(one) if self._cut and match.lastgroup == "han" else (one,):
                found.extend(self._split(word) if self._split else (word,))
        return found

    @cached_property
    def _ending(self) -> regex.Pattern[str]:
        return word_pattern(self._options, han=self._han, ends=True)

    def parted(self, text: str) -> list[str | None]:
        """The words of `text` in their order, those of `tokens`; None where a sentence ends by its mark.

        A point behind a title (Mr.) or an initial (J.) is taken for no end.
        """
        found: list[str | None] = []
        ended, last = False, 0
        for match in self._ending.finditer(text):
            one, kind = match.group(), match.lastgroup
            if kind == "end":
                ended = ended or not (one == "." and _is_title(text[last : match.start()]))
                if self.marks:
                    found.append(one)
                continue
            last = match.start()
            if ended and one not in CLOSING:
                found.append(None)
                ended = False
            for word in self._cut(one) if self._cut and kind == "han" else (one,):
                found.extend(self._split(word) if self._split else (word,))
        return [*found, None] if ended else found

    def spans(self, text: str) -> list[tuple[str, int, int]]:
        """The words of `text` in their order, each with its first character and the one after its last."""
        found: list[tuple[str, int, int]] = []
        for match in self._pattern.finditer(text):
            one, at = match.group(), match.start()
            for word in self._cut(one) if self._cut and match.lastgroup == "han" else (one,):
                for part in self._split(word) if self._split else (word,):
                    first = text.find(part, at, match.end())
                    if first >= 0:  # an apostrophe that was written another way is none of the word's
                        found.append((part, first, first + len(part)))
                        at = first + len(part)
        return found

    def count(self, text: str, into: Counter[str]) -> None:
        """Add the words of `text` to `into`."""
        if self._cut is None:
            found = Counter(m.group() for m in self._pattern.finditer(text))
        else:
            found = Counter()
            for match in self._pattern.finditer(text):
                if match.lastgroup == "han":
                    found.update(self._cut(match.group()))
                else:
                    found[match.group()] += 1
        for word, n in found.items():
            for part in self._split(word) if self._split else (word,):
                into[part] += n


def _is_title(word: str) -> bool:
    return word.lower() in TITLES or (len(word) == 1 and word.isupper() and word != "I")


def _apostrophe(word: str) -> int:
    return max(word.rfind("'"), word.rfind("’"))


def _treebank(word: str) -> tuple[str, ...]:
    if "@" in word or "/" in word:
        return (word,)
    if word.endswith(NEGATED) and len(word) > 3:
        return word[:-3], word[-3:]
    at = _apostrophe(word)
    return (word[:at], word[at:]) if at > 0 and word[at + 1 :].lower() in CLITICS else (word,)


def _at_apostrophe(word: str) -> tuple[str, ...]:
    return tuple(part for part in word.replace("’", "'").split("'") if part)


class ChineseCutter:
    """jieba with its own dictionary, which is loaded when the first run is cut, and the user's, loaded at once.

    digest  hex SHA-256 of the user's dictionary, "" without one

    jieba's cache is not used: it lies in the temporary folder, where others may write. Raises VocabularyError
    where the user's dictionary can't be read.
    """

    def __init__(self, user_dictionary: Path | None, *, name: str, new_words: bool, problems: Problems) -> None:
        self.digest = ""
        self._new_words = new_words
        self._cut: Callable[[str], list[str]] | None = None
        if user_dictionary is not None:
            cutter = _jieba(own=True)
            self.digest = _add_words(cutter, user_dictionary, name, problems)
            self._cut = self._kept(cutter)

    def __call__(self, run: str) -> list[str]:
        """The words of a run of Chinese."""
        if self._cut is None:
            self._cut = self._kept(_jieba())
        return self._cut(run)

    def _kept(self, cutter: Any) -> Callable[[str], list[str]]:
        cut = partial(cutter.lcut, HMM=self._new_words)
        kept = lru_cache(1 << 16)(cut)
        return lambda run: kept(run) if len(run) <= LONGEST_KEPT else cut(run)


@cache
def _dictionary() -> tuple[dict[str, int], int]:
    """jieba's own words with their counts, and the sum of these."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    reader = jieba.Tokenizer()
    return reader.gen_pfdict(reader.get_dict_file())


def _jieba(*, own: bool = False) -> Any:
    """A tokenizer of jieba's. All share its dictionary, but for one that gets its `own`, to add words to it."""
    import jieba

    cutter = jieba.Tokenizer()
    counts, cutter.total = _dictionary()
    cutter.FREQ = dict(counts) if own else counts
    cutter.initialized = True
    return cutter


def _add_words(cutter: Any, path: Path, name: str, problems: Problems) -> str:
    """Lines of `word`, `word count` or `word count tag`, as jieba has them. Returns the file's digest."""
    file = TextFile(path, name=name)
    for number, line in enumerate(file.lines(), 1):
        word, *more = line.strip().rsplit(None, 2) if line.strip() else ("",)
        match more:
            case []:
                count = None
            # With 0 jieba would part the word in every text of this process.
            case [n, *_tag] if n.isdecimal() and int(n):
                count = int(n)
            case [tag] if tag.isascii() and tag.isalpha():
                count = None
            case _:
                problems.add("dictionary line", number, line, path=name)
                continue
        if not word:
            continue
        if count is not None and count > 10**12:
            raise VocabularyError(
                _("the count {count:,} is too large").format(count=count),
                where=_("{name}, line {line:,}").format(name=name, line=number),
                fix=_("Give a smaller one, or none: jieba then finds one that keeps the word whole."),
            )
        cutter.add_word(word, count)
    return file.digest
