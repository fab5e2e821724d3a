"""A verdict is paired by text, counts training noise, and claims no more than the test tells."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.messages import retold, speaking
from core.tuning.baselines import TITLES, Baseline
from core.tuning.verdict import FEWEST_TEXTS, verdict


def run(right: int, texts: int, seed: int | None = None) -> np.ndarray:
    """bool[texts] with `right` of them right: the first ones, or drawn."""
    correct = np.arange(texts) < right
    return correct if seed is None else np.random.default_rng(seed).permutation(correct)


def baseline(name: str, correct: np.ndarray) -> Baseline:
    labels = np.zeros(len(correct), np.int32)
    return Baseline.of(name, np.where(correct, 0, 1).astype(np.int32), labels, ("a", "b"), seconds=1.0)


def test_a_gain_on_many_texts_is_told_in_points() -> None:
    found = verdict([run(1660, 1821)] * 3, run(1600, 1821))
    assert found.kind == "better" and found.p is not None and found.p < 0.01
    assert found.gain == pytest.approx(60 / 1821) and found.accuracy == pytest.approx(1660 / 1821)
    assert found.low is not None and found.high is not None and 0 < found.low < 60 / 1821 < found.high
    assert found.text.startswith("Tuning helped: 3.3 points more accuracy on 1,821 test texts (95 % interval 2.5 to 4.")
    assert found.text.endswith(" than the same head on the untouched matrix.")


def test_a_loss_is_told_as_points_less() -> None:
    found = verdict([run(1600, 1821)] * 2, [run(1660, 1821)] * 2)
    assert found.kind == "worse" and found.gain == pytest.approx(-60 / 1821)
    assert found.text.startswith("Worse: 3.3 points less accuracy on 1,821 test texts (95 % interval 2.5 to 4.")


def test_a_difference_within_noise_is_none() -> None:
    found = verdict([run(805, 1000, 1)], run(800, 1000, 2))
    assert found.kind == "no difference" and found.p is not None and found.p > 0.05
    assert found.text.startswith("No difference beyond noise: accuracy changed by 0.5 points on 1,000 test texts")


def test_equal_runs_have_no_difference_at_all() -> None:
    found = verdict([run(50, 60)] * 5, run(50, 60))
    assert (found.kind, found.gain, found.low, found.high, found.p) == ("no difference", 0.0, 0.0, 0.0, 1.0)
    assert "changed by 0.0 points" in found.text and "interval 0.0 to 0.0" in found.text


def test_pairing_shows_what_two_intervals_apart_would_hide() -> None:
    """Ten texts in a thousand gained and none lost: each accuracy alone is uncertain by 2.5 points."""
    assert verdict([run(810, 1000)], run(800, 1000)).kind == "better"
    assert verdict([run(810, 1000, 3)], run(800, 1000, 4)).kind == "no difference"


@pytest.mark.parametrize("texts", [0, 1, FEWEST_TEXTS - 1])
def test_few_texts_are_too_few_to_tell(texts: int) -> None:
    found = verdict([run(texts, texts)], run(0, texts), baselines=[baseline("tfidf", run(0, texts))] if texts else [])
    assert found.kind == "unknown" and found.low is None and found.p is None
    assert found.text == f"{texts} test text{'s are' if texts != 1 else ' is'} too few to tell: at least 30 are needed."
    assert (found.gain is None) == (texts == 0)


def test_seeds_that_scatter_more_than_they_gain_show_nothing() -> None:
    """On 100,000 texts a gain of half a point is far beyond sampling, but seeds differ by five points."""
    n = 100_000
    scattered = [run(right, n, k) for k, right in enumerate((77_000, 83_000, 81_000, 79_000, 82_500))]
    assert verdict(scattered, run(80_000, n, 9)).kind == "no difference"
    steady = [run(right, n, k) for k, right in enumerate((80_400, 80_600, 80_500, 80_450, 80_550))]
    assert verdict(steady, run(80_000, n, 9)).kind == "better"


def rounds(n: int, seeds: int, *, gain: float, noise: float, times: int) -> list[str]:
    """Kinds of verdict over simulated data: texts of unequal difficulty, seeds of unequal luck."""
    rng, kinds = np.random.default_rng(0), []
    for _time in range(times):
        easy = rng.beta(4, 1, n)

        def correct(shift: float, easy: np.ndarray = easy) -> list[np.ndarray]:
            return [rng.random(n) < np.clip(easy + shift + noise * rng.standard_normal(), 0, 1) for _ in range(seeds)]

        kinds.append(verdict(correct(gain), correct(0.0), resamples=500).kind)
    return kinds


@pytest.mark.parametrize(("n", "seeds", "noise"), [(200, 1, 0.0), (300, 5, 0.0), (2000, 5, 0.02), (2000, 3, 0.02)])
def test_without_a_true_difference_better_is_rarely_said(n: int, seeds: int, noise: float) -> None:
    kinds = rounds(n, seeds, gain=0.0, noise=noise, times=200)
    # Two-sided 5 %: 2.5 % for each side, 5 of 200; 11 or more come of chance in 1 % of cases.
    assert kinds.count("better") <= 10 and kinds.count("worse") <= 10


def test_a_true_difference_is_mostly_found() -> None:
    assert rounds(1500, 5, gain=0.05, noise=0.005, times=40).count("better") >= 38


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("tfidf", "TF-IDF with logistic regression reaches .870, more than the tuned matrix: for this task words "),
        ("svm", "Linear SVM on mean vectors reaches .870, more than the tuned matrix: for this task the "),
        ("majority", "Always the commonest class reaches .870, more than the tuned matrix: for this task it "),
        ("random", "Random vectors, tuned the same way reach .870, more than the tuned matrix: "),
    ],
)  # fmt: skip
def test_a_better_baseline_is_named_with_what_it_means(name: str, says: str) -> None:
    found = verdict([run(800, 1000)], run(750, 1000), baselines=[baseline(name, run(870, 1000))])
    assert found.kind == "better" and found.baseline == name and says in found.text
    assert found.against is not None and found.against.kind == "worse"
    assert found.against.gain == pytest.approx(-0.07) and found.against.accuracy == pytest.approx(0.87)


def test_the_best_of_several_baselines_is_compared() -> None:
    several = [
        baseline("majority", run(500, 1000)),
        baseline("forest", run(780, 1000)),
        baseline("svm", run(700, 1000)),
    ]
    below = verdict([run(840, 1000)], run(750, 1000), baselines=several)
    assert below.baseline == "forest" and below.against is not None and below.against.kind == "better"
    assert below.text.endswith("The best baseline is below it: Random forest on mean vectors, .780 against .840.")
    even = verdict([run(781, 1000)], run(750, 1000), baselines=several)
    assert even.text.endswith("is as good within noise: Random forest on mean vectors, .780 against .781.")


def test_a_verdict_is_json_and_can_be_retold() -> None:
    found = verdict([run(800, 1000)], run(750, 1000), baselines=[baseline("tfidf", run(870, 1000))])
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["frozen"]["kind"] == "better"
    with speaking("zh_CN"):
        assert retold(found.text)


def test_every_title_can_stand_in_a_verdict() -> None:
    for name in TITLES:
        assert verdict([run(40, 60)], run(30, 60), baselines=[baseline(name, run(50, 60))]).baseline == name


def test_runs_over_different_texts_are_refused() -> None:
    with pytest.raises(ValueError, match="text by text"):
        verdict([run(30, 40)], run(30, 41))
    with pytest.raises(ValueError, match="averaged"):
        verdict([run(30, 40), run(30, 41)], run(30, 40))
    with pytest.raises(ValueError, match="a list"):
        verdict(run(30, 40), run(30, 40))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="text by text"):
        verdict([run(30, 40)], run(30, 40), baselines=[baseline("svm", run(30, 39))])
