"""What the commands tell: texts for people, documents for machines. Shows figures; computes none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..coverage import Coverage, Part
from ..lock import describe_source, describe_vocabulary
from ..messages import _, ngettext
from ..seams import describe_seam
from ..vocabulary.report import TITLES, Problem, VocabularyReport
from ..vocabulary.scripts import SCRIPTS
from .text import aligned, shares, visible, word

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..exports import ExportReport
    from ..formats.inspection import Inspection
    from ..gate import Gate
    from ..pipeline import Build, Cover
    from ..sources.protocol import SourceInfo
    from ..vocabulary import Reading

MISSING_SHOWN = 20
PROBLEMS_SHOWN = 5
Cells = list[str]


def cover_document(covered: Cover) -> dict[str, Any]:
    """`lexiloom coverage --json`."""
    return {
        "vocabulary": describe_vocabulary(covered.reading),
        "sources": [describe_source(source.info) for source in covered.sources],
        "combine": covered.recipe.combine.model_dump(mode="json"),
        "coverage": covered.coverage.as_dict(),
        "oov": [list(pair) for pair in covered.coverage.oov],
        "warnings": covered.warnings,
        "timings": covered.seconds,
    }


def vocabulary_report(reading: Reading) -> str:
    """`lexiloom vocabulary`."""
    return _vocabulary(reading.report)


def index_document(info: SourceInfo, scanned: bool) -> dict[str, Any]:
    """`lexiloom index --json`."""
    return {"source": describe_source(info), "scanned": scanned}


def index_report(info: SourceInfo, scanned: bool) -> str:
    """`lexiloom index`."""
    done = _("Scanned; its index is kept.") if scanned else _("Nothing was to scan: the index is there.")
    return "\n\n".join([_sources([info]), done])


def build_document(made: Build, out: Path) -> dict[str, Any]:
    """`lexiloom build --json`."""
    return {
        "out": str(out),
        **made.lock["inputs"],
        "combine": made.recipe.combine.model_dump(mode="json"),
        "matrix": made.lock["matrix"],
        "coverage": made.cover.coverage.as_dict(),
        "built": made.coverage.as_dict(),
        "oov": [list(pair) for pair in made.cover.coverage.oov],
        "dropped": [list(pair) for pair in made.dropped],
        "faulty": list(made.faulty),
        "seams": made.lock["seams"],
        "gate": made.lock["gate"],
        "warnings": made.lock["warnings"],
        "timings": made.lock["timings"],
    }


def cover_report(covered: Cover, oov: Path | None = None) -> str:
    """`lexiloom coverage`."""
    parts = [
        _vocabulary(covered.reading.report),
        _sources([source.info for source in covered.sources], covered.recipe.combine.kind),
    ]
    parts += [_coverage(covered.coverage), _missing(covered.coverage), _warnings(covered.warnings)]
    if oov is not None:
        parts.append(_("All missing words: {path}").format(path=oov))
    return "\n\n".join(part for part in parts if part)


def build_report(made: Build, out: Path) -> str:
    """`lexiloom build`, `lexiloom run`."""
    covered = made.cover
    parts = [
        _vocabulary(covered.reading.report),
        _sources([source.info for source in covered.sources], covered.recipe.combine.kind),
    ]
    parts += [_coverage(covered.coverage), _missing(covered.coverage), _fills(made)]
    parts += [_seams(made.lock["seams"]), _gate(made.gate), _warnings(covered.warnings)]
    shape = _("{out}: {n:,} words × {dim} dimensions").format(
        out=out, n=len(made.matrix.vocabulary), dim=made.matrix.dim
    )
    if made.dropped:
        n = len(made.dropped)
        text = ngettext("{n:,} word left out (see dropped.json)", "{n:,} words left out (see dropped.json)", n)
        parts.append(text.format(n=n))
    return "\n\n".join(part for part in [*parts, shape] if part)


def _section(title: str, *lines: str) -> str:
    return "\n".join([title, *(line for line in lines if line)])


def _vocabulary(report: VocabularyReport) -> str:
    named = [f"{word(w)} ({role})" for w, role in report.specials.items() if role != "reserved"][:6]
    lines = [f"  {visible(note)}" for note in report.notes]
    if report.language:
        lines.append("  " + _("language: {language}").format(language=report.language))
    if report.preview and (report.guessed or report.kind in ("corpus", "table")):
        shown = " / ".join(word(line.strip()[:60]) for line in report.preview[:3])
        lines.append("  " + _("as read: {lines}").format(lines=shown))
    if named:
        lines.append("  " + _("special tokens: {tokens}").format(tokens=", ".join(named)))
    rows = [[str(row), word(text), "" if count is None else f"{count:,}"] for row, text, count in report.head]
    if report.words > len(report.head) + len(report.tail):
        rows.append(["…", "", ""])
    rows += [[str(row), word(text), "" if count is None else f"{count:,}"] for row, text, count in report.tail]
    table = aligned([[_("id"), _("word"), _("count") if any(row[2] for row in rows) else ""], *rows], left=2)
    source = report.path or _("the recipe's words")
    title = _("Vocabulary: {path}, {n:,} rows (kind: {kind})").format(
        path=visible(source), n=report.words, kind=report.kind
    )
    return _section(title, *lines, *_problems(report), table)


def _problems(report: VocabularyReport) -> list[str]:
    lines = []
    for kind, total in report.totals.items():
        found = [p for p in report.problems if p.kind == kind][:PROBLEMS_SHOWN]
        places = ", ".join(_place(p) + word(p.text[:40]) for p in found)
        more = ", …" if total > len(found) else ""
        told = _("{what}: {n:,} ({action}): {places}")
        lines.append("  " + told.format(what=_(TITLES[kind]), n=total, action=found[0].action, places=places + more))
    return lines


def _place(problem: Problem) -> str:
    """ "words.txt:3: ", as far as file and line are known."""
    parts = [visible(problem.path)] if problem.path else []
    parts += [str(problem.line)] if problem.line is not None else []
    return ":".join(parts) + ": " if parts else ""


def _sources(infos: Sequence[SourceInfo], combine: str = "chain") -> str:
    lines = []
    for info in infos:
        size = "∞" if info.size is None else f"{info.size:,}"
        told = [_(info.format) if info.format else info.kind, _("{rows} rows × {dim}").format(rows=size, dim=info.dim)]
        told += [", ".join(info.languages)] if info.languages else []
        told += [_("licence: {licence}").format(licence=info.licence)] if info.licence else []
        lines.append(f"  {visible(info.name)}: {'; '.join(told)}")
    if combine != "chain":
        lines.append("  " + _("combined by: {kind}").format(kind=combine))
    return _section(_("Sources") if len(infos) > 1 else _("Source"), *lines)


def _coverage(coverage: Coverage) -> str:
    types, tokens = coverage.types, coverage.tokens

    def row(name: str, of_types: int, of_tokens: int | None) -> Cells:
        cells = [name, f"{of_types:,}", shares(of_types, types.total)]
        return cells if tokens is None else [*cells, f"{of_tokens:,}", shares(of_tokens, tokens.total)]

    def origin(title: str, name: str) -> Cells:
        return row(title, types.by_origin[name], tokens.by_origin[name] if tokens else None)

    rows = [origin(_("exact"), "exact"), origin(_("normalized"), "normalized")]
    rows += [
        row(f"  {part.name}", part.types.total, part.tokens.total if part.tokens else None)
        for part in coverage.rungs
        if part.name != "exact"
    ]
    if types.suspect:
        rows.append(row(_("  of these suspect"), types.suspect, tokens.suspect if tokens else None))
    if types.ambiguous:
        rows.append(row(_("  of these ambiguous"), types.ambiguous, tokens.ambiguous if tokens else None))
    rows.append(origin(_("missing"), "missing"))
    heads = ["", _("types"), "%"] + ([_("tokens"), "%"] if tokens else [])
    table = aligned([heads, *rows, row(_("all"), types.total, tokens.total if tokens else None)])
    parts = [table]
    if len(coverage.sources) > 1:
        parts += ["", _by_part(_("found by source"), coverage.sources, types.total)]
    if len(coverage.scripts) > 1:
        parts += ["", _found_in(_("found by script"), coverage.scripts, SCRIPTS)]
    if len(coverage.bands) > 1:
        parts += ["", _found_in(_("found by frequency rank"), coverage.bands, {})]
    return "\n".join([_("Coverage"), *parts])


def _by_part(title: str, parts: Sequence[Part], total: int) -> str:
    rows = [[visible(part.name), f"{part.types.total:,}", shares(part.types.total, total)] for part in parts]
    return aligned([[title, "", ""], *rows])


def _found_in(title: str, parts: Sequence[Part], names: dict[str, str]) -> str:
    rows = []
    for part in parts:
        name = _(names[part.name]) if part.name in names else part.name.replace("-", "–")
        rows.append(
            [
                name,
                f"{part.types.found:,}",
                _("of {n:,}").format(n=part.types.total),
                shares(part.types.found, part.types.total),
            ]
        )
    return aligned([[title, "", "", ""], *rows])


def _missing(coverage: Coverage) -> str:
    if not coverage.oov:
        return ""
    shown = [
        word(text) + (f" ({count:,})" if count is not None else "") for text, count in coverage.oov[:MISSING_SHOWN]
    ]
    more = ", …" if len(coverage.oov) > len(shown) else ""
    title = ngettext("{n:,} word is missing", "{n:,} words are missing", len(coverage.oov)).format(n=len(coverage.oov))
    return _("{title}: {listed}").format(title=title, listed=", ".join(shown) + more)


def _fills(made: Build) -> str:
    rows = made.matrix.rows
    cells: list[Cells] = []
    for k, name in enumerate(rows.methods):
        mine = rows.method == k
        if mine.any():
            cells.append([name, f"{int(mine.sum()):,}", *_expected(rows.confidence[mine])])
    lines = [aligned(cells)] if rows.methods else []
    if made.faulty:
        n = len(made.faulty)
        text = ngettext(
            "{n:,} row in the source is not finite: {words}", "{n:,} rows in the source are not finite: {words}", n
        )
        lines.append("  " + text.format(n=n, words=", ".join(map(word, made.faulty[:5]))))
    return _section(_("Filled"), *lines) if lines else ""


def _expected(confidences: NDArray[Any]) -> list[str]:
    """The mean confidence of rows; nothing where they have none."""
    known = [one for one in confidences.tolist() if one == one]  # NaN is not equal to itself
    if not known:
        return []
    return [_("expected cosine to the true row: {value}").format(value=f"{sum(known) / len(known):.2f}")]


def gate_lines(gate: Gate | None) -> list[str]:
    """What the gate found that was not to be expected."""
    found = [] if gate is None else [one for one in gate.findings if not one.expected]
    accepted = _("accepted")
    told = [f"{one.text}: {', '.join(one.words[:5])}" + (f" ({accepted})" if one.accepted else "") for one in found]
    return [visible(line) for line in told]


def _gate(gate: Gate | None) -> str:
    lines = gate_lines(gate)
    return _section(_("Degenerate rows"), *(f"  {line}" for line in lines)) if lines else ""


def _seams(seams: Sequence[dict[str, Any]]) -> str:
    lines = [f"  {visible(line)}" for seam in seams for line in describe_seam(seam)]
    return _section(_("The seam between spaces"), *lines) if lines else ""


def _warnings(found: Sequence[dict[str, Any]]) -> str:
    return "\n".join(_("Note: {text}").format(text=visible(w["text"])) for w in found)


def inspect_report(found: Inspection) -> str:
    """`lexiloom inspect`."""
    head = [
        [_("file"), visible(found.name)],
        [_("format"), _(found.format)],
        [_("rows"), f"{found.rows:,}"],
        [_("dimensions"), str(found.dim)],
        [_("first words"), ", ".join(map(word, found.words))],
        [_("digest"), found.digest],
    ]
    head += [
        [_("length of vectors: {name}").format(name=_(name)), f"{value:.4g}"] for name, value in found.norms.items()
    ]
    lines = [aligned(head, left=2, indent="")]
    for fault, n in found.faults.items():
        lines.append(_("{what}: {n:,}").format(what=_(fault), n=n))
        for place in found.places.get(fault, []):
            line = place.get("line")
            where = _("line {line:,}").format(line=line) if line else _("byte {byte:,}").format(byte=place["byte"])
            lines.append("  " + _("{where}: {what}").format(where=where, what=word(str(place.get("word", "")))))
    if not found.faults:
        lines.append(_("No faults: every row and every value was read."))
    return "\n".join(lines)


def export_report(report: ExportReport) -> str:
    """`lexiloom export`."""
    head = _("{path}: written, read back, and equal").format(path=", ".join(report.paths))
    return f"{head}\n\n{report.snippet}"
