"""The error tree. Every error says what happened, to which input, and what to do next.

LexiloomError
├── InputError          something the user gave can't be used
│   ├── VocabularyError     a word list, corpus or tokenizer
│   ├── SourceError         a source of vectors
│   │   ├── FormatError         its bytes are not what its format says
│   │   └── UnsafeFileError     reading it could run code or exhaust the machine
│   └── RecipeError         a recipe, an option, a name
├── FillError           a fill can't be fitted or applied
├── ExportError         a target can't be written, or read back differently
└── WorkspaceError      the disk, a lock, a path
Cancelled               not an error: somebody asked to stop
"""

from __future__ import annotations

from collections.abc import Iterable

from .messages import _, retold


class LexiloomError(Exception):
    """Base of all errors that a user can do something about.

    `what` happened, `where` (file, line, word), and how to `fix` it. `str()` joins the three, in the
    language of whoever asks.
    """

    def __init__(self, what: str, *, where: str | None = None, fix: str | None = None) -> None:
        self.what = what
        self.where = where
        self.fix = fix
        super().__init__(what)

    def __str__(self) -> str:
        what, where, fix = (retold(part or "") for part in (self.what, self.where, self.fix))
        head = _("{where}: {what}").format(where=where, what=what) if where else what
        if not fix:
            return head
        if head.rstrip().endswith((".", "!", "?", "。", "！", "？")):
            return _("{sentence} {next}").format(sentence=head.rstrip(), next=fix)
        return _("{sentence}. {next}").format(sentence=head, next=fix)


class InputError(LexiloomError):
    """Something the user gave can't be used."""


class VocabularyError(InputError):
    """A word list, corpus or tokenizer can't be read as asked."""


class SourceError(InputError):
    """A source of vectors can't be opened or read."""


class FormatError(SourceError):
    """A file's bytes are not what its format says."""


class UnsafeFileError(SourceError):
    """Reading the file could run code (a pickle) or exhaust the machine (a zip bomb)."""


class RecipeError(InputError):
    """A recipe, an option or a name is not valid."""


class FillError(LexiloomError):
    """A fill can't be fitted or applied."""


class ExportError(LexiloomError):
    """A target can't be written, or does not read back as what was written."""


class WorkspaceError(LexiloomError):
    """The disk, a lock or a path refused."""


class Cancelled(Exception):
    """The user asked to stop. Raised by progress callables; caught at the entrances."""


def one_of(names: Iterable[str]) -> str:
    """'a, b or c', for messages that list the valid names."""
    listed = list(names)
    if len(listed) < 2:
        return "".join(listed)
    return _("{first} or {last}").format(first=", ".join(listed[:-1]), last=listed[-1])
