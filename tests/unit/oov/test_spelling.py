"""What spelling tells of a row: learned from words that are spelled alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from core.combining.mapping import unit
from core.errors import FillError
from core.oov import spelling
from core.oov.conjugate import solve_block
from core.oov.letters import Letters, plain
from core.oov.spelling import Spelling, fit_spelling
from core.rows import Origin
from tests.unit.lookup.memory_source import MemorySource
from tests.unit.oov.made_ground import ground_of

STEMS = ["walk", "garden", "paint", "march", "wonder", "listen", "answer", "travel", "follow", "open"]
ENDINGS = ["", "s", "ed", "ing", "er"]
WORDS = [stem + ending for stem in STEMS for ending in ENDINGS]
HOSTILE = ["\ud800x", "a" * 10_000, "\x00\x01\n", "🙂", "<walk>", "shape: lower", "ﬁnally", "", "银行家"]


def rows_of(dim: int = 24) -> np.ndarray:
    """Every row is its stem's and its ending's."""
    rng = np.random.default_rng(4)
    stems, endings = rng.standard_normal((len(STEMS), dim)), rng.standard_normal((len(ENDINGS), dim)) * 0.7
    return (stems[:, None] + endings[None]).reshape(-1, dim).astype(np.float32) * 2


def fitted_without(hidden: list[str], **options):
    kept = [i for i, word in enumerate(WORDS) if word not in hidden]
    words = [WORDS[i] for i in kept]
    return fit_spelling(Spelling(**options), ground_of(words, MemorySource(words, rows_of()[kept])))


class TestLetters:
    def test_cosines_are_those_of_scikit_learns_tf_idf(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        monkeypatch.setattr("core.oov.letters.BEGINNING", 1.0)
        monkeypatch.setattr("core.oov.letters.SHAPE", 1e-30)  # too small a number to be seen
        ours = Letters(WORDS, 3, 6)
        theirs = TfidfVectorizer(analyzer="char", ngram_range=(3, 6)).fit([f"<{word}>" for word in WORDS])
        table = theirs.transform([f"<{word}>" for word in WORDS])
        np.testing.assert_allclose((ours.rows @ ours.rows.T).toarray(), (table @ table.T).toarray(), atol=1e-6)

    def test_ngrams_that_no_word_has_make_a_word_less_like_all(self) -> None:
        letters = Letters(WORDS, 3, 6)
        near, far = (letters.of([word]).rows @ letters.rows.T for word in ("walks", "walksquox"))
        assert near.max() == pytest.approx(1, abs=1e-6) and far.max() < 0.8
        assert letters.of(["walksquox"]).share[0] < 1 == letters.of(["walks"]).share[0]

    def test_case_and_width_are_no_spelling_but_a_shape(self) -> None:
        letters = Letters([*WORDS, "Walks"], 3, 6)
        assert plain("ＷＡＬＫＳ") == plain("Walks") == plain("walks") == "walks"
        likeness = (letters.of(["WALKS"]).rows @ letters.rows.T).toarray()[0]
        assert likeness[WORDS.index("walks")] > 0.9 > max(likeness[WORDS.index("opened")], 0.1)

    def test_ideographs_have_characters_and_pairs_of_them(self) -> None:
        letters = Letters(["银行", "行人", "walk"], 3, 6)
        assert letters.of(["银"]).known[0] > 0 and letters.of(["人行"]).known[0] >= 2
        assert letters.of(["人"]).known[0] and not letters.of(["山"]).known[0]

    @settings(deadline=None, max_examples=50)
    @given(st.lists(st.text(), max_size=6))
    def test_any_text_has_a_row_no_longer_than_one(self, words: list[str]) -> None:
        letters = Letters(WORDS, 3, 6)
        spelled = letters.of(words)
        lengths = np.sqrt((spelled.rows.multiply(spelled.rows)).sum(axis=1))
        assert (lengths <= 1 + 1e-5).all()
        assert ((spelled.known > 0) == letters.knows(words)).all()


class TestBlocks:
    @pytest.mark.parametrize("sides", [1, 3, 20])
    def test_a_system_is_solved_as_scipy_does(self, sides: int) -> None:
        rng = np.random.default_rng(sides)
        half = rng.standard_normal((60, 60))
        matrix, right = half @ half.T + np.eye(60), rng.standard_normal((60, sides))
        found = solve_block(lambda x: matrix @ x, right, tolerance=1e-10, most=200)
        np.testing.assert_allclose(found, np.linalg.solve(matrix, right), rtol=1e-6, atol=1e-8)

    def test_right_sides_of_nothing_and_alike_ones_are_solved(self) -> None:
        right = np.zeros((9, 3))
        assert not solve_block(lambda x: 2 * x, right, tolerance=0.01, most=9).any()
        right[:, :2] = np.arange(9)[:, None]
        np.testing.assert_allclose(solve_block(lambda x: 2 * x, right, tolerance=1e-9, most=9), right / 2, atol=1e-9)


@pytest.fixture(params=["at once", "in steps"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to learn: a small pool's, and that of a large one."""
    if request.param == "in steps":
        monkeypatch.setattr(spelling, "DENSE", 10)
    return request.param


@pytest.mark.usefixtures("way")
class TestRows:
    def test_a_hidden_word_lies_near_its_truth(self) -> None:
        hidden = ["walking", "painted"]
        made = unit(fitted_without(hidden).fill(hidden).vectors)
        truth = unit(rows_of())
        assert ((made * truth[[WORDS.index(word) for word in hidden]]).sum(axis=1) > 0.7).all()
        nearest = [WORDS[i] for i in (made @ truth.T).argmax(axis=1)]
        assert nearest[0].startswith("walk") and nearest[1].startswith("paint")

    def test_rows_have_the_known_rows_median_length(self) -> None:
        made = fitted_without([]).fill(["walkings", "repaint"])
        lengths = np.linalg.norm(rows_of().astype(np.float64), axis=1)
        np.testing.assert_allclose(np.linalg.norm(made.vectors, axis=1), np.median(lengths), rtol=1e-5)

    def test_a_word_of_no_known_ngram_is_left_to_the_next_fill(self) -> None:
        fitted = fitted_without([])
        made = fitted.fill(["qqxx", "walkers", *HOSTILE])
        assert made.done.tolist() == fitted.can_fill(["qqxx", "walkers", *HOSTILE]).tolist()
        assert made.done[:2].tolist() == [False, True]
        assert not made.vectors[~made.done].any() and np.isfinite(made.vectors).all()
        assert np.isfinite(made.signals).all() and made.pieces is None and fitted.origin == Origin.MAPPED

    def test_a_words_row_does_not_depend_on_the_others(self) -> None:
        words = [
            f"{stem}{middle}{ending}" for stem in STEMS for middle in "aeiou" for ending in ("ings", "ers", "edly")
        ]
        words += [f"{word}x" for word in words]
        fitted = fitted_without(["walking"])
        whole = fitted.fill(words)
        assert len(words) == 300 and whole.done.all()
        for part in (words[::-1], words[7:9], words[299:], [*HOSTILE, *words[3:80]]):
            again = fitted.fill(part)
            for i, word in enumerate(part):
                if word in words:
                    assert again.vectors[i].tobytes() == whole.vectors[words.index(word)].tobytes()
                    assert again.signals[i].tobytes() == whole.signals[words.index(word)].tobytes()
        assert fitted_without(["walking"]).fill(words).vectors.tobytes() == whole.vectors.tobytes()

    def test_the_words_that_a_row_follows_are_told(self) -> None:
        fitted = fitted_without(["walking"])
        told = fitted.explain("walking")
        assert {one.name for one in told.ingredients[:3]} <= {word for word in WORDS if "walk" in word or "ing" in word}
        weights = [one.weight for one in told.ingredients]
        assert weights == sorted(weights, reverse=True) and 0 < sum(weights) < 2
        assert "49" in told.steps[0] and fitted.explain("qqxx").steps == ()

    def test_likeness_and_reach_are_larger_for_words_spelled_like_known_ones(self) -> None:
        signals = fitted_without([]).fill(["walks", "quorgans"]).signals
        assert (signals[0] > signals[1]).all() and signals[0, 0] == pytest.approx(1, abs=1e-6)


def test_a_large_penalty_gives_the_mean() -> None:
    made = fitted_without([], ridge=100).fill(["walkings"])
    mean = unit(unit(rows_of()).mean(axis=0)[None])[0]
    assert unit(made.vectors)[0] @ mean > 0.99


def test_solving_in_steps_finds_what_solving_the_linear_kernel_at_once_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["walkings", "repainted", "gardeners"]
    monkeypatch.setattr(spelling, "SHARPNESS", 1e-6)  # expm1 is then linear
    at_once = fitted_without([]).fill(words)
    monkeypatch.setattr(spelling, "DENSE", 10)
    monkeypatch.setattr(spelling, "TOLERANCE", 1e-8)
    np.testing.assert_allclose(fitted_without([]).fill(words).vectors, at_once.vectors, rtol=1e-3, atol=1e-3)


def test_too_few_known_words_are_refused() -> None:
    with pytest.raises(FillError, match="20"):
        fit_spelling(Spelling(), ground_of(WORDS[:5], MemorySource(WORDS[:5])))


def test_options_that_contradict_are_refused() -> None:
    with pytest.raises(ValidationError, match="longest"):
        Spelling(shortest=5, longest=4)
