"""Word analogies: a is to b as c is to which word? Answered by 3CosAdd, 3CosMul or PairDirection.

With rows of length 1, and a, b and c never an answer:

    3CosAdd        argmax over d of cos(d, b) - cos(d, a) + cos(d, c)            Mikolov et al. 2013
    3CosMul        argmax over d of cos'(d, b) · cos'(d, c) / (cos'(d, a) + ε)   Levy and Goldberg 2014
    PairDirection  argmax over d of cos(d - c, b - a)                            Mikolov et al. 2013

cos' = (cos + 1) / 2 and ε = 0.001. All rows of the subject are searched, a block at a time; equal scores go to the
earlier row.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _
from ..neighbors import unit32
from ..progress import Progress, ignore
from .analogies import AnalogySet, is_syntactic
from .outcome import Outcome, Policy
from .spec import Method
from .subjects import Subject

STAGE = N_("Answering analogies")
CODES: dict[str, int] = {"3cosadd": 0, "3cosmul": 1, "pairdirection": 2}
ROWS_AT_ONCE = 4096


def score_analogies(
    subject: Subject,
    analogies: AnalogySet,
    *,
    method: Method = "3cosadd",
    policy: Policy = "covered",
    progress: Progress = ignore,
) -> Outcome:
    """Score `subject` by one method: see `score_analogies_all`."""
    return score_analogies_all(subject, analogies, (method,), policy=policy, progress=progress)[method]


def score_analogies_all(
    subject: Subject,
    analogies: AnalogySet,
    methods: Sequence[Method] = ("3cosadd",),
    *,
    policy: Policy = "covered",
    progress: Progress = ignore,
) -> dict[str, Outcome]:
    """Method -> outcome; the vectors are read once for all of them.

    A question is covered where its four words have a vector that no fill made. Under the policy "covered" the
    covered questions count; under "mean" all do, and one that is not covered is wrong; under "fills" those count
    whose words have a vector. Where d is one of a, b, c the question can't be answered and is wrong. Questions of
    one pair a : b are one cluster for the bootstrap.

    With a subject whose `case` is "any", rows that differ from a, b or c in nothing but case are no answers, and
    one that so differs from d is right: as in gensim's `evaluate_word_analogies`. That one looks at its five best
    words only; where all five are a, b, c or variants of them it is wrong and this may be right.

    A subject whose rows can't be listed (random vectors have no end) answers none: no question counts.
    """
    asked = _asked(subject, analogies)
    answered = np.flatnonzero(asked.held if policy == "fills" else asked.covered)
    if subject.size is None or subject.source.words() is None:
        answered = answered[:0]
        asked = replace(asked, covered=np.zeros_like(asked.covered))
    rows, searched = _answers(subject, asked, answered, methods, progress)
    return {
        method: _outcome(asked, analogies, policy, answered, found, {"method": method, "searched": searched})
        for method, found in rows.items()
    }


@dataclass(frozen=True)
class _Asked:
    """The questions in numbers.

    unit     float32[w, d]: the distinct words' rows, of length 1
    places   int64[q, 4]: a, b, c and d of each question, as rows of `unit`, -1 for a word without a vector
    alike    the rows of the vocabulary that stand for each row of `unit`
    held     bool[q]: all four words have a vector
    covered  bool[q]: and no fill made one of them
    """

    unit: NDArray[np.float32]
    places: NDArray[np.int64]
    alike: list[NDArray[np.int64]]
    held: NDArray[np.bool_]
    covered: NDArray[np.bool_]


def _asked(subject: Subject, analogies: AnalogySet) -> _Asked:
    words = analogies.words
    found = subject.unit(words)
    at = dict(zip(words, found.at.tolist(), strict=True))
    made = {word for word, is_made in zip(words, found.made.tolist(), strict=True) if is_made}
    questions = [question for _name, asked in analogies.sections for question in asked]
    places = np.array([[at[word] for word in question] for question in questions], np.int64).reshape(-1, 4)
    held = np.asarray((places >= 0).all(axis=1), bool)
    untouched = np.array([made.isdisjoint(question) for question in questions], bool)
    return _Asked(
        found.unit.astype(np.float32), places, _alike(subject, words, at, len(found.unit)), held, held & untouched
    )


def _alike(subject: Subject, words: Sequence[str], at: dict[str, int], units: int) -> list[NDArray[np.int64]]:
    """The rows that stand for each word with a vector: one, or in any case all that differ in nothing but case."""
    rows: dict[int, list[int]] = {}
    if subject.case != "any":
        for word, row in zip(words, subject.find(words).tolist(), strict=True):
            if at[word] >= 0:
                rows[at[word]] = [row]
    else:
        place = {word.upper(): at[word] for word in words if at[word] >= 0}
        for row, word in enumerate(itertools.islice(subject.listed(), subject.most)):
            if (known := place.get(word.upper())) is not None:
                rows.setdefault(known, []).append(row)
    return [np.array(rows.get(k, ()), np.int64) for k in range(units)]


def _answers(
    subject: Subject, asked: _Asked, answered: NDArray[np.int64], methods: Sequence[Method], progress: Progress
) -> tuple[dict[str, NDArray[np.int64]], int]:
    """Method -> int64[len(answered)], the row that answers each question; and how many rows were searched."""
    from .analogy_kernel import NOWHERE, answer_block

    abc = np.ascontiguousarray(asked.places[answered, :3])
    # Questions in the order of their words: rows of cosines stay in the cache.
    order = np.lexsort((abc[:, 2], abc[:, 1], abc[:, 0]))
    abc = abc[order]
    a, b, c = asked.unit[abc].swapaxes(0, 1)
    ahead = np.einsum("ij,ij->i", b - a, c)
    starts = np.cumsum([0, *(len(rows) for rows in asked.alike)])
    apart = np.concatenate([*asked.alike, np.zeros(0, np.int64)])
    best = {method: np.full(len(abc), NOWHERE, np.float32) for method in methods}
    rows = {method: np.full(len(abc), -1, np.int64) for method in methods}
    searched = 0
    if not len(abc):
        return rows, searched
    for first, block, sound in subject.blocks(rows=ROWS_AT_ONCE, progress=progress, stage=_(STAGE)):
        cosines = asked.unit @ unit32(block).T
        barred = np.where(sound, np.float32(0), NOWHERE)
        searched += int(sound.sum())
        for method in methods:
            answer_block(CODES[method], cosines, barred, abc, ahead, apart, starts, first, best[method], rows[method])
    back = np.argsort(order)
    return {method: found[back] for method, found in rows.items()}, searched


def _outcome(
    asked: _Asked,
    analogies: AnalogySet,
    policy: Policy,
    answered: NDArray[np.int64],
    rows: NDArray[np.int64],
    details: dict[str, Any],
) -> Outcome:
    right = np.zeros(len(asked.places))
    wanted = asked.places[answered, 3]
    right[answered] = [row in asked.alike[d] for row, d in zip(rows.tolist(), wanted.tolist(), strict=True)]
    everything = policy == "mean" and bool(len(answered))
    counted = np.full(len(right), everything)
    counted[answered] = True
    sections = _by_section(analogies, right, counted, asked.covered)
    told = {"by_section": sections, "accuracy_all": float(right.mean()) if len(right) else None, **_kinds(sections)}
    return Outcome(
        "analogy",
        analogies.name,
        "accuracy",
        np.where(counted, right, np.nan),
        counted,
        asked.covered,
        clusters=_clusters(analogies),
        details={**details, **told},
    )


def _by_section(
    analogies: AnalogySet, right: NDArray[np.float64], counted: NDArray[np.bool_], covered: NDArray[np.bool_]
) -> dict[str, dict[str, int]]:
    found, first = {}, 0
    for name, questions in analogies.sections:
        part = slice(first, first := first + len(questions))
        found[name] = {
            "right": int(right[part].sum()),
            "counted": int(counted[part].sum()),
            "covered": int(covered[part].sum()),
            "total": len(questions),
        }
    return found


def _kinds(sections: dict[str, dict[str, int]]) -> dict[str, float | None]:
    """Semantic and syntactic accuracy where the sections tell, as those of the Google set do."""
    kinds: dict[str, list[dict[str, int]]] = {"semantic": [], "syntactic": []}
    for name, counts in sections.items():
        kinds["syntactic" if is_syntactic(name) else "semantic"].append(counts)
    if not all(kinds.values()):
        return {}
    sums = {kind: [sum(one[what] for one in listed) for what in ("right", "counted")] for kind, listed in kinds.items()}
    return {kind: right / counted if counted else None for kind, (right, counted) in sums.items()}


def _clusters(analogies: AnalogySet) -> NDArray[np.int64]:
    """int64[q]: one number for all questions of a section that begin with the same pair."""
    pairs: dict[tuple[str, str, str], int] = {}
    return np.array(
        [pairs.setdefault((name, q[0], q[1]), len(pairs)) for name, asked in analogies.sections for q in asked],
        np.int64,
    )
