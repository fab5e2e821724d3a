"""The fills, stated correctly: moments, means, pieces, n-grams."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import Recipe, run
from core.combining import combine
from core.errors import FillError
from core.lookup import look_up
from core.oov import Pieces, fill
from core.rows import Origin
from core.sources.protocol import Context
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource


def made(words: list[str], source: MemorySource, spec: object, *, seed: int = 0, specials: dict | None = None):
    return fill(combine([look_up(Vocabulary(words, None, specials or {}), source)]), spec, seed=seed)


@pytest.fixture(scope="module")
def correlated() -> MemorySource:
    rng = np.random.default_rng(0)
    vectors = (rng.standard_normal((4000, 6)) @ rng.standard_normal((6, 6)) + rng.standard_normal(6) * 3).astype("f4")
    return MemorySource([f"k{i}" for i in range(4000)], vectors)


def test_gathering_a_chain_is_told_as_one_stage_from_none_to_all_found_rows() -> None:
    told: list[tuple[int, int | None, str]] = []

    def progress(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        if stage == "Reading vectors":
            assert unit == "rows"
            told.append((done, total, message))

    words = Vocabulary(["a", "b", "c", "absent"], None, {})
    sources = [MemorySource(["a", "b"], name="one"), MemorySource(["b", "c"], name="two")]
    fill(combine([look_up(words, source) for source in sources]), "mean", context=Context(progress=progress))
    assert told == [(0, 3, ""), (2, 3, "one"), (3, 3, "two"), (3, 3, "")]


def test_mean_is_the_mean_of_the_found_rows_alone(correlated: MemorySource) -> None:
    matrix = made(["k1", "k7", "zz"], correlated, "mean").matrix
    np.testing.assert_allclose(matrix.vector("zz"), correlated.vectors[[1, 7]].mean(0), rtol=1e-6)


def test_normal_has_the_mean_and_the_covariance_of_the_found_rows(correlated: MemorySource) -> None:
    missing = [f"zz{i}" for i in range(20_000)]
    matrix = made([f"k{i}" for i in range(4000)] + missing, correlated, "normal").matrix
    draws, known = matrix.vectors[4000:].astype("f8"), correlated.vectors.astype("f8")
    deviation = known.std(0)
    assert (np.abs(draws.mean(0) - known.mean(0)) < 0.05 * deviation).all()
    scale = np.outer(deviation, deviation)
    assert (np.abs(np.cov(draws.T) - np.cov(known.T)) < 0.06 * scale).all()


def test_diagonal_has_the_mean_and_the_deviation_but_no_correlation(correlated: MemorySource) -> None:
    missing = [f"zz{i}" for i in range(20_000)]
    matrix = made([f"k{i}" for i in range(4000)] + missing, correlated, "diagonal").matrix
    draws, known = matrix.vectors[4000:].astype("f8"), correlated.vectors.astype("f8")
    np.testing.assert_allclose(draws.std(0), known.std(0), rtol=0.03)
    assert np.abs(np.corrcoef(draws.T) - np.eye(6)).max() < 0.05
    assert np.abs(np.corrcoef(known.T) - np.eye(6)).max() > 0.3


def test_few_found_rows_are_shrunk_and_still_give_finite_draws() -> None:
    source = MemorySource([f"k{i}" for i in range(4)], np.random.default_rng(1).standard_normal((4, 50)).astype("f4"))
    matrix = made(["k0", "k1", "k2", "zz", "yy"], source, "normal").matrix
    assert np.isfinite(matrix.vectors).all() and not np.allclose(matrix.vector("zz"), matrix.vector("yy"))


def test_where_no_word_is_found_the_source_itself_is_fitted(correlated: MemorySource) -> None:
    matrix = made(["zz", "yy"], correlated, "mean").matrix
    np.testing.assert_allclose(matrix.vector("zz"), correlated.vectors.astype("f8").mean(0), rtol=1e-5)


def test_dropping_all_words_is_an_error(correlated: MemorySource) -> None:
    with pytest.raises(FillError, match="nothing is left"):
        made(["zz", "<pad>"], correlated, "drop", specials={"<pad>": "pad"})


def test_dropped_words_keep_their_counts_and_the_rest_its_order(correlated: MemorySource) -> None:
    vocabulary = Vocabulary(["zz", "k3", "yy", "k1"], [4, 3, 2, 1])
    found = fill(look_up(vocabulary, correlated), "drop")
    assert found.matrix.vocabulary.words == ("k3", "k1")
    assert found.matrix.vocabulary.counts.tolist() == [3, 1]  # type: ignore[union-attr]
    assert found.dropped == (("zz", 4), ("yy", 2))


class TestPieces:
    def pieces(self, word: str, held: list[str], **options) -> tuple[str, ...] | None:
        return made(["k", word], MemorySource(["k", *held]), [Pieces(**options), "mean"]).matrix.rows.pieces[1]

    @pytest.mark.parametrize(
        ("word", "held", "pieces"),
        [
            ("seaside", ["sea", "side", "se", "aside"], ("sea", "side")),
            ("SeaSide", ["sea", "side"], ("sea", "side")),
            ("seasides", ["sea", "side", "s"], None),  # never a single letter
            ("upon", ["up", "on"], ("up", "on")),
            ("new york city", ["new", "york", "city"], ("new", "york", "city")),
            ("ice-cream_van", ["ice", "cream", "van"], ("ice", "cream", "van")),
            ("new yorkers", ["new", "york", "ers"], ("new", "york", "ers")),
            ("银行家", ["银行", "家", "银", "行"], ("银行", "家")),
            ("研究生命", ["研究", "生命", "研究生", "命"], ("研究生", "命")),
            ("北京站", ["北", "京"], None),
            ("covid19", ["covid", "19", "1", "9"], ("covid", "19")),
            ("(seaside)", ["sea", "side"], ("sea", "side")),
            ("ελλάδα", ["ελ", "λάδα"], ("ελ", "λάδα")),
            ("--", ["-"], None),
            ("a", ["b"], None),
        ],
    )
    def test_the_fewest_pieces_that_cover_the_letters(self, word: str, held: list[str], pieces) -> None:
        assert self.pieces(word, held) == pieces

    def test_a_source_of_word_pieces_is_cut_as_it_was_made(self) -> None:
        held = ["##s", "##ing", "the", "surf", "##surf", "kite", "##er"]
        assert self.pieces("kitesurfing", held) == ("kite", "##surf", "##ing")
        held = ["▁the", "▁a", "▁kite", "surf", "ing"]
        assert self.pieces("kitesurfing", held) == ("▁kite", "surf", "ing")

    def test_the_vector_is_the_mean_each_word_of_a_phrase_weighing_the_same(self) -> None:
        source = MemorySource(["sea", "side", "town"])
        matrix = made(["town", "seaside town", "seaside"], source, "pieces").matrix
        np.testing.assert_allclose(matrix.vector("seaside"), 0.5)
        np.testing.assert_allclose(matrix.vector("seaside town"), (0.5 + 2) / 2)

    def test_a_faulty_piece_makes_no_word(self) -> None:
        vectors = np.ones((3, 4), np.float32)
        vectors[1, 1] = np.nan
        matrix = made(["sea", "seaside"], MemorySource(["sea", "side", "x"], vectors), "pieces").matrix
        assert Origin(matrix.rows.origin[1]) is Origin.INVENTED

    def test_all_pieces_of_a_word_are_of_one_source(self) -> None:
        vocabulary = Vocabulary(["k", "seaside"])
        sources = [MemorySource(["k", "sea"], name="one"), MemorySource(["sea", "side"], name="two")]
        located = combine([look_up(vocabulary, source) for source in sources])
        rows = fill(located, "pieces").matrix.rows
        assert rows.pieces[1] == ("sea", "side") and rows.sources[rows.source[1]] == "two"


def test_ngrams_are_fasttexts_own(tmp_path: Path) -> None:
    from gensim.models.fasttext import FastText, save_facebook_model

    model = FastText(
        [["seaside", "landscape", "landing", "sealand"]] * 5, vector_size=8, min_count=1, seed=1, workers=1, bucket=500
    )
    save_facebook_model(model, str(tmp_path / "model.bin"))
    words = ["seaside", "seascape", "landings", "zq"]
    matrix = run(Recipe(vocabulary=words, sources=[str(tmp_path / "model.bin")], oov="ngrams")).matrix
    for word in ("seascape", "landings"):
        np.testing.assert_allclose(matrix.vector(word), model.wv[word], rtol=1e-5, atol=1e-7)
        assert Origin(matrix.rows.origin[matrix.vocabulary.ids[word]]) is Origin.COMPOSED


def datapath(name: str) -> str:
    from gensim.test.utils import datapath

    return datapath(name)


@pytest.mark.parametrize("name", ["lee_fasttext_new.bin", "toy-model.bin", "crime-and-punishment.bin"])
def test_ngrams_of_facebooks_own_files_are_those_of_gensim(name: str) -> None:
    from gensim.models.fasttext import load_facebook_vectors

    reference = load_facebook_vectors(datapath(name))
    missing = ["landscaping", "xqzv", "ünïcödé", "银行", "a b", "x"]
    words = [*reference.index_to_key[:3], *(w for w in missing if w not in reference.key_to_index)]
    build = run(Recipe(vocabulary=words, sources=[datapath(name)], oov=["ngrams", "mean"]))
    matrix = build.matrix
    made = [w for w in words[3:] if Origin(matrix.rows.origin[matrix.vocabulary.ids[w]]) is Origin.COMPOSED]
    assert len(made) >= 4
    for word in made:
        np.testing.assert_allclose(matrix.vector(word), reference[word], rtol=1e-4, atol=1e-6)


class TestNothingKnown:
    @pytest.mark.parametrize("kind", ["mean", "normal", "diagonal", "zeros", ["ngrams", "pieces", "mean"]])
    def test_the_source_tells_what_its_vectors_are_like(self, kind: object, correlated: MemorySource) -> None:
        matrix = made(
            ["<pad>", "<unk>", "zz", "yy"], correlated, kind, specials={"<pad>": "pad", "<unk>": "unk"}
        ).matrix
        mean = correlated.vectors.astype("f8").mean(0)
        assert np.isfinite(matrix.vectors).all() and not matrix.vector("<pad>").any()
        np.testing.assert_allclose(matrix.vector("<unk>"), mean, rtol=1e-4, atol=1e-4)
        assert np.array_equal(matrix.vector("zz"), matrix.vector("yy")) == (kind not in ("normal", "diagonal"))

    def test_special_tokens_alone_are_a_matrix(self, correlated: MemorySource) -> None:
        matrix = made(["<pad>", "<bos>"], correlated, "mean", specials={"<pad>": "pad", "<bos>": "token"}).matrix
        assert not matrix.vector("<pad>").any() and matrix.vector("<bos>").any()

    @pytest.mark.parametrize("kind", ["mean", "normal", "diagonal"])
    def test_a_source_without_a_sound_row_is_a_clear_error(self, kind: str) -> None:
        source = MemorySource(["a", "b"], np.full((2, 4), np.nan, np.float32))
        with pytest.raises(FillError, match="found rows"):
            made(["a", "zz"], source, kind)

    def test_one_found_row_is_a_mean_but_no_distribution(self) -> None:
        source = MemorySource(["sea"])
        assert np.array_equal(made(["sea", "zz"], source, "mean").matrix.vector("zz"), source.vectors[0])
        with pytest.raises(FillError, match="there are 1"):
            made(["sea", "zz"], source, "normal")


def test_faulty_rows_count_as_missing_and_are_filled() -> None:
    vectors = np.random.default_rng(0).standard_normal((6, 4)).astype("f4")
    vectors[1, 0], vectors[4, 2] = np.nan, -np.inf
    source = MemorySource(list("abcdef"), vectors)
    found = made(list("fedcba"), source, "mean")
    assert found.faulty == ("e", "b")
    rows = found.matrix.rows
    assert [Origin(code).name for code in rows.origin] == ["EXACT", "INVENTED", "EXACT", "EXACT", "INVENTED", "EXACT"]
    assert rows.form.tolist() == ["f", None, "d", "c", None, "a"] and rows.rung[[1, 4]].tolist() == [-1, -1]
    np.testing.assert_allclose(found.matrix.vector("e"), vectors[[0, 2, 3, 5]].mean(0), rtol=1e-6)


def test_one_seed_one_word_one_row_in_any_company(correlated: MemorySource) -> None:
    known = [f"k{i}" for i in range(300)]
    for kind in ("normal", "diagonal"):
        alone = made([*known, "zz"], correlated, kind, seed=3).matrix.vector("zz")
        many = [f"y{i}" for i in range(700)]
        crowd = made([*many[:500], "zz", *known[::-1], *many[500:]], correlated, kind, seed=3).matrix.vector("zz")
        assert np.allclose(alone, crowd, rtol=1e-5)
        ordered = made([*many[:500], *known, "zz", *many[500:]], correlated, kind, seed=3).matrix.vector("zz")
        assert alone.tobytes() == ordered.tobytes()
        assert alone.tobytes() != made([*known, "zz"], correlated, kind, seed=4).matrix.vector("zz").tobytes()


def test_in_a_cascade_each_step_gets_what_is_left(correlated: MemorySource) -> None:
    source = MemorySource(["sea", "side", "k"], np.eye(3, 4, dtype=np.float32))
    found = made(["k", "seaside", "zz"], source, ["pieces", "drop"])
    assert found.matrix.vocabulary.words == ("k", "seaside") and found.dropped == (("zz", None),)
    rows = made(["k", "seaside", "zz"], source, ["pieces"]).matrix.rows
    assert [rows.methods[k] if k >= 0 else None for k in rows.method.tolist()] == [None, "pieces", "mean"]
