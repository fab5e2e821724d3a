"""Which encoding a text has: from its byte-order mark, from being valid UTF-8, else by a guess that is reported."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from typing import IO

from ..errors import VocabularyError
from ..messages import N_, _

HEAD = 1 << 16
# Bytes that are looked through for one that is not ASCII, and lines with such bytes that are kept.
SEARCHED = 1 << 28
FOREIGN = 1 << 16

# UTF-32's mark begins with UTF-16's: the longer ones come first.
MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32 LE"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32 BE"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 LE"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 BE"),
)
BY_MARK = N_("by its byte-order mark")
BY_VALIDITY = N_("it is valid UTF-8")
BY_GUESS = N_("guessed from its bytes: check the preview")
AS_GIVEN = N_("as given")

# Lead bytes of the common characters: GB 2312 level 1 and Big5 level 1.
COMMON = {"gb18030": range(0xB0, 0xD8), "big5": range(0xA4, 0xC7)}
BIG5_VARIANTS = ("big5", "cp950", "big5hkscs")
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True)
class Encoding:
    """A codec of Python's, its name for reports, how it was found, and whether a byte-order mark stands in front."""

    codec: str
    label: str
    how: str
    marked: bool = False


@dataclass(frozen=True)
class Sample:
    """The first bytes of a file, and some of its lines that are not ASCII (cut at line ends unless `whole`)."""

    head: bytes
    foreign: bytes
    whole: bool


def take_sample(stream: IO[bytes], searched: int = SEARCHED) -> Sample:
    """Read `stream`, up to `searched` bytes, until enough beyond ASCII are seen to tell its encoding."""
    head = stream.read(HEAD)
    foreign = b""
    block, tail, seen = head, b"", len(head)
    while block and len(foreign) < FOREIGN and seen < searched:
        block = tail + block
        cut = block.rfind(b"\n") + 1
        # A line longer than a block is looked at in parts.
        whole, tail = (block[:cut], block[cut:]) if cut else (block, b"")
        if not whole.isascii():
            foreign += b"".join(line for line in whole.splitlines(keepends=True) if not line.isascii())
        block = stream.read(1 << 20)
        seen += len(block)
    if not block and not tail.isascii():
        foreign += tail
    return Sample(head, foreign[:FOREIGN], whole=not block and len(foreign) <= FOREIGN)


def find_encoding(sample: Sample, asked: str, where: str) -> Encoding:
    """The encoding of a text: as `asked`, or found from `sample` where that is "auto".

    Raises VocabularyError for an unknown name, and for bytes that are no text.
    """
    marked = next((Encoding(c, label, BY_MARK, True) for m, c, label in MARKS if sample.head.startswith(m)), None)
    if asked.lower() not in ("", "auto"):
        return _asked(asked, marked, where)
    if marked:
        return marked
    if b"\x00" in sample.head:
        return _wide(sample.head, where)
    if _is_utf8(sample):
        return Encoding("utf-8", "UTF-8", BY_VALIDITY)
    return _guess(sample)


def _asked(asked: str, marked: Encoding | None, where: str) -> Encoding:
    try:
        info = codecs.lookup(asked)
        "".encode(info.name)
    except (LookupError, ValueError):
        raise VocabularyError(
            _("there is no encoding named {name!r}").format(name=asked),
            where=where,
            fix=_('Give a name such as "utf-8", "utf-16", "gb18030", "big5" or "cp1252", or "auto".'),
        ) from None
    name = info.name
    if name in ("utf-16", "utf-32"):
        # Without a mark both mean little-endian, on any machine.
        name = marked.codec if marked and marked.codec.startswith(name) else f"{name}-le"
    name = "utf-8" if name == "utf-8-sig" else name
    return Encoding(name, name.upper(), AS_GIVEN, bool(marked and marked.codec == name))


def _wide(head: bytes, where: str) -> Encoding:
    """UTF-16 without a mark, told by its line ends and by which bytes are zero."""
    if head.count(0) < len(head) / 4 and _decodes(head, "utf-8"):
        # A text with zero bytes in it: reading it names the line.
        return Encoding("utf-8", "UTF-8", BY_VALIDITY)
    even = head[: len(head) // 2 * 2]
    for codec, label in (("utf-16-le", "UTF-16 LE"), ("utf-16-be", "UTF-16 BE")):
        text = codecs.getincrementaldecoder(codec)("replace").decode(even)
        sound = sum(c.isprintable() or c in "\t\r\n" for c in text) - text.count("\ufffd")
        plain = sum(c.isascii() or bool(HAN.match(c)) for c in text)
        if text and sound >= 0.99 * len(text) and plain >= 0.8 * len(text):
            return Encoding(codec, label, BY_GUESS)
    raise VocabularyError(
        _("this is not a text: it holds zero bytes"),
        where=where,
        fix=_('Give a text file. If it is a text in UTF-16, say so with encoding="utf-16".'),
    )


def _is_utf8(sample: Sample) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")
    try:
        decoder().decode(sample.foreign, final=False)
    except UnicodeDecodeError:
        text = decoder("replace").decode(sample.foreign)
        beyond = sum(not c.isascii() for c in text)
        bad = text.count("\ufffd")
        # Mostly sound UTF-8 is damaged UTF-8: reading it names the bad line instead of showing garbage.
        return beyond - bad > 10 * bad
    return True


def _guess(sample: Sample) -> Encoding:
    foreign = sample.foreign
    if not sample.whole and b"\n" in foreign:
        foreign = foreign[: foreign.rfind(b"\n")]
    shares = {codec: _common_share(foreign, codec) for codec in COMMON}
    codec = max(shares, key=lambda name: shares[name])
    if shares[codec] < 0.7:
        from charset_normalizer import from_bytes

        best = from_bytes(foreign, cp_exclusion=["utf_7", "utf_16", "utf_32"]).best()
        codec = best.encoding if best else "cp1252"
        if _is_latin(foreign, codec):
            codec = "cp1252"
        if codec in ("gb2312", "gbk", "hz"):
            codec = "gb18030"
    if codec == "big5":
        codec = next((c for c in BIG5_VARIANTS if _decodes(foreign, c)), "big5")
    return Encoding(codec, codec.replace("_", "-").upper(), BY_GUESS)


def _is_latin(content: bytes, guessed: str) -> bool:
    """Whether letters of another script are guessed amid Latin ones: more likely the accents of Western Europe."""
    plain = sum(chr(byte).isalpha() for byte in content if byte < 0x80)
    text = content.decode(guessed, "replace")
    foreign = [c for c in text if not c.isascii() and not "\u00a0" <= c <= "\u024f" and c not in "“”‘’–—…•€„‚™"]
    return bool(foreign) and plain > sum(byte >= 0x80 for byte in content) and _decodes(content, "cp1252")


def _decodes(content: bytes, codec: str) -> bool:
    try:
        codecs.getincrementaldecoder(codec)().decode(content, final=False)
    except UnicodeError:
        return False
    return True


def _common_share(content: bytes, codec: str) -> float:
    """Which share of the characters beyond ASCII are among the common ones of `codec`, 0 where it can't decode them."""
    variants = BIG5_VARIANTS if codec == "big5" else (codec,)
    reader = next((c for c in variants if _decodes(content, c)), None)
    if reader is None:
        return 0.0
    found = Counter(codecs.getincrementaldecoder(reader)().decode(content))
    spelled = {c: c.encode(reader, "replace") for c in found if not c.isascii()}
    # Marks have lead bytes up to A3 in both and tell nothing.
    beyond = {c: found[c] for c, written in spelled.items() if not 0xA1 <= written[0] <= 0xA3}
    # GB 2312 has second bytes from A1 on only; what lies below are rare characters of GBK.
    least = 0xA1 if codec == "gb18030" else 0x40
    common = sum(
        n for c, n in beyond.items() if HAN.match(c) and spelled[c][0] in COMMON[codec] and spelled[c][1] >= least
    )
    return common / max(1, sum(beyond.values()))
