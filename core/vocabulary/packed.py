"""Packed texts, seen through: gzip, bzip2 and Zstandard, told by their first bytes; of several members or frames all.

`formats.streams` does the same for files of vectors, which are read at any speed the disk has, and limits what they
expand to.
"""

from __future__ import annotations

import bz2
import gzip
import io
import zlib
from typing import IO, Any

MAGIC = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\x28\xb5\x2f\xfd": "zst"}
SUFFIXES = (".gz", ".bz2", ".zst")
# Frames are fed by so many bytes: what comes out at a time stays small, even of a bomb (at most 32,768 times as much).
FED = 1 << 9


def packing_of(head: bytes) -> str:
    """ "gz", "bz2" or "zst" by the first bytes of a file; "" for one that is not packed."""
    return next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), "")


def unpacked(raw: IO[bytes], kind: str) -> IO[bytes]:
    """What is packed in a stream; reading it raises one of `broken()` for what is damaged or cut off."""
    if kind == "gz":
        return gzip.open(raw)  # type: ignore[return-value]
    if kind == "bz2":
        return bz2.BZ2File(raw)
    return io.BufferedReader(ZstdFrames(raw)) if kind == "zst" else raw  # type: ignore[return-value]


def broken() -> tuple[type[Exception], ...]:
    """What unpacking raises."""
    import zstandard

    return (OSError, EOFError, zlib.error, zstandard.ZstdError)


class ZstdFrames(io.RawIOBase):
    """The content of Zstandard frames. The library's own reader takes a file that is cut off for a whole one.

    fed  bytes that are unpacked at a time: with more it is faster, and a bomb takes more memory before it is seen
    """

    def __init__(self, raw: IO[bytes], fed: int = FED) -> None:
        import zstandard

        self._raw, self._size = raw, fed
        self._new = zstandard.ZstdDecompressor().decompressobj
        self._frame: Any = self._new()
        self._begun = False
        self._fed = b""
        self._out = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._out:
            self._fed = self._fed or self._raw.read(self._size)
            if not self._fed:
                if self._begun:
                    raise EOFError("Compressed file ended before the end-of-stream marker was reached")
                return 0
            self._begun = True
            self._out = memoryview(self._frame.decompress(self._fed))
            self._fed = b""
            if self._frame.eof:
                self._fed = self._frame.unused_data
                self._frame, self._begun = self._new(), False
        count = min(len(buffer), len(self._out))
        buffer[:count] = self._out[:count]
        self._out = self._out[count:]
        return count


__all__ = ["MAGIC", "SUFFIXES", "ZstdFrames", "broken", "packing_of", "unpacked"]
