"""Bytes of a file, compressed or not: read at any place where that is possible, or from the start.

Nothing is unpacked to disk. What a compressed file may expand to is limited, so that a zip bomb
ends with an error and not with a full machine.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import FormatError, SourceError, UnsafeFileError
from ..messages import _
from ..vocabulary.packed import ZstdFrames

# Text vectors compress about 2.5 times, repetitive ones 10 times; bombs more than 1,000 times.
EXPANSION_LIMIT = 100
EXPANSION_FREE = 64 << 20  # below this many bytes no ratio is looked at
# At this size unpacking takes a sixth longer than with the library's reader; of a bomb it makes 64 MB at most.
ZSTD_FED = 2048

MAGIC = {
    b"\x1f\x8b": "gz",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zst",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}


@dataclass(frozen=True)
class Identity:
    """What tells a changed file from the same one without reading it."""

    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> Identity:
        status = os.stat(path)
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


@dataclass(frozen=True)
class ByteFile:
    """One file's content as the formats see it.

    path         the file on disk
    compression  "" for a plain file, else "gz", "bz2", "xz", "zst" or "zip"
    member       the file inside a zip, else ""
    identity     of the file on disk when it was opened
    """

    path: Path
    compression: str
    member: str
    identity: Identity

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{self.path.name}::{self.member}" if self.member else self.path.name

    @property
    def plain(self) -> bool:
        """Whether any byte can be read without reading those before it."""
        return not self.compression

    @contextmanager
    def stream(self) -> Iterator[BinaryIO]:
        """The content from its start, decompressed. Broken compressed data raises FormatError."""
        with ExitStack() as stack:
            try:
                raw = stack.enter_context(open(self.path, "rb", buffering=0))
                content: Any = raw
                if not self.plain:
                    expanded = stack.enter_context(_expand(raw, self.compression, self.member))
                    content = _Limited(expanded, self)
            except _broken() as error:
                raise SourceError(
                    _("can't be read: {reason}").format(reason=error),
                    where=self.name,
                    fix=_("Check that the file is whole and readable."),
                ) from error
            yield content

    def unchanged(self) -> bool:
        """Whether the file on disk is still the one that was opened."""
        try:
            return Identity.of(self.path) == self.identity
        except OSError:
            return False


def open_bytes(path: str | os.PathLike[str], member: str = "") -> ByteFile:
    """Look at a file (not at its format): is it there, is it compressed, which member is meant.

    Raises SourceError for what is no readable file, or a zip whose member has to be named.
    """
    file = Path(path)
    try:
        if file.is_dir():
            raise SourceError(
                _("this is a folder, not a file of vectors"),
                where=str(file),
                fix=_("Name one file, or a folder that a Lexiloom build wrote."),
            )
        with open(file, "rb") as raw:
            head = raw.read(8)
        identity = Identity.of(file)
    except OSError as error:
        raise SourceError(
            _("can't be opened: {reason}").format(reason=error.strerror or str(error)),
            where=str(file),
            fix=_("Check the path."),
        ) from error
    if not head:
        raise FormatError(_("the file is empty"), where=str(file), fix=_("Get the file again."))
    compression = next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), "")
    if compression != "zip":
        if member:
            raise SourceError(
                _("only a zip archive has members"), where=str(file), fix=_("Name the file without “::”.")
            )
        return ByteFile(file, compression, "", identity)
    return _open_zip(file, member, identity)


def _open_zip(file: Path, member: str, identity: Identity) -> ByteFile:
    try:
        with zipfile.ZipFile(file) as archive:
            names = [i.filename for i in archive.infolist() if not i.is_dir() and i.file_size]
            encrypted = {i.filename for i in archive.infolist() if i.flag_bits & 1}
    except zipfile.BadZipFile as error:
        raise FormatError(
            _("the zip archive is damaged: {reason}").format(reason=error),
            where=str(file),
            fix=_("Download it again."),
        ) from error
    if any(name.endswith("data.pkl") for name in names):
        raise UnsafeFileError(
            _("this is a PyTorch checkpoint with a pickle inside: loading one can run code"),
            where=str(file),
            fix=_("Save the matrix as safetensors, or as word2vec text, where it was made."),
        )
    if names and all(name.endswith(".npy") for name in names):
        return ByteFile(file, "", "", identity)  # an .npz: the format reads its members itself
    names = [name for name in names if not name.startswith("__MACOSX/")]
    if not member and len(names) == 1:
        member = names[0]
    if member not in names:
        raise SourceError(
            _("the archive holds {count} files: {names}").format(count=len(names), names=", ".join(names[:12])),
            where=str(file),
            fix=_("Say which one is meant: {example}.").format(
                example=f"{file.name}::{names[0]}" if names else "ARCHIVE::FILE"
            ),
        )
    if member in encrypted:
        raise SourceError(_("the archive is encrypted"), where=str(file), fix=_("Unpack it first."))
    return ByteFile(file, "zip", member, identity)


@contextmanager
def _expand(raw: Any, compression: str, member: str) -> Iterator[Any]:
    if compression == "gz":
        from isal import igzip

        with igzip.GzipFile(fileobj=raw) as stream:
            yield stream
    elif compression == "bz2":
        import bz2

        with bz2.BZ2File(raw) as stream:
            yield stream
    elif compression == "xz":
        import lzma

        with lzma.LZMAFile(raw) as stream:
            yield stream
    elif compression == "zst":
        yield ZstdFrames(raw, ZSTD_FED)
    else:
        with zipfile.ZipFile(raw) as archive, archive.open(member) as stream:
            yield stream


def _broken() -> tuple[Any, ...]:
    """What the decompressors raise for damaged data."""
    import lzma
    import zlib

    import zstandard
    from isal import isal_zlib

    return (EOFError, zlib.error, lzma.LZMAError, isal_zlib.error, zstandard.ZstdError, zipfile.BadZipFile, OSError)


class _Limited(io.RawIOBase):
    """A decompressed stream that stops a bomb, and says in words what is wrong with damaged data."""

    def __init__(self, inner: Any, file: ByteFile) -> None:
        self._inner = inner
        self._file = file
        self._left = max(EXPANSION_FREE, EXPANSION_LIMIT * file.identity.size)
        self._position = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        try:
            count = self._inner.readinto(buffer)
        except _broken() as error:
            raise FormatError(
                _("the compressed data is damaged or cut off: {reason}").format(reason=error),
                where=self._file.name,
                fix=_("Compare its size with the original's and download it again."),
            ) from error
        self._position += count or 0
        self._left -= count or 0
        if self._left < 0:
            raise UnsafeFileError(
                _("it expands to more than {times} times its size").format(times=EXPANSION_LIMIT),
                where=self._file.name,
                fix=_("If you trust it, unpack it yourself and name the unpacked file."),
            )
        return count or 0


def read_fully(stream: BinaryIO, view: memoryview) -> int:
    """Fill `view` from a stream as far as there are bytes; how many were read."""
    filled = 0
    while filled < len(view):
        count = stream.readinto(view[filled:])  # type: ignore[attr-defined]
        if not count:
            break
        filled += count
    return filled


def head_of(file: ByteFile, size: int = 1 << 16) -> bytes:
    """The first `size` bytes of the content (fewer where it is shorter)."""
    with file.stream() as stream:
        buffer = bytearray(size)
        return bytes(buffer[: read_fully(stream, memoryview(buffer))])


def digest_of(path: Path, update: Callable[[int], None] | None = None) -> str:
    """ "blake3:…" of a file as it lies on disk (what `b3sum` prints)."""
    from blake3 import blake3

    h = blake3()
    buffer = memoryview(bytearray(1 << 22))
    with open(path, "rb", buffering=0) as raw:
        while count := raw.readinto(buffer):
            h.update(buffer[:count])
            if update:
                update(count)
    return f"blake3:{h.hexdigest()}"
