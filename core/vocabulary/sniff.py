"""What kind of vocabulary a file holds, told from its content (and, for vocab.txt, from its name)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..errors import VocabularyError
from ..messages import _
from ..progress import ignore
from .corpus import HAN, CorpusSpec
from .ids import IdsSpec, are_ids, has_tab_ids
from .lines import TextFile
from .specials import role_of
from .table import TableSpec, is_parquet
from .tokenizer import TokenizerSpec
from .words import CountsSpec, JsonObject, WordsSpec, is_dump, json_value

# A list is looked through whole up to this size; the kind of a larger file is told from its beginning.
WHOLE = 256 << 20
LOOKED_AT = 1000
SENTENCE_MARKS = "。！？；，.!?;"


def sniff_vocabulary(path: str | Path, progress: Any = ignore) -> Any:
    """The spec, with default options, that fits the file or folder at `path`. Raises VocabularyError.

    A folder is a corpus. A file is told by its content: Parquet, a tokenizer, JSON, JSON lines, a table
    (its name must end in .csv, .tsv or .jsonl), ids (special tokens among the words, numbers that count
    up, or the name vocab.txt), a list, or else running text.
    """
    path = Path(path)
    name = str(path)
    if os.path.isdir(name):  # unlike Path.is_dir, False for a name that no system takes
        return CorpusSpec(path=name)
    if is_parquet(path, name):
        return TableSpec(path=name)
    lower = path.name.lower()
    if lower.endswith((".csv", ".tsv", ".jsonl", ".ndjson")):
        return TableSpec(path=name)
    file = TextFile(path, name=name)
    head = _head(file)
    opening = next((line.lstrip()[:1] for line in head if line.strip()), "")
    if opening in ("{", "[") and (spec := _json(file, name, opening, progress)):
        return spec
    if is_dump(head):
        return CountsSpec(path=name)
    filled = [line for line in head if line.strip()]
    if "\t" in "".join(filled[:5]) and has_tab_ids(filled):
        if _is_text([line.rpartition("\t")[0] for line in filled]):
            return CorpusSpec(path=name)
        lines = file.lines(progress) if file.size < WHOLE else head
        if has_tab_ids(lines) and are_ids([int(line.rpartition("\t")[2]) for line in lines if line.strip("\r\n")]):
            return IdsSpec(path=name)
        return WordsSpec(path=name)
    if _is_text(filled):
        return CorpusSpec(path=name)
    if lower in ("vocab.txt", "vocabulary.txt") or lower.endswith("-vocab.txt") or any(map(role_of, filled[:20])):
        return IdsSpec(path=name)
    return WordsSpec(path=name)


def _head(file: TextFile) -> list[str]:
    """The first whole lines."""
    text = file.sample.head.decode(file.encoding.codec, "replace").removeprefix("\ufeff")
    # Old Macintosh files, as `TextFile.lines` reads them.
    end = "\r" if "\n" not in text and "\r" in text else "\n"
    lines = text.split(end, LOOKED_AT)[:LOOKED_AT]
    if len(lines) > 1 and len(text) > 1 and len(file.sample.head) < file.size:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def _json(file: TextFile, name: str, opening: str, progress: Any) -> Any:
    lines = file.lines(progress)
    value = json_value(lines, dict if opening == "{" else list)
    if isinstance(value, list):
        return (
            IdsSpec(path=name) if any(isinstance(w, str) and role_of(w) for w in value[:20]) else WordsSpec(path=name)
        )
    if isinstance(value, JsonObject):
        if isinstance(value.get("model"), dict) and ("vocab" in value["model"] or "added_tokens" in value):
            return TokenizerSpec(path=name)
        numbers = [n for _word, n in value.pairs if isinstance(n, int) and not isinstance(n, bool)]
        if not value or len(numbers) < len(value.pairs):
            raise VocabularyError(
                _("a JSON object whose values are not all whole numbers is no vocabulary"),
                where=name,
                fix=_("Give {examples}, a list of words, or a tokenizer.json.").format(
                    examples='{"word": id, …}, {"word": count, …}'
                ),
            )
        # Objects are often sorted by word, so the order of their ids says little; counts fall.
        fall = min(numbers) > 0 and len(numbers) > 1 and all(a > b for a, b in pairwise(numbers))
        return IdsSpec(path=name) if are_ids(sorted(numbers)) and not fall else CountsSpec(path=name)
    # Objects line by line; a bracket alone opens a word such as [PAD].
    if opening == "{" and json_value(lines[:1], dict) is not None:
        return TableSpec(path=name)
    if name.lower().endswith(".json"):
        _say_what_is_wrong(lines, name)
    return None


def _say_what_is_wrong(lines: list[str], name: str) -> None:
    """Raise VocabularyError for JSON that is broken, cut off for example: it is no list of words."""
    import json

    try:
        json.loads("\n".join(lines))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        raise VocabularyError(
            _("this is not valid JSON: {reason}").format(reason=getattr(error, "msg", error)),
            where=_("{name}, line {line:,}").format(name=name, line=line) if line else name,
            fix=_("Is the file whole? If it is a list of words all the same, name its kind: {example}.").format(
                example='kind="words"'
            ),
        ) from None


def _is_text(lines: Sequence[str]) -> bool:
    """Whether lines are sentences rather than words."""
    if not lines:
        return False
    sentences = 0
    for line in lines:
        words = line.split()
        # A count at the end, a phrase of a few words: still a list.
        long = len(words) > 6 or len(HAN.findall(line)) > 10
        marked = len(line) > 12 and line.rstrip()[-1:] in SENTENCE_MARKS and (len(words) > 2 or bool(HAN.search(line)))
        sentences += long or marked
    return sentences > len(lines) / 4
