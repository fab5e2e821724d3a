"""Keep the translations in step with the code.

    python assets/locales/update.py           write every lexiloom.po and .mo anew
    python assets/locales/update.py --check   only say whether they would change (exit code 1)

A message that is new in the code comes in untranslated, one that is gone is dropped, a translation is
never guessed. The same code and translations give the same bytes: no dates, no line numbers.
docs/translation.md says how a language is added.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

LOCALES = Path(__file__).resolve().parent
ROOT = LOCALES.parent.parent
PLACES = ("core", "app.py", "pages")
# function -> how many of its first arguments are messages
KEYWORDS = {"_": 1, "N_": 1, "ngettext": 2}
HEADER = """\
# Lexiloom in {language}. The terms are those of docs/translation.md.
# Made by assets/locales/update.py, which keeps what is translated here.
msgid ""
msgstr ""
{fields}
"""
Id = str | tuple[str, str]


class Undated(Catalog):
    """A catalog whose header says only what reading it takes."""

    def _fields(self) -> list[tuple[str, str]]:
        return [
            ("Language", str(self.locale_identifier)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]

    mime_headers = property(_fields)  # type: ignore[assignment]


def messages_in(source: str) -> Iterator[Id]:
    """Every message of a module, in order: a str, or (singular, plural). Literals that stand together are one."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        n = KEYWORDS.get(getattr(call.func, "id", ""), 0)
        texts = [arg.value for arg in call.args[:n] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if n and len(texts) == n and texts[0]:
            yield texts[0] if n == 1 else (texts[0], texts[1])


def extract(root: Path = ROOT) -> dict[Id, list[str]]:
    """message -> the files that have it, in the order of the files."""
    found: dict[Id, list[str]] = {}
    for place in PLACES:
        for path in [root / place] if place.endswith(".py") else sorted((root / place).rglob("*.py")):
            if path.is_file():
                for message in messages_in(path.read_text(encoding="utf-8")):
                    files = found.setdefault(message, [])
                    name = path.relative_to(root).as_posix()
                    files.extend([name] if name not in files else [])
    return found


def merge(old: Catalog | None, found: dict[Id, list[str]], language: str) -> Catalog:
    """A catalog of exactly the messages `found`, with the translations that `old` has of them."""
    catalog = Undated(locale=language, domain="lexiloom", fuzzy=False)
    for message, files in found.items():
        known = old.get(message) if old is not None else None
        same = known is not None and not known.fuzzy and known.id == message
        catalog.add(message, known.string if same else None, locations=[(name, 0) for name in files]).flags.clear()
    return catalog


def po_text(catalog: Catalog) -> bytes:
    """The .po file of `catalog`."""
    fields = "\n".join(f'"{name}: {value}\\n"' for name, value in catalog.mime_headers)
    written = io.BytesIO()
    write_po(written, catalog, width=0, omit_header=True, include_lineno=False, ignore_obsolete=True)
    header = HEADER.format(language=catalog.locale_identifier, fields=fields)
    return header.encode() + b"\n" + written.getvalue().strip() + b"\n"


def mo_bytes(catalog: Catalog) -> bytes:
    """The .mo file of `catalog`."""
    written = io.BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


def read(po: Path) -> Any:
    """The catalog in a .po file, None where there is none yet."""
    if not po.is_file():
        return None
    with po.open("rb") as file:
        return read_po(file, locale=po.parent.parent.name, domain="lexiloom")


def current() -> dict[Path, bytes]:
    """Every catalog file as it should be: path -> content."""
    found, files = extract(), {}
    for folder in sorted(LOCALES.glob("*/LC_MESSAGES")):
        po = folder / "lexiloom.po"
        catalog = merge(read(po), found, folder.parent.name)
        files[po], files[po.with_suffix(".mo")] = po_text(catalog), mo_bytes(catalog)
    return files


def main(arguments: list[str]) -> int:
    """Write what has changed, or with --check only name it."""
    changed = [(path, new) for path, new in current().items() if not path.is_file() or path.read_bytes() != new]
    for path, new in changed:
        sys.stdout.write(f"{path.relative_to(ROOT).as_posix()}\n")
        if "--check" not in arguments:
            path.write_bytes(new)
    for folder in sorted(LOCALES.glob("*/LC_MESSAGES")):
        if left := [one for one in read(folder / "lexiloom.po") or () if one.id and not one.string]:
            sys.stdout.write(f"{folder.parent.name}: {len(left)} messages to translate\n")
    return int(bool(changed) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
