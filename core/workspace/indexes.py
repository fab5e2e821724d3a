"""Indexes of sources: where every word's row lies, found once and kept.

An index costs 16 bytes a row: sorted hashes (8), the row of each (4), where each row begins (8). It
is named by the file's content digest; a file is known again by its path, size, modification time and
inode, so a second look at the same file reads nothing of it, and a changed file is scanned afresh.
Memory does not grow with the source: rows are written as they are found, hashes are sorted a part at
a time, and a search reads only the parts that it needs.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import WorkspaceError
from ..formats import VectorFile
from ..formats.protocol import NOT_INDEXED
from ..formats.streams import ByteFile, Identity
from ..messages import _
from ..progress import Progress
from .eviction import evict, size_of
from .locks import is_alive

VERSION = 3
LIMIT = 4 << 30  # bytes of all indexes together, where LEXILOOM_INDEX_LIMIT says nothing else
PART = 1 << 20  # hashes sorted at once: 32 MB at the peak
SEGMENT = 1 << 15  # entries read at once in a search: 256 kB
DUPLICATES = "duplicate words"


class SourceIndex:
    """An index on disk, open for searching.

    meta  format, dim, rows, words (distinct ones), digest, faults, places, end
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.meta: dict[str, Any] = json.loads((folder / "index.json").read_text("utf-8"))
        rows, words = self.meta["rows"], self.meta["words"]
        starts = np.dtype(self.meta["starts"])
        sizes = {"hashes.u64": 8 * words, "rows.u32": 4 * words, "starts": starts.itemsize * (rows + 1)}
        if self.meta["version"] != VERSION or any((folder / n).stat().st_size != s for n, s in sizes.items()):
            raise ValueError("index of another version, or cut off")
        self._firsts = np.fromfile(folder / "firsts.u64", np.uint64)
        self._bases = np.fromfile(folder / "bases.i64", np.int64)
        # Held open: an index that another process evicts meanwhile stays readable here.
        self._open = {name: open(folder / name, "rb", buffering=0) for name in sizes}  # noqa: SIM115
        weakref.finalize(self, _close, tuple(self._open.values()))
        self._buffer = np.empty(SEGMENT, np.uint64)
        # Files and buffer are one for all: threads take turns.
        self._turn = threading.Lock()
        os.utime(folder)  # the least recently used index is evicted first

    def find(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        """int64[k]: the first row whose word has each hash, -1 = none. Threads may call it at once."""
        with self._turn:
            return self._find(hashes)

    def _find(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        found = np.full(len(hashes), -1, np.int64)
        if not len(hashes) or not self.meta["words"]:
            return found
        order = np.argsort(hashes)
        wanted = hashes[order]
        segment_of = np.searchsorted(self._firsts, wanted, side="right") - 1
        places = np.full(len(hashes), -1, np.int64)
        for segment, low, high in _runs(segment_of):
            if segment < 0:
                continue
            known = _read(self._open["hashes.u64"], self._buffer, segment * SEGMENT)
            at = np.searchsorted(known, wanted[low:high])
            at[at == len(known)] = 0
            hit = known[at] == wanted[low:high]
            places[low:high][hit] = at[hit] + segment * SEGMENT
        hits = np.flatnonzero(places >= 0)
        # Equal needles share a place, so places only ascend weakly; that is all `_take` needs.
        rows = np.full(len(hashes), -1, np.int64)
        rows[hits] = self._take("rows.u32", np.dtype(np.uint32), places[hits])
        found[order] = rows
        return found

    def starts(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where rows `ids` (ascending) begin, and where the row after each begins. Threads may call it at once."""
        with self._turn:
            return self._starts(ids)

    def _starts(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        starts, ends = np.empty(len(ids), np.int64), np.empty(len(ids), np.int64)
        for first, values, low, high in self._segments("starts", np.dtype(self.meta["starts"]), ids):
            at, base = ids[low:high] - first, self._bases[first // SEGMENT]
            starts[low:high] = values[at] + base
            # The entry after a segment's last belongs to the next one, and counts from there.
            after = np.where(at + 1 < SEGMENT, base, self._bases[min(first // SEGMENT + 1, len(self._bases) - 1)])
            ends[low:high] = values[at + 1] + after
        return starts, ends

    def _take(self, name: str, kind: np.dtype, positions: NDArray[np.int64]) -> NDArray[Any]:
        """Values at ascending positions, read a segment at a time."""
        out = np.empty(len(positions), kind)
        for first, values, low, high in self._segments(name, kind, positions):
            out[low:high] = values[positions[low:high] - first]
        return out

    def _segments(
        self, name: str, kind: np.dtype, positions: NDArray[np.int64]
    ) -> Iterator[tuple[int, NDArray[Any], int, int]]:
        """The segments that hold ascending `positions`: first entry, entries (and one more), which positions.

        One buffer serves all: memory that is asked for anew costs more than the reading.
        """
        buffer = np.empty(SEGMENT + 1, kind)
        for segment, low, high in _runs(positions // SEGMENT):
            yield segment * SEGMENT, _read(self._open[name], buffer, segment * SEGMENT), low, high


def _close(files: tuple[Any, ...]) -> None:
    for file in files:
        file.close()


def _runs(keys: NDArray[np.integer]) -> Iterator[tuple[int, int, int]]:
    """(key, first, one past the last) of each run of equal keys."""
    if not len(keys):
        return
    cuts = np.flatnonzero(np.diff(keys)) + 1
    lows = np.concatenate([[0], cuts])
    highs = np.concatenate([cuts, [len(keys)]])
    yield from zip(keys[lows].tolist(), lows.tolist(), highs.tolist(), strict=True)


def _read(file: Any, buffer: NDArray[Any], first: int) -> NDArray[Any]:
    """As many entries from the one at `first` as `buffer` and the file hold."""
    file.seek(first * buffer.itemsize)
    return buffer[: file.readinto(buffer.view(np.uint8).data) // buffer.itemsize]


class SourceIndexes:
    """All indexes of a workspace.

    folder  one sub-folder per index
    known   which file has which index
    """

    def __init__(self, folder: Path, known: Path) -> None:
        self.folder = folder
        self.known = known

    def open(
        self, file: ByteFile, *, policy: str, vectors: Callable[[], VectorFile], progress: Progress
    ) -> tuple[SourceIndex, bool]:
        """The index of a file, and whether it had to be made (the file scanned).

        `policy` names how faulty rows are treated; indexes of different policies are kept apart.
        Raises what the scan raises, and WorkspaceError when the index can't be written.
        """
        limit = index_limit()
        index = self._recall(file, policy)
        if index is not None:
            return index, False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.known.mkdir(parents=True, exist_ok=True)
            self._sweep()
            made = Path(tempfile.mkdtemp(prefix=f".making-{os.getpid()}-", dir=self.folder))
            try:
                meta = _build(made, vectors(), progress)
                target = self.folder / self._name(meta["digest"], file.member, policy)
                index = self._keep(made, target)
            finally:
                shutil.rmtree(made, ignore_errors=True)
            self._remember(file, policy, index.folder.name)
            evict(self.folder, limit, keep=frozenset([index.folder.name]))
        except OSError as error:
            raise WorkspaceError(
                _("the index of {name} can't be written: {reason}").format(
                    name=file.name, reason=error.strerror or str(error)
                ),
                where=str(self.folder),
                fix=_("It takes 16 bytes a row. Free space there, or set LEXILOOM_HOME to another folder."),
            ) from error
        return index, True

    def has(self, file: ByteFile, *, policy: str) -> bool:
        """Whether `file` has an index, as it is now: opening it then scans nothing."""
        return self._recall(file, policy) is not None

    @staticmethod
    def _name(digest: str, member: str, policy: str) -> str:
        key = f"{digest}\0{member}\0{policy}\0{VERSION}"
        return hashlib.sha256(key.encode()).hexdigest()[:32]

    def _keep(self, made: Path, target: Path) -> SourceIndex:
        """Put a finished index in its place; one that another process put there meanwhile is as good."""
        try:
            os.rename(made, target)
        except OSError:
            try:
                return SourceIndex(target)
            except (OSError, ValueError, KeyError):
                shutil.rmtree(target, ignore_errors=True)
                os.rename(made, target)
        return SourceIndex(target)

    def _card(self, file: ByteFile, policy: str) -> Path:
        key = f"{file.path.resolve()}\0{file.member}\0{policy}"
        return self.known / f"{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.json"

    def _recall(self, file: ByteFile, policy: str) -> SourceIndex | None:
        try:
            card = json.loads(self._card(file, policy).read_text("utf-8"))
            if Identity(**card["identity"]) != file.identity:
                return None
            return SourceIndex(self.folder / card["index"])
        except (OSError, ValueError, KeyError, TypeError):
            return None  # never seen, evicted or damaged: scan

    def _remember(self, file: ByteFile, policy: str, index: str) -> None:
        if not file.unchanged():  # it changed while it was scanned: next time, scan again
            return
        card = self._card(file, policy)
        temporary = card.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps({"path": str(file.path), "identity": asdict(file.identity), "index": index}))
        os.replace(temporary, card)

    def _sweep(self) -> None:
        """Remove what processes that are gone have left half made."""
        for left in self.folder.glob(".making-*"):
            pid = int(left.name.split("-")[1])
            if pid != os.getpid() and not is_alive(pid):
                shutil.rmtree(left, ignore_errors=True)


def index_limit() -> int:
    """Bytes that all indexes together may take. Raises WorkspaceError when LEXILOOM_INDEX_LIMIT is no number."""
    given = os.environ.get("LEXILOOM_INDEX_LIMIT", "").strip()
    if not given:
        return LIMIT
    if not given.isascii() or not given.isdigit():
        raise WorkspaceError(
            _("LEXILOOM_INDEX_LIMIT is {given!r}, not a number of bytes").format(given=given),
            fix=_("Set it to a whole number, such as 4294967296 for 4 GiB, or leave it out."),
        )
    return int(given)


def _build(folder: Path, vectors: VectorFile, progress: Progress) -> dict[str, Any]:
    """Scan a file and write its index into `folder`; the index's meta data."""
    rows = 0
    with open(folder / "starts.i64", "wb") as starts, open(folder / "unsorted.u64", "wb") as unsorted:
        for block in vectors.scan(progress):
            block.starts.astype(np.int64, copy=False).tofile(starts)
            block.hashes.tofile(unsorted)
            rows += len(block.hashes)
        np.array([vectors.end()], np.int64).tofile(starts)
    kind = _shorten(folder)
    words, duplicates = _sort(folder, rows)
    (folder / "unsorted.u64").unlink()
    counts = dict(vectors.faults.counts)
    if duplicates:
        counts[DUPLICATES] = duplicates
    meta = {
        "version": VERSION,
        "format": vectors.header.format,
        "dim": vectors.header.dim,
        "rows": rows,
        "words": words,
        "starts": kind,
        "digest": vectors.digest,
        "faults": counts,
        "places": vectors.faults.places,
    }
    (folder / "index.json").write_text(json.dumps(meta), "utf-8")
    return meta


def _shorten(folder: Path) -> str:
    """Keep the rows' first bytes relative to their segment's, in four bytes where these do; the type's name."""
    bases, widest = [], 0
    with open(folder / "starts.i64", "rb", buffering=0) as file:
        buffer, first = np.empty(SEGMENT, np.int64), 0
        while len(block := _read(file, buffer, first)):
            bases.append(int(block[0]))
            widest = max(widest, int(block[-1]) - int(block[0]))
            first += len(block)
        kind = "<u4" if widest < 1 << 32 else "<i8"
        with open(folder / "starts", "wb") as short:
            for k, base in enumerate(bases):
                (_read(file, buffer, k * SEGMENT) - base).astype(kind).tofile(short)
    np.array(bases, np.int64).tofile(folder / "bases.i64")
    (folder / "starts.i64").unlink()
    return kind


def _sort(folder: Path, rows: int) -> tuple[int, int]:
    """Sort the hashes, a range of them at a time; how many words there are, and how many rows more."""
    parts = max(1, -(-rows // PART))
    words = duplicates = 0
    firsts: list[NDArray[np.uint64]] = []
    with open(folder / "hashes.u64", "wb") as hashes, open(folder / "rows.u32", "wb") as row_file:
        for part in range(parts):
            low = (part << 64) // parts
            high = ((part + 1) << 64) // parts - 1
            found, at = _in_range(folder / "unsorted.u64", low, high, whole=parts == 1)
            order = np.argsort(found, kind="stable")  # equal hashes stay in row order: the first wins
            found, at = found[order], at[order]
            keep = np.ones(len(found), bool)
            keep[1:] = found[1:] != found[:-1]
            found, at = found[keep], at[keep]
            duplicates += int(len(keep) - len(found))
            firsts.append(found[(-words) % SEGMENT :: SEGMENT])
            found.tofile(hashes)
            at.tofile(row_file)
            words += len(found)
    np.concatenate(firsts).tofile(folder / "firsts.u64")
    return words, duplicates


def _in_range(path: Path, low: int, high: int, *, whole: bool) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """The hashes in low..high of an unsorted file, and the rows they belong to."""
    kept: list[NDArray[np.uint64]] = []
    rows: list[NDArray[np.uint32]] = []
    first = 0
    with open(path, "rb", buffering=0) as file:
        buffer = np.empty(PART, np.uint64)
        while len(block := _read(file, buffer, first)):
            inside = block != NOT_INDEXED
            if not whole:
                inside &= (block >= np.uint64(low)) & (block <= np.uint64(high))
            at = np.flatnonzero(inside)
            kept.append(block[at])
            rows.append((at + first).astype(np.uint32))
            first += len(block)
    if not kept:
        return np.empty(0, np.uint64), np.empty(0, np.uint32)
    return np.concatenate(kept), np.concatenate(rows)


def list_indexes(folder: Path, known: Path) -> list[dict[str, Any]]:
    """The indexes that are kept, last used first: name and path of the file, format, rows, dim, bytes, used."""
    found = []
    for card in known.glob("*.json") if known.is_dir() else ():
        try:
            told = json.loads(card.read_text("utf-8"))
            entry = folder / told["index"]
            meta = json.loads((entry / "index.json").read_text("utf-8"))
            used = entry.stat().st_mtime
        except (OSError, ValueError, KeyError):
            continue  # evicted meanwhile
        path = Path(told["path"])
        kept = {name: meta[name] for name in ("format", "rows", "dim", "digest")}
        found.append({"name": path.name, "path": str(path), **kept, "bytes": size_of(entry), "used": used})
    return sorted(found, key=lambda one: -one["used"])
