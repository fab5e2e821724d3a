"""Word similarity agrees with hand computation, with gensim, and with reference figures on real vectors."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.errors import InputError, RecipeError
from core.evaluation.similarity import (
    PairSet,
    Score,
    load_pairs,
    pairs_of,
    read_pairs,
    score_similarity,
    score_source,
    spearman,
)
from core.matrix import EmbeddingMatrix
from core.rows import Origin, Rows
from core.vocabulary.vocabulary import Vocabulary

# In the plane: the cosine of two words is that of the difference of their angles.
ANGLES = {"east": 0, "near": 20, "halfway": 45, "north": 90, "west": 180, "Paris": 10, "bank": 70, "Bank": 71}
PLANE = {word: np.array([np.cos(np.radians(a)), np.sin(np.radians(a))]) * (1 + a) for word, a in ANGLES.items()}


class PlaneSource:
    """A source of PLANE, with a faulty row and a zero row."""

    words_held = (*PLANE, "faulty", "zero")

    def __init__(self) -> None:
        self.info = SimpleNamespace(dim=2)
        self.rows = np.array([*PLANE.values(), [np.nan, 1], [0, 0]], np.float32)

    def locate(self, candidates: list[str]) -> np.ndarray:
        return np.array([self.words_held.index(w) if w in self.words_held else -1 for w in candidates], np.int64)

    def gather(self, ids: np.ndarray, out: np.ndarray) -> np.ndarray:
        sound = np.isfinite(self.rows[ids]).all(axis=1)
        out[:] = np.where(sound[:, None], self.rows[ids], 0)
        return sound


def plane_matrix(**origins: Origin) -> EmbeddingMatrix:
    origin = np.array([origins.get(word, Origin.EXACT) for word in PLANE], np.uint8)
    vectors = np.array([*PLANE.values()], np.float32)
    return EmbeddingMatrix(Vocabulary(PLANE), vectors, Rows.missing(len(PLANE)).replace_columns(origin=origin))


def pairs(*rows: tuple[str, str, float]) -> PairSet:
    return PairSet("by hand", rows)


@pytest.mark.parametrize(
    ("x", "y", "rho"),
    [
        ([1, 2, 3], [10, 20, 90], 1),
        ([1, 2, 3], [3, 2, 1], -1),
        ([1, 2, 3, 4], [1, 3, 2, 4], 0.8),  # 1 - 6 · 2 / (4 · 15)
        # Average ranks 1, 2.5, 2.5, 4: deviations -1.5, 0, 0, 1.5 against -1.5, -.5, .5, 1.5
        ([1, 2, 2, 3], [1, 2, 3, 4], 4.5 / np.sqrt(4.5 * 5)),
        ([1, 1, 2, 2], [1, 2, 1, 2], 0),
    ],
)
def test_spearman_by_hand(x: list[float], y: list[float], rho: float) -> None:
    assert spearman(x, y) == pytest.approx(rho, abs=1e-12)


@pytest.mark.parametrize(("x", "y"), [([], []), ([1, 2], [1, 2]), ([1, 1, 1], [1, 2, 3]), ([1, 2, 3], [5, 5, 5])])
def test_spearman_of_too_few_or_constant_values_is_none(x: list[float], y: list[float]) -> None:
    assert spearman(x, y) is None


def test_spearman_equals_scipy_with_ties() -> None:
    from scipy.stats import spearmanr

    draw = np.random.default_rng(0)
    for _round in range(20):
        x, y = draw.integers(0, 8, (2, 30))
        assert spearman(x, y) == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)


@pytest.mark.parametrize("vectors", [PLANE.get, plane_matrix()], ids=["callable", "matrix"])
def test_a_score_by_hand(vectors: object) -> None:
    # Cosines fall: near, halfway, north, west; people exchange the middle two.
    given = pairs(("east", "near", 9), ("east", "halfway", 4), ("east", "north", 6), ("west", "east", 0))
    assert score_similarity(given, vectors) == Score("by hand", pytest.approx(0.8), 4, 4)


def test_equal_words_tie_whatever_their_length() -> None:
    given = pairs(("east", "east", 10), ("near", "near", 10), ("north", "north", 10), ("east", "west", 0))
    assert score_similarity(given, PLANE.get).rho == pytest.approx(1, abs=1e-12)


def test_a_word_is_looked_for_as_written_then_in_lower_case() -> None:
    asked = []

    def vector_of(word: str) -> np.ndarray | None:
        asked.append(word)
        return PLANE.get(word)

    given = pairs(("EAST", "Near", 3), ("Bank", "Paris", 2), ("east", "paris", 1), ("PARIS", "east", 0))
    score = score_similarity(given, vector_of)
    assert (score.covered, score.total) == (2, 4)  # "paris" is not there: its capital is not guessed
    assert "EAST" in asked and "bank" not in asked


def test_filled_rows_of_a_matrix_do_not_count_as_covered() -> None:
    given = pairs(("east", "near", 3), ("east", "halfway", 2), ("east", "north", 1), ("east", "west", 0))
    score = score_similarity(given, plane_matrix(north=Origin.INVENTED, near=Origin.COMPOSED))
    assert score == Score("by hand", None, 2, 4)
    assert score_similarity(given, plane_matrix(north=Origin.NORMALIZED)).covered == 4


def test_a_source_scores_like_its_vectors_and_a_faulty_row_is_not_covered() -> None:
    given = pairs(("East", "near", 9), ("east", "halfway", 4), ("east", "north", 6), ("west", "east", 0))
    more = pairs(*given.pairs, ("faulty", "east", 1), ("zero", "east", 1), ("absent", "east", 1))
    expected = score_similarity(given, PLANE.get)
    assert score_source(PlaneSource(), more) == Score("by hand", pytest.approx(expected.rho), 4, 7)


def test_no_pair_at_all_gives_no_rho() -> None:
    given = pairs(("absent", "missing", 3))
    assert score_source(PlaneSource(), given) == Score("by hand", None, 0, 1)
    assert score_similarity(given, PLANE.get) == Score("by hand", None, 0, 1)
    assert score_similarity(pairs(), plane_matrix()) == Score("by hand", None, 0, 0)


def test_the_covered_pairs_are_a_set_of_their_own() -> None:
    given = PairSet("all", (("east", "absent", 1), ("EAST", "near", 2), ("zero", "near", 3)), "en", "who")
    assert pairs_of(PlaneSource(), given) == PairSet("all", (("EAST", "near", 2),), "en", "who")
    assert pairs_of(plane_matrix(near=Origin.INVENTED), given).pairs == ()


@pytest.mark.parametrize(
    "text",
    [
        "old\tnew\t1.58\nbig dog\tlarge\t9\n",
        "\ufeff# comment\r\nWord 1\tWord 2\tHuman (mean)\r\n\r\nold\tnew\t1.58\r\nbig dog\tlarge\t9\r\n",
        'Word 1,Word 2,Human (mean)\nold,new,1.58\n"big dog",large,9\n',
        "old;new;1.58\nbig dog;large;9",
        "word1\tword2\tPOS\tscore\tSD\nold\tnew\tA\t1.58\t2.72\nbig dog\tlarge\tA\t9\t1\n",
    ],
    ids=["tabs", "comments", "csv", "semicolons", "part of speech"],
)
def test_pairs_are_read_from_every_common_layout(text: str, tmp_path: Path) -> None:
    (tmp_path / "set.txt").write_text(text, encoding="utf-8", newline="")
    assert read_pairs(tmp_path / "set.txt") == PairSet("set", (("old", "new", 1.58), ("big dog", "large", 9.0)))


def test_pairs_with_the_scores_of_single_raters_are_read_from_spaces(tmp_path: Path) -> None:
    (tmp_path / "cos.txt").write_text("繁琐 烦琐 4.0 4 4 4 \n座椅 坐椅 3.5 3 4 \n", encoding="utf-8")
    assert read_pairs(tmp_path / "cos.txt", "COS").pairs == (("繁琐", "烦琐", 4.0), ("座椅", "坐椅", 3.5))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"# only a comment\n", r"set\.txt: there are no word pairs in it"),
        (b"a b\nc d\n", r"set\.txt, line 2: there is no column of scores"),
        (b"word\n", r"set\.txt: there is no column of scores"),
        (b"a\tb\t1\n\nc\td\n", r"set\.txt, line 3: 2 columns, expected at least 3"),
        (b"a\tb\t1\nc\td\t1,5\n", r"line 2: the score '1,5' is not a finite number"),
        (b"a\tb\t1\nc\td\tnan\n", r"line 2: the score 'nan' is not a finite number"),
        (b"a\tb\t1\nc\t\t1\n", r"line 2: a word is missing"),
        (b"caf\xe9\tb\t1\n", r"set\.txt: this is not UTF-8 text"),
    ],
)
def test_a_set_that_is_not_sound_is_an_error_that_names_the_line(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "set.txt").write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_pairs(tmp_path / "set.txt")
    assert caught.value.fix


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.txt: the word pairs can't be read"):
        read_pairs(tmp_path / "absent.txt")


@pytest.mark.parametrize(
    ("name", "total", "first"), [("wordsim353", 353, ("love", "sex", 6.77)), ("simlex999", 999, ("old", "new", 1.58))]
)
def test_the_sets_that_come_with_gensim_are_whole_and_cited(
    name: str, total: int, first: tuple[str, str, float]
) -> None:
    loaded = load_pairs(name)
    assert len(loaded) == total and loaded.pairs[0] == first
    assert loaded.language == "en" and "20" in loaded.citation


def test_an_unknown_set_lists_the_valid_ones() -> None:
    with pytest.raises(RecipeError, match=r"'men'. Choose wordsim353 or simlex999"):
        load_pairs("men")


def test_missing_files_of_gensim_are_an_error_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.evaluation.pairs.find_spec", lambda name: None)
    with pytest.raises(InputError, match="they come with gensim"):
        load_pairs("wordsim353")


def test_rho_is_that_of_gensim(tmp_path: Path) -> None:
    from gensim.models import KeyedVectors

    given = load_pairs("wordsim353")
    words = sorted({word.lower() for a, b, _human in given.pairs for word in (a, b)})[::2]
    draw = np.random.default_rng(0)
    theirs = KeyedVectors(20)
    theirs.add_vectors(words, draw.standard_normal((len(words), 20)).astype(np.float32))
    path = tmp_path / "pairs.tsv"
    path.write_text("".join(f"{a}\t{b}\t{human}\n" for a, b, human in given.pairs), encoding="utf-8")
    _pearson, expected, missing = theirs.evaluate_word_pairs(str(path))
    ours = score_similarity(given, lambda word: theirs[word] if theirs.has_index_for(word) else None)
    assert ours.rho == pytest.approx(expected.statistic, abs=1e-4)
    assert 100 * (1 - ours.covered / ours.total) == pytest.approx(missing)


REFERENCE = {
    ("googlenews_8k_300d.bin", "EN-WS-353-ALL"): (0.7013, 253, 353),
    ("googlenews_8k_300d.bin", "EN-SIMLEX-999"): (0.4158, 611, 999),
    ("googlenews_8k_300d.bin", "EN-MEN-TR-3k"): (0.7902, 1200, 3000),
    ("googlenews_8k_300d.bin", "EN-RW-STANFORD"): (0.7286, 146, 2034),
    ("glove_twitter_12k_25d.txt", "EN-WS-353-ALL"): (0.4269, 284, 353),
    ("glove_twitter_12k_25d.txt", "EN-SIMLEX-999"): (0.1011, 804, 999),
}


@pytest.mark.realdata
@pytest.mark.parametrize(("vectors", "name"), REFERENCE, ids=lambda value: value)
def test_the_reference_figures_on_real_vectors(vectors: str, name: str, data_folder: Path) -> None:
    from core.sources import open_source

    rho, covered, total = REFERENCE[vectors, name]
    source = open_source(str(data_folder / "vectors_en" / vectors))
    score = score_source(source, read_pairs(data_folder / "eval_en" / f"{name}.txt"))
    assert (score.covered, score.total) == (covered, total)
    assert score.rho == pytest.approx(rho, abs=0.001)


@pytest.mark.realdata
def test_the_sets_that_come_with_gensim_give_the_same_figures(data_folder: Path) -> None:
    from core.sources import open_source

    source = open_source(str(data_folder / "vectors_en" / "googlenews_8k_300d.bin"))
    assert score_source(source, load_pairs("wordsim353")).rho == pytest.approx(0.7013, abs=0.001)
    assert score_source(source, load_pairs("simlex999")).rho == pytest.approx(0.4158, abs=0.001)
