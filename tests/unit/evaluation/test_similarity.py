"""Word similarity agrees with hand computation, with gensim, and with reference figures on real vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.errors import InputError, RecipeError
from core.evaluation.pairs import PairSet, load_pairs, read_pairs
from core.evaluation.resampling import spearman
from core.evaluation.similarity import score_similarity
from core.evaluation.subjects import as_subject
from core.matrix import EmbeddingMatrix
from core.rows import Origin, Rows
from core.sources.protocol import SourceInfo
from core.vocabulary.vocabulary import Vocabulary

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

# In the plane: the cosine of two words is that of the difference of their angles.
ANGLES = {"east": 0, "near": 20, "halfway": 45, "north": 90, "west": 180, "Paris": 10, "bank": 70, "Bank": 71}
PLANE = {word: np.array([np.cos(np.radians(a)), np.sin(np.radians(a))]) * (1 + a) for word, a in ANGLES.items()}


class PlaneSource:
    """A source of PLANE, with a faulty row and a zero row."""

    words_held = (*PLANE, "faulty", "zero")

    def __init__(self) -> None:
        self.info = SourceInfo("plane", "file", 2, len(self.words_held), "blake3:0")
        self.rows = np.array([*PLANE.values(), [np.nan, 1], [0, 0]], np.float32)

    def locate(self, candidates: list[str]) -> np.ndarray:
        return np.array([self.words_held.index(w) if w in self.words_held else -1 for w in candidates], np.int64)

    def words(self) -> Iterator[str]:
        return iter(self.words_held)

    def gather(self, ids: np.ndarray, out: np.ndarray, **_told: object) -> np.ndarray:
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


def score(given: PairSet, vectors: object = None, **options: object) -> tuple[object, int, int]:
    """(rho, counted, total)."""
    policy = options.pop("policy", "covered")
    subject = as_subject(PlaneSource() if vectors is None else vectors, **options)
    outcome = score_similarity(subject, given, policy)
    return outcome.value(), int(outcome.counted.sum()), len(outcome)


@pytest.mark.parametrize("vectors", [PlaneSource(), plane_matrix(), (list(PLANE), list(PLANE.values()))])
def test_a_score_by_hand(vectors: object) -> None:
    # Cosines fall: near, halfway, north, west; people exchange the middle two.
    given = pairs(("east", "near", 9), ("east", "halfway", 4), ("east", "north", 6), ("west", "east", 0))
    assert score(given, vectors, name="x") == (pytest.approx(0.8), 4, 4)


def test_equal_words_tie_whatever_their_length() -> None:
    given = pairs(("east", "east", 10), ("near", "near", 10), ("north", "north", 10), ("east", "west", 0))
    assert score(given)[0] == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("case", "counted"), [("exact", 1), ("lower", 2), ("any", 4)])
def test_the_case_in_which_a_word_is_looked_for(case: str, counted: int) -> None:
    # "paris" is not there in lower case: only `any` guesses its capital.
    given = pairs(("EAST", "near", 3), ("Bank", "Paris", 2), ("east", "paris", 1), ("PARIS", "east", 0))
    assert score(given, case=case)[1:] == (counted, 4)


def test_filled_rows_of_a_matrix_count_under_fills_only() -> None:
    given = pairs(("east", "near", 3), ("east", "halfway", 2), ("east", "north", 1), ("east", "west", 0))
    filled = plane_matrix(north=Origin.INVENTED, near=Origin.COMPOSED)
    assert score(given, filled, name="m") == (None, 2, 4)
    assert score(given, filled, name="m", fills=True, policy="fills") == (pytest.approx(1), 4, 4)
    outcome = score_similarity(as_subject(filled, "m", fills=True), given, "fills")
    assert outcome.covered.tolist() == [False, True, False, True]
    assert score(given, plane_matrix(north=Origin.NORMALIZED), name="m")[1] == 4


def test_under_the_policy_mean_a_missing_pair_has_the_mean_cosine() -> None:
    given = pairs(("east", "near", 9), ("east", "north", 6), ("absent", "east", 7), ("west", "east", 0))
    outcome = score_similarity(as_subject(PlaneSource()), given, "mean")
    assert outcome.counted.all() and outcome.covered.tolist() == [True, True, False, True]
    assert outcome.values[2] == pytest.approx(outcome.values[[0, 1, 3]].mean())


def test_a_faulty_or_zero_row_is_not_covered() -> None:
    given = pairs(("East", "near", 9), ("east", "halfway", 4), ("east", "north", 6), ("west", "east", 0))
    more = pairs(*given.pairs, ("faulty", "east", 1), ("zero", "east", 1), ("absent", "east", 1))
    assert score(more) == (score(given)[0], 4, 7)


def test_no_pair_at_all_gives_no_rho() -> None:
    assert score(pairs(("absent", "missing", 3))) == (None, 0, 1)
    assert score(pairs(), plane_matrix(), name="m") == (None, 0, 0)


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


def gensim_vectors() -> list[tuple[str, Callable[[Path], KeyedVectors]]]:
    """Real vectors, and how gensim reads them."""

    def text(path: Path) -> KeyedVectors:
        from gensim.models import KeyedVectors

        headless = path.suffix == ".vec"
        return KeyedVectors.load_word2vec_format(path, binary=path.suffix == ".bin", no_header=headless)

    names = ["vectors_en/googlenews_8k_300d.bin", "vectors_en/glove_twitter_12k_25d.txt"]
    names += ["vectors_en/fasttext_wiki-news_1k_300d.vec", "vectors_zh/tencent_char_4762_200d.txt"]
    return [(name, text) for name in names]


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # gensim leaves the file open
@pytest.mark.parametrize(("vectors", "read"), gensim_vectors())
def test_rho_is_that_of_gensim_on_real_vectors(vectors: str, read: object, data_folder: Path, tmp_path: Path) -> None:
    from core.sources import open_source

    theirs = read(data_folder / vectors)  # type: ignore[operator]
    folder = data_folder / ("eval_zh" if "zh" in vectors else "eval_en")
    compared = 0
    for name in ("EN-*.txt", "cwe_2*.txt", "COS960_*.txt"):
        for path in sorted(folder.glob(name)):
            if "GOOGLE" in path.name or "LICENSE" in path.name:
                continue
            given = read_pairs(path)
            tabs = tmp_path / "pairs.tsv"
            tabs.write_text("".join(f"{a}\t{b}\t{human!r}\n" for a, b, human in given.pairs), encoding="utf-8")
            for most in (300_000, 2000):
                ours = score_similarity(
                    as_subject(open_source(str(data_folder / vectors)), most=most, case="any"), given
                )
                if ours.counted.sum() < 3 or ours.value() is None:
                    continue
                _pearson, expected, missing = theirs.evaluate_word_pairs(str(tabs), restrict_vocab=most)
                assert 100 * (1 - ours.counted.sum() / len(ours)) == pytest.approx(missing), path.name
                assert ours.value() == pytest.approx(float(expected[0]), abs=1e-6), path.name
                compared += 1
    assert compared >= (2 if "1k" in vectors or "zh" in vectors else 20)


GOOGLE, GLOVE = "googlenews_8k_300d.bin", "glove_twitter_12k_25d.txt"
REFERENCE = {
    (GOOGLE, "EN-WS-353-ALL"): (0.7013, 253, 353),
    (GOOGLE, "EN-WS-353-SIM"): (0.7857, 138, 203),
    (GOOGLE, "EN-WS-353-REL"): (0.6297, 193, 252),
    (GOOGLE, "EN-SIMLEX-999"): (0.4158, 611, 999),
    (GOOGLE, "EN-MEN-TR-3k"): (0.7902, 1200, 3000),
    (GOOGLE, "EN-RG-65"): (0.795, 13, 65),
    (GOOGLE, "EN-MTurk-771"): (0.6848, 485, 771),
    (GOOGLE, "EN-SimVerb-3500"): (0.2761, 1799, 3500),
    (GOOGLE, "EN-RW-STANFORD"): (0.7286, 146, 2034),
    (GOOGLE, "EN-YP-130"): (0.4961, 56, 130),
    (GLOVE, "EN-WS-353-ALL"): (0.4269, 284, 353),
    (GLOVE, "EN-WS-353-SIM"): (0.5398, 159, 203),
    (GLOVE, "EN-WS-353-REL"): (0.3834, 209, 252),
    (GLOVE, "EN-SIMLEX-999"): (0.1011, 804, 999),
    (GLOVE, "EN-MEN-TR-3k"): (0.4698, 2114, 3000),
    (GLOVE, "EN-RG-65"): (0.4601, 27, 65),
    (GLOVE, "EN-MTurk-771"): (0.371, 693, 771),
    (GLOVE, "EN-SimVerb-3500"): (-0.0561, 1911, 3500),
    (GLOVE, "EN-RW-STANFORD"): (0.3583, 180, 2034),
    (GLOVE, "EN-YP-130"): (-0.0184, 57, 130),
}


@pytest.mark.realdata
@pytest.mark.parametrize(("vectors", "name"), REFERENCE, ids=lambda value: value)
def test_the_reference_figures_on_real_vectors(vectors: str, name: str, data_folder: Path) -> None:
    from core.sources import open_source

    rho, covered, total = REFERENCE[vectors, name]
    source = open_source(str(data_folder / "vectors_en" / vectors))
    found = score(read_pairs(data_folder / "eval_en" / f"{name}.txt"), source)
    assert found == (pytest.approx(rho, abs=0.001), covered, total)


@pytest.mark.realdata
def test_the_sets_that_come_with_gensim_give_the_same_figures(data_folder: Path) -> None:
    from core.sources import open_source

    source = open_source(str(data_folder / "vectors_en" / "googlenews_8k_300d.bin"))
    assert score(load_pairs("wordsim353"), source)[0] == pytest.approx(0.7013, abs=0.001)
    assert score(load_pairs("simlex999"), source)[0] == pytest.approx(0.4158, abs=0.001)
