"""Every text that a person reads goes through here: `_` translates now, `N_` marks for later.

The catalogs lie in assets/locales (domain "lexiloom"). The language is a context variable, so that
two visitors of one server, each in a thread or task of their own, read different languages.

A translated message is a `Text`: a str that still knows its message and values. What one visitor's
work found can so be told to another in his language (`retold`), and what is written for machines and
for ever (the files of a build, `--json`) is in English whoever asked for it (`translated`).
"""

from __future__ import annotations

import gettext
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

LOCALES = Path(__file__).resolve().parent.parent / "assets" / "locales"
LANGUAGES = {"en": "English", "zh_CN": "简体中文"}

Message = str | tuple[str, str, int]

_language: ContextVar[str | None] = ContextVar("language", default=None)


class Text(str):
    """A message in the language it was made in, with what it takes to tell it in another one.

    message  the English text, or (singular, plural, count)
    values   what `format` was given, None before
    """

    __slots__ = ("message", "values")
    message: Message
    values: dict[str, Any] | None

    def __new__(cls, text: str, message: Message, values: dict[str, Any] | None = None) -> Text:
        made = super().__new__(cls, text)
        made.message, made.values = message, values
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Text, (str(self), self.message, self.values)

    def format(self, **values: Any) -> Text:  # type: ignore[override]
        """The message with its fields filled in."""
        return Text(str.format(self, **values), self.message, values)


@cache
def _catalog(language: str) -> gettext.NullTranslations:
    return gettext.translation("lexiloom", LOCALES, languages=[language], fallback=True)


@cache
def closest(name: str) -> str | None:
    """The language of `LANGUAGES` that `name` means ("zh", "zh-Hans", "zh_CN.UTF-8"), None where there is none."""
    parts = name.partition(".")[0].partition("@")[0].replace("-", "_").lower().strip().split("_")
    exact = [known for known in LANGUAGES if known.lower() == "_".join(parts)]
    return next(iter(exact or [known for known in LANGUAGES if known.partition("_")[0] == parts[0]]), None)


def environment_language() -> str:
    """The language of the process: LEXILOOM_LANG, else the system's as gettext's programs read it, else English."""
    found = os.environ.get
    if chosen := found("LEXILOOM_LANG"):
        return closest(chosen) or "en"
    place = found("LC_ALL") or found("LC_MESSAGES") or found("LANG") or ""
    if place.partition(".")[0] in ("", "C", "POSIX"):
        return "en"  # as in GNU gettext: the C locale is English, whatever LANGUAGE says
    names = (found("LANGUAGE") or place).split(":")
    return next(filter(None, map(closest, names)), "en")


def best_language(accept_language: str | None) -> str:
    """The language of `LANGUAGES` that a browser's Accept-Language header likes best; English where none is there."""
    wanted: list[tuple[float, str]] = []
    for part in (accept_language or "").split(","):
        name, _semicolon, quality = part.partition(";")
        try:
            weight = float(quality.partition("=")[2] or 1)
        except ValueError:
            continue
        if weight > 0:
            wanted.append((-weight, name.strip()))
    ordered = (closest(name) for _weight, name in sorted(wanted, key=lambda one: one[0]))
    return next(filter(None, ordered), "en")


def set_language(language: str | None) -> None:
    """Choose the language of messages in this context, e.g. "zh_CN"; None follows the environment."""
    _language.set(None if language is None else closest(language) or "en")


def current_language() -> str:
    """The language of messages in this context, a key of `LANGUAGES`."""
    return _language.get() or environment_language()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Messages are in `language` inside."""
    before = _language.set(closest(language) or "en")
    try:
        yield
    finally:
        _language.reset(before)


def _told(message: Message) -> Text:
    catalog = _catalog(current_language())
    if isinstance(message, tuple):
        return Text(catalog.ngettext(*message), message)
    return Text(catalog.gettext(message) if message else "", message)


def _(message: str) -> Text:
    """`message` in the current language."""
    return _told(message)


def ngettext(singular: str, plural: str, n: int) -> Text:
    """`singular` or `plural` in the current language, by the count `n`."""
    return _told((singular, plural, n))


def N_(message: str) -> str:
    """Mark `message` for translation without translating it (spec labels, tables of texts)."""
    return message


def joined(separator: str, texts: list[str]) -> Text:
    """The texts one after the other; messages among them can still be retold."""
    fields = {f"part{i}": text for i, text in enumerate(texts)}
    message = separator.replace("{", "{{").replace("}", "}}").join(f"{{{name}}}" for name in fields)
    return Text(message, message).format(**fields)


def retold(text: str) -> str:
    """`text` in the current language if it came from `_`, `ngettext` or `joined`; any other as it stands."""
    if not isinstance(text, Text):
        return text
    told = _told(text.message)
    if text.values is None:
        return told
    return told.format(**{name: retold(v) if isinstance(v, str) else v for name, v in text.values.items()})


def translated(value: Any, language: str) -> Any:
    """A copy of tables and lists with every message in them told in `language`, as a plain str."""
    with speaking(language):
        return _translated(value)


def _translated(value: Any) -> Any:
    if isinstance(value, Text):
        return str(retold(value))
    if isinstance(value, Mapping):
        return {name: _translated(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_translated(inner) for inner in value]
    return value


def pack(text: str) -> Any:
    """`text` as JSON values from which `unpack` makes it in the reader's language, in another process."""
    if not isinstance(text, Text):
        return text
    message = list(text.message) if isinstance(text.message, tuple) else text.message
    values = {
        name: pack(v) if isinstance(v, str) else v if isinstance(v, (int, float)) else str(v)
        for name, v in (text.values or {}).items()
    }
    return {"message": message} if text.values is None else {"message": message, "values": values}


def unpack(packed: Any) -> str:
    """What `pack` packed, in the current language."""
    if not isinstance(packed, Mapping):
        return str(packed)
    message, values = packed["message"], packed.get("values")
    told = _told((message[0], message[1], message[2]) if isinstance(message, list) else message)
    if values is None:
        return told
    return told.format(**{name: unpack(v) if isinstance(v, Mapping) else v for name, v in values.items()})


def with_told(value: Any) -> Any:
    """Tables and lists with every message in English, as a plain str; beside it, under "told", what retells it.

    `as_told` makes of it what was given, in its reader's language.
    """
    if isinstance(value, Mapping):
        told = {name: packed for name, inner in value.items() if (packed := _retellable(inner)) is not None}
        found = {name: with_told(inner) for name, inner in value.items()}
        return {**found, "told": told} if told else found
    if isinstance(value, (list, tuple)):
        return [with_told(inner) for inner in value]
    return translated(value, "en")


def _retellable(value: Any) -> Any:
    """A message packed; of a list that has one all of them, others as they are; None where there is nothing to tell."""
    if isinstance(value, Text):
        return pack(value)
    if isinstance(value, (list, tuple)) and any(isinstance(one, Text) for one in value):
        return [pack(one) if isinstance(one, Text) else one for one in value]
    return None


def as_told(value: Any) -> Any:
    """What `with_told` made, also after JSON, with its messages in the current language."""
    if isinstance(value, Mapping):
        told = {
            name: [unpack(one) if isinstance(one, Mapping) else one for one in packed]
            if isinstance(packed, list)
            else unpack(packed)
            for name, packed in value.get("told", {}).items()
        }
        return {name: told.get(name) or as_told(inner) for name, inner in value.items() if name != "told"}
    return [as_told(inner) for inner in value] if isinstance(value, list) else value


# Numbers, sizes and times as the current language writes them.


@dataclass(frozen=True)
class _Forms:
    """What a language puts into numbers: between thousands, before decimals, after percentages."""

    group: str
    decimal: str
    percent: str


@cache
def _forms(language: str) -> _Forms:
    from babel import Locale

    locale = Locale.parse(language)
    symbols = locale.number_symbols["latn"]
    percent = locale.percent_formats[None].suffix[0]  # type: ignore[index]
    return _Forms(symbols["group"], symbols["decimal"], percent.replace("%", symbols["percentSign"]))


def _written(digits: str, forms: _Forms) -> str:
    if forms.group == "," and forms.decimal == ".":
        return digits
    return digits.translate({ord(","): forms.group, ord("."): forms.decimal})


def number(n: float | None, digits: int = 0) -> str:
    """12,345 or, with `digits` decimals, 0.123; a dash for what is not known."""
    if n is None or not math.isfinite(n):
        return "–"
    return _written(f"{n:,.{digits}f}" if digits or isinstance(n, float) else f"{n:,}", _forms(current_language()))


def percent(share: float | None, digits: int = 1) -> str:
    """A share of 0 to 1 as 12.3%; what is not all is never 100%, and what is not nothing never 0%."""
    if share is None or not math.isfinite(share):
        return "–"
    forms, least, before = _forms(current_language()), 0.1**digits, ""
    value = 100 * share
    if 0 < value < least / 2:
        value, before = least, "<"
    elif 100 - least / 2 <= value < 100:
        value, before = 100 - least, ">"
    return before + _written(f"{value:,.{digits}f}", forms) + forms.percent


def size(n: float | None) -> str:
    """A number of bytes as 3.4 MB (1 MB is 1,000,000 bytes)."""
    if n is None:
        return "–"
    units = ("B", "kB", "MB", "GB", "TB")
    at = next((i for i in range(len(units) - 1) if n < 999.5 * 1000**i), len(units) - 1)
    value = n / 1000**at
    return f"{number(value, 1 if at and value < 99.95 else 0)} {units[at]}"


def duration(seconds: float | None) -> str:
    """A time that something takes: 45 s, 3 min 20 s, 2 h 5 min."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    whole = max(0, round(seconds))
    if whole < 60:
        return _("{seconds} s").format(seconds=whole)
    if whole < 3600:
        return _("{minutes} min {seconds} s").format(minutes=whole // 60, seconds=whole % 60)
    return _("{hours} h {minutes} min").format(hours=whole // 3600, minutes=whole % 3600 // 60)


def when(epoch: float | None, zone: str | None = None) -> str:
    """A moment (seconds since 1970) as date and time to the minute, in the time zone `zone` ("Asia/Shanghai")."""
    return "–" if epoch is None else _when(int(epoch // 60), zone, current_language())


@lru_cache(maxsize=4096)
def _when(minute: int, zone: str | None, language: str) -> str:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from babel import Locale
    from babel.dates import format_date, format_time

    locale, moment = Locale.parse(language), datetime.fromtimestamp(minute * 60, ZoneInfo(zone) if zone else None)
    clock = format_time(moment, "HH:mm", tzinfo=moment.tzinfo, locale=locale)
    return str(locale.datetime_formats["medium"]).format(clock, format_date(moment, "medium", locale=locale))
