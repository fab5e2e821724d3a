"""How good fills would be: known words are hidden, made again, and compared with their true rows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from ..errors import FillError, LexiloomError
from ..matrix import Located, Lookup
from ..messages import N_, _, number
from ..progress import Progress, ignore
from ..sources.protocol import Context
from .blend import PartSpec
from .breakdown import Group, group_words
from .buffer import Buffer, buffer_of
from .cascade import Cascade
from .chance import Chance
from .choosing import Trial
from .confidence import reliability
from .contract import Made
from .ground import Ground
from .hidden import MOST, SHARE, choose_hidden
from .kinds import FILLS, as_fill, names_of
from .mean import Mean
from .normal import Normal
from .recommending import Recommendation, recommend
from .relatives import without_relatives
from .scoring import Exam, Score, columns_of, rounded, score_of

TRYING = N_("Filling hidden words")
CHOOSING = N_("Choosing fills")
# Ranks are among so many known words at most.
CANDIDATES = 50_000
# Missing words that fills are asked whether they could make them.
ASKED = 1000
# Of fewer hidden words nothing can be told.
FEWEST = 2


@dataclass(frozen=True)
class HoldOut:
    """What fills make of known words that were hidden from them.

    hidden       int64[h]: their rows, rising; `words` are they
    scores       a score for each fill, the mean and N(μ, Σ) always among them
    groups       the same by kind of word: script, frequency, what it looks like
    hard         fill's name -> figures on the hidden words that have no relative among the words learned from:
                 {"cosine", "mrr", "r1", "r10", "overlap10", "intervals"}; empty without any
    hard_n       how many these are
    recommended  the cascade that suits these words
    candidates   number of known words that ranks are among
    missing      number of missing words, of these or a sample, that every fill was asked whether it can make them
    """

    hidden: NDArray[np.int64]
    words: tuple[str, ...]
    scores: tuple[Score, ...]
    groups: tuple[Group, ...]
    hard: dict[str, dict[str, Any]]
    hard_n: int
    recommended: Recommendation
    candidates: int
    missing: int = 0

    @property
    def beats_mean(self) -> bool:
        """Whether anything is better than the mean beyond noise."""
        return self.recommended.beats_mean

    @property
    def verdict(self) -> str:
        """What is recommended and why, in words."""
        return self.recommended.text

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without what is known of single words."""
        groups: dict[str, list[Any]] = {}
        for group in self.groups:
            groups.setdefault(group.by, []).append(group.as_dict())
        return {
            "fills": [one.as_dict() for one in self.scores],
            "recommended": self.recommended.as_dict(),
            "hidden": len(self.hidden),
            "candidates": self.candidates,
            "missing": self.missing,
            "groups": groups,
            "hard": {"n": self.hard_n, "fills": self.hard},
            "verdict": self.verdict,
        }


def hold_out(
    located: Located | Lookup | Buffer,
    fills: Sequence[Any],
    *,
    seed: int = 0,
    share: float = SHARE,
    most: int = MOST,
    context: Context | None = None,
    progress: Progress = ignore,
) -> HoldOut:
    """Hide some known words, let each of `fills` (specs, names, or lists of them) make them, and compare.

    Fills are fitted on the known rows without the hidden words and without what is spelled like them. One that
    can't be fitted is told as refused. Raises FillError where there are too few known words to hide any, RecipeError
    for an unknown name.
    """
    buffer = buffer_of(located, seed, context, progress)
    ground = Ground(buffer)
    hidden = choose_hidden(ground, share=share, most=most, seed=seed)
    if len(hidden) < FEWEST:
        raise FillError(
            _("fills are compared on known words that are hidden, and of {n} known words too few can be").format(
                n=number(len(ground.learnable))
            ),
            fix=_("Take a source that holds more of the words."),
        )
    progress = buffer.context.progress
    return _Sitting(ground, hidden, progress).run([as_fill(one) for one in fills], seed)


class _Sitting:
    """One hold-out: the hidden words, what is known without them, and what made rows are compared with."""

    def __init__(self, ground: Ground, hidden: NDArray[np.int64], progress: Progress) -> None:
        self.ground, self.hidden, self.progress = ground, hidden, progress
        self.known = ground.without(hidden)
        self.vectors = ground.buffer.vectors
        self.words = tuple(ground.buffer.words[row] for row in hidden.tolist())
        lost = ground.buffer.missing()
        asked = lost[np.unique(np.linspace(0, len(lost) - 1, min(len(lost), ASKED)).astype(np.int64))]
        self.missing = tuple(ground.buffer.words[row] for row in asked.tolist())
        self.stage: tuple[str, int, int | None, str] = (_(TRYING), 0, None, _("fills"))
        rows = _candidates(ground, hidden)
        self.exam = Exam(self.vectors[hidden], self.vectors[rows], np.searchsorted(rows, hidden), self._tell)
        self._mean_row: NDArray[np.float32] = self.known.mean.astype(np.float32)

    def _tell(self) -> None:
        self.progress(*self.stage)

    def run(self, fills: Sequence[Any], seed: int) -> HoldOut:
        """Every fill tried, and what follows from it."""
        specs = _distinct([Mean(), Normal(), *fills])
        chance = Chance(len(self.hidden), seed)
        trials: list[Trial] = []
        scores: list[Score] = []
        for k, (name, spec) in enumerate(zip(names_of(specs), specs, strict=True)):
            self.stage = (_(TRYING), k, len(specs), _("fills"))
            self.progress(*self.stage, name)
            try:
                trial, score = self._tried(name, spec, chance)
                trials.append(trial)
            except LexiloomError as error:
                score = self._refused(name, spec, str(error))
            scores.append(score)
        self.stage = (_(CHOOSING), 0, None, "")
        self.progress(*self.stage)
        groups = group_words(self.ground.buffer.located.vocabulary, self.hidden, _fitted(scores), chance)
        hard = without_relatives(self.words, self.known.pool.words)
        return HoldOut(
            hidden=self.hidden,
            words=self.words,
            scores=tuple(scores),
            groups=groups,
            hard={one.name: _among(one, hard, chance) for one in trials} if hard.any() else {},
            hard_n=int(hard.sum()),
            recommended=recommend(trials, trials[0], self.exam, seed=seed, told=self._tell),
            candidates=len(self.exam.candidates),
            missing=len(self.missing),
        )

    def _tried(self, name: str, spec: Any, chance: Chance) -> tuple[Trial, Score]:
        """What a fill makes of the hidden words, and its score."""
        start = time.perf_counter()
        made, missing = _made(spec, self.known, self.words, self.missing)
        seconds = time.perf_counter() - start
        rows = np.where(made.done[:, None], made.vectors, self._mean_row)
        marks = self.exam.mark(rows)
        trial = Trial(name, spec, made.done, rows, marks, seconds, spec.kind in _blendable(), missing)
        lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
        score = score_of(
            name,
            spec,
            marks,
            made.done,
            ratios=lengths / np.maximum(self.exam.lengths, 1e-30),
            chance=chance,
            seconds=seconds,
            reliability=reliability(made.signals[made.done], marks.cosines[made.done]),
        )
        return trial, replace(score, missing=int(missing.sum()))

    def _refused(self, name: str, spec: Any, why: str) -> Score:
        return Score(name=name, kind=spec.kind, spec=spec, n=len(self.hidden), refused=why)


def _candidates(ground: Ground, hidden: NDArray[np.int64]) -> NDArray[np.int64]:
    """Known rows that ranks are among, rising: the hidden ones, and others evenly spread up to 50,000 in all.

    Of words that were found as one and the same row of a source one is enough.
    """
    located = ground.buffer.located
    rows = ground.learnable
    others = rows[~np.isin(rows, hidden)]
    place = np.stack([located.source_of.astype(np.int64), located.row_ids], axis=1)
    together = np.concatenate([hidden, others])
    first = np.sort(np.unique(place[together], axis=0, return_index=True)[1])
    others = np.sort(together[first[first >= len(hidden)]])
    if len(others) > (room := max(0, CANDIDATES - len(hidden))):
        others = others[np.linspace(0, len(others) - 1, room).astype(np.int64)]
    return np.sort(np.concatenate([hidden, others]))


def _made(spec: Any, known: Ground, words: Sequence[str], missing: Sequence[str]) -> tuple[Made, NDArray[np.bool_]]:
    """What a fill makes of `words`, and which of `missing` it could make. Raises what fitting raises.

    The steps of a cascade make what those before them left.
    """
    if spec.kind == "drop":
        raise FillError(_("words that are left out have no rows to compare"))
    if not isinstance(spec, Cascade):
        fitted = FILLS[spec.kind].fit(spec, known)
        return fitted.fill(words), fitted.can_fill(missing) if missing else np.zeros(0, bool)
    done, vectors = np.zeros(len(words), bool), np.zeros((len(words), known.dim), np.float32)
    able = np.zeros(len(missing), bool)
    for step in spec.steps:
        left = np.flatnonzero(~done)
        made, more = _made(step, known, [words[i] for i in left.tolist()], missing)
        at = left[made.done]
        vectors[at], done[at] = made.vectors[made.done], True
        able |= more
    return Made(done, vectors, np.zeros((len(words), 0))), able


def _distinct(specs: Sequence[Any]) -> list[Any]:
    return [spec for k, spec in enumerate(specs) if spec not in specs[:k]]


def _fitted(scores: Sequence[Score]) -> list[Score]:
    return [one for one in scores if not one.refused]


def _among(trial: Trial, among: NDArray[np.bool_], chance: Chance) -> dict[str, Any]:
    """The figures of a fill on some of the hidden words."""
    columns = columns_of(trial.marks)
    bounds = {name: chance.interval(values, among) for name, values in columns.items()}
    return {
        **{name: rounded(float(values[among].mean())) for name, values in columns.items()},
        "filled": int(trial.done[among].sum()),
        "intervals": {name: [rounded(bound) for bound in one] for name, one in bounds.items() if one is not None},
    }


def _blendable() -> frozenset[str]:
    """The kinds that may be parts of a blend."""
    return frozenset(part.model_fields["kind"].default for part in get_args(get_args(PartSpec)[0]))


__all__ = ["HoldOut", "choose_hidden", "hold_out"]
