"""Word lists: one word a line, with or without counts; a JSON list of words; fastText's and gensim's vocabularies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from ..errors import VocabularyError
from ..messages import N_, _
from ..progress import Progress
from ..spec import option
from .lines import TextFile
from .report import Problems, Reading, told
from .selection import Choice, choose, collect

COUNT = re.compile(r"\d{1,18}")
COUNT_AT_END = re.compile(r"[ \t]\d{1,18}\s*$")
# A line of `fasttext dump model.bin dict`, and one of jieba's dictionaries: the word, its count, a tag.
DUMPED = re.compile(r"(.*) (\d{1,18}) ([A-Za-z]{1,8})")
Item = tuple[int, str, int]


class WordsSpec(Choice):
    """A list of words, one a line."""

    kind: Literal["words"] = "words"
    path: str = option(
        ..., N_("File"), N_("A text with one word a line (a count may follow), or a JSON list of words.")
    )
    encoding: str = option("auto", N_("Encoding"), N_("utf-8, gb18030, big5, …; found from the bytes unless given."))


class CountsSpec(Choice):
    """A vocabulary that a program counted: every line has a word and its count."""

    kind: Literal["counts"] = "counts"
    path: str = option(
        ..., N_("File"), N_("gensim's fvocab, “fasttext dump … dict”, jieba's dictionaries, a JSON object.")
    )
    encoding: str = option("auto", N_("Encoding"), N_("utf-8, gb18030, big5, …; found from the bytes unless given."))


def read_words(spec: WordsSpec, path: Path, progress: Progress) -> Reading:
    """The vocabulary of a word list."""
    file = TextFile(path, spec.encoding, name=spec.path)
    lines = file.lines(progress)
    problems, notes = Problems(), []
    listed = json_value(lines, list)
    if listed is not None:
        items: Iterator[Item] = _listed(listed, problems)
        counted = False
        notes.append(_("a JSON list of words"))
    elif _tabs(lines):
        items, counted = _after_tab(lines, problems), True
        notes.append(_("the number after the tab is the word's count"))
    elif _all_end_in_count(lines):
        items, counted = _after_space(lines), True
        notes.append(_("every line ends in a space and a number: it is the word's count"))
    else:
        items, counted = ((i, line, 0) for i, line in enumerate(lines, 1)), False
    counts = collect(items, problems)
    vocabulary = choose(counts, spec, counted=counted, problems=problems, notes=notes, where=spec.path)
    return told(spec.kind, vocabulary, file, problems=problems, notes=notes, preview=lines, path=spec.path)


def read_counts(spec: CountsSpec, path: Path, progress: Progress) -> Reading:
    """The vocabulary of a list with counts. Raises VocabularyError for a line without one."""
    file = TextFile(path, spec.encoding, name=spec.path)
    lines = file.lines(progress)
    problems, notes = Problems(), []
    if (table := json_value(lines, dict)) is not None:
        items = _json_counts(table.pairs, spec.path)
    elif is_dump(lines):
        notes.append(_("every line has a word, its count and a tag (fastText's dump, jieba's dictionary)"))
        items = _dumped(lines, problems, spec.path)
    else:
        items = _counted(lines, spec.path)
    counts = collect(items, problems)
    vocabulary = choose(counts, spec, counted=True, problems=problems, notes=notes, where=spec.path)
    return told(spec.kind, vocabulary, file, problems=problems, notes=notes, preview=lines, path=spec.path)


class JsonObject(dict):
    """A JSON object and its pairs as they are written: a name may be there twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def json_value(lines: Sequence[str], kind: type) -> Any:
    """The JSON value that `lines` hold, if it is of `kind`, else None; an object is a `JsonObject`."""
    opening = "[" if kind is list else "{"
    first = next((line.lstrip() for line in lines if line.strip()), "")
    if not first.startswith(opening):
        return None
    try:
        value = json.loads("\n".join(lines), object_pairs_hook=JsonObject)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, kind) else None


def as_text(value: object, row: int, problems: Problems) -> str:
    """A value of a JSON list as a word, "" for null; what is no text is reported and written out."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    problems.add("not text", row, repr(value))
    return json.dumps(value, ensure_ascii=False)


def _listed(values: Sequence[object], problems: Problems) -> Iterator[Item]:
    for row, value in enumerate(values, 1):
        if value is None:
            problems.add("null", row, "null")
        else:
            yield row, as_text(value, row, problems), 0


def _tabs(lines: Sequence[str]) -> bool:
    """Whether most lines have a number after their last tab."""
    with_tab = [line for line in lines if "\t" in line]
    numbers = sum(bool(COUNT.fullmatch(line.rpartition("\t")[2].strip())) for line in with_tab)
    return bool(with_tab) and numbers > len(lines) // 2


def _after_tab(lines: Sequence[str], problems: Problems) -> Iterator[Item]:
    for number, line in enumerate(lines, 1):
        word, tab, count = line.rpartition("\t")
        if tab and COUNT.fullmatch(count := count.strip()):
            yield number, word, int(count)
            continue
        if line.strip():
            problems.add("no count", number, line)
        yield number, line, 0


def _all_end_in_count(lines: Sequence[str]) -> bool:
    filled = [line for line in lines if line.strip()]
    return bool(filled) and all(COUNT_AT_END.search(line) and line.split(None, 1)[1:] for line in filled)


def _after_space(lines: Sequence[str]) -> Iterator[Item]:
    for number, line in enumerate(lines, 1):
        word, count = _cut_count(line)
        yield number, word, int(count) if line.strip() else 0


def _cut_count(line: str) -> tuple[str, str]:
    """What stands before and after the last space or tab."""
    bare = line.rstrip()
    at = max(bare.rfind(" "), bare.rfind("\t"))
    return bare[: max(at, 0)], bare[at + 1 :]


def _counted(lines: Sequence[str], where: str) -> Iterator[Item]:
    for number, line in enumerate(lines, 1):
        word, count = _cut_count(line)
        if line.strip() and not (word.strip() and COUNT.fullmatch(count)):
            raise VocabularyError(
                _("no count: {line!r}").format(line=line[:60]),
                where=_("{name}, line {line:,}").format(name=where, line=number),
                fix=_('Every line is a word, a space and its count; a list without counts is kind="words".'),
            )
        yield number, word, int(count) if line.strip() else 0


def is_dump(lines: Sequence[str]) -> bool:
    """Whether `lines` are word, count and tag; what `fasttext dump model.bin dict` prints has a number above them."""
    head = [line.rstrip() for line in lines[_dump_starts(lines) :][:20] if line.strip()]
    return bool(head) and all(map(DUMPED.fullmatch, head))


def _dump_starts(lines: Sequence[str]) -> int:
    return int(bool(lines and COUNT.fullmatch(lines[0].strip())))


def _dumped(lines: Sequence[str], problems: Problems, where: str) -> Iterator[Item]:
    first = _dump_starts(lines)
    for number, line in enumerate(lines[first:], first + 1):
        if not line.strip():
            continue
        match = DUMPED.fullmatch(line.rstrip())
        if not match:
            raise VocabularyError(
                _("not a word, its count and a tag: {line!r}").format(line=line[:60]),
                where=_("{name}, line {line:,}").format(name=where, line=number),
                fix=_("Dump the dictionary again: the file may be cut off."),
            )
        if match[3] == "label":
            problems.add("label", number, match[1])
        else:
            yield number, match[1], int(match[2])


def _json_counts(pairs: Sequence[tuple[str, Any]], where: str) -> Iterator[Item]:
    for row, (word, count) in enumerate(pairs, 1):
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise VocabularyError(
                _("the count of {word!r} is {count!r}").format(word=word, count=count),
                where=where,
                fix=_("Counts are whole numbers, 0 or more."),
            )
        yield row, word, count
