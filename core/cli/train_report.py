"""What `lexiloom train` tells."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..messages import _, duration, number
from ..training.spec import TITLES
from .text import aligned, visible, word

if TYPE_CHECKING:
    from ..training.artifact import Artifact
    from ..training.preview import Preview

NEIGHBORS_SHOWN, TOKENS_SHOWN = 6, 25


def train_report(made: Artifact) -> str:
    """What was trained on what, how well, the neighbors of the watched words, and what to do with it."""
    lock = made.lock
    parts = [_head(lock), "\n".join([_("Text"), aligned(_text(lock), left=9)])]
    parts.append("\n".join([_("Training"), aligned(_course(lock), left=9)]))
    if lock["watched"]:
        rows = [[word(one["word"]), _words(one["now"])] for one in lock["watched"]]
        parts.append("\n".join([_("Nearest words"), aligned(rows, left=9)]))
    parts += ["\n".join(visible(note) for note in lock["notes"])] if lock["notes"] else []
    folder = shlex.quote(str(made.folder))
    parts.append(
        _("Written to {folder}. It is a source now: {example}").format(
            folder=visible(str(made.folder)), example=f"lexiloom build --source trained:{folder} …"
        )
    )
    parts.append(
        _("Beside random vectors: {example}").format(example=f"lexiloom evaluate random:{lock['dim']} trained:{folder}")
    )
    return "\n\n".join(parts)


def _head(lock: dict[str, Any]) -> str:
    title = TITLES[lock["method"]]
    model = lock["settings"].get("model")
    name = f"{_(title)} ({model})" if model else _(title)
    return _("{name}: {words} words, {dim} dimensions").format(
        name=name, words=number(lock["words"]), dim=number(lock["dim"])
    )


def _text(lock: dict[str, Any]) -> list[list[str]]:
    corpus = lock["corpus"]
    return [
        [_("files"), ", ".join(word(path) for path in lock["settings"]["texts"]["paths"])],
        [_("words of text"), number(corpus["raw_tokens"])],
        [_("of them with a vector"), number(corpus["tokens"])],
        [_("stretches that windows end at"), number(corpus["sentences"])],
    ]


def _course(lock: dict[str, Any]) -> list[list[str]]:
    rows = [[_("epochs"), number(lock["epochs"])]]
    if not lock["complete"]:
        share = lock["done"] / max(1, lock["epochs"] * lock["total"])
        rows[0][1] = _("{n}, ended early after {share:.0%} of them").format(n=number(lock["epochs"]), share=share)
    rows.append([_("time"), duration(lock["seconds"])])
    pace = number(round(lock["per_second"]))
    rows.append(
        [_("pace"), _("{n} words/s").format(n=pace) if lock["unit"] == "words" else _("{n} pairs/s").format(n=pace)]
    )
    rows.append([_("device"), lock["environment"]["device"]])
    if losses := lock["losses"]:
        # The lock is in English; its name of the loss is a message all the same.
        name = lock["loss_name"]
        rows.append([_("loss"), f"{losses[0][1]:.4f} → {losses[-1][1]:.4f} ({_(name)})"])
    return rows


def _words(found: list[Any]) -> str:
    return ", ".join(f"{word(one)} {cosine:.2f}" for one, cosine in found[:NEIGHBORS_SHOWN])


def preview_report(found: Preview) -> str:
    """The first sentences, a bar between their words."""
    lines = [_("First stretches of text, as they are cut into words")]
    lines += [f"  {_cut(sentence)}" for sentence in found.sentences]
    lines += [visible(note) for note in found.notes]
    return "\n".join(lines)


def _cut(sentence: Sequence[str]) -> str:
    """The tokens with bars between them, as many as a glance takes in."""
    shown = " | ".join(word(token) for token in sentence[:TOKENS_SHOWN])
    more = len(sentence) - TOKENS_SHOWN
    return _("{tokens} | … {n} more").format(tokens=shown, n=number(more)) if more > 0 else shown
