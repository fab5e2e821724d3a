"""Vocabularies with ids: a vocab.txt (the line is the id), word<TAB>id, {"word": id}. Every id is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from ..errors import VocabularyError
from ..messages import N_, _
from ..progress import Progress
from ..spec import Spec, option
from .lines import TextFile
from .report import Problems, Reading, told
from .selection import oddities
from .specials import reserved_name, roles_of
from .vocabulary import Vocabulary
from .words import as_text, json_value

ID = re.compile(r"\d{1,15}")
# So many rows may be reserved for gaps: more means that the numbers are no ids.
MOST_GAPS = 1_000_000


class IdsSpec(Spec):
    """A vocabulary whose rows are numbered already."""

    kind: Literal["ids"] = "ids"
    path: str = option(..., N_("File"), N_("vocab.txt (the line is the id), word<TAB>id, or a JSON object of ids."))
    encoding: str = option("auto", N_("Encoding"), N_("utf-8, gb18030, big5, …; found from the bytes unless given."))


def read_ids(spec: IdsSpec, path: Path, progress: Progress) -> Reading:
    """The vocabulary with every word at its id; gaps become reserved rows. Raises VocabularyError."""
    file = TextFile(path, spec.encoding, name=spec.path)
    lines = file.lines(progress)
    problems, notes = Problems(), []
    if (table := json_value(lines, dict)) is not None:
        pairs = _json_ids(table.pairs, spec.path)
        notes.append(_("a JSON object of ids"))
    elif (listed := json_value(lines, list)) is not None:
        pairs = [(row, as_text(word, row + 1, problems), row + 1) for row, word in enumerate(listed)]
        notes.append(_("a JSON list of words: the position is the id"))
    elif has_tab_ids(lines):
        pairs = _tab_ids(lines, spec.path)
        notes.append(_("the number after the tab is the word's id"))
    else:
        pairs = [(row, line, row + 1) for row, line in enumerate(lines)]
        notes.append(_("one word a line: the first line is id 0"))
    vocabulary = number(pairs, problems, where=spec.path)
    return told(spec.kind, vocabulary, file, problems=problems, notes=notes, preview=lines, path=spec.path)


def has_tab_ids(lines: Sequence[str]) -> bool:
    """Whether every line that holds something is word<TAB>number."""
    filled = [line for line in lines if line.strip("\r\n")]
    return bool(filled) and all("\t" in line and ID.fullmatch(line.rpartition("\t")[2].strip()) for line in filled)


def are_ids(values: Sequence[int]) -> bool:
    """Whether numbers beside words are ids rather than counts.

    Ids are distinct, begin at 0 or 1, and ascend or leave no gap; counts mostly descend.
    """
    if len(set(values)) < len(values) or not values or min(values) > 1:
        return False
    ascending = all(a < b for a, b in pairwise(values))
    if min(values) == 0:
        return ascending or max(values) == len(values) - 1
    return ascending and len(values) > 1 and max(values) <= 2 * len(values)


def number(pairs: Iterable[tuple[int, str, int | None]], problems: Problems, *, where: str) -> Vocabulary:
    """The vocabulary of (id, word, line). Gaps, empty words and words met again later are reserved rows."""
    rows: dict[int, tuple[str, int | None]] = {}
    for row, word, line in pairs:
        if row in rows:
            raise VocabularyError(
                _("id {id} is given to {first!r} and to {second!r}").format(id=row, first=rows[row][0], second=word),
                where=where if line is None else _("{name}, line {line:,}").format(name=where, line=line),
                fix=_('Give every word an id of its own. If the numbers are counts, read it with kind="counts".'),
            )
        rows[row] = (word, line)
    if not any(word.strip() for word, _line in rows.values()):
        raise VocabularyError(_("there is no word in it"), where=where, fix=_("Give at least one word."))
    size = max(rows) + 1
    if size - len(rows) > max(MOST_GAPS, len(rows)):
        raise VocabularyError(
            _("{n:,} words, but ids up to {last:,}").format(n=len(rows), last=size - 1),
            where=where,
            fix=_('If the numbers are counts, read it with kind="counts".'),
        )
    return _filled(rows, size, problems)


def _filled(rows: dict[int, tuple[str, int | None]], size: int, problems: Problems) -> Vocabulary:
    last = {word: row for row, (word, _line) in sorted(rows.items())}
    words: list[str] = []
    reserved: dict[str, str] = {}
    for row in range(size):
        word, line = rows.get(row, ("", None))
        kept = bool(word) and last[word] == row
        if row not in rows:
            problems.add("gap", None, str(row))
        elif not word:
            problems.add("empty word", line, str(row))
        elif not kept:
            problems.add("duplicate id", line, word)
        if not kept:
            word = reserved_name(row)
            while word in last:
                word += "_"
            reserved[word] = "reserved"
        elif word != word.strip():
            problems.add("kept space", line, word)
        if kept and (len(word) > 100 or not word.isprintable() or " " in word.strip()):
            for kind in oddities(word.strip() or word):
                problems.add(kind, line, word)
        words.append(word)
    return Vocabulary(words, None, roles_of(words) | reserved)


def _tab_ids(lines: Sequence[str], where: str) -> list[tuple[int, str, int]]:
    found = []
    for line, text in enumerate(lines, 1):
        if text.strip("\r\n"):
            word, _tab, row = text.rpartition("\t")
            found.append((int(row), word, line))
    return found


def _json_ids(pairs: Sequence[tuple[str, Any]], where: str) -> list[tuple[int, str, None]]:
    for word, row in pairs:
        if isinstance(row, bool) or not isinstance(row, int) or row < 0:
            raise VocabularyError(
                _("the id of {word!r} is {id!r}").format(word=word, id=row),
                where=where,
                fix=_("Ids are whole numbers, 0 or more."),
            )
    return [(row, word, None) for word, row in pairs]
