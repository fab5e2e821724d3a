"""What `lexiloom oov` tells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..fixes import CAUSES, Worklist
from ..messages import _, number, percent
from .text import aligned, visible, word

if TYPE_CHECKING:
    from ..oov.holdout import HoldOut
    from ..oov.scoring import Score
    from ..oov.story import Story
    from ..vocabulary.unused import Unused

PARTS_SHOWN = 8


def list_document(worklist: Worklist, at: NDArray[np.int64]) -> dict[str, Any]:
    """`lexiloom oov list --json`: the causes, and the words at places `at`."""
    groups = [
        {
            "cause": group.cause,
            "words": group.words,
            "tokens": group.tokens,
            "gain_words": group.gain_words,
            "gain_tokens": group.gain_tokens,
            "gain_types_share": round(group.gain_types_share, 6),
            "gain_tokens_share": None if group.gain_tokens_share is None else round(group.gain_tokens_share, 6),
        }
        for group in worklist.groups()
    ]
    return {"missing": len(worklist), "causes": groups, "words": [worklist.row(i) for i in at.tolist()]}


def list_report(worklist: Worklist, at: NDArray[np.int64], shown: NDArray[np.int64], out: Path | None) -> str:
    """`lexiloom oov list`."""
    if not len(worklist):
        return str(_("No word is missing."))
    counted = worklist.vocabulary.counts is not None
    heads: list[str] = [
        _("cause"),
        _("words"),
        *([_("tokens")] if counted else []),
        _("with a proposal"),
        _("coverage gained"),
    ]
    rows: list[list[str]] = [[*heads]]
    for group in worklist.groups():
        gained = percent(group.gain_types_share)
        if group.gain_tokens_share is not None:
            gained += " · " + _("{share} of the text").format(share=percent(group.gain_tokens_share))
        tokens = [number(group.tokens)] if counted and group.tokens is not None else []
        rows.append([_(CAUSES[group.cause]), number(group.words), *tokens, number(group.gain_words), gained])
    listed: list[list[str]] = [[_("word"), *([_("count")] if counted else []), _("cause"), _("proposal")]]
    for i in shown.tolist():
        one = worklist.row(i)
        count = [number(one["count"])] if counted else []
        listed.append([word(one["word"]), *count, _(CAUSES[one["cause"]]), " + ".join(map(word, one["proposal"]))])
    parts = [_("{n} words are missing.").format(n=number(len(worklist))), aligned(rows), _table(listed)]
    if len(shown) < len(at):
        parts.append(_("{n} more: --most 0 shows all, --out FILE writes them.").format(n=number(len(at) - len(shown))))
    if out is not None:
        parts.append(_("Written to {path}.").format(path=visible(str(out))))
    return "\n\n".join(parts)


def score_document(found: HoldOut) -> dict[str, Any]:
    """`lexiloom oov score --json`: with what is known of single hidden words, for charts."""
    words = [
        {
            "word": one,
            "fills": {
                score.name: {"cosine": round(float(score.cosines[i]), 4), "done": bool(score.done[i])}
                for score in found.scores
                if not score.refused
            },
        }
        for i, one in enumerate(found.words)
    ]
    return {**found.as_dict(), "words": words}


def score_report(found: HoldOut) -> str:
    """`lexiloom oov score`."""
    heads = [_("fill"), _("cosine"), "", "MRR", "R@1", "R@10", _("neighbors kept"), _("made"), _("seconds")]
    rows = [heads, *(_score(score.name, score) for score in found.scores if not score.refused)]
    rows.append(_score(_("recommended"), found.recommended.score))
    parts = [
        _("{n} known words were hidden and made again; ranks are among {m} known words.").format(
            n=number(len(found.hidden)), m=number(found.candidates)
        ),
        aligned(rows),
    ]
    parts += [f"{one.name}: {visible(one.refused)}" for one in found.scores if one.refused]
    winners = [f"  {group.name}: {group.winner}" for group in found.groups if group.winner]
    if winners:
        parts.append("\n".join([_("Best by kind of word, beyond noise:"), *winners]))
    steps = " → ".join(_step(step) for step in found.recommended.steps)
    return "\n\n".join([*parts, _("Recommended: {steps}").format(steps=steps), visible(found.verdict)])


def _score(name: str, score: Score) -> list[str]:
    low, high = score.intervals.get("cosine", (None, None))
    interval = "" if low is None or high is None else f"{low:.3f}–{high:.3f}"
    figures = (score.cosine, score.mrr, score.r1, score.r10, score.overlap10)
    told = ["–" if value is None else f"{value:.3f}" for value in figures]
    made = f"{number(score.filled)}/{number(score.n)}"
    return [str(name), told[0], interval, *told[1:], made, f"{score.seconds:.1f}"]


def _step(step: Any) -> str:
    if step.kind != "blend":
        return str(step.kind)
    weights = step.weights or [1 / len(step.parts)] * len(step.parts)
    return " + ".join(f"{weight:g} {part.kind}" for weight, part in zip(weights, step.parts, strict=True))


def story_report(story: Story) -> str:
    """`lexiloom oov explain`."""
    known = _("known: hidden for this") if story.known else _("missing")
    parts = [f"{word(story.word)} ({known})"]
    for telling in story.tellings:
        lines = [telling.kind if telling.cosine is None else f"{telling.kind}  {telling.cosine:.3f}"]
        if telling.refused:
            lines.append(f"  {visible(telling.refused)}")
        lines += [f"  {visible(step)}" for step in telling.steps]
        if telling.ingredients:
            some = [f"{word(one.name)} {one.weight:.2f}" for one in telling.ingredients[:PARTS_SHOWN]]
            lines.append("  " + _("made of: {parts}").format(parts=", ".join(some)))
        if telling.neighbors:
            near = [f"{word(name)} {cosine:.2f}" for name, cosine in telling.neighbors]
            lines.append("  " + _("lands among: {words}").format(words=", ".join(near)))
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def unused_document(found: Unused, most: int) -> dict[str, Any]:
    """`lexiloom oov unused --json`."""
    return found.as_dict(listed=most or len(found))


def unused_report(found: Unused, most: int, out: Path | None) -> str:
    """`lexiloom oov unused`."""
    told = _("{n} of {m} words never come out of the tokenizer ({name}).").format(
        n=number(len(found)), m=number(found.checked), name=found.tokenizer
    )
    shown = min(len(found), most or len(found))
    rows: list[list[str]] = [[_("word"), _("comes out as")]]
    rows += [[word(found.words[i]), " | ".join(map(word, found.instead[i]))] for i in range(shown)]
    parts = [told, *([_table(rows)] if shown else [])]
    if shown < len(found):
        parts.append(_("{n} more: --most 0 shows all, --out FILE writes them.").format(n=number(len(found) - shown)))
    if len(found):
        parts.append(_("“--keep-whole” puts a user dictionary and a tokenizer that keep them whole into a build."))
    if out is not None:
        parts.append(_("Written to {path}.").format(path=visible(str(out))))
    return "\n\n".join(parts)


def _table(rows: list[list[str]]) -> str:
    """Words to the left, all columns."""
    return aligned(rows, left=len(rows[0]))
