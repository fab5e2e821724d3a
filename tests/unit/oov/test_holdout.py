"""Known words are hidden, fills make them again, and what they make is compared with the truth."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.combining import combine
from core.errors import FillError, RecipeError
from core.lookup import look_up
from core.oov import Cascade, Diagonal, Drop, Mean, Zeros
from core.oov.breakdown import group_words
from core.oov.buffer import Buffer
from core.oov.chance import Chance
from core.oov.ground import Ground
from core.oov.hidden import band_of, choose_hidden, surface_of
from core.oov.holdout import HoldOut, hold_out
from core.oov.relatives import without_relatives
from core.oov.scoring import Exam
from core.progress import Cancelled
from core.sources import open_source, parse_source
from core.sources.protocol import Context
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource
from tests.unit.oov.fakes import Fake, fake, truth, words_of, world

__all__ = ["fake"]


@pytest.fixture
def words() -> list[str]:
    return words_of(800)


def ground_of(words: list[str], counts: list[int] | None = None) -> Ground:
    return Ground(Buffer(world(words, counts=counts), 0, Context()))


class TestHiding:
    def test_a_tenth_is_hidden_and_never_more_than_asked_or_than_half(self) -> None:
        assert len(choose_hidden(ground_of(words_of(2000)))) == 200
        assert len(choose_hidden(ground_of(words_of(2000)), most=70)) == 70
        assert len(choose_hidden(ground_of(words_of(2000)), share=0.3)) == 600
        assert len(choose_hidden(ground_of(words_of(50)))) == 10
        assert len(choose_hidden(ground_of(words_of(7)))) == 3

    @pytest.mark.parametrize("n", [0, 1])
    def test_of_one_word_none_is_hidden(self, n: int) -> None:
        assert len(choose_hidden(ground_of(words_of(n)))) == 0

    @pytest.mark.parametrize("counted", [True, False])
    def test_the_rarest_half_is_drawn_twice_as_often(self, counted: bool) -> None:
        words = words_of(3000)
        counts = [int(c) for c in np.random.default_rng(0).permutation(3000) + 1] if counted else None
        hidden = choose_hidden(ground_of(words, counts), most=600, share=1.0)
        rare = hidden >= 1500 if counts is None else np.array(counts)[hidden] <= 1500
        assert len(hidden) == 600 and rare.sum() == pytest.approx(400, abs=1)

    def test_every_decile_and_every_kind_of_word_has_its_share(self) -> None:
        words = words_of(2000)
        words = [w.title() if i % 4 == 1 else f"{w}7" if i % 4 == 2 else w for i, w in enumerate(words)]
        hidden = choose_hidden(ground_of(words), share=0.2)
        deciles = np.bincount(hidden // 200, minlength=10)
        np.testing.assert_allclose(deciles, [400 / 15] * 5 + [800 / 15] * 5, atol=1.5)
        kinds = np.bincount(hidden % 4, minlength=4)
        np.testing.assert_allclose(kinds, 100, atol=8)

    @settings(max_examples=30, deadline=None)
    @given(st.integers(2, 150), st.integers(1, 60), st.floats(0, 1), st.integers(0, 5))
    def test_rows_are_distinct_learnable_and_the_same_twice(self, n: int, most: int, share: float, seed: int) -> None:
        ground = ground_of(words_of(n))
        rows = choose_hidden(ground, share=share, most=most, seed=seed)
        assert len(set(rows.tolist())) == len(rows) <= min(most, n // 2)
        assert np.isin(rows, ground.learnable).all() and (np.diff(rows) > 0).all()
        np.testing.assert_array_equal(rows, choose_hidden(ground, share=share, most=most, seed=seed))

    @pytest.mark.parametrize(
        ("word", "kind"),
        [
            ("house", "plain"), ("House", "capital"), ("4K", "digits"), ("New_York", "parts"), ("e-mail", "parts"),
            ("银行", "plain"), ("二十", "plain"), ("-", "plain"), ("\ud800", "plain"), ("x²", "digits"),
        ],
    )  # fmt: skip
    def test_what_a_word_looks_like(self, word: str, kind: str) -> None:
        assert surface_of(word) == kind

    def test_bands_are_those_of_coverage(self) -> None:
        assert [band_of(place) for place in (0, 99, 100, 9_999, 100_000)] == [
            "1-100", "1-100", "101-1000", "1001-10000", "100001-",
        ]  # fmt: skip


class TestScoring:
    def exam(self, n: int = 300, h: int = 80, seed: int = 0) -> tuple[Exam, np.ndarray, np.ndarray]:
        rng = np.random.default_rng(seed)
        rows = rng.standard_normal((n, 12)).astype(np.float32)
        own = np.sort(rng.choice(n, h, replace=False))
        return Exam(rows[own], rows, own), rows, own

    def test_figures_are_those_of_scikit_learn_and_counting(self) -> None:
        from sklearn.metrics.pairwise import cosine_similarity

        exam, rows, own = self.exam()
        made = rows[own] + np.random.default_rng(1).standard_normal((80, 12)).astype(np.float32)
        marks = exam.mark(made)
        every, true = cosine_similarity(made, rows), cosine_similarity(rows[own], rows)
        np.testing.assert_allclose(marks.cosines, every[np.arange(80), own], atol=1e-5)
        ranks = (every > every[np.arange(80), own][:, None]).sum(axis=1) + 1
        assert marks.ranks.tolist() == ranks.tolist()
        for i in range(80):
            every[i, own[i]] = true[i, own[i]] = -9
            shared = set(np.argsort(-every[i])[:10]) & set(np.argsort(-true[i])[:10])
            assert marks.overlaps[i] == pytest.approx(len(shared) / 10)

    def test_the_truth_scores_best(self) -> None:
        exam, rows, own = self.exam()
        marks = exam.mark(3 * rows[own])
        assert (marks.ranks == 1).all() and (marks.overlaps == 1).all()
        np.testing.assert_allclose(marks.cosines, 1, atol=1e-6)

    def test_rows_as_near_as_the_word_count_half(self) -> None:
        rows = np.array([[1, 0], [1, 0], [2, 0], [0, 1]], np.float32)
        exam = Exam(rows[:1], rows, np.array([0]))
        assert exam.mark(np.array([[1, 0]], np.float32)).ranks.tolist() == [2]
        assert exam.mark(np.array([[0, 0]], np.float32)).ranks.tolist() == [1 + 2]

    def test_marks_of_some_words_are_those_of_all(self) -> None:
        exam, rows, own = self.exam()
        made = rows[own] + np.float32(0.5)
        at = np.array([3, 50, 79])
        some, every = exam.mark(made[at], at), exam.mark(made)
        assert some.ranks.tolist() == every.ranks[at].tolist()
        np.testing.assert_allclose(some.overlaps, every.overlaps[at])

    def test_candidates_beyond_a_block_are_counted(self) -> None:
        exam, rows, own = self.exam(n=9000, h=50)
        marks = exam.mark(-rows[own])
        assert (marks.ranks == 9000).all()

    def test_a_single_candidate_is_no_trouble(self) -> None:
        row = np.ones((1, 3), np.float32)
        marks = Exam(row, row, np.array([0])).mark(row)
        assert marks.ranks.tolist() == [1] and marks.overlaps.tolist() == [0]


@pytest.mark.usefixtures("fake")
class TestHoldOut:
    def found(self, words: list[str], *fills: object, **options: object) -> HoldOut:
        return hold_out(world(words), fills, **options)  # type: ignore[arg-type]

    def test_mean_and_normal_are_always_among_the_scores_and_each_fill_once(self, words: list[str]) -> None:
        found = self.found(words, "mean", Fake(), "mean", "normal", Fake(noise=1.0))
        assert [one.name for one in found.scores] == ["mean", "normal", "fake", "fake 2"]

    def test_a_perfect_fill_has_perfect_figures(self, words: list[str]) -> None:
        score = self.found(words, Fake()).scores[-1]
        figures = (score.cosine, score.mrr, score.r1, score.r10, score.overlap10, score.norm_ratio, score.cosine_filled)
        assert figures == pytest.approx((1.0,) * 7, abs=1e-5)
        assert score.filled == score.n == 80 and score.done.all() and len(score.cosines) == len(score.ranks) == 80

    def test_a_word_that_a_fill_cannot_make_counts_with_the_means_row(self, words: list[str]) -> None:
        found = self.found(words, Fake(able=5))
        mean, half = found.scores[0], found.scores[-1]
        assert 0 < half.filled < 80 and half.cosine_filled == pytest.approx(1.0)
        np.testing.assert_allclose(half.cosines[~half.done], mean.cosines[~half.done], atol=1e-6)
        expected = (half.filled + mean.cosines[~half.done].sum()) / 80
        assert half.cosine == pytest.approx(expected, abs=1e-5)

    def test_the_means_figures_are_those_of_the_words_that_stay_known(self, words: list[str]) -> None:
        found = self.found(words)
        kept = [word for word in words if word not in found.words]
        mean = np.mean([truth(word) for word in kept], axis=0)
        true = np.array([truth(word) for word in found.words])
        cosines = true @ mean / np.linalg.norm(true, axis=1) / np.linalg.norm(mean)
        np.testing.assert_allclose(found.scores[0].cosines, cosines, atol=1e-5)
        ratios = np.linalg.norm(mean) / np.linalg.norm(true, axis=1)
        assert found.scores[0].norm_ratio == pytest.approx(np.median(ratios), rel=1e-4)

    def test_intervals_hold_their_figures(self, words: list[str]) -> None:
        for one in self.found(words, Fake(noise=0.7)).scores:
            assert set(one.intervals) == {
                "cosine", "mrr", "r1", "r10", "overlap10", "cosine_filled", "norm_ratio",
            }  # fmt: skip
            for name, (low, high) in one.intervals.items():
                assert low - 1e-6 <= getattr(one, name) <= high + 1e-6

    def test_a_fill_that_cannot_be_fitted_is_told_as_refused(self, words: list[str]) -> None:
        found = self.found(words, Fake(refuse=True), Drop(), Fake())
        refused, dropped, good = found.scores[2:]
        assert refused.refused == "no donor. Take one." and refused.cosine is None and refused.filled == 0
        assert dropped.refused and not good.refused
        assert found.recommended.steps == (Fake(), Mean())
        assert all(set(one.cosines) == {"mean", "normal", "fake 2"} for one in found.groups)

    def test_nothing_beats_the_mean_where_fills_are_noise(self, words: list[str]) -> None:
        found = self.found(words, Diagonal(), Zeros(), Fake(noise=50.0))
        assert not found.beats_mean and found.recommended.steps == (Mean(),)
        assert found.as_dict()["verdict"].startswith("Nothing beats the mean")

    def test_a_cascade_is_scored_as_a_whole(self, words: list[str]) -> None:
        steps = Cascade.model_construct(steps=(Fake(able=5), Zeros()))
        whole = self.found(words, steps).scores[-1]
        assert whole.kind == "cascade" and whole.filled == 80
        assert set(np.round(whole.cosines, 3)) == {0.0, 1.0}

    def test_fills_are_asked_which_missing_words_they_could_make(self, words: list[str]) -> None:
        lost = [f"zz{i}" for i in range(1500)]
        found = hold_out(world(words, lost), [Fake(able=3), "pieces"])
        mean, _normal, some, none = found.scores
        assert found.missing == mean.missing == 1000 and none.missing == 0
        assert some.missing == pytest.approx(300, abs=60)

    def test_confidences_are_checked(self, words: list[str]) -> None:
        bins = self.found(words, Fake(noise=1.0), share=0.4).scores[-1].reliability
        assert len(bins) > 3 and bins[0].confidence < bins[-1].confidence

    def test_as_dict_is_plain_and_complete(self, words: list[str]) -> None:
        told = self.found(words, Fake(noise=0.5, able=7), "pieces", Drop()).as_dict()
        assert json.loads(json.dumps(told, allow_nan=False)) == told
        assert set(told) == {
            "fills", "recommended", "hidden", "candidates", "missing", "groups", "hard", "verdict",
        }  # fmt: skip
        assert told["hidden"] == 80 and told["candidates"] == 800
        needed = {"kind", "cosine", "mrr", "r1", "r10", "overlap10", "norm_ratio", "filled", "seconds", "intervals"}
        assert all(needed <= set(one) for one in [*told["fills"], told["recommended"]])
        assert [step["kind"] for step in told["recommended"]["steps"]] == ["fake", "mean"]
        assert set(told["groups"]) == {"script", "surface"}
        assert told["hard"]["n"] > 0 and "intervals" in told["hard"]["fills"]["fake"]

    def test_it_is_the_same_twice_but_for_the_seconds(self, words: list[str]) -> None:
        def told() -> str:
            found = self.found(words, Fake(noise=0.5), "pieces").as_dict()
            for one in [*found["fills"], found["recommended"]]:
                del one["seconds"]
            return json.dumps(found)

        assert told() == told()

    def test_progress_is_told_and_may_stop_the_work(self, words: list[str]) -> None:
        told: list[tuple[str, int, int | None, str]] = []

        def progress(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
            told.append((stage, done, total, message))
            if stage == "Choosing fills":
                raise Cancelled

        with pytest.raises(Cancelled):
            self.found(words, Fake(), progress=progress)
        names = [one[3] for one in told if one[0] == "Filling hidden words" and one[3]]
        assert names == ["mean", "normal", "fake"]

    def test_a_buffer_or_a_lookup_will_do(self, words: list[str]) -> None:
        located = world(words)
        first = hold_out(located, [Fake()], seed=3)
        second = hold_out(Buffer(located, 3, Context()), [Fake()], seed=3)
        rows = np.array([truth(word) for word in words], np.float32)
        third = hold_out(look_up(Vocabulary(words), MemorySource(words, rows)), [Fake()], seed=3)
        assert first.words == second.words == third.words
        np.testing.assert_array_equal(first.scores[0].ranks, second.scores[0].ranks)

    @pytest.mark.parametrize("n", [0, 1, 3])
    def test_too_few_known_words_are_an_error_that_says_so(self, n: int) -> None:
        with pytest.raises(FillError, match="too few"):
            hold_out(world(words_of(n), ["zzz"]), ["pieces"])

    def test_an_unknown_fill_is_an_error(self, words: list[str]) -> None:
        with pytest.raises(RecipeError, match="there is no fill"):
            self.found(words, "magic")

    def test_hostile_words_are_no_trouble(self) -> None:
        words = ["\ud800a", "x" * 5000, "👩‍👩‍👧", "a\nb", "\x00", "<b>", "=cmd()", "ﬁ", "İ", " ", "‮x"]
        found = self.found([*words, *words_of(60)], Fake(noise=0.5), "pieces", share=0.5)
        assert len(found.hidden) == 35 and math.isfinite(found.scores[-1].cosine or math.nan)
        json.dumps(found.as_dict())

    def test_of_words_with_one_row_in_the_source_one_is_a_candidate(self) -> None:
        words = words_of(100)
        rows = np.array([truth(word) for word in words], np.float32)
        vocabulary = Vocabulary([*words, *(word.upper() for word in words[:40])])
        found = hold_out(look_up(vocabulary, MemorySource(words, rows)), [Fake()])
        both = sum(word.swapcase() in found.words for word in found.words) / 2
        assert found.candidates == 100 + both


class TestKindsOfWords:
    def test_groups_add_up_and_name_a_winner_where_it_is_beyond_noise(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from core.oov.kinds import FILLS, Fill
        from tests.unit.oov.fakes import fit_fake

        monkeypatch.setitem(FILLS, "fake", Fill(Fake, fit_fake))
        latin, han = words_of(600), [chr(0x4E00 + i) + chr(0x5E00 + i) for i in range(600)]
        words = [word for both in zip(latin, han, strict=True) for word in both]
        located = world(words, counts=list(range(1200, 0, -1)))
        found = hold_out(located, [Fake(noise=0.5), Fake(noise=0.5, first=3)], share=0.4)
        by = {name: [one for one in found.groups if one.by == name] for name in ("script", "band", "surface")}
        assert all(sum(one.n for one in groups) == 480 for groups in by.values())
        assert {one.name for one in by["script"]} == {"latin", "han"}
        assert [one.name for one in by["band"]] == ["1-100", "101-1000", "1001-10000"]
        assert all(one.winner in ("", "fake", "fake 2") for one in found.groups)

    def test_a_winner_is_named_by_script(self) -> None:
        from dataclasses import replace

        from core.oov.scoring import Score

        words = [*words_of(50), *(chr(0x4E00 + i) for i in range(50)), "7"]
        base = Score("mean", "mean", Mean(), cosines=np.full(101, 0.2), done=np.ones(101, bool))
        rising = np.linspace(0, 0.01, 101)
        latin = replace(base, name="latin", cosines=np.where(np.arange(101) < 50, 0.9, 0.1) + rising)
        found = group_words(Vocabulary(words), np.arange(101), [base, latin], Chance(101))
        winners = {one.name: one.winner for one in found if one.by == "script"}
        assert winners == {"latin": "latin", "han": "mean", "number": ""}
        same = group_words(Vocabulary(words), np.arange(101), [base, replace(base, name="same")], Chance(101))
        assert {one.winner for one in same} == {""}


class TestRelatives:
    @pytest.mark.parametrize(
        ("word", "pool", "alone"),
        [
            ("running", ["run"], False),
            ("mice", ["mouse"], False),
            ("creates", ["creating"], False),
            ("National", ["nations"], False),
            ("e-mailed", ["mail"], False),
            ("New_York", ["york"], False),
            ("house", ["hours", "mouse"], True),
            ("银行家", ["银行"], False),
            ("银行家", ["行长", "银子"], True),
            ("银", ["银行"], True),
            ("слово", ["слова", "дело"], True),
            ("\ud800x", ["a"], True),
        ],
    )
    def test_inflections_and_shared_characters_are_relatives(self, word: str, pool: list[str], alone: bool) -> None:
        assert without_relatives([word], pool).tolist() == [alone]

    def test_without_words_to_learn_from_all_stand_alone(self) -> None:
        assert without_relatives(["a", "b"], []).tolist() == [True, True]


@pytest.mark.realdata
def test_on_real_vectors_an_informed_fill_is_recommended(data_folder: Path) -> None:
    source = open_source(parse_source(str(data_folder / "vectors_en/googlenews_8k_300d.bin")), Context())
    located = combine([look_up(Vocabulary(source.words() or ()), source)])
    found = hold_out(located, ["pieces"])
    mean, normal, pieces = found.scores
    assert len(found.hidden) == 800 and found.candidates == 8000
    assert mean.cosine is not None and normal.cosine is not None and pieces.cosine_filled is not None
    # SCIENCE has .242 and .058 for another matrix: the mean is nearer than a draw, and ranks are chance for both.
    assert 0.2 < mean.cosine < 0.3 and normal.cosine < 0.1 and (mean.mrr or 1) < 0.01
    assert pieces.cosine_filled > mean.cosine and found.beats_mean
    assert 0 < found.as_dict()["hard"]["n"] < 800
