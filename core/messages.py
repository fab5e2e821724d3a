"""Every text that a person reads goes through here: `_` translates now, `N_` marks for later.

The catalogs lie in assets/locales (domain "lexiloom"). The language is a context variable, so that
two visitors of one server, each in a thread or task of their own, read different languages.
"""

from __future__ import annotations

import gettext
import os
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LOCALES = Path(__file__).resolve().parent.parent / "assets" / "locales"

_language: ContextVar[str | None] = ContextVar("language", default=None)


@cache
def _catalog(language: str) -> gettext.NullTranslations:
    return gettext.translation("lexiloom", LOCALES, languages=[language], fallback=True)


def set_language(language: str | None) -> None:
    """Choose the language of messages in this context, e.g. "zh_CN"; None follows LEXILOOM_LANG."""
    _language.set(language)


def _current() -> gettext.NullTranslations:
    return _catalog(_language.get() or os.environ.get("LEXILOOM_LANG", "en"))


def _(message: str) -> str:
    """`message` in the current language."""
    return _current().gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """`singular` or `plural` in the current language, by the count `n`."""
    return _current().ngettext(singular, plural, n)


def N_(message: str) -> str:
    """Mark `message` for translation without translating it (spec labels, tables of texts)."""
    return message
