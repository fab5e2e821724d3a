"""fastText's own `.bin` (facebookresearch/fastText, model versions 11 and 12), with its subwords.

A word's vector is the mean of its own row and the rows of its character n-grams; a word that the
model does not know is the mean of its n-gram rows alone.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import FormatError
from ..messages import _
from ..progress import Progress
from .binary import read_fixed
from .hashing import hashes_of
from .ngrams import buckets_of
from .protocol import Block, Faults, Header, Rows
from .streams import ByteFile, digest_of

MAGIC = 793712314
ARGUMENTS = struct.Struct("<12id")
DICTIONARY = struct.Struct("<iiiqq")
OLD_DICTIONARY = struct.Struct("<iiiq")
BATCH = 1 << 15
WORDS_AT_ONCE = 2048  # some 20 n-grams each: 50 MB of rows at 300 dimensions


class FastTextVectors:
    """One fastText model file."""

    def __init__(self, file: ByteFile) -> None:
        if not file.plain:
            raise FormatError(
                _("a compressed fastText .bin can't be read in place: its n-gram rows lie all over the file"),
                where=file.name,
                fix=_("Unpack it first, for example with “gunzip -k”."),
            )
        self.file = file
        self.faults = Faults()
        self.digest = ""
        with file.stream() as stream:
            self._read_header(stream)
        self.header = Header("fastText .bin", self._dim, self._word_count)

    def _read_header(self, stream: Any) -> None:
        first = _exactly(stream, 8, self.file)
        magic, version = struct.unpack("<ii", first)
        begun = 0
        if magic != MAGIC:  # models of before May 2017 begin with their arguments at once
            version, begun = 0, len(first)
        elif version not in (11, 12):
            raise FormatError(
                _("fastText model version {version} is not one of 11 and 12").format(version=version),
                where=self.file.name,
                fix=_("Save it again with a current fastText."),
            )
        dictionary = DICTIONARY if version else OLD_DICTIONARY
        arguments = ARGUMENTS.unpack(first[:begun] + _exactly(stream, ARGUMENTS.size - begun, self.file))
        self._dim, model, self._buckets = arguments[0], arguments[7], arguments[8]
        self._shortest, self._longest = arguments[9], arguments[10]
        if version <= 11 and model == 3:  # old supervised models ignored their n-grams
            self._longest = 0
        counts = dictionary.unpack(_exactly(stream, dictionary.size, self.file))
        self._entries, self._word_count, self._pruned = counts[0], counts[1], counts[4] if version else -1
        self._dictionary_start = (8 if version else 0) + ARGUMENTS.size + dictionary.size
        self._words, at = self._read_dictionary(stream)
        at += max(0, self._pruned) * 8
        if self._pruned > 0:
            _exactly(stream, self._pruned * 8, self.file)
        shape = struct.Struct("<?qq" if version else "<qq")
        *quantized, rows, dim = shape.unpack(_exactly(stream, shape.size, self.file))
        self._matrix_start = at + shape.size
        if any(quantized) or self._pruned > 0:
            raise FormatError(
                _("this is a quantized model (.ftz)"),
                where=self.file.name,
                fix=_("Use the full .bin, or export its vectors as text."),
            )
        if dim != self._dim or rows < self._word_count or self._dim < 1:
            raise FormatError(_("the header contradicts itself"), where=self.file.name, fix=_("Get the file again."))
        needed = self._matrix_start + rows * dim * 4
        if self.file.plain and needed > self.file.identity.size:
            raise FormatError(
                _("{needed:,} bytes are expected, the file has {found:,}").format(
                    needed=needed, found=self.file.identity.size
                ),
                where=self.file.name,
                fix=_("It is cut off: compare its size with the original's."),
            )
        if self._longest <= 0:
            self._buckets = 0

    def _read_dictionary(self, stream: io.RawIOBase) -> tuple[list[str], int]:
        """The words (labels left out) and where the dictionary ends."""
        words: list[str] = []
        at, buffer, position = self._dictionary_start, b"", 0
        for i in range(self._entries):
            while (stop := buffer.find(b"\0", position)) < 0 or stop + 10 > len(buffer):
                more = stream.read(1 << 20)
                if not more:
                    raise FormatError(
                        _("the dictionary ends after {found:,} of {claimed:,} words").format(
                            found=i, claimed=self._entries
                        ),
                        where=self.file.name,
                        fix=_("It is cut off: compare its size with the original's."),
                    )
                buffer, position = buffer[position:] + more, 0
            if i < self._word_count:
                words.append(buffer[position:stop].decode("utf-8", "replace"))
            at += stop + 10 - position
            position = stop + 10
        # What was read too far is given back.
        rest = buffer[position:]
        if rest:
            stream.seek(-len(rest), 1)
        return words, at

    def scan(self, progress: Progress) -> Iterator[Block]:
        """See `VectorFile.scan`."""
        for first in range(0, len(self._words), BATCH):
            words = self._words[first : first + BATCH]
            rows = np.arange(first, first + len(words), dtype=np.int64)
            yield Block(hashes_of(words), self._matrix_start + rows * self._dim * 4)
        done = 0

        def update(count: int) -> None:
            nonlocal done
            done += count
            progress(_("reading {name}").format(name=self.file.name), done, self.file.identity.size, "bytes")

        self.digest = digest_of(self.file.path, update)

    def end(self) -> int:
        return self._matrix_start + self._word_count * self._dim * 4

    def read(self, ids: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Iterator[Rows]:
        """See `VectorFile.read`: the mean of each word's row and its n-grams' rows."""
        for first in range(0, len(ids), WORDS_AT_ONCE):
            own = ids[first : first + WORDS_AT_ONCE]
            vectors, sound = self._means([self._words[i] for i in own.tolist()], own)
            yield Rows(first, vectors, sound)

    def compose(self, words: Sequence[str], out: NDArray[np.float32]) -> NDArray[np.bool_]:
        """The mean of each word's n-gram rows; False where a word has none (too short) or n-grams are off."""
        made = np.zeros(len(words), bool)
        out[:] = 0
        if self._buckets > 0:
            for first in range(0, len(words), WORDS_AT_ONCE):
                batch = slice(first, first + WORDS_AT_ONCE)
                out[batch], made[batch] = self._means(words[batch], None)
        return made

    def _means(
        self, words: Sequence[str], own: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        rows, ends = self._rows_of(words, own)
        unique, inverse = np.unique(rows, return_inverse=True)
        table = np.empty((len(unique), self._dim), np.float32)
        good = np.empty(len(unique), bool)
        for part in read_fixed(self.file, self._matrix_start + unique * self._dim * 4, self._dim, np.dtype("<f4")):
            at = slice(part.first, part.first + len(part.sound))
            table[at], good[at] = part.vectors, part.sound
        starts = np.concatenate([[0], ends[:-1]])
        counts = ends - starts
        some = counts > 0
        out = np.zeros((len(words), self._dim), np.float32)
        if some.any():
            # float64 sums: the mean of twenty rows must not depend on how numpy blocks the sum.
            sums = np.add.reduceat(table[inverse], starts[some], axis=0, dtype=np.float64)
            out[some] = sums / counts[some, None]
            whole = np.zeros(len(words), bool)
            whole[some] = np.logical_and.reduceat(good[inverse], starts[some])
            out[~whole] = 0
            some = whole
        return out, some

    def _rows_of(
        self, words: Sequence[str], own: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Matrix rows that make up each word, one word after the other, and where each word's end."""
        ngrams, ngram_ends = buckets_of(words, self._shortest, self._longest, self._buckets)
        ngrams = ngrams + self._word_count
        if own is None:
            return ngrams, ngram_ends
        at = np.concatenate([[0], ngram_ends[:-1]])
        return np.insert(ngrams, at, own), ngram_ends + np.arange(1, len(words) + 1)

    def words(self) -> Iterator[str]:
        return iter(self._words)


def is_fasttext(head: bytes) -> bool:
    """Whether a file that begins with `head` is a fastText model: by its magic, or by arguments that are possible."""
    if head[:4] == struct.pack("<i", MAGIC):
        return True
    if len(head) < ARGUMENTS.size:
        return False
    dim, window, epochs, least, negatives, ngrams, loss, model, buckets, shortest, longest, rate, threshold = (
        ARGUMENTS.unpack_from(head)
    )
    sizes = 1 <= dim <= 10_000 and 1 <= window <= 1000 and 0 <= buckets <= 1 << 30 and 0 <= shortest <= longest <= 64
    kinds = loss in (1, 2, 3) and model in (1, 2, 3) and 1 <= ngrams <= 64
    return sizes and kinds and min(epochs, least, negatives, rate) >= 0 and 0 <= threshold <= 1


def _exactly(stream: io.RawIOBase, size: int, file: ByteFile) -> bytes:
    data = b""
    while len(data) < size:
        more = stream.read(size - len(data))
        if not more:
            raise FormatError(
                _("the file ends within its header"), where=file.name, fix=_("It is cut off: get it again.")
            )
        data += more
    return data
