"""Maps of up to a million words for the viewer in assets/viewer: packed into bytes, and as an HTML file of their own.

    packed = pack(projection.points, projection.rows, words, rank=order)
    page = standalone(packed, [Coloring.of_values("norm", norms, colors)], title=…, lead=…, notes=[…], language="en")

The packed format, version 1, all little-endian: gzip of the bytes "LXM1", uint32 length of the header, the header as
JSON in UTF-8 padded with spaces to a multiple of 4, then the buffers one after the other, each padded to a multiple of
4. The header's "buffers" lists their "name", "type" (float32, uint32, uint8 or json) and "bytes". A map has `xy`
float32[2n] (x and y in turn), `rows` uint32[n], `words` (JSON), and may have `rank` uint32[n] and `size` uint8[n]. A
coloring has `codes` or `values`, uint8[n].
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import html
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import FormatError
from ..messages import _, current_language, ngettext, retold, speaking

VIEWER = Path(__file__).resolve().parents[2] / "assets" / "viewer" / "dist"
NONE = 255  # the code of a word without a category or value
STEPS = 254  # the code of the highest value
MAGIC = b"LXM1"
TYPES = {"float32": np.dtype("<f4"), "uint32": np.dtype("<u4"), "uint8": np.dtype("u1")}
LEVEL = 1  # coordinates hardly shrink: a higher one saves 1 % in three times the time
LARGEST = 1 << 30  # bytes unpacked
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
</head>
<body>
<main id="lexiloom">
<h1 dir="auto">{title}</h1>
<p class="lp-lead" dir="auto">{lead}</p>
<noscript>{noscript}</noscript>
</main>
<script type="application/json" id="lexiloom-page">{data}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def pack(
    points: ArrayLike,
    rows: ArrayLike,
    words: Sequence[str],
    *,
    title: str = "",
    rank: ArrayLike | None = None,
    size: ArrayLike | None = None,
) -> bytes:
    """A map as bytes of the format above.

    points  float32[n, 2], all finite, as they come out of the projection
    rows    integers[n]: the matrix's row of each point, which selections are told in
    words   str[n]
    rank    integers[n]: the points (0 to n-1) in order of importance for labels, or None: as they come
    size    uint8[n]: how large a point may be drawn, 255 the largest, or None: all alike

    Raises ValueError for lengths that differ, and coordinates, rows or ranks that can't be.
    """
    xy = np.ascontiguousarray(points, "<f4")
    n = len(words)
    if xy.shape != (n, 2) or not np.isfinite(xy).all():
        raise ValueError(f"points {xy.shape} for {n} words, or one that is not finite")
    buffers: dict[str, Any] = {"xy": xy.reshape(-1), "rows": _unsigned("rows", rows, n), "words": list(words)}
    if rank is not None:
        buffers["rank"] = _unsigned("rank", rank, n)
        if not np.array_equal(np.sort(buffers["rank"]), np.arange(n)):
            raise ValueError("the ranks are no order of the points")
    if size is not None:
        buffers["size"] = _bytes("size", size, n)
    return _packed({"n": n, "title": str(title)}, buffers)


@dataclass(frozen=True, eq=False, kw_only=True)
class Coloring:
    """What the dots' colors mean: categories, or values along a scale.

    kind    "category" or "value"
    title   what it shows, for people
    colors  "#rrggbb": one for each category, or the stops of the scale, evenly from `low` to `high`
    names   of the categories, at most 255
    codes   uint8[n]: each point's category, 255 for none
    values  uint8[n]: 0 stands for `low`, 254 for `high`, 255 for a value that is not known
    low, high, unit   of the scale
    format  how values are written: "" as exactly as they are known, "integer", "percent" (of shares from 0 to 1), or
            "power" where they are logarithms to the base of 10 of what is to be told

    Raises ValueError where these do not fit together.
    """

    kind: Literal["category", "value"]
    title: str
    colors: Sequence[str]
    names: Sequence[str] = ()
    codes: NDArray[np.uint8] | None = None
    values: NDArray[np.uint8] | None = None
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    format: Literal["", "integer", "percent", "power"] = ""

    def __post_init__(self) -> None:
        data = self.codes if self.kind == "category" else self.values
        if data is None or data.dtype != np.uint8 or data.ndim != 1:
            raise ValueError(f"a {self.kind} coloring needs uint8 codes or values")
        if not self.colors or not all(_COLOR.fullmatch(color) for color in self.colors):
            raise ValueError("colors are written #rrggbb")
        if self.kind == "value":
            if not (np.isfinite(self.low) and np.isfinite(self.high) and self.low <= self.high):
                raise ValueError(f"a scale from {self.low} to {self.high}")
        elif len(self.names) != len(self.colors) or len(self.names) > NONE:
            raise ValueError(f"{len(self.names)} categories in {len(self.colors)} colors; at most {NONE}")
        elif len(data) and int(data[data != NONE].max(initial=0)) >= max(1, len(self.names)):
            raise ValueError("a code without a category")

    @classmethod
    def of_categories(cls, title: str, codes: ArrayLike, names: Sequence[str], colors: Sequence[str]) -> Coloring:
        """Categories from integers[n], negative or 255 for none."""
        given = np.asarray(codes)
        return cls(
            kind="category",
            title=title,
            colors=tuple(colors),
            names=tuple(names),
            codes=np.where((given < 0) | (given > NONE), NONE, given).astype(np.uint8),
        )

    @classmethod
    def of_values(cls, title: str, values: ArrayLike, colors: Sequence[str], **scale: Any) -> Coloring:
        """A scale from float[n]; NaN is not known. `low` and `high`, if not given, are the least and the largest."""
        given = np.asarray(values, np.float64)
        finite = given[np.isfinite(given)]
        ends = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
        low = float(scale.pop("low", min(ends[0], scale.get("high", ends[0]))))
        high = float(scale.pop("high", max(ends[1], low)))
        share = (given - low) / (high - low) if high > low else np.where(np.isfinite(given), 0.5, np.nan)
        steps = np.rint(np.clip(np.nan_to_num(share, nan=0.0, posinf=1.0, neginf=0.0), 0, 1) * STEPS)
        bytes_ = np.where(np.isfinite(given), steps, NONE).astype(np.uint8)
        return cls(kind="value", title=title, colors=tuple(colors), values=bytes_, low=low, high=high, **scale)

    def packed(self) -> bytes:
        """The coloring as bytes of the format above."""
        head: dict[str, Any] = {"kind": self.kind, "title": str(self.title), "colors": list(self.colors)}
        if self.codes is not None and self.kind == "category":
            head |= {"n": len(self.codes), "names": [str(name) for name in self.names]}
            return _packed(head, {"codes": self.codes})
        assert self.values is not None
        head |= {"n": len(self.values), "low": float(self.low), "high": float(self.high)}
        return _packed(head | {"unit": str(self.unit), "format": self.format}, {"values": self.values})


def unpack(content: bytes) -> dict[str, Any]:
    """The header's fields and the buffers of what was packed, under their names. Raises FormatError."""
    try:
        return _unpacked(content)
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(_("this is not a packed map: {error}").format(error=error)) from error


def picked_rows(state: Any, rows: ArrayLike) -> NDArray[np.int64]:
    """The rows that are selected on a map whose points are `rows`, as int64[k], in the order of its points.

    state  what the browser sent: {"rows": [row, …]} or {"mask": base64}, or one of these two by itself; a mask has a
           bit for each point, the lowest bit of the first byte for the first one

    The browser is not trusted: what can't be gives no rows at all.
    """
    points = np.asarray(rows, np.int64)
    given = state.get("mask", state.get("rows")) if isinstance(state, Mapping) else state
    if isinstance(given, str):
        try:
            given = base64.b64decode(given, validate=True)
        except (binascii.Error, ValueError):
            return points[:0]
    if isinstance(given, bytes):
        return _masked(given, points)
    if isinstance(given, (list, tuple)) and len(given) <= len(points) and all(type(row) is int for row in given):
        wanted = {row for row in given if 0 <= row < 1 << 32}
        found = points[np.isin(points, np.fromiter(wanted, np.int64, len(wanted)))]
        return found if len(found) == len(set(given)) else points[:0]
    return points[:0]


@cache
def viewer_version() -> str:
    """Changes with the viewer's code: browsers may keep it for long under an address that holds this."""
    return hashlib.sha256(_script().encode()).hexdigest()[:16]


def standalone(
    packed: bytes,
    colorings: Sequence[Coloring],
    *,
    title: str,
    lead: str,
    notes: Sequence[str] = (),
    language: str = "en",
) -> str:
    """An HTML page with the map, its colorings and the viewer in it: it opens from disk and reaches for no network.

    Words and titles are data and never markup, and the page's policy lets no script run but the viewer itself, which
    it knows by its hash ("unsafe-eval": WebGL's draw calls are compiled while it runs).
    """
    with speaking(language):
        script = _script()
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        data = {
            "texts": texts(),
            "notes": [_readable(note) for note in notes],
            "map": base64.b64encode(packed).decode(),
            "colorings": [
                {"title": str(one.title), "data": base64.b64encode(one.packed()).decode()} for one in colorings
            ],
        }
        return _PAGE.format(
            language=language.replace("_", "-"),
            policy=(
                f"default-src 'none'; script-src 'sha256-{digest}' 'unsafe-eval'; style-src 'unsafe-inline'; "
                "base-uri 'none'; form-action 'none'"
            ),
            title=html.escape(_readable(title)),
            lead=html.escape(_readable(lead)),
            noscript=html.escape(_("This map is drawn by a script: allow scripts for this file.")),
            data=json.dumps(data).replace("<", "\\u003c"),
            script=script,
        )


def texts() -> dict[str, str]:
    """All that a reader reads in the viewer, in the current language; assets/viewer/src/texts.js has the same keys."""
    found = {
        "locale": current_language(),
        "map": _("Map of words: drag to move, scroll to zoom; with the keyboard arrows, plus and minus."),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "reset": _("Back to the first view"),
        "lasso": _("Lasso: draw around words to select them (or hold Shift and drag)"),
        "picture": _("Save picture"),
        "one_word": ngettext("{n} word", "{n} words", 1),
        "words": ngettext("{n} word", "{n} words", 2),
        "selected": _("{n} selected"),
        "hidden": _("{n} hidden"),
        "outside": _("{n} outside this view"),
        "shown": _("{shown} of {n} shown"),
        "none": _("none"),
        "unknown": _("not known"),
        "about": _("about {value}"),
        "loading": _("Loading the map …"),
        "failed": _("The map could not be loaded ({reason})."),
        "again": _("Try again"),
        "empty": _("There are no words on this map."),
        "no_webgl": _(
            "This browser offers no WebGL, which the map is drawn with. Switch on hardware acceleration in its "
            "settings, or open the page in another browser."
        ),
        "lost": _("The graphics card took the map away."),
        "redraw": _("Draw it again"),
        "find": _("Find a word"),
        "found_nothing": _("No word on this map matches."),
        "color": _("Color"),
        "one_color": _("one color"),
        "labels": _("Labels"),
        "sizes": _("Frequent words larger"),
        "selection": _("Selected words"),
        "how_to_select": _("Draw around words with the lasso, or click one; they are listed here."),
        "copy": _("Copy"),
        "copied": _("Copied"),
        "save": _("Save as .txt"),
        "clear": _("Clear"),
        "more": _("and {n} more"),
        "notes": _("What this map says"),
    }
    return {key: str(text) for key, text in found.items()}


def _script() -> str:
    # With the line ends that an HTML parser makes of others: the policy knows the script by its hash.
    return (VIEWER / "viewer.js").read_text("ascii")


def _readable(text: str) -> str:
    """A text with what can't be seen, or can't be written in UTF-8, spelled out."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in str(retold(text)))


def _unsigned(name: str, given: ArrayLike, n: int) -> NDArray[np.uint32]:
    found = np.asarray(given)
    if found.shape != (n,) or not (found.dtype.kind in "iu" or n == 0):
        raise ValueError(f"{name}: {found.dtype}{found.shape}, expected {n} integers")
    if n and (found.min() < 0 or found.max() >= 1 << 32):
        raise ValueError(f"{name}: not of 32 bits")
    return found.astype("<u4")


def _bytes(name: str, given: ArrayLike, n: int) -> NDArray[np.uint8]:
    found = np.asarray(given)
    if found.shape != (n,) or found.dtype != np.uint8:
        raise ValueError(f"{name}: {found.dtype}{found.shape}, expected {n} bytes")
    return found


def _json(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # lone surrogates, which UTF-8 has no place for
        return json.dumps(value, separators=(",", ":")).encode()


def _packed(head: dict[str, Any], buffers: Mapping[str, Any]) -> bytes:
    listed, parts = [], []
    for name, buffer in buffers.items():
        if isinstance(buffer, list):
            kind, content = "json", _json(buffer)
        else:
            kind = next(name for name, dtype in TYPES.items() if dtype == buffer.dtype)
            content = buffer.tobytes()
        listed.append({"name": name, "type": kind, "bytes": len(content)})
        parts.append(content + bytes(-len(content) % 4))
    header = _json(head | {"buffers": listed})
    header += b" " * (-len(header) % 4)
    return gzip.compress(b"".join([MAGIC, len(header).to_bytes(4, "little"), header, *parts]), LEVEL, mtime=0)


def _unpacked(content: bytes) -> dict[str, Any]:
    unzip = zlib.decompressobj(wbits=31)
    plain = unzip.decompress(content, LARGEST)
    if not unzip.eof or plain[:4] != MAGIC:
        raise ValueError("cut off, too large, or of another kind")
    at = 8 + int.from_bytes(plain[4:8], "little")
    found = json.loads(plain[8:at])
    for one in found.pop("buffers"):
        part = plain[at : at + one["bytes"]]
        if len(part) != one["bytes"]:
            raise ValueError("cut off")
        found[one["name"]] = json.loads(part) if one["type"] == "json" else np.frombuffer(part, TYPES[one["type"]])
        at += len(part) + -len(part) % 4
    return found


def _masked(mask: bytes, points: NDArray[np.int64]) -> NDArray[np.int64]:
    n = len(points)
    if len(mask) != (n + 7) // 8:
        return points[:0]
    bits = np.unpackbits(np.frombuffer(mask, np.uint8), bitorder="little")
    return points[:0] if bits[n:].any() else points[bits[:n].astype(bool)]
