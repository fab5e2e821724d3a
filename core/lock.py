"""The lock: what a build really used. Inputs by digest and display name, versions, warnings."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .matrix import Located
from .messages import _, ngettext
from .rows import Origin
from .sources.protocol import Source, SourceInfo

if TYPE_CHECKING:
    from .combining import CombineSpec
    from .vocabulary import Reading

# What has a part in the numbers or the words of a build.
LIBRARIES = (
    "charset-normalizer",
    "jieba",
    "numba",
    "numpy",
    "opencc-python-reimplemented",
    "opencc",
    "pyarrow",
    "pydantic",
    "safetensors",
    "tokenizers",
    "torch",
    "transformers",
)


def describe_environment(sources: Sequence[Source] = ()) -> dict[str, Any]:
    """Python, platform, device and the versions of the libraries that have a part in the result.

    The device is where the models of `sources` ran, "cpu" where there are none, "kept" where all their rows had
    been encoded before.
    """
    found: dict[str, str] = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "device": " + ".join(dict.fromkeys(filter(None, (getattr(s, "ran_on", "") for s in sources)))) or "cpu",
        "libraries": found,
    }


def describe_source(info: SourceInfo) -> dict[str, Any]:
    """A source's info as plain values, its path left out: it is named by display name and digest."""
    described = asdict(info)
    described["languages"] = list(info.languages)
    return described


def describe_vocabulary(reading: Reading) -> dict[str, Any]:
    """How the vocabulary was read, with the digests of its files and of the result."""
    report = reading.report.as_dict()
    report["words"] = len(reading.vocabulary)
    report["tokens"] = reading.vocabulary.tokens
    report["vocabulary_digest"] = reading.vocabulary.digest
    return report


def find_warnings(
    sources: Sequence[Source], located: Located, combine: CombineSpec | None = None
) -> list[dict[str, Any]]:
    """What the reader of a report should know: {"code", "text", and figures} each."""
    found: list[dict[str, Any]] = []
    rows = located.rows
    partly = rows.suspect & (rows.origin == Origin.COMPOSED)
    if n := int(partly.sum()):
        text = ngettext(
            "{n} word holds letters that its model does not know, and is made of the others: {words}",
            "{n} words hold letters that their model does not know, and are made of the others: {words}",
            n,
        ).format(n=n, words=_some(located, partly))
        found.append({"code": "unknown pieces", "n": n, "text": text})
    if suspect := int((rows.suspect & ~partly).sum()):
        text = ngettext(
            "{n} word was found under a spelling that may be another word: {words}",
            "{n} words were found under a spelling that may be another word: {words}",
            suspect,
        ).format(n=suspect, words=_some(located, rows.suspect & ~partly))
        found.append({"code": "suspect", "n": suspect, "text": text})
    if ambiguous := int(rows.ambiguous.sum()):
        text = ngettext(
            "{n} word was found by one of several possible conversions of its characters",
            "{n} words were found by one of several possible conversions of their characters",
            ambiguous,
        ).format(n=ambiguous)
        found.append({"code": "ambiguous", "n": ambiguous, "text": text})
    found.extend(mixed_spaces([source.info for source in sources], combine))
    for source in sources:
        for name, n in source.info.faults.items():
            text = _("{source}: {fault}: {n:,}").format(source=source.info.name, n=n, fault=_(name))
            found.append({"code": "fault", "n": n, "source": source.info.name, "text": text})
    return found


def _some(located: Located, which: NDArray[np.bool_]) -> str:
    """The first five words of those rows."""
    words = [located.vocabulary.words[i] for i in which.nonzero()[0][:5]]
    return ", ".join(words) + ("…" if which.sum() > 5 else "")


def mixed_spaces(infos: Sequence[SourceInfo], combine: CombineSpec | None = None) -> list[dict[str, Any]]:
    """A warning where the sources of a chain are not known to share one space; other combinations make one."""
    if combine is not None and combine.kind != "chain":
        return []
    first, *others = infos
    strangers = [o.name for o in others if o.digest != first.digest and (o.space is None or o.space != first.space)]
    if not strangers:
        return []
    text = _(
        "{others}: not known to share a space with {first}. Rows of different spaces can't be compared: "
        "distances between them mean nothing."
    ).format(others=", ".join(strangers), first=first.name)
    return [{"code": "spaces", "sources": strangers, "text": text}]
