"""Running text for a training: files, folders and columns of tables, cut into sentences of words in one stream."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from ..messages import N_, _, ngettext
from ..progress import Progress, ignore
from ..vocabulary.corpus import HAN, LATIN, CorpusSpec, languages, segmenter_of
from ..vocabulary.report import Problems
from ..vocabulary.segmenting import Segmenter
from ..vocabulary.selection import stop_words
from .crew import Crew, crew_size
from .cutting import LONGEST_WORD, SLICE, STOP, Sentences, Unit, is_wrapped
from .numbered import Apart, Here, add_slices
from .numbering import Numbering
from .spec import TextsSpec
from .text_files import NAMED, SEARCHED, Source, at, digest_of, files_key, listed, open_source

STAGE = N_("Reading the text")
# The language is told from the heads of so many files.
TOLD_BY = 20
# What of the spec changes the words, beside the texts themselves.
CUTTING = ("language", "tokenization", "new_words", "lower", "stop_words", "phrases", "phrase_threshold")


class Texts:
    """The texts of a spec: all files are found, opened and checked; they can be read any number of times.

    size      bytes of all files, as they lie on disk
    files     (name, bytes) of each
    encoding  of the files, "" for Parquet
    language  "en", "zh", "en+zh" or "", as the heads of the files tell
    unit      where windows end: "sentence", "line" or "paragraph"
    wrapped   whether the lines are broken at a width, as far as that matters
    name      what messages call them

    `most` opens only so many files, for a look at them. Memory: a megabyte of a file, the words of a quarter of a
    million runs (about 80 MB), jieba's dictionary. Raises VocabularyError and TrainingError.
    """

    def __init__(
        self,
        spec: TextsSpec,
        base: Path | None = None,
        *,
        progress: Progress = ignore,
        most: int | None = None,
        searched: int = SEARCHED,
    ) -> None:
        self.spec, self._base = spec, base
        self.name = ", ".join(spec.paths[:NAMED]) + ("…" if len(spec.paths) > NAMED else "")
        found = listed(spec, base)
        self.files = tuple((name, path.stat().st_size) for path, name in found.files)
        self.size = sum(size for _name, size in self.files)
        self._sources: list[Source] = []
        for path, name in found.files[:most]:
            progress(_(STAGE), 0, self.size, "bytes", name)
            self._sources.append(open_source(path, name, spec, searched))
        problems = Problems()
        self._segmenter, self._cutter = segmenter_of(_as_corpus(spec, base), problems)
        heads = [source.head() for source in self._sources[:TOLD_BY]]
        self.language = _language(heads, spec.language)
        self.unit: Unit
        self.unit, self.wrapped = self._unit(heads)
        labels = Counter(source.encoding for source in self._sources if source.encoding)
        self.encoding = ", ".join(sorted(labels))
        self._notes = [*found.notes(), *(note for source in self._sources[:NAMED] for note in source.notes)]
        if len(self._sources) > 1:
            shown = ", ".join(f"{label} ({n})" for label, n in labels.most_common())
            self._notes.append(_("{n:,} files; encodings: {listed}").format(n=len(self._sources), listed=shown))
        if unread := problems.totals["dictionary line"]:
            text = ngettext(
                "{n:,} line of the user dictionary can't be read",
                "{n:,} lines of the user dictionary can't be read",
                unread,
            )
            self._notes.append(text.format(n=unread))
        self._too_long = 0

    def _unit(self, heads: list[str]) -> tuple[Unit, bool]:
        """Lines that are wrapped mean nothing; the first text tells for all. Lines inside of cells are not."""
        plain = next((head for head, source in zip(heads, self._sources, strict=False) if not source.table), "")
        wrapped = is_wrapped(plain)
        asked = self.spec.unit
        return ("paragraph" if wrapped else "line") if asked == "auto" else asked, wrapped

    @property
    def notes(self) -> tuple[str, ...]:
        """Messages for people: how the files are read, and what is odd about them."""
        if not self._too_long:
            return tuple(self._notes)
        text = ngettext(
            "{n:,} run of more than {most:,} characters is no word, and left out",
            "{n:,} runs of more than {most:,} characters are no words, and left out",
            self._too_long,
        )
        return (*self._notes, text.format(n=self._too_long, most=LONGEST_WORD))

    def sentences(self, progress: Progress = ignore) -> Iterator[list[str]]:
        """The sentences in the order of the files, each with a word or more, and at most a thousand."""
        cut = self._sentences()
        for source, beat in self._beats(progress):
            yield from cut.of(source.chunks(beat.reached), beat)
        self._too_long = cut.too_long

    def number(self, numbering: Numbering, progress: Progress = ignore, *, workers: int = 1) -> None:
        """Add the sentences, as `sentences` gives them, to `numbering`; `workers` processes may cut (0: as many as
        there are processors), which changes nothing but the time.
        """
        sentences = self._sentences()
        with ExitStack() as stack:
            cut = self._cutting(sentences, numbering, stack, workers)
            add_slices(cut.ids(self._slices(sentences, progress)), numbering)
            self._too_long = cut.too_long

    def _slices(self, sentences: Sentences, progress: Progress) -> Iterator[str]:
        """All texts in slices, each text ended by a mark; many short ones are one slice."""
        held: list[str] = []
        size = 0
        for source, beat in self._beats(progress):
            for text in chain(sentences.slices(source.chunks(beat.reached)), (f" {STOP} ",)):
                held.append(text)
                size += len(text)
                if size >= SLICE // 2:
                    yield "".join(held)
                    held, size = [], 0
                    beat()
        if held:
            yield "".join(held)

    def _cutting(self, sentences: Sentences, numbering: Numbering, stack: ExitStack, workers: int) -> Here | Apart:
        if members := crew_size(self.size, self.language, workers):
            told = {"spec": self.spec.model_dump(mode="json"), "base": None if self._base is None else str(self._base)}
            told |= {"language": self.language, "unit": self.unit, "wrapped": self.wrapped}
            with suppress(OSError):  # no room for another process
                return Apart(numbering, stack.enter_context(Crew(members, told)))
        return Here(sentences, numbering)

    def _beats(self, progress: Progress) -> Iterator[tuple[Source, _Beat]]:
        before = 0
        for source in self._sources:
            yield source, _Beat(progress, source.name, before, self.size)
            before += source.size

    def head_sentences(self, most: int) -> list[list[str]]:
        """The first sentences, of what the files begin with; no more than that is read."""
        found: list[list[str]] = []
        cut = self._sentences()
        for source in self._sources:
            found += islice(cut.of([source.head()]), most - len(found))
        return found

    def _sentences(self) -> Sentences:
        return _sentences(self.spec, self._segmenter, self.language, self.unit, wrapped=self.wrapped)

    def digest(self) -> str:
        """Hex, after a whole pass: of the files' bytes, and of all that changes the words in them."""
        told = json.dumps(self.spec.model_dump(include={*CUTTING, "column"}), sort_keys=True)
        dictionary = self._cutter.digest if self._cutter else ""
        stops = self.language if self.spec.stop_words else ""
        return digest_of(self._sources, [told, dictionary, self.encoding, self.unit, str(self.wrapped), stops])


@dataclass
class _Beat:
    """Tells how much of all files is read while one of them is."""

    progress: Progress
    name: str
    before: int
    size: int
    read: int = 0

    def reached(self, read: int) -> None:
        self.read = read
        self()

    def __call__(self) -> None:
        self.progress(_(STAGE), min(self.before + self.read, self.size), self.size, "bytes", self.name)


def sentences_by(spec: TextsSpec, base: Path | None, *, language: str, unit: Unit, wrapped: bool) -> Sentences:
    """What cuts the texts of `spec`, where the rest is known already."""
    segmenter, _cutter = segmenter_of(_as_corpus(spec, base), Problems())
    return _sentences(spec, segmenter, language, unit, wrapped=wrapped)


def _sentences(spec: TextsSpec, segmenter: Segmenter, language: str, unit: Unit, *, wrapped: bool) -> Sentences:
    listed = [stop_words(one) for one in language.split("+")] if spec.stop_words else []
    stops = frozenset().union(*listed)
    return Sentences(segmenter, unit, wrapped=wrapped, lower=spec.lower, stops=stops)


def _as_corpus(spec: TextsSpec, base: Path | None) -> CorpusSpec:
    """What the vocabulary stage cuts a corpus by."""
    dictionary = str(at(base, spec.user_dictionary)) if spec.user_dictionary else ""
    shared = {name: getattr(spec, name) for name in ("language", "tokenization", "new_words")}
    return CorpusSpec(path=spec.paths[0], user_dictionary=dictionary, **shared)


def _language(heads: list[str], asked: str) -> str:
    """By the shares of Latin words and of Chinese characters, of which two make a word. jieba is not asked."""
    if asked == "en":
        return "en"
    text = "".join(heads)
    counts = Counter({"a": len(LATIN.findall(text)), "中": len(HAN.findall(text)) // 2})
    found = languages(counts)
    return "+".join(filter(None, (found, "zh"))) if asked == "zh" and "zh" not in found else found


__all__ = ["STAGE", "Texts", "files_key", "sentences_by"]
