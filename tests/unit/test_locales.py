"""The catalogs: complete, in step with the code, and written as a reader of the language expects."""

from __future__ import annotations

import gettext
import importlib.util
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.messages import LANGUAGES, LOCALES

ROOT = Path(__file__).resolve().parents[2]
CODES = sorted(folder.parent.name for folder in LOCALES.glob("*/LC_MESSAGES"))

HAN = r"[\u3400-\u9fff]"
LATIN = r"[A-Za-z0-9À-ÿ]"
FULL = "，。：；？！、（）“”"
# Fields that hold a phrase in the reader's language: nothing parts them from the Chinese around them.
PHRASES = {"what", "sentence", "next", "kind", "hint", "reason", "listed", "names", "names_", "action", "title"}
# Where a term of the glossary is an ordinary word.
ORDINARY = {
    "What counts as one English word.",
    "counts as 0",
    "kept in the word as written: its id counts",
    "{kind}: {reason} (a fault of Lexiloom's; LEXILOOM_DEBUG=1 shows where, for a report)",
}


def load_update() -> Any:
    spec = importlib.util.spec_from_file_location("update", LOCALES / "update.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


update = load_update()


def pairs(code: str) -> Iterator[tuple[str, str]]:
    """(message, translation) of a catalog: of a plural message, its last form with each of its translations."""
    for message in update.read(LOCALES / code / "LC_MESSAGES" / "lexiloom.po"):
        if message.id:
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            for form in forms:
                yield (message.id if isinstance(message.id, str) else message.id[-1]), form


def fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)[^{}]*\}", text.replace("{{", "").replace("}}", "")))


def failing(code: str, good: Any) -> list[tuple[str, str]]:
    return [(message, told) for message, told in pairs(code) if told and not good(message, told)]


each_language = pytest.mark.parametrize("code", CODES)


def test_every_language_but_english_has_a_catalog() -> None:
    assert sorted(set(LANGUAGES) - {"en"}) == CODES


def test_the_catalogs_are_what_the_code_and_the_translations_make() -> None:
    changed = [path.name for path, content in update.current().items() if path.read_bytes() != content]
    assert not changed, "run: python assets/locales/update.py"


@each_language
def test_every_message_is_translated(code: str) -> None:
    assert not [message for message, told in pairs(code) if not told]
    assert not [one.id for one in update.read(LOCALES / code / "LC_MESSAGES" / "lexiloom.po") if one.fuzzy]


@each_language
def test_a_translation_has_the_fields_of_its_message(code: str) -> None:
    assert not failing(code, lambda message, told: fields(message) == fields(told))
    # A field may be written another way, but must still be one: filled with a number, where it is one.
    for _message, told in pairs(code):
        told.format(**dict.fromkeys(fields(told), 7))


@each_language
def test_a_translation_keeps_markdown_and_code(code: str) -> None:
    def marks(text: str) -> tuple[object, ...]:
        code_spans, links = re.findall(r"`[^`]*`", text), re.findall(r"\]\([^)]*\)", text)
        return text.count("**"), Counter(code_spans), Counter(links), text.count("\n"), re.match(r"#+ |- |> |", text)[0]  # type: ignore[index]

    assert not failing(code, lambda message, told: marks(message) == marks(told))


@each_language
def test_a_translation_keeps_the_space_around_its_message(code: str) -> None:
    def around(text: str) -> tuple[str, str]:
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]

    def kept(message: str, told: str) -> bool:
        # A single space parts Latin words; next to a full-width mark there is none.
        first, last = around(message)
        wanted = ("" if first == " " and told[0] in FULL else first, "" if last == " " and told[-1] in FULL else last)
        return around(told) == wanted

    assert not failing(code, kept)


def bare(text: str) -> str:
    return re.sub(r"`[^`]*`", "x", text)


def test_chinese_marks_are_full_width() -> None:
    def good(message: str, told: str) -> bool:
        text = bare(told)
        ascii_mark = re.search(rf"{HAN}[,.;:?!)]|{HAN} ?\([^()]*{HAN}", text)
        spaced_mark = re.search(rf"[{FULL}] (?! )|(?<! ) [{FULL}]", text.strip())
        return not ascii_mark and not spaced_mark

    assert not failing("zh_CN", good)


def test_one_space_parts_chinese_from_latin_letters_digits_and_fields() -> None:
    def good(message: str, told: str) -> bool:
        text = bare(told)
        if re.search(rf"{HAN}{LATIN}|{LATIN}{HAN}|{HAN} +{HAN}|{HAN}  +\S|\S  +{HAN}", text.strip()):
            return False
        touching = re.findall(rf"{HAN}\{{(\w+)", text) + re.findall(rf"\{{(\w+)[^{{}}]*\}}{HAN}", text)
        return set(touching) <= PHRASES

    assert not failing("zh_CN", good)


def test_what_to_do_ends_like_its_message() -> None:
    def good(message: str, told: str) -> bool:
        ends = message.rstrip("*_ ").endswith((".", "?", "!")) and not message.endswith("…")
        return ends == told.rstrip("*_ ").endswith(("。", "？", "！")) or "…" in message[-1:]

    assert not failing("zh_CN", good)


def glossary() -> list[tuple[str, tuple[str, ...]]]:
    page = (ROOT / "docs" / "translation.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z -]+) \| (.+) \|$", page, re.MULTILINE)
    assert len(rows) > 30
    return [(term, tuple(told.split("、"))) for term, told in rows]


@pytest.mark.parametrize(("term", "told"), glossary(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_term_is_translated_in_one_way(term: str, told: tuple[str, ...]) -> None:
    # What is code in a message (options, fields, paths) stays as it is: no term of ours.
    code = re.compile(r"`[^`]*`|“[^”]*”|\{[^{}]*\}|\S*(?:[=_:]\w|--|\w\.\w|\w/)\S*")
    named = re.compile(rf"(?<![\w-]){re.escape(term)}(?:s|es)?(?![\w-])", re.IGNORECASE)
    wrong = [
        (message, translation)
        for message, translation in pairs("zh_CN")
        if translation
        and message not in ORDINARY
        and named.search(code.sub(" ", message))
        # A term that is also a kind's or an option's name stays as it is there.
        and not any(one in translation for one in (*told, term))
    ]
    assert not wrong


def test_messages_are_found_however_they_are_written() -> None:
    source = """
_("one" " and " "two")
_(
    "three "  # why
    "four"
).format(n=1)
N_("label")
ngettext("{n} word", "{n} words", n)
_(name), _(f"{x}"), other("no"), _("")
"""
    assert list(update.messages_in(source)) == ["one and two", "three four", "label", ("{n} word", "{n} words")]


def test_a_changed_message_loses_its_translation_and_the_others_keep_theirs(tmp_path: Path) -> None:
    first = update.merge(None, {"one": ["a.py"], ("{n} word", "{n} words"): ["a.py"]}, "zh_CN")
    first["one"].string, first["{n} word"].string = "一", ("{n} 个词",)
    (tmp_path / "zh_CN" / "LC_MESSAGES").mkdir(parents=True)
    po = tmp_path / "zh_CN" / "LC_MESSAGES" / "lexiloom.po"
    po.write_bytes(update.po_text(first))
    found = {"one": ["b.py"], "Two": ["a.py"], ("{n} word", "{n} words"): ["a.py"]}
    second = update.merge(update.read(po), found, "zh_CN")
    assert second["one"].string == "一" and not second["Two"].string and second["{n} word"].string == ("{n} 个词",)
    po.with_suffix(".mo").write_bytes(update.mo_bytes(second))
    made = gettext.translation("lexiloom", tmp_path, languages=["zh_CN"])
    assert [made.gettext("one"), made.gettext("Two"), made.ngettext("{n} word", "{n} words", 1)] == [
        "一",
        "Two",
        "{n} 个词",
    ]
    assert b"Date" not in update.po_text(second) + update.mo_bytes(second)
