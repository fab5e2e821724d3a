"""Files of texts, read into packers: what is left out on the way, and what can't be tuned on."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..evaluation.labelled import refuse_too_many
from ..evaluation.labelled_file import LabelledFile
from ..evaluation.labelled_lines import MOST_LABELS, SHAPE, Role
from ..matrix import EmbeddingMatrix
from ..messages import _, ngettext
from ..progress import Progress
from .bags import Bags
from .cutting import Cutter
from .data_spec import DataSpec
from .packing import Described, Packer, TokenRows, Watched, described, refusal


@dataclass(frozen=True)
class Read:
    """What was read of one file: its sides (one, or two of pairs) and what they are like."""

    file: LabelledFile
    sides: tuple[Packer, ...]
    described: Described

    @property
    def bags(self) -> list[Bags]:
        """The texts of each side."""
        return [side.bags() for side in self.sides]

    @property
    def held(self) -> NDArray[np.bool_]:
        """bool[texts]: whether every side has a token with a row."""
        return np.logical_and.reduce([side.held > 0 for side in self.sides])


def files_of(spec: DataSpec, base: Path | None, role: Role) -> tuple[LabelledFile, LabelledFile | None]:
    """The file of texts and that of test texts, which is read the same way. Raises InputError."""

    def opened(path: str, like: LabelledFile | None = None) -> LabelledFile:
        return LabelledFile(
            (base or Path()) / os.path.expanduser(path),
            text=spec.text,
            label=spec.label if role == "labelled" else "",
            second=spec.second if role == "pairs" else "",
            encoding=spec.encoding,
            name=path,
            role=role,
            like=like,
        )

    file = opened(spec.path)
    return file, opened(spec.test_path, file) if spec.test_path else None


def file_of(spec: DataSpec, base: Path | None, role: Role, test: bool) -> LabelledFile:
    """The file of texts, or that of test texts if `test` and there is one. Raises InputError."""
    file, test_file = files_of(spec, base, role)
    return test_file if test and test_file is not None else file


def read_labelled(
    file: LabelledFile,
    rows: TokenRows,
    cutter: Cutter,
    matrix: EmbeddingMatrix,
    codes: dict[str, int],
    *,
    progress: Progress,
    known: int | None = None,
) -> Read:
    """The labelled texts of a file; new labels get the next codes. Of a test file the first `known` codes are known."""
    missing, counts, watched = Counter[str](), Counter[str](), Watched(progress)
    packer = Packer()
    left = empty = 0
    unknown: dict[str, str] = {}
    for row, text, label in file.rows(watched):
        watched.again(row)
        if not label or not text.strip():
            left += 1
        elif not (tokens := cutter.cut(text)):
            empty += 1
        else:
            code = codes.setdefault(label, len(codes))
            packer.add(tokens, rows.of(tokens, missing), row, code)
            counts[label] += 1
            if known is None:
                refuse_too_many(counts, file.name)
            elif code >= known and label not in unknown:
                unknown[label] = file.where
                if len(unknown) > MOST_LABELS:
                    break
    if unknown:
        raise _unknown(unknown, counts, list(codes)[:known])
    if known is not None and not counts:
        raise InputError(_("there is no labelled text in it"), where=file.name, fix=_(SHAPE))
    notes = [*file.notes, *_left(file, left)]
    return Read(
        file, (packer,), described(file.name, [packer], missing, matrix, classes=counts, empty=empty, notes=notes)
    )


def read_paired(
    file: LabelledFile, rows: TokenRows, cutter: Cutter, matrix: EmbeddingMatrix, progress: Progress
) -> Read:
    """The pairs of a file; of those of which a text has no token, both are left out."""
    missing, watched = Counter[str](), Watched(progress)
    sides = Packer(), Packer()
    left = empty = 0
    for row, text, second in file.pairs(watched):
        watched.again(row)
        if not text.strip() or not second.strip():
            left += 1
            continue
        first_tokens, second_tokens = cutter.cut(text), cutter.cut(second)
        if first_tokens and second_tokens:
            sides[0].add(first_tokens, rows.of(first_tokens, missing), row)
            sides[1].add(second_tokens, rows.of(second_tokens, missing), row)
        else:
            empty += 1
    notes = [*file.notes, *_left(file, left)]
    return Read(file, sides, described(file.name, sides, missing, matrix, classes={}, empty=empty, notes=notes))


def read_plain(
    file: LabelledFile, rows: TokenRows, cutter: Cutter, matrix: EmbeddingMatrix, progress: Progress
) -> Read:
    """The texts of a file."""
    missing, watched = Counter[str](), Watched(progress)
    packer, empty = Packer(), 0
    for row, text in file.texts(watched):
        watched.again(row)
        if tokens := cutter.cut(text):
            packer.add(tokens, rows.of(tokens, missing), row)
        else:
            empty += 1
    return Read(
        file, (packer,), described(file.name, [packer], missing, matrix, classes={}, empty=empty, notes=file.notes)
    )


def _left(file: LabelledFile, left: int) -> Iterator[str]:
    if left and file.role == "pairs":
        text = ngettext("{n:,} line without two texts is left out", "{n:,} lines without two texts are left out", left)
        yield text.format(n=left)
    elif left:
        yield _("{n:,} lines without a text or a label are left out").format(n=left)
    if file.uneven:
        text = ngettext(
            "{n:,} row has too few or too many cells; it is read as far as its cells go",
            "{n:,} rows have too few or too many cells; they are read as far as their cells go",
            file.uneven,
        )
        yield text.format(n=file.uneven)


def _unknown(unknown: dict[str, str], counts: Counter[str], known: Sequence[str]) -> InputError:
    texts = sum(counts[label] for label in unknown)
    named = [repr(label[:40]) for label in unknown]
    message = ngettext(
        "{n:,} test text has a label that no training text has: {labels}",
        "{n:,} test texts have labels that no training text has: {labels}",
        texts,
    )
    return InputError(
        message.format(n=texts, labels=", ".join(named[:5]) + ("…" if len(named) > 5 else "")),
        where=next(iter(unknown.values())),
        fix=_("Labels of the training texts are {labels}: spell them alike, or name the column of labels.").format(
            labels=", ".join(repr(label[:40]) for label in known[:10]) + ("…" if len(known) > 10 else "")
        ),
    )


def refuse_uncovered(read: Read, matrix: EmbeddingMatrix) -> None:
    """Raise InputError where the matrix holds no token of any text."""
    if read.described.texts and read.held.any():
        return
    if not read.described.tokens:
        raise InputError(_("there is no text in it"), where=read.file.name, fix=_("Name the column of texts."))
    missing = Counter(dict(read.described.missing))
    what = _("the matrix holds no token of these texts")
    if read.described.covered:
        what = _("the matrix holds no token of both texts of any pair")
    raise InputError(what, where=read.file.name, fix=refusal(missing, matrix))
