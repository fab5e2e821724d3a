"""A text file, decoded and read in pieces: lines end at line feeds and nowhere else.

`str.splitlines` also splits at U+2028, form feeds and other characters that are words of some
vocabularies (BERT's Chinese one has U+2028 as a word), which would shift every id after them.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import math
from collections.abc import Generator
from pathlib import Path
from typing import IO, Any

from ..errors import VocabularyError
from ..messages import N_, _
from ..progress import Progress, ignore
from .encoding import SEARCHED, Encoding, Sample, find_encoding, take_sample
from .packed import broken, packing_of, unpacked

CHUNK = 1 << 20
# A line of a word list may have so many characters, and a compressed list so many bytes when expanded.
LONGEST_LINE = 1 << 20
EXPANDED = 4 << 30
STAGE = N_("Reading the vocabulary")


class _Watched(io.RawIOBase):
    """The file's own bytes on their way: hashed and counted."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self.hash = hashlib.sha256()
        self.done = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = self._raw.read(len(buffer))
        buffer[: len(content)] = content
        self.hash.update(content)
        self.done += len(content)
        return len(content)


class TextFile:
    """One text file (gzip, bzip2 and Zstandard are seen through), its encoding known; read once, from its start.

    name      as reports show it
    packing   "gz", "bz2", "zst", or "" for a file that is not packed
    encoding  see `Encoding`
    digest    hex SHA-256 of the file's bytes, after it was read to its end
    count     number of lines read so far

    `expanded` is how large a packed file may become, `searched` how much of it is read to tell the encoding.

    Raises VocabularyError for a path that is no readable file, an empty file, and bytes that are no text.
    """

    def __init__(
        self,
        path: Path,
        encoding: str = "auto",
        *,
        name: str = "",
        expanded: int | None = EXPANDED,
        searched: int = SEARCHED,
    ) -> None:
        self.path = path
        self.name = name or str(path)
        self.size = check_file(path, self.name)
        self.digest = ""
        self.count = 0
        self._expanded = expanded
        with open_file(path, self.name) as raw:
            self.packing = packing_of(raw.read(4))
        self.sample: Sample = self._sampled(searched)
        self.encoding: Encoding = find_encoding(self.sample, encoding, self.name)

    def _sampled(self, searched: int) -> Sample:
        with open_file(self.path, self.name) as raw:
            try:
                return take_sample(unpacked(raw, self.packing), searched)
            except broken() as error:
                raise self._damaged(error) from None

    def _damaged(self, error: BaseException) -> VocabularyError:
        return VocabularyError(
            _("can't be read: {reason}").format(reason=error),
            where=self.name,
            fix=_("The file may be damaged or cut off: fetch or make it again."),
        )

    def chunks(self, progress: Progress = ignore, before: int = 0, total: int | None = None) -> Generator[str]:
        """The decoded text in pieces, the byte-order mark left out.

        `before` bytes of `total` were read in other files. Raises VocabularyError at bytes that can't be decoded.
        """
        decoder = codecs.getincrementaldecoder(self.encoding.codec)()
        expanded, first = 0, True
        with open_file(self.path, self.name) as raw:
            watched = _Watched(raw)
            buffered = io.BufferedReader(watched, CHUNK)
            stream = unpacked(buffered, self.packing)
            while True:
                content = self._read(stream)
                expanded += len(content)
                if self.packing and self._expanded is not None and expanded > self._expanded:
                    raise self._too_large()
                text = self._decode(decoder, content)
                if first and text:
                    text, first = text.removeprefix("\ufeff"), False
                self._refuse_zero(text)
                if text:
                    yield text
                    self.count += text.count("\n")
                progress(_(STAGE), before + watched.done, total or self.size, "bytes", self.name)
                if not content:
                    break
            # What an unpacker left unread behind its end belongs to the digest as well.
            while buffered.read(CHUNK):
                pass
        self.digest = watched.hash.hexdigest()

    def _read(self, stream: IO[bytes]) -> bytes:
        try:
            return stream.read(CHUNK)
        except broken() as error:
            raise self._damaged(error) from None

    def _decode(self, decoder: codecs.IncrementalDecoder, content: bytes) -> str:
        try:
            return decoder.decode(content, final=not content)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(self.encoding.codec, "ignore")
            line = self.count + before.count("\n") + 1
            shown = " ".join(f"{byte:02X}" for byte in error.object[error.start : max(error.end, error.start + 1)][:4])
            raise VocabularyError(
                _("the bytes {shown} are not {encoding} text").format(shown=shown, encoding=self.encoding.label),
                where=_("{name}, line {line:,}").format(name=self.name, line=line),
                fix=_('Say which encoding the file has, for example encoding="gb18030", or save it as UTF-8.'),
            ) from None

    def _refuse_zero(self, text: str) -> None:
        at = text.find("\x00")
        if at >= 0:
            raise VocabularyError(
                _("this is not a text: it holds a zero byte"),
                where=_("{name}, line {line:,}").format(name=self.name, line=self.count + text.count("\n", 0, at) + 1),
                fix=_("Give a text file, or say which encoding it has."),
            )

    def _too_large(self) -> VocabularyError:
        return VocabularyError(
            _("expands to more than {limit} GiB").format(limit=(self._expanded or 0) >> 30),
            where=self.name,
            fix=_('A text to be counted may be larger: read it with kind="corpus".'),
        )

    def lines(self, progress: Progress = ignore) -> list[str]:
        """All lines without their ends (LF or CRLF), in order.

        The end of the last line opens no further one. Raises VocabularyError for a line that no list has.
        """
        found: list[str] = []
        rest: list[str] = []
        held = 0
        limit: float = LONGEST_LINE
        for text in self.chunks(progress):
            if not found and not rest and text.lstrip()[:1] in ("{", "["):
                limit = math.inf  # JSON is often written in one line
            first, *more = text.split("\n")
            rest.append(first)
            held += len(first)
            if held > limit:
                raise self._too_long(len(found) + 1)
            if more:
                found.append("".join(rest))
                found.extend(more[:-1])
                rest, held = [more[-1]], len(more[-1])
        if last := "".join(rest):
            found.append(last)
        self.count = len(found)
        if len(found) == 1 and "\r" in found[0].rstrip("\r"):
            # Line ends of old Macintosh files.
            found = found[0].removesuffix("\r").split("\r")
            self.count = len(found)
        return [line[:-1] if line.endswith("\r") else line for line in found] if _has_crlf(found) else found

    def _too_long(self, line: int) -> VocabularyError:
        return VocabularyError(
            _("a line of more than {limit:,} characters is no word").format(limit=LONGEST_LINE),
            where=_("{name}, line {line:,}").format(name=self.name, line=line),
            fix=_('Running text is counted with kind="corpus".'),
        )

    def text(self, progress: Progress = ignore) -> str:
        """The whole decoded text."""
        return "".join(self.chunks(progress))


def _has_crlf(lines: list[str]) -> bool:
    return any(line.endswith("\r") for line in lines)


def check_file(path: Path, name: str) -> int:
    """The size of the file at `path` in bytes. Raises VocabularyError unless it is a file that holds something."""
    try:
        if path.is_dir():
            raise VocabularyError(
                _("this is a folder, not a file"), where=name, fix=_('Only kind="corpus" reads a folder: name a file.')
            )
        if not path.exists():
            raise VocabularyError(_("there is no such file"), where=name, fix=_("Check the path."))
        if not path.is_file():
            raise VocabularyError(_("this is not a regular file"), where=name, fix=_("Save its content to a file."))
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise _unreadable(error, name) from None
    if not size:
        raise VocabularyError(_("the file is empty"), where=name, fix=_("Give a file with at least one word."))
    return size


def open_file(path: Path, name: str) -> IO[bytes]:
    """`path`, opened for reading bytes. Raises VocabularyError."""
    try:
        return path.open("rb")
    except (OSError, ValueError) as error:
        raise _unreadable(error, name) from None


def _unreadable(error: OSError | ValueError, name: str) -> VocabularyError:
    reason = getattr(error, "strerror", None) or error
    return VocabularyError(
        _("can't be read: {reason}").format(reason=reason), where=name, fix=_("Give a file that you may read.")
    )
