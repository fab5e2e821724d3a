"""What is told of questions that are asked in words: neighbors, analogies, the odd one out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..csv_text import csv_of
from ..errors import InputError
from ..listing import STATES, Listing
from ..messages import _, joined, number, translated
from ..neighbors.asking import suggestions
from .text import aligned, visible, width, word

if TYPE_CHECKING:
    from ..matrix import EmbeddingMatrix
    from ..neighbors.analogy import Analogy, Step
    from ..neighbors.asking import Answer
    from ..neighbors.odd_one import OddOne

COLUMNS = ("query", "place", "word", "cosine", "count", "state")
PIECES_SHOWN = 12
Failed = Sequence[tuple[str, InputError]]


def neighbors_document(matrix: EmbeddingMatrix, answers: Sequence[Answer], failed: Failed) -> dict[str, Any]:
    """`lexiloom neighbors --json`: per query its words and how their rows came about, its neighbors; what failed."""
    listing = Listing.of(matrix.rows, matrix.vocabulary)
    queries = [
        {
            **answer.as_dict(),
            "query_rows": [listing.row(row) for row in answer.rows],
            "suggestions": {one: suggestions(matrix, one) for one in answer.missing},
        }
        for answer in answers
    ]
    unanswered = [{"query": text, "what": error.what, "fix": error.fix} for text, error in failed]
    return {"queries": queries, "unanswered": unanswered}


def neighbors_csv(document: dict[str, Any]) -> bytes:
    """A row for every neighbor of every query."""
    lines = [
        (query["query"], place, one["word"], one["cosine"], one["count"], one["state"])
        for query in document["queries"]
        for place, one in enumerate(query["neighbors"], 1)
    ]
    return csv_of(COLUMNS, lines)


def neighbors_json(document: dict[str, Any]) -> bytes:
    """The document as a file."""
    return (json.dumps(translated(document, "en"), indent=2) + "\n").encode()


def neighbors_report(matrix: EmbeddingMatrix, answers: Sequence[Answer], failed: Failed) -> str:
    """`lexiloom neighbors`."""
    listing = Listing.of(matrix.rows, matrix.vocabulary)
    parts = [_answer(matrix, listing, answer) for answer in answers]
    parts += [visible(str(error)) for _text, error in failed]
    return "\n\n".join(parts)


def _answer(matrix: EmbeddingMatrix, listing: Listing, answer: Answer) -> str:
    lines = [word(answer.text)]
    if answer.words == (answer.text,):
        lines.append(f"  {_came_about(listing.row(answer.rows[0]))}")
    else:
        lines.append("  " + _("the mean of its words, each of length 1:"))
        told = zip(answer.words, answer.rows, answer.weights, strict=True)
        rows = [[word(one), number(weight, 4), _came_about(listing.row(row))] for one, row, weight in told]
        if len(set(answer.weights)) == 1:
            rows = [[row[0], row[2]] for row in rows]
        lines.append(_table(rows, indent="    "))
    lines += [f"  {line}" for line in _missing(matrix, answer)]
    if answer.note:
        lines.append(f"  {visible(answer.note)}")
    if answer.neighbors:
        lines.append(_neighbors(answer))
    return "\n".join(lines)


def _neighbors(answer: Answer) -> str:
    counted = any(one.count is not None for one in answer.neighbors)
    rows: list[list[str]] = [[_("word"), _("cosine"), *([_("count")] if counted else []), _("state")]]
    for one in answer.neighbors:
        count = [number(one.count)] if counted else []
        rows.append([word(one.word), number(one.cosine, 3), *count, _(STATES[one.state])])
    return _table(rows)


def _table(rows: Sequence[Sequence[str]], indent: str = "  ") -> str:
    """The columns in between to the right, the first and the last to the left."""
    heads = aligned([row[:-1] for row in rows], indent=indent).split("\n")
    widest = max(map(width, heads))
    told = zip(heads, rows, strict=True)
    return "\n".join(f"{head}{' ' * (widest - width(head))}  {row[-1]}".rstrip() for head, row in told)


def _missing(matrix: EmbeddingMatrix, answer: Answer) -> list[str]:
    lines = []
    for one in answer.missing:
        if near := suggestions(matrix, one):
            text = _("left out, as the build doesn't have it: {word} (spelled like it: {words})")
            lines.append(text.format(word=word(one), words=", ".join(map(word, near))))
        else:
            lines.append(_("left out, as the build doesn't have it: {word}").format(word=word(one)))
    return lines


def _came_about(row: dict[str, Any]) -> str:
    """How a word's row came about: its state, the spelling found, the source, the fill, the pieces."""
    told = [_(STATES[row["state"]])]
    if row["form"] is not None and row["form"] != row["word"]:
        told.append(_("as {form} (rung {rung})").format(form=word(row["form"]), rung=row["rung"]))
    if row["source"]:
        told.append(_("source {name}").format(name=word(row["source"])))
    if row["method"]:
        told.append(_("fill {name}").format(name=word(row["method"])))
    if row["pieces"]:
        more = " + …" if len(row["pieces"]) > PIECES_SHOWN else ""
        told.append(" + ".join(map(word, row["pieces"][:PIECES_SHOWN])) + more)  # type: ignore[arg-type]
    if row["count"] is not None:
        told.append(_("count {n}").format(n=number(row["count"])))
    return joined("; ", [str(part) for part in told])


def analogy_report(found: Analogy) -> str:
    """`lexiloom analogy`."""
    title = _("{a} is to {b} as {c} is to … ({method})").format(
        a=word(found.a), b=word(found.b), c=word(found.c), method=found.method
    )
    counted = any(one.count is not None for one in found.answers)
    rows: list[list[str]] = [[_("word"), _("score"), *([_("count")] if counted else []), _("state")]]
    for one in found.answers:
        count = [number(one.count)] if counted else []
        rows.append([word(one.word), number(one.score, 3), *count, _(STATES[one.state])])
    parts = [f"{title}\n{_table(rows)}" if found.answers else str(title)]
    parts += [visible(note) for note in found.notes]
    parts += [_step(step) for step in found.steps]
    parts.append(_("Searched: {n} words.").format(n=number(found.searched)))
    return "\n\n".join(parts)


def _step(step: Step) -> str:
    rows = [[visible(head) for head in step.heads]] if any(step.heads) else []
    rows += [[_cell(cell) for cell in row] for row in step.rows]
    texts = all(isinstance(cell, str) for row in step.rows for cell in row)
    return "\n".join([visible(step.title), aligned(rows, left=len(step.heads) if texts else 1)])


def _cell(cell: str | float | int | None) -> str:
    if isinstance(cell, str):
        return word(cell)
    return number(cell, 3 if isinstance(cell, float) else 0)


def odd_report(found: OddOne) -> str:
    """`lexiloom odd`."""
    title = _("The odd one out: {word}").format(word=word(found.word))
    rows = [[_("word"), _("mean cosine with the others")]]
    told = zip(found.words, found.cosines, strict=True)
    rows += [[word(one), number(cosine, 3)] for one, cosine in told]
    margin = _("{margin} below the next.").format(margin=number(found.margin, 3))
    return "\n".join([title, aligned(rows), f"  {margin}"])
