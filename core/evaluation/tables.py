"""An evaluation as a table that is taken away: CSV, Markdown, LaTeX with BibTeX, JSON.

Every score stands with its interval, the items it is of, and the policy for missing words; every table with the
command that makes it again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from ..csv_text import csv_of
from ..messages import N_, _, number, speaking, translated
from .catalog import references
from .comparison import UNITS, Cell, Line, figure, tell
from .evaluating import Evaluation

POLICY_NAMES = {
    "covered": N_("items with missing words are left out"),
    "mean": N_("items with missing words count as average ones"),
    "fills": N_("missing words are filled first"),
}
# Items that tell no score below this from none are too few.
TELLING = 0.5
GEOMETRY = {
    "rows": N_("rows measured"),
    "isotropy": N_("isotropy, min Z / max Z (1: the same in all directions)"),
    "isotropy_unit": N_("isotropy of rows of length 1"),
    "mean_cosine": N_("mean cosine of two random rows"),
    "first_component": N_("variance in the first component"),
    "ten_components": N_("variance in the first ten components"),
    "effective_dimensions": N_("effective dimensions (participation ratio)"),
    "hubness_skewness": N_("hubness: skewness of N₁₀"),
    "hubness_max": N_("hubness: most lists of ten neighbors that one row is in"),
    "norm_mean": N_("mean length of a row"),
    "norm_spread": N_("standard deviation of the lengths"),
    "norm_frequency": N_("Spearman's rho of length and log frequency"),
}
COLUMNS = (
    "set", "title", "task", "measure", "subject", "policy", "score", "low", "high", "counted", "covered", "total",
    "common_score", "common_low", "common_high", "common_items",
)  # fmt: skip


def as_csv(found: Evaluation, command: str = "") -> bytes:
    """One row for each set, measure and subject; column names in English, for programs."""
    return csv_of(list(COLUMNS), _records(found))


def _records(found: Evaluation) -> Iterator[list[Any]]:
    for line in found.lines:
        for name, cell in zip(found.names, line.cells, strict=True):
            what = [line.id, line.title, line.task, line.measure, name, found.spec.policy]
            own = [cell.value, *(cell.interval or ("", "")), cell.counted, cell.covered, cell.total]
            yield [*what, *own, cell.common, *(cell.common_interval or ("", "")), cell.common_items]


def as_json(found: Evaluation, command: str = "") -> bytes:
    """Everything, in English; `Evaluation.from_dict` reads it."""
    document = {**translated(found.as_dict(), "en"), "command": command}
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def as_markdown(found: Evaluation, command: str = "") -> bytes:
    """A table of the scores, the verdicts under it."""
    rows = [
        [_("set"), _("measure"), *found.names],
        ["---", "---", *["---"] * len(found.names)],
        *([_piped(line.title), line.measure, *map(told_cell, line.cells)] for line in found.lines),
    ]
    text = "\n".join(f"| {' | '.join(_piped(cell) for cell in row)} |" for row in rows)
    verdicts = "\n".join(f"- {tell(line, v, found.names)}" for line in found.lines for v in line.verdicts)
    parts = [text, "\n".join(notes(found)), verdicts, f"```\n{command}\n```" if command else ""]
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def _piped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def told_cell(cell: Cell) -> str:
    """ ".754 [.701, .798] (342/353)"."""
    if cell.value is None:
        return f"– ({number(cell.counted)}/{number(cell.total)})"
    between = f" [{figure(cell.interval.low)}, {figure(cell.interval.high)}]" if cell.interval else ""
    return f"{figure(cell.value)}{between} ({number(cell.counted)}/{number(cell.total)})"


def notes(found: Evaluation) -> list[str]:
    """What the reader of a table must know: policy, intervals, correction, words it was restricted to."""
    told: list[str] = [
        _(
            "Missing words: {policy}. In brackets 95 % intervals from {resamples} bootstrap samples, then the items "
            "that count of all."
        ).format(policy=_(POLICY_NAMES[found.spec.policy]), resamples=number(found.spec.resamples))
    ]
    if comparisons := sum(v.p is not None for line in found.lines for v in line.verdicts):
        told.append(
            _(
                "Subjects are compared by paired bootstrap on the items that both have; p-values are corrected by "
                "Holm's method (comparisons: {count})."
            ).format(count=number(comparisons))
        )
    if found.vocabulary:
        told.append(
            _("Only items whose words are all among the {words} words of {name} count.").format(
                words=number(found.vocabulary["words"]), name=found.vocabulary["name"]
            )
        )
    return told


def gaps(found: Evaluation) -> list[str]:
    """Why a subject has no score on a set, a sentence each."""
    return [
        _("{name} has no score on {title}: {counted} of {total} {unit} count, or all values are equal.").format(
            name=name, title=line.title, counted=number(cell.counted), total=number(cell.total), unit=unit_of(line)
        )
        for line in found.lines
        for name, cell in zip(found.names, line.cells, strict=True)
        if cell.value is None
    ]


def as_latex(found: Evaluation, command: str = "") -> bytes:
    """A booktabs table; the BibTeX entries of its sets and sources come as `as_bibtex`."""
    with speaking("en"):
        head = " & ".join(["Set", "Items", *(_tex(name) for name in found.names)])
        body = "\n".join(f"    {_latex_row(line)} \\\\" for line in found.lines)
        caption = " ".join(
            [_("Scores ± half of the 95 % interval, in parentheses the items they are of."), *notes(found)[1:]]
        )
        caption += " " + _("Missing words: {policy}.").format(policy=_(POLICY_NAMES[found.spec.policy]))
        comment = "".join(f"% {part}\n" for part in command.splitlines())
        text = f"""\
{comment}% \\usepackage{{booktabs}}
\\begin{{table}}
  \\centering
  \\begin{{tabular}}{{lr{"c" * len(found.names)}}}
    \\toprule
    {head} \\\\
    \\midrule
{body}
    \\bottomrule
  \\end{{tabular}}
  \\caption{{{_tex(caption)}}}
\\end{{table}}
"""
    return text.encode()


def _latex_row(line: Line) -> str:
    name = _tex(line.title) + (f" \\cite{{{line.key}}}" if line.key else "")
    if line.task == "analogy":
        name += f" ({_tex(line.id.rpartition(' ')[2])})"
    best = max((c.common for c in line.cells if c.common is not None), default=None)
    shown = []
    for cell in line.cells:
        text = figure(cell.value)
        if cell.interval and cell.value is not None:
            half = (cell.interval.high - cell.interval.low) / 2
            text += f" $\\pm$ {figure(half)}"
        if len({c.counted for c in line.cells}) > 1:
            text += f" ({cell.counted})"
        bold = len(line.cells) > 1 and cell.common == best and all(v.kind != "not comparable" for v in line.verdicts)
        shown.append(f"\\textbf{{{text}}}" if bold and cell.value is not None else text)
    return " & ".join([name, str(max((cell.total for cell in line.cells), default=0)), *shown])


SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "±": r"$\pm$", "–": "--"}


def _tex(text: str) -> str:
    return "".join(SPECIAL.get(c, f"\\{c}" if c in "&%$#_{}" else c) for c in text)


def as_bibtex(found: Evaluation, command: str = "") -> bytes:
    """The entries of the sets that were scored, and a note for each source."""
    keys = dict.fromkeys(line.key for line in found.lines if line.key)
    if found.bias:
        keys["caliskan2017semantics"] = None
    entries = [references()[key] for key in keys]
    for k, one in enumerate(found.subjects, 1):
        licence = f" Licence: {_tex(one['licence'])}." if one.get("licence") else ""
        entries.append(
            f"@misc{{subject{k},\n  title = {{{_tex(one['name'])}}},\n"
            f"  note  = {{Word vectors, {one['dim']} dimensions, digest {_tex(one['digest'])}.{licence}}}\n}}"
        )
    return ("\n\n".join(entries) + "\n").encode()


# format -> how it is written; its name is the file's ending.
WRITERS: dict[str, Callable[[Evaluation, str], bytes]] = {
    "csv": as_csv,
    "md": as_markdown,
    "tex": as_latex,
    "bib": as_bibtex,
    "json": as_json,
}


def unit_of(line: Line) -> str:
    """What the items of a line are called."""
    return str(_(UNITS[line.task]))


def worth(one: dict[str, Any]) -> str:
    """What the items of a set that lie in the vocabulary can tell."""
    if one["detectable"] is None or one["detectable"] > TELLING:
        return str(_("too few to say anything"))
    return str(_("a score of {least} is told from none").format(least=figure(one["detectable"], 2)))
