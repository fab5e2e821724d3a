"""Sets of word analogies: a is to b as c is to d."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..messages import N_, _

Question = tuple[str, str, str, str]
SHAPE = N_("Each line is four words, separated by spaces, tabs or commas; a line “: name” begins a section.")
WHOLE = "all"  # the section of questions without one


@dataclass(frozen=True)
class AnalogySet:
    """Analogy questions by section.

    sections  (name, questions (a, b, c, d)), in the order of the file: d is the answer
    """

    name: str
    sections: tuple[tuple[str, tuple[Question, ...]], ...]
    language: str = ""
    citation: str = ""

    def __len__(self) -> int:
        return sum(len(questions) for _name, questions in self.sections)

    @property
    def words(self) -> list[str]:
        """The words of all questions, each once."""
        return list(dict.fromkeys(word for _name, asked in self.sections for question in asked for word in question))


def is_syntactic(section: str) -> bool:
    """Whether a section of the Google set asks for grammar rather than meaning: their names begin with "gram"."""
    return section.startswith("gram")


def read_analogies(path: str | Path, name: str | None = None) -> AnalogySet:
    """The analogies in a UTF-8 file in the word2vec format; `name` defaults to the file's.

    Blank lines and lines that begin with "#" are skipped. Sections of one name are one section. Raises InputError
    that names the file and line.
    """
    path = Path(path)
    sections: dict[str, list[Question]] = {}
    section = WHOLE
    for line, text in enumerate(_text_of(path).splitlines(), 1):
        text = text.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith(":"):
            section = text[1:].strip() or WHOLE
            continue
        sections.setdefault(section, []).append(_question(text, path.name, line))
    if not sections:
        raise InputError(_("there are no analogies in it"), where=path.name, fix=_(SHAPE))
    return AnalogySet(name or path.stem, tuple((one, tuple(asked)) for one, asked in sections.items()))


def _question(text: str, file: str, line: int) -> Question:
    words = [word for word in re.split(r"\s*[\t,]\s*" if re.search(r"[\t,]", text) else r"\s+", text) if word]
    if len(words) != 4:
        raise InputError(
            _("{count} words, expected four").format(count=len(words)),
            where=_("{name}, line {line:,}").format(name=file, line=line),
            fix=_(SHAPE),
        )
    return words[0], words[1], words[2], words[3]


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            _("this is not UTF-8 text"), where=path.name, fix=_("Save the analogies as UTF-8 text.")
        ) from None
    except OSError as error:
        raise InputError(
            _("the analogies can't be read: {reason}").format(reason=error.strerror or error), where=str(path)
        ) from None
