"""Two subjects are compared on their common items, or not at all; whoever skips hard words wins nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.evaluation.comparison import Line, compare, corrected, figure, tell
from core.evaluation.evaluating import evaluate
from core.evaluation.outcome import Outcome
from core.evaluation.pairs import PairSet
from core.evaluation.similarity import score_similarity
from core.evaluation.spec import EvaluateSpec, ItemsFile
from core.evaluation.subjects import Subject, as_subject

RNG = np.random.default_rng(0)


def outcome(values: Any, gold: Any, counted: Any = None) -> Outcome:
    values = np.asarray(values, float)
    counted = np.ones(len(values), bool) if counted is None else np.asarray(counted, bool)
    return Outcome(
        "similarity", "set", "rho", np.where(counted, values, np.nan), counted, counted, gold=np.asarray(gold, float)
    )


def line(*outcomes: Outcome, policy: Any = "covered") -> Line:
    cells, verdicts = compare(outcomes, policy)
    return corrected([Line("set", "SET", "similarity", "rho", "en", cells, verdicts)])[0]


def test_a_better_subject_is_told_with_its_margin_on_the_same_items() -> None:
    gold = RNG.standard_normal(400)
    good, bad = gold + RNG.standard_normal(400) * 0.3, gold + RNG.standard_normal(400) * 3
    found = line(outcome(good, gold), outcome(bad, gold))
    (verdict,) = found.verdicts
    assert verdict.kind == "better" and verdict.items == 400 and verdict.p_holm is not None and verdict.p_holm < 0.01
    size, margin = figure(verdict.difference), figure(verdict.margin)
    assert tell(found, verdict, ["A", "B"]) == f"A is better than B on SET by {size} ± {margin} (same 400 pairs)."
    swapped = line(outcome(bad, gold), outcome(good, gold))
    assert swapped.verdicts[0].kind == "worse"
    assert tell(swapped, swapped.verdicts[0], ["B", "A"]).startswith("A is better than B on SET by")


def test_equal_subjects_differ_by_nothing() -> None:
    gold = RNG.standard_normal(100)
    found = line(outcome(gold, gold), outcome(gold, gold))
    assert found.verdicts[0].kind == "even" and found.verdicts[0].difference == 0
    assert tell(found, found.verdicts[0], ["A", "B"]).startswith("No difference is shown between A and B on SET")


def test_the_paired_interval_is_narrower_than_two_separate_ones() -> None:
    gold = RNG.standard_normal(200)
    noise = RNG.standard_normal(200)
    found = line(outcome(gold + noise, gold), outcome(gold + 1.1 * noise, gold))
    cells, (verdict,) = found.cells, found.verdicts
    assert cells[0].interval and verdict.interval
    assert verdict.interval.high - verdict.interval.low < 0.5 * (cells[0].interval.high - cells[0].interval.low)


def truncated(rows: int = 297, kept: int = 191) -> tuple[PairSet, Subject, Subject]:
    """A set, a subject that has all its words, and the same vectors cut down to the words that are easy.

    Easy: the pairs whose cosines agree with people. The cut file so scores higher than the file it was cut from, as
    10,144 words of a larger Chinese file once did on wordsim-297, where it skipped 106 pairs.
    """
    rng = np.random.default_rng(1)
    human = rng.uniform(0, 5, rows)
    angle = np.where(np.arange(rows) < kept, (5 - human) * 0.3, rng.uniform(0, 1.5, rows))
    words, vectors, pairs = [], [], []
    for i in range(rows):
        words += [f"左{i}", f"右{i}"]
        vectors += [[1.0, 0.0], [np.cos(angle[i]), np.sin(angle[i])]]
        pairs.append((f"左{i}", f"右{i}", float(human[i])))
    whole = as_subject((words, np.array(vectors, np.float32)), "whole")
    cut = as_subject((words[: 2 * kept], np.array(vectors[: 2 * kept], np.float32)), "truncated")
    return PairSet("wordsim-297", tuple(pairs)), whole, cut


def test_a_truncated_file_scores_higher_and_is_not_comparable() -> None:
    pairs, whole, cut = truncated()
    outcomes = [score_similarity(one, pairs) for one in (whole, cut)]
    assert (outcomes[1].value() or 0) > (outcomes[0].value() or 0) + 0.1
    found = line(*outcomes)
    (verdict,) = found.verdicts
    assert verdict.kind == "not comparable" and verdict.p is None
    told = tell(found, verdict, ["whole", "truncated"])
    assert told.startswith(
        "whole and truncated are not comparable on SET: their coverage differs too much: 297 and 191"
    )
    # On the pairs that both have they are one and the same.
    assert verdict.difference == 0 and found.cells[0].common == found.cells[1].common == found.cells[1].value
    # When every pair counts, what was cut off is seen.
    (fair,) = line(*(score_similarity(one, pairs, "mean") for one in (whole, cut)), policy="mean").verdicts
    assert fair.items == 297 and fair.kind != "not comparable"


@pytest.mark.realdata
def test_a_truncated_chinese_file_is_not_comparable_on_the_real_set(data_folder: Path) -> None:
    from core.sources import open_source

    whole = as_subject(open_source("builtin:chinese"), "whole")
    cut = as_subject(open_source("builtin:chinese"), "truncated", most=10_144)
    spec = EvaluateSpec(
        suite="none", sets=(ItemsFile(kind="similarity", path=str(data_folder / "eval_zh" / "cwe_297.txt")),)
    )
    found = evaluate([whole, cut], spec)
    assert found.lines[0].cells[1].counted < 0.9 * found.lines[0].cells[0].counted
    assert found.lines[0].verdicts[0].kind == "not comparable"


def test_too_few_common_items_are_not_compared_and_have_no_interval() -> None:
    gold = np.arange(9.0)
    found = line(outcome(gold, gold), outcome(gold[::-1], gold))
    assert found.verdicts[0].kind == "not comparable" and "too few" in found.verdicts[0].reason
    assert found.cells[0].value == 1 and found.cells[0].interval is None


def test_scores_that_are_all_equal_are_undefined() -> None:
    found = line(outcome(np.arange(20.0), np.ones(20)), outcome(np.arange(20.0), np.ones(20)))
    assert found.cells[0].value is None and found.verdicts[0].kind == "not comparable"


def test_many_comparisons_are_corrected_over_all_sets() -> None:
    gold = RNG.standard_normal(60)
    lines = []
    for k in range(30):
        a, b = (outcome(gold + RNG.standard_normal(60), gold) for _ in range(2))
        cells, verdicts = compare([a, b], "covered", seed=k)
        lines.append(Line(f"s{k}", "S", "similarity", "rho", "", cells, verdicts))
    settled = [v for one in corrected(lines) for v in one.verdicts]
    assert all(v.p_holm >= v.p for v in settled if v.p is not None and v.p_holm is not None)
    assert [v.kind for v in settled].count("even") >= 29


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.7544, ".754"), (-0.056, "-.056"), (1.0, "1.000"), (-1.0, "-1.000"), (None, "–"), (0.9999, "1.000")],
)
def test_scores_are_written_as_the_field_writes_them(value: float | None, told: str) -> None:
    assert figure(value) == told


def test_a_difference_of_items_is_refused() -> None:
    with pytest.raises(ValueError, match="not of one set"):
        compare([outcome([1, 2, 3], [1, 2, 3]), outcome([1, 2], [1, 2])], "covered")
