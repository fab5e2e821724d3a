"""Short names of what was chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.draft import Draft
from core.messages import _, current_language, number
from core.recipe import Recipe

# More sources than these are counted.
SHOWN = 3


def vocabulary_name(spec: Any) -> str:
    """A vocabulary's display name, told from its spec alone."""
    if parts := getattr(spec, "parts", ()):
        return _("{n} files").format(n=number(len(parts)))
    return Path(getattr(spec, "path", "")).name or _("the recipe's words")


def source_name(spec: Any) -> str:
    """A source's display name, told from its spec alone."""
    kind = getattr(spec, "kind", "")
    if kind == "builtin":
        return f"builtin:{spec.name}"
    if kind == "random":
        return f"random:{spec.dim}"
    if kind == "catalog":
        return f"catalog:{spec.name}"
    if hasattr(spec, "shown"):  # a model
        return f"{kind}:{spec.shown}"
    path, member = Path(getattr(spec, "path", "")), getattr(spec, "member", "")
    return f"{path.name}::{member}" if member else path.name


def draft_name(draft: Draft, title: str = "") -> str:
    """The recipe so far in a line: the workspace's name, the vocabulary, the sources."""
    words = vocabulary_name(draft.vocabulary) if draft.vocabulary else ""
    return " · ".join(part for part in (title, words, sources_name(draft)) if part)


def sources_name(draft: Draft | Recipe) -> str:
    """The sources in a line: in the order in which they are asked, or all together."""
    names = [source_name(source) for source in draft.sources]
    if len(names) > SHOWN:
        names[SHOWN - 1 :] = [_("{n} more").format(n=number(len(names) - SHOWN + 1))]
    return (" → " if draft.combine.kind in ("chain", "align") else " + ").join(names)


def language_name(code: str) -> str:
    """A language's name for the reader."""
    from babel import Locale

    told = {"en": _("English"), "zh": _("Chinese")}.get(code)
    return told or Locale.parse(current_language()).languages.get(code, code)
