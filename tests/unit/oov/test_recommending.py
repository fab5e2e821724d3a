"""A cascade is recommended from what fills made of hidden words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.oov import Mean, Normal, Pieces
from core.oov.blend import Blend
from core.oov.chance import Chance, interval_of
from core.oov.choosing import Chooser, Step, Trial, _in_parts
from core.oov.recommending import recommend
from core.oov.scoring import Exam, Marks
from tests.unit.oov.fakes import Fake

H, OTHERS, DIM = 300, 200, 24


class World:
    """300 hidden words among 500, and trials of fills on them."""

    def __init__(self, seed: int = 0, hidden: int = H) -> None:
        self.rng = np.random.default_rng(seed)
        rows = (self.rng.standard_normal((hidden + OTHERS, DIM)) + 0.5).astype(np.float32)
        self.truth = rows[:hidden]
        self.exam = Exam(self.truth, rows, np.arange(hidden))
        self.base = np.tile(rows.mean(axis=0), (hidden, 1)).astype(np.float32)
        self.mean = self.trial("mean", self.base, spec=Mean())

    def trial(self, name: str, rows: np.ndarray, done: np.ndarray | None = None, **changes: Any) -> Trial:
        done = np.ones(len(rows), bool) if done is None else done
        rows = np.where(done[:, None], rows, self.base).astype(np.float32)
        spec = changes.pop("spec", Fake(noise=len(name), first=sum(map(ord, name)) % 10))
        return Trial(name, spec, done, rows, self.exam.mark(rows), changes.pop("seconds", 1.0), **changes)

    def noisy(self, name: str, noise: float, done: np.ndarray | None = None, **changes: Any) -> Trial:
        return self.trial(name, self.truth + noise * self.rng.standard_normal(self.truth.shape), done, **changes)

    def names(self, trials: list[Trial]) -> list[str]:
        chooser = Chooser(trials, self.mean, self.exam)
        return [chooser.trial_of(step).name for step in chooser.choose(np.arange(len(self.truth)))]


@pytest.fixture
def world() -> World:
    return World()


def first(n: int, of: int = H) -> np.ndarray:
    return np.arange(of) < n


class TestOrder:
    def test_the_better_fill_goes_first_and_the_other_makes_the_rest(self, world: World) -> None:
        good, bad = world.noisy("good", 0.5, first(150)), world.noisy("bad", 1.0)
        assert world.names([bad, good]) == world.names([good, bad]) == ["good", "bad"]

    def test_a_fill_that_makes_few_words_well_is_not_judged_by_those_it_leaves(self, world: World) -> None:
        few = world.noisy("few", 0.1, first(20))
        assert world.names([world.noisy("all", 0.8), few]) == ["few", "all"]

    def test_what_is_left_no_words_is_left_out(self, world: World) -> None:
        assert world.names([world.noisy("best", 0.3), world.noisy("second", 0.9)]) == ["best"]

    def test_steps_that_share_no_words_stand_by_what_they_add(self, world: World) -> None:
        small, large = world.noisy("small", 0.3, first(50)), world.noisy("large", 0.3, ~first(50))
        assert world.names([small, large]) == ["large", "small"]

    def test_what_is_no_better_than_the_mean_is_no_step(self, world: World) -> None:
        assert world.names([world.trial("noise", world.rng.standard_normal((H, DIM)))]) == []
        worse = world.trial("worse", -world.truth)
        assert world.names([worse]) == []

    def test_a_fill_that_beats_the_mean_on_easy_words_alone_is_not_used_for_the_hard_ones(self, world: World) -> None:
        rows = world.truth + 0.2 * world.rng.standard_normal((H, DIM))
        rows[200:] = -rows[200:]
        mixed, easy = world.trial("mixed", rows), world.noisy("easy", 0.1, first(200))
        assert world.names([mixed, easy]) == ["easy"]

    def test_fewer_than_ten_words_prove_nothing(self, world: World) -> None:
        assert world.names([world.noisy("nine", 0.1, first(9))]) == []
        assert world.names([world.noisy("ten", 0.1, first(10))]) == ["ten"]

    def test_few_words_that_are_left_get_the_best_of_what_has_shown_its_worth(self, world: World) -> None:
        good, fair = world.noisy("good", 0.3, first(H - 5)), world.noisy("fair", 0.9)
        poor = world.trial("poor", world.rng.standard_normal((H, DIM)))
        assert world.names([poor, fair, good]) == ["good", "fair"]

    def test_missing_words_count_though_every_hidden_one_is_made(self, world: World) -> None:
        """What is missing is not like what is known: the fill that makes all of the one may make few of the other."""
        good = world.noisy("good", 0.3, missing=np.array([True, False, False]))
        fair = world.noisy("fair", 0.9, missing=np.array([True, True, False]))
        same = world.noisy("same", 0.6, missing=np.array([True, False, False]))
        world.mean = world.trial("mean", world.base, spec=Mean(), missing=np.ones(3, bool))
        assert world.names([fair, same, good]) == ["good", "fair"]
        found = recommend([fair, same, good], world.mean, world.exam)
        assert found.steps == (good.spec, fair.spec, Mean()) and found.score.missing == 2
        assert "Of 3 missing words it can make 2." in found.text

    @pytest.mark.parametrize("kind", [Mean(), Normal()])
    def test_what_tells_no_words_apart_is_never_a_step(self, world: World, kind: Any) -> None:
        assert world.names([world.noisy("other", 0.1, spec=kind)]) == []

    def test_a_small_gain_in_cosine_does_not_pay_for_a_loss_of_rank(self, world: World) -> None:
        """Rows drawn towards the mean are nearer on average and tell words apart worse."""
        sharp = world.noisy("sharp", 0.9)
        ranks = sharp.marks.ranks * 3
        safe = Trial(
            "safe", Fake(), sharp.done, sharp.rows, Marks(sharp.marks.cosines + 0.015, ranks, sharp.marks.overlaps)
        )
        assert (1 / ranks).mean() < (1 / sharp.marks.ranks).mean() - 0.02
        assert world.names([safe, sharp])[0] == "sharp"


class TestBlends:
    def test_two_fills_that_err_apart_are_blended(self, world: World) -> None:
        good, fair = world.noisy("good", 0.8, blendable=True), world.noisy("fair", 1.0, blendable=True)
        assert world.names([fair, good]) == ["good + fair"]

    def test_weights_are_twentieths_that_add_up_to_one_and_favor_the_better(self, world: World) -> None:
        good, bad = world.noisy("good", 0.7, blendable=True), world.noisy("bad", 1.4, blendable=True)
        (step,) = Chooser([good, bad], world.mean, world.exam).choose(np.arange(H))
        assert step.weights[0] > step.weights[1] > 0
        assert sum(step.weights) == pytest.approx(1) and all((20 * w) == round(20 * w) for w in step.weights)

    def test_weights_are_the_least_squares_ones(self, world: World) -> None:
        from scipy.optimize import nnls

        trials = [world.noisy(f"n{k}", noise, blendable=True) for k, noise in enumerate((0.6, 0.9, 1.2))]
        step = Chooser(trials, world.mean, world.exam)._weighed(np.arange(H), [0, 1, 2])
        units = [t.rows / np.linalg.norm(t.rows, axis=1, keepdims=True) for t in trials]
        truth = world.truth / np.linalg.norm(world.truth, axis=1, keepdims=True)
        theirs = nnls(np.stack([u.ravel() for u in units], axis=1), truth.ravel())[0]
        np.testing.assert_allclose(step.weights, theirs / theirs.sum(), atol=0.05)

    def test_a_part_that_adds_nothing_makes_no_blend(self, world: World) -> None:
        good = world.noisy("good", 0.3, blendable=True)
        copy = Trial("copy", Fake(), good.done, good.rows, good.marks, 1.0, True)
        poor = world.trial("poor", 0.5 * world.truth + 3 * world.rng.standard_normal((H, DIM)), blendable=True)
        assert world.names([good, copy]) in (["good"], ["copy"])
        assert world.names([good, poor])[0] == "good"

    def test_fills_that_may_not_be_parts_are_not_blended(self, world: World) -> None:
        one, two = world.noisy("one", 0.9, blendable=True), world.noisy("two", 0.9)
        assert "+" not in "".join(world.names([one, two]))

    def test_a_blend_makes_what_any_part_can_and_the_part_alone_where_the_other_cannot(self, world: World) -> None:
        one, two = world.noisy("one", 0.9, first(200), blendable=True), world.noisy("two", 0.9, blendable=True)
        chooser = Chooser([one, two], world.mean, world.exam)
        made = chooser.trial_of(Step((0, 1), (0.5, 0.5)))
        assert made.done.all() and made.seconds == 2.0
        unit = two.rows / np.linalg.norm(two.rows, axis=1, keepdims=True)
        length = np.linalg.norm(made.rows[250])
        np.testing.assert_allclose(made.rows[200:], unit[200:] * length, rtol=1e-4, atol=1e-6)
        assert made.marks.cosines[:200].mean() > one.marks.cosines[:200].mean()

    def test_remainders_are_shared_out(self) -> None:
        assert _in_parts(np.array([1, 1, 1]) / 3) == [7, 7, 6]
        assert _in_parts(np.array([0.99, 0.01])) == [20, 0]
        assert _in_parts(np.array([1.0])) == [20]


class TestRecommending:
    def test_the_cascade_ends_with_the_mean_and_adds_up_its_seconds(self, world: World) -> None:
        trials = [world.mean, world.noisy("good", 0.5, first(150), seconds=3.0), world.noisy("other", 1.0, seconds=5.0)]
        found = recommend(trials, world.mean, world.exam)
        assert found.beats_mean and found.steps == (trials[1].spec, trials[2].spec, Mean())
        assert found.score.kind == "cascade" and found.score.filled == H == found.score.n
        assert found.score.seconds == 1 + 3 + 5
        assert found.score.cosine is not None and found.score.cosine > trials[2].marks.cosines.mean()
        low, high = found.score.intervals["cosine"]
        assert low < found.score.cosine < high
        assert "good → other" in found.text

    def test_when_nothing_beats_the_mean_it_says_so(self, world: World) -> None:
        found = recommend([world.mean, world.trial("poor", -world.truth)], world.mean, world.exam)
        assert not found.beats_mean and found.steps == (Mean(),)
        assert found.score.cosine == pytest.approx(world.mean.marks.cosines.mean())
        assert "Nothing beats the mean" in found.text
        assert found.as_dict()["steps"] == [{"kind": "mean"}]

    def test_without_fills_that_tell_words_apart_there_is_nothing_to_recommend(self, world: World) -> None:
        found = recommend([world.mean], world.mean, world.exam)
        assert found.steps == (Mean(),) and "No fill was tried" in found.text

    def test_the_score_is_of_words_that_the_cascade_was_not_chosen_by(self) -> None:
        """Of many fills of pure chance the luckiest seems to beat the mean; on other words it does not."""
        world = World(seed=3, hidden=60)
        lucky = [world.noisy(f"f{k}", 9.0) for k in range(40)]
        found = recommend([world.mean, *lucky], world.mean, world.exam)
        best = max(trial.marks.values.mean() for trial in lucky)
        if found.beats_mean:
            assert found.score.cosine is not None and (found.score.cosine + (found.score.mrr or 0)) / 2 < best

    def test_it_is_the_same_twice_and_in_any_order_of_fills(self, world: World) -> None:
        trials = [world.noisy("a", 0.8, first(200)), world.noisy("b", 0.9), world.noisy("c", 0.7, ~first(120))]
        found = [recommend(order, world.mean, world.exam) for order in (trials, trials, trials[::-1])]
        assert found[0].as_dict() == found[1].as_dict()
        assert found[0].steps == found[2].steps and found[0].score.cosine == pytest.approx(found[2].score.cosine)

    def test_what_progress_raises_ends_the_work(self, world: World) -> None:
        from core.progress import Cancelled

        def stop() -> None:
            raise Cancelled

        one, two = (world.noisy(name, 0.9, blendable=True) for name in ("one", "two"))
        with pytest.raises(Cancelled):
            recommend([one, two], world.mean, world.exam, told=stop)

    def test_a_blend_is_told_as_the_fill_blend_with_its_parts(self, world: World) -> None:
        one = world.noisy("pieces", 0.9, blendable=True, spec=Pieces())
        two = world.noisy("pieces 2", 0.9, blendable=True, spec=Pieces(shortest=3))
        found = recommend([one, two], world.mean, world.exam)
        assert isinstance(found.steps[0], Blend)
        assert found.steps[0].parts in ((one.spec, two.spec), (two.spec, one.spec))
        table = found.as_dict()["steps"][0]
        assert table["kind"] == "blend" and Blend.model_validate(table) == found.steps[0]


class TestChance:
    def test_intervals_are_those_of_scipys_bootstrap(self) -> None:
        from scipy.stats import bootstrap

        values = np.random.default_rng(0).gamma(2, 1, 200)
        found = Chance(200).interval(values)
        theirs = bootstrap((values,), np.mean, method="percentile", rng=1).confidence_interval
        assert found is not None
        np.testing.assert_allclose(found, (theirs.low, theirs.high), atol=0.02)

    def test_medians_are_those_of_the_samples(self) -> None:
        values = np.random.default_rng(1).standard_normal(51)
        chance = Chance(51, resamples=50)
        among = np.arange(51) < 40
        for counts, median in zip(chance.counts, chance.medians(values, among), strict=True):
            drawn = np.sort(np.repeat(values[among], counts[among].astype(int)))
            assert median == drawn[(len(drawn) - 1) // 2]

    def test_a_mean_over_some_words_is_over_them_alone(self) -> None:
        values = np.r_[np.full(20, 5.0), np.zeros(20)]
        assert (Chance(40).means(values, np.arange(40) < 20) == 5).all()

    def test_few_words_have_no_interval_and_nothing_beats_on_them(self) -> None:
        assert Chance(9).interval(np.ones(9)) is None and not Chance(9).beats(np.ones(9))
        assert Chance(10).beats(np.ones(10)) and not Chance(10).beats(np.zeros(10))
        assert interval_of(np.array([np.nan] * 9 + [1.0])) is None

    def test_it_is_the_same_for_the_same_seed(self) -> None:
        np.testing.assert_array_equal(Chance(30, 4).counts, Chance(30, 4).counts)
        assert (Chance(30, 4).counts != Chance(30, 5).counts).any() and (Chance(30).counts.sum(axis=1) == 30).all()
