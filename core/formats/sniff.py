"""Which format a file has, told from its bytes. What can't be read safely is refused by name."""

from __future__ import annotations

import os
import re

from ..errors import FormatError, UnsafeFileError
from ..messages import N_, _
from . import fasttext
from .arrays import open_npy, open_npz, open_safetensors
from .binary import open_binary
from .fasttext import FastTextVectors
from .protocol import VectorFile
from .streams import ByteFile, head_of, open_bytes
from .text import HEADER, NUMBER, open_text

# Protocols 2 to 5 start with 0x80; 0 and 1 with the opcodes of a class, list, dict or tuple.
PICKLE = re.compile(
    rb"\x80[\x01-\x05][\x00-\xff]|\(?[dlt](p\d+)?\r?\n|c[A-Za-z_][\w.]*\r?\n[A-Za-z_][\w.]*\r?\n|ccopy_reg"
)
ZLIB = re.compile(rb"x[\x01\x5e\x9c\xda]")

OTHERS = (
    (rb"FiFu", N_("a finalfusion file")),
    (rb"SQLite format 3\x00", N_("an SQLite database (a Magnitude file?)")),
    (rb"\x89HDF\r\n\x1a\n", N_("an HDF5 file")),
    (rb"PAR1", N_("a Parquet table")),
    (rb"ARROW1", N_("an Arrow file")),
    (rb"RD[ABX][23]\n", N_("R data")),
    (rb"%PDF", N_("a PDF document")),
    (rb"\s*<(!doctype|html|\?xml)", N_("a web page, not the file behind it")),
    (rb"version https://git-lfs", N_("a Git LFS pointer, not the file itself")),
    (rb"7z\xbc\xaf\x27\x1c", N_("a 7-Zip archive")),
    (rb"Rar!", N_("a RAR archive")),
)
CONVERT = N_("Convert it to word2vec text, word2vec binary or safetensors first.")


def open_vectors(path: str | os.PathLike[str], *, member: str = "", skip_faulty: bool = False) -> VectorFile:
    """A reader for the file at `path` (and `member` of it, if it is a zip).

    `skip_faulty` leaves rows of the wrong width out and counts them instead of raising.
    Raises FormatError for what is no file of vectors, UnsafeFileError for what could run code.
    """
    file = open_bytes(path, member)
    head = head_of(file)
    if not head:
        raise FormatError(_("the file is empty"), where=file.name, fix=_("Get the file again."))
    _refuse(file, head)
    if head.startswith(b"\x93NUMPY"):
        return open_npy(file)
    if head.startswith(b"PK\x03\x04"):
        return open_npz(file)
    if fasttext.is_fasttext(head):
        return FastTextVectors(file)
    if head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= (100 << 20):
        return open_safetensors(file)
    header = HEADER.match(head)
    if header and not _is_text(head[header.end() :], int(header[2])):
        return open_binary(file, head, skip_faulty=skip_faulty)
    _refuse_encodings(file, head)
    return open_text(file, head, skip_faulty=skip_faulty)


def _refuse(file: ByteFile, head: bytes) -> None:
    if PICKLE.match(head):
        raise UnsafeFileError(
            _("this is a pickle: loading one can run any code, so it is never loaded"),
            where=file.name,
            fix=_("Save the vectors as word2vec text or safetensors where the pickle was made."),
        )
    if head[257:262] == b"ustar":
        raise FormatError(_("this is a tar archive"), where=file.name, fix=_("Unpack it and name the file inside."))
    for pattern, name in OTHERS:
        if re.match(pattern, head, re.IGNORECASE):
            raise FormatError(
                _("this is {kind}, which can't be read here").format(kind=_(name)), where=file.name, fix=_(CONVERT)
            )
    if file.plain and ZLIB.match(head) and b"\0" in head[:512]:
        raise UnsafeFileError(
            _("this looks like a compressed pickle (joblib): loading one can run code"),
            where=file.name,
            fix=_("Save the vectors as word2vec text or safetensors where it was made."),
        )


def _refuse_encodings(file: ByteFile, head: bytes) -> None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FormatError(
            _("the text is UTF-16"), where=file.name, fix=_("Save it as UTF-8: vectors are read as UTF-8 only.")
        )
    if b"\0" in head[:4096]:
        raise FormatError(
            _("this is binary data of no known format"),
            where=file.name,
            fix=_("Known are: text, word2vec binary, fastText .bin, .npy, .npz, safetensors."),
        )


def _is_text(rest: bytes, dim: int) -> bool:
    """Whether what follows a header is a row of text: its last fields are numbers."""
    line, newline, _more = rest.partition(b"\n")
    fields = line.split()
    if newline or len(rest) < (1 << 15):
        numbers = fields[1:]
    else:  # one row is longer than the head: its end is cut off
        numbers = fields[1:-1]
    if not numbers:
        # A header alone, or a lone word: text unless control characters say otherwise.
        return not any(c < 9 for c in rest[:64]) and not rest[:1024].strip(b"\n\r\t -~" + bytes(range(32, 127)))
    sample = numbers[-min(len(numbers), dim, 50) :]
    return all(NUMBER.match(number) for number in sample)
