"""A corpus as the numbers of its words, on disk: what every method of training reads."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _, pack, unpack
from ..progress import Progress, ignore
from ..vocabulary.corpus import languages
from ..workspace.atomic import atomic_file, explained
from ..workspace.state_files import read_json, write_json
from .choosing import Chosen, choose, refuse_lonely
from .numbering import BLOCK, END, Ids, Numbering, followed, squeezed
from .phrases import join_phrases
from .spec import TextsSpec
from .texts import Texts, files_key

IDS, TOKENS = "ids.bin", "tokens.json"
VERSION = 1
STAGE = N_("Writing the text as numbers")
# The language is told from so many words, the most frequent.
TOLD_BY = 100_000


@dataclass(frozen=True)
class Corpus:
    """A corpus cut into words, on disk: memory does not grow with it, only with its vocabulary.

    folder     where its ids lie (ids.bin: little-endian int32, one per kept token in order; -1 ends a sentence)
    words      by falling count (ties by word); row = place
    counts     int64[V]
    tokens     number of kept tokens (those of `words`)
    raw_tokens all tokens, before min_count and max_size; a phrase is one
    sentences  number of sentences that have a kept token
    digest     hex, of the texts and of how they are cut
    language   "en", "zh", "en+zh" or ""
    notes      messages for people
    """

    folder: Path
    words: tuple[str, ...]
    counts: NDArray[np.int64]
    tokens: int
    raw_tokens: int
    sentences: int
    digest: str
    language: str = ""
    notes: tuple[str, ...] = ()

    def ids(self) -> Ids:
        """int32[tokens + sentences]: a memory map, read-only; rows of `words`, and -1 behind each sentence."""
        return np.memmap(self.folder / IDS, "<i4", "r")

    def sample(self, n: int) -> list[list[str]]:
        """`n` sentences spread evenly over the text, as words; all of them where there are no more."""
        wanted = np.unique(np.linspace(0, self.sentences - 1, min(n, self.sentences)).astype(np.int64))
        ids, found = self.ids(), []
        for first, last in _bounds(ids, wanted):
            found.append([self.words[i] for i in ids[first:last].tolist()])
        return found

    @classmethod
    def made(
        cls, folder: Path, sentences: Iterable[Sequence[str]], *, min_count: int = 1, max_size: int | None = None
    ) -> Corpus:
        """A corpus out of sentences that are words already. Raises TrainingError, WorkspaceError."""
        digest = hashlib.sha256()

        def told() -> Iterator[Sequence[str]]:
            for sentence in sentences:
                digest.update("\0".join([*sentence, "\n"]).encode("utf-8", "surrogatepass"))
                yield sentence

        with _written_to(folder), Numbering(folder) as numbering:
            for sentence in told():
                numbering.add(sentence)
            numbering.close()
            made = _settled(numbering, folder, min_count, max_size, ignore)
            made = replace(made, digest=digest.hexdigest())
            made._keep("")
        return made

    @classmethod
    def reopened(cls, folder: Path, key: str) -> Corpus | None:
        """What `read_corpus` left in `folder` where `key` (`key_of`) is still the same; None for anything else."""
        kept = read_json(folder / TOKENS)
        if kept is None or kept.get("version") != VERSION or not key or kept.get("key") != key:
            return None
        try:
            found = cls(
                folder=folder,
                words=tuple(kept["words"]),
                counts=np.array(kept["counts"], np.int64),
                notes=tuple(map(unpack, kept["notes"])),
                **{name: kept[name] for name in ("tokens", "raw_tokens", "sentences", "digest", "language")},
            )
            size = (folder / IDS).stat().st_size
        except (OSError, KeyError, TypeError, ValueError):
            return None
        return found if size == 4 * (found.tokens + found.sentences) else None

    def _keep(self, key: str) -> None:
        plain: dict[str, Any] = {
            name: getattr(self, name) for name in ("tokens", "raw_tokens", "sentences", "digest", "language", "words")
        }
        notes = [pack(note) for note in self.notes]
        told = {"version": VERSION, "key": key, **plain, "counts": self.counts.tolist(), "notes": notes}
        write_json(self.folder / TOKENS, told)


def read_corpus(
    texts: TextsSpec,
    folder: Path,
    *,
    min_count: int,
    max_size: int | None,
    base: Path | None = None,
    workers: int = 1,
    progress: Progress = ignore,
) -> Corpus:
    """Cut texts into words and write them to `folder` as numbers: ids.bin, and tokens.json for `Corpus.reopened`.

    The text is read once, and if it is large cut by `workers` processes (0: as many as there are processors). Memory:
    that of `Numbering`, the cutter's memory of words and of jieba's dictionary (about 70 MB a process, 180 for
    Chinese), with phrases gensim's counts of pairs; it does not grow with the text. The disk holds 4 bytes a token, for
    a while twice.

    Raises VocabularyError for files that can't be read, TrainingError for a text from which nothing can be learned,
    WorkspaceError when the disk refuses. Nothing of what failed is left in `folder`.
    """
    key = key_of(texts, min_count=min_count, max_size=max_size, base=base)
    opened = Texts(texts, base, progress=progress)
    with _written_to(folder), ExitStack() as stack:
        numbering = stack.enter_context(Numbering(folder))
        opened.number(numbering, progress, workers=workers)
        numbering.close()
        notes = list(opened.notes)
        if texts.phrases:
            alone, numbering = numbering, stack.enter_context(Numbering(folder, "phrases"))
            notes += join_phrases(alone, numbering, texts.phrase_threshold, opened.language, progress)
        made = _settled(numbering, folder, min_count, max_size, progress, opened.name)
        made = replace(made, digest=opened.digest(), notes=(*notes, *made.notes))
        made._keep(key)
    return made


def key_of(texts: TextsSpec, *, min_count: int, max_size: int | None, base: Path | None = None) -> str:
    """Hex, of all that a corpus depends on, no file read: of each its path, its size and when it was written last."""
    told = [texts.model_dump_json(), str(min_count), str(max_size), files_key(texts, base)]
    return hashlib.sha256("\n".join(told).encode("utf-8", "surrogatepass")).hexdigest()


@contextmanager
def _written_to(folder: Path) -> Iterator[None]:
    """`folder` is there, and what the disk refuses is told in words; a failed attempt leaves nothing in it."""
    new = not folder.exists()
    with explained(folder / IDS):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / TOKENS).unlink(missing_ok=True)
        try:
            yield
        except BaseException:
            (folder / IDS).unlink(missing_ok=True)
            if new:
                _remove(folder)
            raise


def _remove(folder: Path) -> None:
    try:
        os.rmdir(folder)
    except OSError:
        return  # it holds something by now


def _settled(
    numbering: Numbering, folder: Path, min_count: int, max_size: int | None, progress: Progress, name: str = ""
) -> Corpus:
    """The words that stay, and the text in their rows."""
    chosen = choose(numbering, min_count, max_size, name)
    sentences, paired = _write(folder / IDS, numbering, chosen, progress)
    refuse_lonely(paired, name, min_count)
    top = dict(zip(chosen.words[:TOLD_BY], chosen.counts[:TOLD_BY].tolist(), strict=True))
    return Corpus(
        folder=folder,
        words=chosen.words,
        counts=chosen.counts,
        tokens=int(chosen.counts.sum()),
        raw_tokens=numbering.tokens,
        sentences=sentences,
        digest="",
        language=languages(Counter(top)),
        notes=chosen.notes,
    )


def _write(path: Path, numbering: Numbering, chosen: Chosen, progress: Progress) -> tuple[int, bool]:
    """How many sentences have a word that stays, and whether one has two."""
    rows, total = followed(chosen.rows), numbering.tokens + numbering.sentences
    sentences, paired, open_ = 0, False, False
    done = 0

    def renamed() -> Iterator[Ids]:
        nonlocal done
        for block in numbering.blocks():
            progress(_(STAGE), done, total, "words")
            yield rows[block]
            done += len(block)

    with atomic_file(path) as file:
        for ids in squeezed(renamed()):
            ends = ids == END
            sentences += int(np.count_nonzero(ends))
            words = np.concatenate([[open_], ~ends])
            paired = paired or bool((words[1:] & words[:-1]).any())
            open_ = bool(words[-1])
            file.write(ids.astype("<i4", copy=False).data)
    progress(_(STAGE), total, total, "words")
    return sentences, paired


def _bounds(ids: Ids, wanted: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """The first place of each wanted sentence and the one behind its last; the wanted rise."""
    start = before = 0
    left = wanted.tolist()
    for first in range(0, len(ids), BLOCK):
        ends = np.flatnonzero(ids[first : first + BLOCK] == END) + first
        while left and left[0] < before + len(ends):
            at = left.pop(0) - before
            yield (int(ends[at - 1]) + 1 if at else start), int(ends[at])
        if ends.size:
            start, before = int(ends[-1]) + 1, before + len(ends)


__all__ = ["Corpus", "key_of", "read_corpus"]
