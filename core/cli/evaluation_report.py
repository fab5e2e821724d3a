"""What `lexiloom evaluate` tells: scores with their intervals and coverage, and the verdicts."""

from __future__ import annotations

from typing import Any

from ..evaluation.comparison import Line, figure, tell
from ..evaluation.evaluating import Evaluation
from ..evaluation.tables import GEOMETRY, gaps, notes, told_cell, worth
from ..messages import _, number
from .text import aligned, visible

SKIPPED_SHOWN = 12


def evaluation_report(found: Evaluation) -> str:
    """The report, for a terminal."""
    parts = [_subjects(found), _power(found), _scores(found), _verdicts(found), _remarks(found), _bias(found)]
    parts += [_geometry(found), _curves(found), "\n".join(notes(found)), _skipped(found)]
    return "\n\n".join(part for part in parts if part)


def _subjects(found: Evaluation) -> str:
    lines = []
    for one in found.subjects:
        rows = "∞" if one["size"] is None else number(one["size"])
        shape = _("{rows} rows × {dim}").format(rows=rows, dim=one["dim"])
        lines.append(f"  {visible(one['name'])}: {shape}")
    return "\n".join([str(_("Scored")), *lines])


def _power(found: Evaluation) -> str:
    if not found.power:
        return ""
    rows = [
        [visible(one["title"]), f"{number(one['items'])}/{number(one['total'])}", worth(one)] for one in found.power
    ]
    return "\n".join([str(_("Items that lie in the vocabulary")), aligned(rows)])


def _scores(found: Evaluation) -> str:
    if not found.lines:
        return ""
    heads = [_("set"), _("measure"), *(visible(name) for name in found.names)]
    rows = [[line.title, line.measure, *map(told_cell, line.cells)] for line in found.lines]
    return aligned([heads, *rows], left=2)


def _verdicts(found: Evaluation) -> str:
    told = [f"  {visible(tell(line, v, found.names))}" for line in found.lines for v in line.verdicts]
    return "\n".join([str(_("Compared")), *told]) if told else ""


def _remarks(found: Evaluation) -> str:
    remarks = []
    for line in found.lines:
        told = [line.note] if line.note else []
        told += _searched(line)
        remarks += [f"  {visible(line.title)}: {visible(text)}" for text in told]
    remarks += [f"  {visible(text)}" for text in gaps(found)]
    return "\n".join(dict.fromkeys(remarks))


def _searched(line: Line) -> list[str]:
    if line.task != "analogy":
        return []
    found = sorted({one["searched"] for one in line.details if one.get("searched")})
    if not found:
        return []
    return [str(_("answers were searched among {rows} words").format(rows=" / ".join(map(number, found))))]


def _bias(found: Evaluation) -> str:
    if not found.bias:
        return ""
    from ..evaluation.bias import CAUTION

    rows = [[_("WEAT test"), *(visible(name) for name in found.names)]]
    rows += [[visible(test["test"]), *(_weat(one) for one in test["results"])] for test in found.bias]
    return "\n".join([str(_("Associations (WEAT effect size d, permutation p)")), aligned(rows), f"  {_(CAUTION)}"])


def _weat(one: dict[str, Any]) -> str:
    if one.get("effect") is None:
        return f"– ({one.get('reason', '')})"
    p = "< 0.001" if one["p"] < 0.001 else f"{one['p']:.3f}"
    return f"{one['effect']:+.2f} (p {p})"


def _geometry(found: Evaluation) -> str:
    if not found.geometry:
        return ""
    rows = [["", *(visible(one["subject"]) for one in found.geometry)]]
    rows += [[str(_(title)), *(_plain(one.get(name)) for one in found.geometry)] for name, title in GEOMETRY.items()]
    reasons = [f"  {visible(one['subject'])}: {visible(one['reason'])}" for one in found.geometry if one.get("reason")]
    return "\n".join([str(_("Geometry")), aligned(rows), *reasons])


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return "–" if value is None else str(value)


def _curves(found: Evaluation) -> str:
    if not found.curves:
        return ""
    lines = [str(_("Score by PCA dimension"))]
    for one in found.curves:
        if one.get("reason"):
            lines.append(f"  {visible(one['title'])}, {visible(one['subject'])}: {one['reason']}")
            continue
        told = ", ".join(f"{point['dim']}: {figure(point['rho'])}" for point in one["points"])
        lines.append(f"  {visible(one['title'])}, {visible(one['subject'])}: {told}")
        if one.get("enough"):
            lines.append("    " + _("{dim} dimensions are enough: not worse by .01").format(dim=one["enough"]))
    return "\n".join(lines)


def _skipped(found: Evaluation) -> str:
    if not found.skipped:
        return ""
    lines = [str(_("Not scored"))]
    for one in found.skipped[:SKIPPED_SHOWN]:
        home = f" ({one.home})" if one.home else ""
        lines.append(f"  {visible(one.title)}: {visible(one.why)}{home}")
    if (more := len(found.skipped) - SKIPPED_SHOWN) > 0:
        lines.append("  " + _("and {n} more").format(n=number(more)))
    return "\n".join(lines)
