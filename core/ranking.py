"""Which source suits a vocabulary: coverage, what all of them lack, how good they are on the words they share."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from .combining import combine
from .coverage import measure_coverage
from .evaluation.evaluating import choose_sets
from .evaluation.resampling import Interval
from .evaluation.sets import ItemSet, within
from .evaluation.similarity import score_similarity
from .evaluation.spec import EvaluateSpec
from .evaluation.subjects import Subject, as_subject
from .ladder import DEFAULT_LADDER, Ladder
from .lookup import look_up
from .messages import N_, _, number, percent
from .progress import Progress, ignore
from .rows import Origin
from .sources.protocol import Source
from .vocabulary.vocabulary import Vocabulary

STAGE = N_("Ranking")
# Of fewer pairs a score says too little of a vocabulary.
FEWEST_PAIRS = 20
EXAMPLES = 20
# Shares nearer than this are one rank: then the scores decide, then the smaller vectors.
ALIKE = 0.005


@dataclass(frozen=True)
class Candidate:
    """A source, asked for a vocabulary before anything is built.

    types, tokens  shares of the vocabulary's words, and of its text (None without counts), that it gives a row
    composed       share of the words whose row is made of several pieces
    missing        number of words that it has not
    size           rows, None where it has no end (or is not known)
    scores         set's id -> Spearman's rho on the pairs of the vocabulary that the candidates share; None for one
                   that has fewer than 20 of them: it takes no part in the set
    score          their mean, None without any, or where one of them is None
    seconds        of opening it and looking all words up
    note           why it could not be asked: it is not downloaded, or it can't be opened
    """

    name: str
    spec: str
    kind: str
    dim: int | None
    size: int | None
    licence: str
    languages: tuple[str, ...] = ()
    bytes: int | None = None
    types: float | None = None
    tokens: float | None = None
    composed: float = 0.0
    missing: int | None = None
    scores: dict[str, float | None] | None = None
    score: float | None = None
    seconds: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Shared:
    """A similarity set: how many of its pairs the vocabulary and the scored candidates have, and their intervals."""

    id: str
    title: str
    pairs: int
    total: int
    intervals: dict[str, Interval | None]


@dataclass(frozen=True)
class Ranking:
    """Candidates, the best first.

    verdict     why that order, in a sentence or two
    common      words that no candidate has: how many, and the first of them
    sets        the similarity sets that were scored
    """

    words: int
    text: int | None
    candidates: tuple[Candidate, ...]
    common: int
    common_words: tuple[str, ...]
    sets: tuple[Shared, ...]
    verdict: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    def csv(self) -> bytes:
        """A row a candidate, for spreadsheets."""
        from .csv_text import csv_of

        names = [name for name in Candidate.__dataclass_fields__ if name not in ("scores", "languages")]
        sets = [one.id for one in self.sets]
        rows = [
            [*(getattr(c, name) for name in names), " ".join(c.languages), *((c.scores or {}).get(one) for one in sets)]
            for c in self.candidates
        ]
        return csv_of([*names, "languages", *sets], rows)


def rank_sources(
    vocabulary: Vocabulary,
    sources: Sequence[tuple[str, Source, float]],
    unopened: Sequence[Candidate] = (),
    *,
    ladder: Ladder = DEFAULT_LADDER,
    suite_dir: str = "",
    progress: Progress = ignore,
) -> Ranking:
    """Rank `sources` ((spec string, opened source, seconds that it took)) for `vocabulary`; nothing is built.

    Similarity sets of the sources' languages, at hand or in the folder `suite_dir`, are scored on the pairs whose
    words lie in the vocabulary and in every source that has at least 20 of them. `unopened` are candidates of
    which only the catalog knows; they come last. Raises what looking up and scoring raise.
    """
    asked, missing = [], np.ones(len(vocabulary), bool)
    for k, (spec, source, seconds) in enumerate(sources):
        progress(_(STAGE), k, len(sources), _("sources"), source.info.name)
        start = time.perf_counter()
        found = look_up(vocabulary, source, ladder=ladder, progress=progress)
        took = seconds + time.perf_counter() - start
        coverage = measure_coverage(combine([found]), vocabulary)
        lost = found.rows.origin == Origin.MISSING
        missing &= lost
        types = coverage.types
        info = source.info
        asked.append(
            Candidate(
                name=info.name,
                spec=spec,
                kind=info.kind,
                dim=info.dim,
                size=info.size,
                licence=info.licence,
                languages=info.languages,
                types=types.share,
                tokens=coverage.tokens.share if coverage.tokens else None,
                composed=types.by_origin["composed"] / types.total if types.total else 0.0,
                missing=int(lost.sum()),
                seconds=round(took, 3),
            )
        )
    sets, scores = _scored([source for _spec, source, _seconds in sources], vocabulary, suite_dir, progress)
    ranked = _ordered([_with_scores(one, scores[k]) for k, one in enumerate(asked)])
    common = [word for word, row in zip(vocabulary.words, missing.tolist(), strict=True) if row and sources]
    return Ranking(
        words=len(vocabulary) - len(vocabulary.specials),
        text=vocabulary.tokens,
        candidates=(*ranked, *unopened),
        common=len(common),
        common_words=tuple(common[:EXAMPLES]),
        sets=sets,
        verdict=explain_ranking(ranked, sets),
    )


def _scored(
    sources: Sequence[Source], vocabulary: Vocabulary, suite_dir: str, progress: Progress
) -> tuple[tuple[Shared, ...], list[dict[str, float | None]]]:
    """The sets with enough pairs, and each source's scores on them."""
    subjects = [as_subject(source, f"{k}") for k, source in enumerate(sources)]
    scores: list[dict[str, float | None]] = [{} for _ in sources]
    if len(subjects) < 1:
        return (), scores
    chosen, _skipped = choose_sets(subjects, EvaluateSpec(suite_dir=suite_dir))
    shared = []
    for one in chosen:
        if one.task != "similarity":
            continue
        part = within(one, vocabulary.ids)
        if len(part.items.pairs) < FEWEST_PAIRS:
            continue
        progress(_(STAGE), len(shared), None, _("sets"), one.title)
        if (found := _on_common(one, part, subjects, scores)) is not None:
            shared.append(found)
    return tuple(shared), scores


def _on_common(
    whole: ItemSet, part: ItemSet, subjects: Sequence[Subject], scores: list[dict[str, float | None]]
) -> Shared | None:
    outcomes = [score_similarity(subject, part.items) for subject in subjects]
    common, kept = np.ones(len(part.items.pairs), bool), []
    # A candidate that has hardly any of the pairs (of another language, perhaps) must not cost the others theirs.
    for k in sorted(range(len(subjects)), key=lambda k: -int(outcomes[k].counted.sum())):
        shared = common & outcomes[k].counted
        if shared.sum() >= FEWEST_PAIRS:
            common, kept = shared, [*kept, k]
    if len(kept) < min(2, len(subjects)):
        return None
    intervals = {}
    for k, outcome in enumerate(outcomes):
        among = outcome.among(common) if k in kept else None
        scores[k][whole.id] = among.value() if among else None
        if among:
            intervals[subjects[k].source.info.name] = among.interval()
    return Shared(whole.id, whole.title, int(common.sum()), len(whole.items.pairs), intervals)


def _with_scores(one: Candidate, scores: dict[str, float | None]) -> Candidate:
    values = [value for value in scores.values() if value is not None]
    # The mean over other sets would be another measure.
    whole = values and len(values) == len(scores)
    return replace(one, scores=scores, score=float(np.mean(values)) if whole else None)


def _share(one: Candidate) -> float:
    return one.tokens if one.tokens is not None else one.types or 0.0


def _ordered(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The one that covers most first; those within `ALIKE` of it are one rank, by score, then by width."""
    left = sorted(candidates, key=_share, reverse=True)
    ranked: list[Candidate] = []
    while left:
        alike = [one for one in left if _share(left[0]) - _share(one) < ALIKE]
        ranked += sorted(alike, key=lambda one: (one.score is None, -(one.score or 0.0), one.dim or 0))
        left = left[len(alike) :]
    return ranked


def explain_ranking(ranked: Sequence[Candidate], sets: Sequence[Shared]) -> str:
    """What decides, in words: the coverage of the first against the second, and who is better on the shared pairs."""
    if not ranked:
        return ""
    first = ranked[0]
    share = first.tokens if first.tokens is not None else first.types or 0.0
    whole = _("of the text") if first.tokens is not None else _("of the words")
    told = [_("{name} gives a row to {share} {whole}.").format(name=first.name, share=percent(share), whole=whole)]
    if len(ranked) > 1:
        other = ranked[1]
        behind = share - ((other.tokens if first.tokens is not None else other.types) or 0.0)
        if abs(behind) < ALIKE:
            told.append(_("{name} gives as much.").format(name=other.name))
        else:
            points = number(100 * behind, 1)
            told.append(
                _("That is {points} percentage points more than {name}.").format(points=points, name=other.name)
            )
    if first.composed > 0.1:
        told.append(_("{share} of its words are made of several pieces.").format(share=percent(first.composed)))
    scored = [one for one in ranked if one.score is not None]
    if len(scored) > 1:
        best = max(scored, key=lambda one: one.score or 0.0)
        pairs = sum(one.pairs for one in sets)
        others = ", ".join(f"{one.name} {one.score:.3f}" for one in scored if one is not best)
        if len(scored) == len(ranked):
            text = _("On the {n} pairs that all of them have, {name} agrees best with people ({score}; {others}).")
        else:
            text = _("On the {n} pairs that the scored ones have, {name} agrees best with people ({score}; {others}).")
        told.append(text.format(n=number(pairs), name=best.name, score=f"{best.score:.3f}", others=others))
    elif len(ranked) > 1:
        told.append(_("Too few word pairs lie in the vocabulary to say whose vectors are better."))
    whole_text = told[0]
    for sentence in told[1:]:
        whole_text = _("{sentence} {next}").format(sentence=whole_text, next=sentence)
    return whole_text
