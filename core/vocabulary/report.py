"""What reading a vocabulary found out: how it was read, and everything that was odd, with its line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..messages import N_, _
from .encoding import BY_GUESS
from .vocabulary import Vocabulary

if TYPE_CHECKING:
    from .lines import TextFile

# Kept of each kind of problem; the totals are exact however many there are.
KEPT = 1000
SHOWN = 200
PREVIEW_LINES = 5

# kind -> what was done about it. The kinds are keys (in JSON, in tests); `title` gives a reader's name.
ACTIONS = {
    "blank line": N_("no row"),
    "duplicate": N_("merged into its first row; counts are added"),
    "duplicate id": N_("the last row with this word keeps it; this one is a reserved row"),
    "surrounding space": N_("white space around the word removed"),
    "kept space": N_("kept in the word as written: its id counts"),
    "space": N_("kept as one word (a phrase)"),
    "control character": N_("kept in the word as written"),
    "invisible character": N_("kept in the word as written"),
    "half character": N_("kept in the word as written"),
    "long word": N_("kept"),
    "no count": N_("counts as 0"),
    "null": N_("no row"),
    "not text": N_("written out as text"),
    "row width": N_("read as far as its cells go"),
    "special in the list": N_("its row is moved to the front"),
    "empty word": N_("its id is a reserved row"),
    "gap": N_("a reserved row keeps the ids in step"),
    "id differs": N_("the model's own id is kept"),
    "label": N_("no row: a label is not a word"),
    "long run": N_("cut: no space or punctuation for a million characters"),
    "ignored file": N_("not read: no .txt, .gz, .bz2 or .zst, or nothing in it"),
    "dictionary line": N_("left out of the user dictionary"),
    "added twice": N_("no second row"),
}

TITLES = {
    "blank line": N_("blank lines"),
    "duplicate": N_("duplicates"),
    "duplicate id": N_("words with more than one id"),
    "surrounding space": N_("white space around words"),
    "kept space": N_("white space around words that keep their ids"),
    "space": N_("words with spaces"),
    "control character": N_("control characters"),
    "invisible character": N_("invisible characters"),
    "half character": N_("lone surrogates (half a character)"),
    "long word": N_("very long words"),
    "no count": N_("words without a count"),
    "null": N_("missing values"),
    "not text": N_("values that are not text"),
    "row width": N_("rows with too few or too many cells"),
    "special in the list": N_("special tokens among the words"),
    "empty word": N_("ids without a word"),
    "gap": N_("ids that no word has"),
    "id differs": N_("added tokens with another id in the model"),
    "label": N_("labels"),
    "long run": N_("very long runs of characters"),
    "ignored file": N_("other files in the folder"),
    "dictionary line": N_("lines of the user dictionary that can't be read"),
    "added twice": N_("added words that were there already"),
}


@dataclass(frozen=True)
class Problem:
    """Something odd: its kind (a key of `TITLES`), line (or row; None where there is none), text, what was done.

    path  the file, where several were read; else ""
    """

    kind: str
    line: int | None
    text: str
    action: str
    path: str = ""

    @property
    def title(self) -> str:
        """The kind's name for a reader."""
        return _(TITLES[self.kind])


class Problems:
    """Collects problems while a vocabulary is read: the first `KEPT` of each kind, and exact totals."""

    def __init__(self) -> None:
        self.totals: Counter[str] = Counter()
        self._kept: Counter[str] = Counter()
        self._found: list[Problem] = []

    @classmethod
    def of(cls, report: VocabularyReport) -> Problems:
        """Those that a report tells."""
        made = cls()
        made.totals.update(report.totals)
        for problem in report.problems:
            made._keep(problem)
        return made

    def add(self, kind: str, line: int | None, text: str, path: str = "") -> None:
        """Note one problem; `kind` is a key of `ACTIONS`."""
        self.totals[kind] += 1
        if self._kept[kind] < KEPT:
            short = text if len(text) <= SHOWN else text[:SHOWN] + "…"
            self._keep(Problem(kind, line, short, _(ACTIONS[kind]), path))

    def _keep(self, problem: Problem) -> None:
        self._kept[problem.kind] += 1
        self._found.append(problem)

    def take_over(self, report: VocabularyReport) -> None:
        """Note the problems of one of several files, named after it."""
        self.totals.update(report.totals)
        for problem in report.problems:
            if self._kept[problem.kind] < KEPT:
                self._keep(replace(problem, path=problem.path or report.path))

    def found(self) -> tuple[Problem, ...]:
        """The problems kept: file by file, in the order of their lines."""
        files = {path: place for place, path in enumerate(dict.fromkeys(p.path for p in self._found))}
        return tuple(sorted(self._found, key=lambda p: (files[p.path], p.line is None, p.line or 0)))


Row = tuple[int, str, int | None]


@dataclass(frozen=True)
class VocabularyReport:
    """How a vocabulary was read.

    kind      kind of the spec ("words", "corpus", …)
    path      as the spec gives it, "" where there is no file; several with commas between them
    digest    hex SHA-256 of the file (of all files, with their names, for a folder), and of a user's dictionary
    encoding  as reported ("UTF-8", "GB18030"), "" where nothing was decoded; `guessed` says that it may be wrong
    language  "en", "zh", "en+zh" for a corpus, else ""
    lines     lines (or rows) read
    preview   the first lines as read
    notes     sentences on what was decided
    problems  the first thousand of each kind; `totals` has the exact numbers
    head      (id, word, count or None) of the first five rows; `tail` of the last five
    """

    kind: str
    path: str
    digest: str
    encoding: str
    language: str
    lines: int
    words: int
    preview: tuple[str, ...]
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]
    totals: dict[str, int]
    head: tuple[Row, ...]
    tail: tuple[Row, ...]
    specials: dict[str, str] = field(default_factory=dict)
    guessed: bool = False

    def over(self, vocabulary: Vocabulary, problems: Problems, notes: Sequence[str]) -> VocabularyReport:
        """The same over another vocabulary that was made of this one."""
        n = len(vocabulary)
        return replace(
            self,
            words=n,
            notes=tuple(notes),
            problems=problems.found(),
            totals=dict(problems.totals),
            head=rows_of(vocabulary, 0, 5),
            tail=rows_of(vocabulary, max(5, n - 5), n),
            specials=dict(vocabulary.specials),
        )

    def as_dict(self, most: int = 20) -> dict[str, Any]:
        """Plain values for JSON, with at most `most` problems of each kind (the totals are exact)."""
        seen: Counter[str] = Counter()
        listed: list[dict[str, Any]] = []
        for p in self.problems:
            seen[p.kind] += 1
            if seen[p.kind] <= most:
                listed.append({"kind": p.kind, "path": p.path, "line": p.line, "text": p.text, "action": p.action})
        reserved = sum(role == "reserved" for role in self.specials.values())
        named = {word: role for word, role in self.specials.items() if role != "reserved"}
        return {
            "kind": self.kind,
            "path": self.path,
            "digest": self.digest,
            "encoding": self.encoding,
            "encoding_guessed": self.guessed,
            "language": self.language,
            "lines": self.lines,
            "words": self.words,
            "specials": dict(list(named.items())[:100]),
            "reserved_rows": reserved,
            "preview": list(self.preview),
            "notes": list(self.notes),
            "problem_totals": dict(self.totals),
            "problems": listed,
            "head": [list(row) for row in self.head],
            "tail": [list(row) for row in self.tail],
        }


@dataclass(frozen=True)
class Reading:
    """A vocabulary and the report on how it was read."""

    vocabulary: Vocabulary
    report: VocabularyReport


def told(
    kind: str,
    vocabulary: Vocabulary,
    file: TextFile | None,
    *,
    problems: Problems,
    notes: Sequence[str],
    path: str = "",
    digest: str = "",
    encoding: str = "",
    language: str = "",
    lines: int | None = None,
    preview: Sequence[str] = (),
) -> Reading:
    """The vocabulary with its report; what `file` knows need not be said."""
    found = list(notes)
    if file is not None:
        digest, encoding = digest or file.digest, file.encoding.label
        found.insert(0, _("encoding {name}: {how}").format(name=encoding, how=_(file.encoding.how)))
        lines = file.count if lines is None else lines
    n = len(vocabulary)
    report = VocabularyReport(
        kind=kind,
        path=path,
        digest=digest,
        encoding=encoding,
        language=language,
        lines=n if lines is None else lines,
        words=n,
        preview=tuple(line[:SHOWN] for line in preview[:PREVIEW_LINES]),
        notes=tuple(found),
        problems=problems.found(),
        totals=dict(problems.totals),
        head=rows_of(vocabulary, 0, 5),
        tail=rows_of(vocabulary, max(5, n - 5), n),
        specials=dict(vocabulary.specials),
        guessed=file is not None and file.encoding.how == BY_GUESS,
    )
    return Reading(vocabulary, report)


def rows_of(vocabulary: Vocabulary, first: int, last: int) -> tuple[Row, ...]:
    """(id, word, count or None) of the rows `first` up to, not including, `last`."""
    counts = vocabulary.counts
    ids = range(max(0, first), min(last, len(vocabulary)))
    return tuple((i, vocabulary.words[i], None if counts is None else int(counts[i])) for i in ids)
