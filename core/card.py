"""The card of a build: what it is, what is in it, whose data it is made of, how to load it. For people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .coverage import Tally
from .messages import N_, _, number, retold
from .seams import describe_seam
from .sources.protocol import SourceInfo
from .tuning.kinds import TITLES

if TYPE_CHECKING:
    from .matrix import EmbeddingMatrix
    from .pipeline import Build
    from .tuning.report import Report

LOADING = """\
```python
import json
from pathlib import Path

import torch
from safetensors.torch import load_file

words = json.loads(Path("words.json").read_text("utf-8"))
embedding = torch.nn.Embedding.from_pretrained(load_file("matrix.safetensors")["vectors"])
row = words.index({word})
```"""
ORIGINS = {
    "exact": N_("found as written"),
    "normalized": N_("found under another spelling"),
    "composed": N_("composed of pieces or n-grams"),
    "mapped": N_("mapped from another space"),
    "invented": N_("invented: no information about the word"),
}


def write_card(build: Build) -> str:
    """The card as Markdown. Depends on the inputs and the recipe alone: no time, no path."""
    matrix = build.matrix
    parts: list[str] = [
        f"# {_title(matrix)}",
        _("Made by Lexiloom. `recipe.toml` says how, `build.json` of what, `rows.parquet` where every row is from."),
        _section(_("Sources"), _sources([source.info for source in build.cover.sources])),
        _section(_("Coverage"), _coverage(build)),
        _section(_("How it was made"), "\n".join(f"{i}. {step}" for i, step in enumerate(_steps(build), 1))),
    ]
    if seams := build.lock["seams"]:
        told = [f"- {_escaped(line)}" for seam in seams for line in describe_seam(seam)]
        parts.append(_section(_("The seam between spaces"), "\n".join(told)))
    if build.gate is not None and (found := [one for one in build.gate.findings if not one.expected]):
        accepted = _("accepted")
        lines = [
            f"- {_escaped(one.text)}: {_escaped(', '.join(one.words[:5]))}" + (f" ({accepted})" if one.accepted else "")
            for one in found
        ]
        parts.append(_section(_("Degenerate rows"), "\n".join(lines)))
    if warnings := build.cover.warnings:
        parts.append(_section(_("What to know"), "\n".join(f"- {_escaped(w['text'])}" for w in warnings)))
    if build.dropped:
        parts.append(_("{n:,} words were left out: see `dropped.json`.").format(n=len(build.dropped)))
    if build.mends:
        parts.append(
            _("{files}: what keeps words whole that a tokenizer would part.").format(
                files=", ".join(f"`{name}`" for name in sorted(build.mends))
            )
        )
    first = next(
        (w for w in matrix.vocabulary.words if w not in matrix.vocabulary.specials), matrix.vocabulary.words[0]
    )
    parts.append(_section(_("Load it"), LOADING.format(word=ascii(first))))
    if build.tuning is not None:
        parts += [tuning_section(build.tuning)]
    return "\n\n".join(parts) + "\n"


def tuning_section(report: Report) -> str:
    """What the card says of a tuning."""
    lines: list[str] = [
        _("{kind}, on {name}: {train} to train on, {valid} to say when to stop, {test} kept for the test.").format(
            kind=_(TITLES[report.spec["kind"]]),
            name=_escaped(str(report.data.get("name", ""))),
            train=number(report.parts["train"]),
            valid=number(report.parts["valid"]),
            test=number(report.parts["test"]),
        )
    ]
    if report.verdict:
        lines.append(_escaped(retold(report.verdict["text"])))
    if report.drift:
        lines.append(
            _("{moved} of {rows} rows moved. Rows of words that the texts lack are as they were.").format(
                moved=number(report.drift.moved), rows=number(report.drift.rows)
            )
        )
    return _section(_("Tuning"), "\n".join(f"- {line}" for line in lines))


def tuned_card(card: str, before: EmbeddingMatrix, after: EmbeddingMatrix, report: Report) -> str:
    """A build's card as that of the build tuned: what `write_card` gives where the recipe has the tuning."""
    # The numbered steps stand one a line, in one section.
    if steps := list(re.finditer(r"^(\d+)\. .+$", card, re.MULTILINE)):
        last = steps[-1]
        card = f"{card[: last.end()]}\n{int(last[1]) + 1}. {after.history[-1]}{card[last.end() :]}"
    return f"{card.replace(_title(before), _title(after), 1).rstrip()}\n\n{tuning_section(report)}\n"


def _title(matrix: EmbeddingMatrix) -> str:
    return _("Embedding matrix: {n:,} words × {dim} dimensions").format(n=len(matrix.vocabulary), dim=matrix.dim)


def _steps(build: Build) -> list[str]:
    kind = build.recipe.combine.kind
    return ["look up", *([f"combine {kind}"] if kind != "chain" else []), *build.matrix.history]


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}"


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _sources(infos: Sequence[SourceInfo]) -> str:
    heads = [_("name"), _("format"), _("rows"), _("dimensions"), _("languages"), _("licence"), _("digest")]
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for info in infos:
        kind = _(info.format) if info.format else info.kind
        cells = [info.name, kind, "∞" if info.size is None else f"{info.size:,}", str(info.dim)]
        cells += [", ".join(info.languages) or "–", info.licence or _("not known: see where the file is from")]
        cells.append(f"`{info.digest}`")
        lines.append(f"| {' | '.join(map(_escaped, cells))} |")
    return "\n".join(lines)


def _coverage(build: Build) -> str:
    types, tokens = build.coverage.types, build.coverage.tokens
    heads = [_("origin"), _("words"), _("share")] + ([_("tokens"), _("share")] if tokens else [])
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for name, title in ORIGINS.items():
        if types.by_origin[name]:
            cells = [_(title), *_cells(name, types), *(_cells(name, tokens) if tokens else [])]
            lines.append(f"| {' | '.join(cells)} |")
    found = build.cover.coverage.types
    if found.suspect:
        lines += ["", _("{n:,} of these were found under a spelling that may be another word.").format(n=found.suspect)]
    return "\n".join(lines)


def _cells(name: str, tally: Tally) -> list[str]:
    n = tally.by_origin[name]
    return [f"{n:,}", f"{100 * n / tally.total:.1f} %" if tally.total else "–"]
