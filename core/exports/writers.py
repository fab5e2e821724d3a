"""What all targets share: the words beside a matrix, the check by reading back, errors about words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ExportError
from ..messages import _
from ..workspace.atomic import atomic_file

# Rows as a reader finds them: some words (None where the target keeps none) and their vectors.
Part = tuple[Sequence[str] | None, NDArray[np.float32]]
ROWS_AT_ONCE = 4096


def write_words(path: Path, words: Sequence[str]) -> None:
    """A JSON array of the words in row order."""
    with atomic_file(path) as file:
        file.write(json.dumps(list(words), indent=0).encode("ascii"))


def in_parts(vectors: NDArray[np.float32], rows: int = ROWS_AT_ONCE) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """(first row, some rows) of a matrix."""
    for first in range(0, len(vectors), rows):
        yield first, vectors[first : first + rows]


def compare(parts: Iterable[Part], words: Sequence[str], vectors: NDArray[np.float32], path: Path) -> None:
    """Raise ExportError unless `parts`, read back from `path`, are the words and vectors, bit for bit."""
    row = 0
    for names, values in parts:
        stop = row + len(values)
        right = stop <= len(vectors) and values.shape[1] == vectors.shape[1]
        if right and names is not None:
            right = list(names) == list(words[row:stop])
        if not right or not np.array_equal(values.view(np.uint32), vectors[row:stop].view(np.uint32)):
            raise _differs(path, row)
        row = stop
    if row != len(vectors):
        raise _differs(path, row)


def _differs(path: Path, row: int) -> ExportError:
    return ExportError(
        _("what was written does not read back as the matrix, from row {row:,} on").format(row=row),
        where=str(path),
        fix=_("Check the disk, and write it again."),
    )


def refuse_words(words: Sequence[str], ends: str, target: str) -> None:
    """Raise ExportError for words that hold a character of `ends`, or half a character, which UTF-8 can't write."""
    separators = frozenset(ends)
    _refuse(
        [word for word in words if not separators.isdisjoint(word)],
        _("{count:,} words hold characters that end a word in {target}: {words}"),
        target,
        fix=_("Export with spaces replaced by “_” (--spaces underscore), or use .npy or .pt, which keep every word."),
    )
    _refuse(
        [word for word in words if any("\ud800" <= c <= "\udfff" for c in word)] if not _encodes(words) else [],
        _("{count:,} words hold half a character, which has no place in {target}: {words}"),
        target,
        fix=_("Mend the words, or use .npy or .pt, which keep every word."),
    )


def _refuse(wrong: Sequence[str], what: str, target: str, *, fix: str) -> None:
    if wrong:
        shown = ", ".join(map(repr, wrong[:5]))
        raise ExportError(what.format(count=len(wrong), target=target, words=shown), fix=fix)


def _encodes(words: Sequence[str]) -> bool:
    try:
        "".join(words).encode()
    except UnicodeEncodeError:
        return False
    return True


def joined_by_underscores(words: Sequence[str], ends: str) -> list[str]:
    """The words with every character of `ends` replaced; raises ExportError where two become one."""
    replaced = str.maketrans(dict.fromkeys(ends, "_"))
    changed = [word.translate(replaced) for word in words]
    if len(set(changed)) != len(changed):
        seen: set[str] = set()
        twice = next(w for w in changed if w in seen or seen.add(w))
        raise ExportError(
            _("with spaces replaced, {word!r} is there twice").format(word=twice),
            fix=_("Rename one of the words, or use .npy or .pt, which keep every word."),
        )
    return changed
