"""Sets of word pairs with human scores: read from files, or those that come with gensim."""

from __future__ import annotations

import csv
import math
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ..errors import InputError, RecipeError, one_of
from ..messages import N_, _


@dataclass(frozen=True)
class PairSet:
    """Word pairs with the scores that people gave them.

    name      for reports
    pairs     (word, word, score), in the order of the file; only the order of the scores matters
    language  code ("en", "zh"), "" when unknown
    citation  whose work it is, "" when unknown
    """

    name: str
    pairs: tuple[tuple[str, str, float], ...]
    language: str = ""
    citation: str = ""

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def words(self) -> list[str]:
        """The words of all pairs, each once."""
        return list(dict.fromkeys(word for a, b, _human in self.pairs for word in (a, b)))


@dataclass(frozen=True)
class _Shipped:
    file: str
    title: str
    citation: str


SHIPPED = {
    "wordsim353": _Shipped(
        "wordsim353.tsv",
        "WordSim-353",
        "Finkelstein et al. 2002, Placing search in context: the concept revisited, ACM TOIS 20(1)",
    ),
    "simlex999": _Shipped(
        "simlex999.txt",
        "SimLex-999",
        "Hill, Reichart and Korhonen 2015, SimLex-999: evaluating semantic models with (genuine) similarity "
        "estimation, Computational Linguistics 41(4)",
    ),
}
COLUMNS = N_("Each line is two words and a number, separated by tabs, commas, semicolons or spaces.")


def load_pairs(name: str) -> PairSet:
    """The set "wordsim353" or "simlex999", from the files that come with gensim (which is not imported).

    Raises RecipeError for another name, InputError where the file is not there.
    """
    if name not in SHIPPED:
        raise RecipeError(
            _("unknown set of word pairs {name!r}").format(name=name),
            fix=_("Choose {names}, or read a file with read_pairs.").format(names=one_of(SHIPPED)),
        )
    shipped = SHIPPED[name]
    package = find_spec("gensim")
    folders = [Path(folder) for folder in (package and package.submodule_search_locations) or ()]
    files = [folder / "test" / "test_data" / shipped.file for folder in folders]
    file = next((file for file in files if file.is_file()), None)
    if file is None:
        raise InputError(
            _("the word pairs {name} are not there: they come with gensim").format(name=name),
            fix=_("Install gensim again (python3 start.py), or read the pairs from a file with read_pairs."),
        )
    return PairSet(shipped.title, read_pairs(file).pairs, "en", shipped.citation)


def read_pairs(path: str | Path, name: str | None = None) -> PairSet:
    """The word pairs in a UTF-8 file: two words and a score a line; `name` defaults to the file's.

    Columns are separated by tabs, semicolons, commas or white space (the first line decides). Blank
    lines and lines that begin with "#" are skipped. A first line without a number is the header. The
    score is the first column after the two words that is a number in the first row; further columns
    (part of speech, single raters) are ignored.

    Raises InputError that names the file and line.
    """
    path = Path(path)
    where = path.name
    lines = [
        (number, line)
        for number, line in enumerate(_text_of(path).split("\n"), 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not lines:
        raise InputError(_("there are no word pairs in it"), where=where, fix=_(COLUMNS))
    separator = _separator(lines[0][1])
    table = [(number, _fields(line, separator)) for number, line in lines]
    column = _score_column(table[0][1])
    if column is None:
        table = table[1:]
        column = _score_column(table[0][1]) if table else None
    if column is None:
        raise InputError(
            _("there is no column of scores in it"), where=_line(where, table[0] if table else None), fix=_(COLUMNS)
        )
    pairs = tuple(_pair(row, column, where) for row in table)
    if len(pairs) > 1 and len({score for _a, _b, score in pairs}) == 1:
        raise InputError(
            _("all scores are equal: there is no order to agree with"),
            where=where,
            fix=_("Check that the scores stand in the third column."),
        )
    return PairSet(name or path.stem, pairs)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            _("this is not UTF-8 text"), where=path.name, fix=_("Save the word pairs as UTF-8 text.")
        ) from None
    except OSError as error:
        raise InputError(
            _("the word pairs can't be read: {reason}").format(reason=error.strerror or error), where=str(path)
        ) from None


def _separator(line: str) -> str | None:
    return next((mark for mark in "\t;," if len(_fields(line, mark)) >= 3), None)


def _fields(line: str, separator: str | None) -> list[str]:
    fields = line.split(separator)
    if separator in (",", ";") and '"' in line:
        with suppress(csv.Error):
            fields = next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    return [field.strip() for field in fields]


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _score_column(fields: list[str]) -> int | None:
    return next((i for i, field in enumerate(fields) if i >= 2 and _number(field) is not None), None)


def _line(where: str, row: tuple[int, list[str]] | None) -> str:
    return _("{name}, line {line:,}").format(name=where, line=row[0]) if row else where


def _pair(row: tuple[int, list[str]], column: int, where: str) -> tuple[str, str, float]:
    _number_of_line, fields = row
    if len(fields) <= column:
        raise InputError(
            _("{count} columns, expected at least {expected}").format(count=len(fields), expected=column + 1),
            where=_line(where, row),
            fix=_(COLUMNS),
        )
    score = _number(fields[column])
    if score is None:
        raise InputError(
            _("the score {text!r} is not a finite number").format(text=fields[column]),
            where=_line(where, row),
            fix=_("Correct it, or take the line out; decimals are written with a point."),
        )
    if not fields[0] or not fields[1]:
        raise InputError(_("a word is missing"), where=_line(where, row), fix=_(COLUMNS))
    return fields[0], fields[1], score
