"""Confidence is a promise: of rows with confidence c the mean cosine to the true rows is near c."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.combining import combine
from core.lookup import look_up
from core.oov import Cascade, Diagonal, Drop, Mean, Pieces, Zeros, as_fill, fill
from core.oov.buffer import Buffer
from core.oov.confidence import FEWEST, _groups, calibrate, learn, reliability
from core.oov.ground import Ground
from core.sources import open_source, parse_source
from core.sources.protocol import Context
from core.vocabulary import Vocabulary
from tests.unit.oov.fakes import Fake, fake, truth, words_of, world

__all__ = ["fake"]

CLOSE = 0.05


def ground_of(n: int = 1200) -> Ground:
    return Ground(Buffer(world(words_of(n)), 0, Context()))


def drawn(k: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Signals of which the cosine follows, bent and noisy, and one that tells nothing."""
    rng = np.random.default_rng(seed)
    signals = np.column_stack([rng.uniform(0, 100, k), rng.standard_normal(k)])
    cosines = np.tanh(np.log1p(signals[:, 0]) / 4) - 0.1 + 0.1 * rng.standard_normal(k)
    return signals, cosines


class TestLearning:
    def test_confidences_of_new_rows_are_near_their_mean_cosines(self) -> None:
        learned = learn(*drawn(500))
        assert learned is not None
        signals, cosines = drawn(20_000, seed=1)
        told = learned(signals)
        for at in _groups(told):
            assert abs(told[at].mean() - cosines[at].mean()) < CLOSE
        assert told.min() < 0.25 and told.max() > 0.65

    def test_a_signal_that_tells_nothing_gives_the_mean_to_all(self) -> None:
        rng = np.random.default_rng(2)
        cosines = 0.5 + 0.2 * rng.standard_normal(2000)
        learned = learn(rng.standard_normal((2000, 3)), cosines)
        assert learned is not None
        told = learned(rng.standard_normal((500, 3)))
        assert (np.abs(told - cosines.mean()) < CLOSE).mean() > 0.9

    def test_without_signals_the_confidence_is_the_mean_held_out_cosine(self) -> None:
        learned = learn(np.zeros((40, 0)), np.linspace(0, 1, 40))
        assert learned is not None
        assert learned(np.zeros((3, 0))).tolist() == [0.5, 0.5, 0.5]

    def test_signals_that_never_change_are_no_trouble(self) -> None:
        learned = learn(np.full((50, 2), 7.0), np.full(50, 0.25))
        assert learned is not None
        assert learned(np.array([[7.0, 7.0], [8.0, 0.0]])).tolist() == [0.25, 0.25]

    def test_fewer_than_thirty_rows_teach_nothing(self) -> None:
        assert learn(np.zeros((FEWEST - 1, 1)), np.zeros(FEWEST - 1)) is None
        assert learn(np.zeros((FEWEST, 1)), np.zeros(FEWEST)) is not None

    def test_confidences_lie_between_0_and_1_and_have_three_digits(self) -> None:
        signals, cosines = drawn(300)
        learned = learn(signals, 6 * cosines - 3)
        assert learned is not None
        told = learned(drawn(1000, seed=3)[0])
        assert told.dtype == np.float32 and told.min() == 0 and told.max() == 1
        np.testing.assert_allclose(told * 1000, np.round(told * 1000), atol=1e-3)

    def test_a_rows_confidence_does_not_depend_on_the_others(self) -> None:
        learned = learn(*drawn(300))
        assert learned is not None
        signals = drawn(100, seed=4)[0]
        assert learned(signals)[::7].tobytes() == learned(signals[::7]).tobytes()

    def test_the_monotone_fit_is_scikit_learns(self) -> None:
        from sklearn.isotonic import IsotonicRegression

        rng = np.random.default_rng(5)
        signals = rng.uniform(0, 1, (600, 1))
        cosines = signals[:, 0] ** 2 + 0.3 * rng.standard_normal(600)
        learned = learn(signals, cosines)
        assert learned is not None
        groups = _groups(learned._score(signals))
        means, sizes = [cosines[one].mean() for one in groups], [len(one) for one in groups]
        theirs = IsotonicRegression().fit_transform(np.arange(len(groups)), means, sample_weight=sizes)
        np.testing.assert_allclose(learned.cosines[1:-1], theirs)
        assert (np.diff(learned.cosines) >= 0).all()


class TestReliability:
    def test_the_table_is_cross_fitted_and_holds_on_synthetic_rows(self) -> None:
        bins = reliability(*drawn(500))
        assert sum(one.n for one in bins) == 500 and all(one.n >= FEWEST for one in bins) and len(bins) > 5
        assert all(abs(one.confidence - one.cosine) < CLOSE for one in bins)
        assert [one.confidence for one in bins] == sorted(one.confidence for one in bins)

    def test_noise_is_not_taken_for_a_signal(self) -> None:
        rng = np.random.default_rng(6)
        bins = reliability(rng.standard_normal((400, 6)), rng.uniform(0, 1, 400))
        assert all(abs(one.confidence - 0.5) < 0.15 for one in bins)

    @pytest.mark.parametrize(("rows", "signals"), [(59, 2), (500, 0), (0, 2)])
    def test_there_is_none_for_few_rows_or_without_signals(self, rows: int, signals: int) -> None:
        assert reliability(np.zeros((rows, signals)), np.zeros(rows)) == ()

    def test_equal_confidences_are_one_bin(self) -> None:
        bins = reliability(np.full((200, 1), 3.0), np.tile([0.2, 0.4], 100))
        assert sum(one.n for one in bins) == 200
        assert bins[0].as_dict().keys() == {"n", "confidence", "cosine"}


@pytest.mark.usefixtures("fake")
class TestCalibrating:
    def test_what_is_promised_is_kept_on_words_that_are_missing(self) -> None:
        known, missing = words_of(3000)[:1500], words_of(3000)[1500:]
        # The union of fills is closed, to fakes too.
        matrix = fill(world(known, missing), Cascade.model_construct(steps=(Fake(noise=1.0), Mean()))).matrix
        at = np.array([matrix.vocabulary.ids[word] for word in missing])
        told = matrix.rows.confidence[at]
        true = np.array([truth(word) for word in missing])
        true /= np.linalg.norm(true, axis=1, keepdims=True)
        made = matrix.vectors[at] / np.linalg.norm(matrix.vectors[at], axis=1, keepdims=True)
        cosines = (made * true).sum(axis=1)
        assert np.isfinite(told).all() and told.max() - told.min() > 0.2
        for one in _groups(told):
            assert abs(told[one].mean() - cosines[one].mean()) < CLOSE

    def test_known_rows_have_no_confidence(self) -> None:
        matrix = fill(world(words_of(400), ["zzzz"]), "mean").matrix
        assert np.isnan(matrix.rows.confidence[:-1]).all() and 0 < matrix.rows.confidence[-1] < 1

    def test_zeros_and_words_left_out_have_none(self) -> None:
        assert calibrate(ground_of(), [Zeros(), Drop()]) == {}

    def test_random_rows_have_that_of_random_rows(self) -> None:
        found = calibrate(ground_of(), [Diagonal(), Mean()])
        random, mean = (float(found[k](np.zeros((1, 0)))[0]) for k in (0, 1))
        # Rows share an offset of .6 in 16 dimensions: for two of them .36 / 1.36, for the mean its root.
        assert random == pytest.approx(0.36 / 1.36, abs=0.06) and mean == pytest.approx((0.36 / 1.36) ** 0.5, abs=0.06)

    def test_a_step_that_cannot_be_fitted_is_passed_over(self) -> None:
        assert list(calibrate(ground_of(), [Fake(refuse=True), Fake(), Mean()])) == [1, 2]

    def test_two_steps_of_a_kind_are_told_apart(self) -> None:
        found = calibrate(ground_of(), [Fake(noise=0.1, able=5, told=False), Fake(noise=2.0, told=False)])
        good, bad = (float(found[k](np.zeros((1, 0)))[0]) for k in (0, 1))
        assert good > 0.9 and bad < 0.75

    def test_a_later_step_is_judged_by_the_words_that_reach_it(self) -> None:
        """What is left to the second step is what it makes badly, however well it makes the rest."""
        second = Fake(noise=0.1, worse=2.0, told=False)
        alone = calibrate(ground_of(3000), [second])[0]
        after = calibrate(ground_of(3000), [Fake(able=5), second])[1]
        assert float(alone(np.zeros((1, 0)))[0]) > float(after(np.zeros((1, 0)))[0]) + 0.1

    def test_a_fill_that_makes_too_few_hidden_words_has_none(self) -> None:
        assert calibrate(ground_of(), [Fake(able=0), Pieces()]) == {}

    @pytest.mark.parametrize("n", [0, 1, 20, 59])
    def test_few_known_words_teach_nothing(self, n: int) -> None:
        assert calibrate(ground_of(n), [Fake(), Mean()]) == {}

    def test_a_small_vocabulary_hides_a_larger_share(self) -> None:
        assert list(calibrate(ground_of(60), [Fake(), Mean()])) == [0, 1]

    def test_it_is_the_same_twice(self) -> None:
        first, second = (calibrate(ground_of(), [Fake(noise=0.7)])[0] for _again in range(2))
        signals = np.random.default_rng(0).uniform(0, 2, (50, 2))
        assert first(signals).tobytes() == second(signals).tobytes()


@pytest.mark.realdata
@pytest.mark.parametrize("kind", ["spelling", "donor"])
def test_confidences_hold_on_real_vectors(kind: str, data_folder: Path) -> None:
    from core.oov.holdout import hold_out

    source = open_source(parse_source(str(data_folder / "vectors_en/googlenews_8k_300d.bin")), Context())
    located = combine([look_up(Vocabulary(source.words() or ()), source)])
    spec = as_fill(kind) if kind == "spelling" else donor()
    score = hold_out(located, ["pieces", spec]).scores[-1]
    assert score.kind == kind and len(score.reliability) >= 10
    off = np.array([abs(one.confidence - one.cosine) for one in score.reliability])
    rows = np.array([one.n for one in score.reliability])
    # The mean cosine of forty rows is itself off by some hundredths.
    assert off.max() < 1.5 * CLOSE and (off < CLOSE) @ rows > 0.9 * score.filled and off @ rows < 0.03 * score.filled


def donor() -> object:
    from core.oov.kinds import FILLS

    return FILLS["donor"].spec(donor=parse_source("builtin:english"))
