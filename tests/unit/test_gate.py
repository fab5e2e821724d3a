"""The gate: planted faults are found and named, what the user chose is expected, and sound matrices pass in silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import Cancelled, LexiloomError
from core.gate import BLOCKING, FINDINGS, Finding, Gate, GateError, GateSpec, examine_gate
from core.matrix import EmbeddingMatrix
from core.messages import speaking, translated
from core.pipeline import run
from core.recipe import Recipe
from core.rows import COLUMNS, RUNGS, Origin, Rows
from core.vocabulary.vocabulary import Vocabulary

Array = np.ndarray[Any, Any]


def clustered(n: int = 1000, dim: int = 32, seed: int = 0) -> Array:
    """Rows as words have them: many small groups of near ones, lengths with a smooth tail."""
    draw = np.random.default_rng(seed)
    centers = draw.standard_normal((max(1, n // 20), dim))
    rows = centers[np.arange(n) % len(centers)] + 0.4 * draw.standard_normal((n, dim))
    return (rows * np.exp(0.3 * draw.standard_normal((n, 1)))).astype(np.float32)


def matrix_of(
    vectors: Array,
    words: list[str] | None = None,
    *,
    specials: dict[str, str] | None = None,
    counts: list[int] | None = None,
    history: tuple[str, ...] = (),
    **columns: Any,
) -> EmbeddingMatrix:
    """A matrix of found rows; `columns` are those of `Rows`, `sources` and `methods`."""
    words = words or [f"w{i}" for i in range(len(vectors))]
    given = Rows.missing(len(words)).writable()
    given |= {"origin": np.full(len(words), Origin.EXACT, np.uint8), "form": np.array([*words, None], object)[:-1]}
    given |= {"rung": np.zeros(len(words), np.int8), "source": np.zeros(len(words), np.int16)}
    names = {"sources": columns.pop("sources", ("a.txt",)), "methods": columns.pop("methods", ())}
    for name, cells in columns.items():
        assert name in COLUMNS
        for row, cell in cells.items():
            given[name][row] = cell
    return EmbeddingMatrix(
        Vocabulary(words, counts, specials),
        np.ascontiguousarray(vectors, np.float32),
        Rows(**given, **names),
        history=history,
    )


def one(gate: Gate, kind: str, *, expected: bool = False) -> Finding:
    found = [f for f in gate.findings if f.kind == kind and bool(f.expected) == expected]
    assert len(found) == 1, gate.findings
    return found[0]


def surprises(gate: Gate) -> list[tuple[str, int]]:
    return [(f.kind, f.count) for f in gate.findings if not f.expected]


def test_a_sound_matrix_passes_in_silence() -> None:
    gate = examine_gate(matrix_of(clustered()))
    assert (gate.findings, gate.passed, gate.error()) == ((), True, None)


def test_zeroed_rows_block_and_are_named_most_frequent_first() -> None:
    vectors = clustered()
    at = np.random.default_rng(1).permutation(1000)[:200]
    vectors[at] = 0
    gate = examine_gate(matrix_of(vectors, counts=list(range(1000))))
    found = one(gate, "zero")
    np.testing.assert_array_equal(found.rows, np.sort(at))
    assert (found.count, found.share, found.blocks, gate.passed) == (200, 0.2, True, False)
    assert found.words == tuple(f"w{i}" for i in sorted(at.tolist(), reverse=True)[:20])
    assert surprises(gate) == [("zero", 200)]


def test_padding_and_rows_that_the_fill_makes_zero_are_never_counted() -> None:
    vectors = clustered(100)
    vectors[[0, 5, 6]] = 0
    invented = {5: Origin.INVENTED, 6: Origin.INVENTED}
    gate = examine_gate(
        matrix_of(vectors, specials={"w0": "pad"}, origin=invented, method={5: 0, 6: 0}, methods=("zeros",))
    )
    assert (gate.findings, gate.passed) == ((), True)


@pytest.mark.parametrize(("history", "passed"), [(("fill mean", "center"), True), (("fill mean",), False)])
def test_a_mean_is_expected_to_be_zero_where_it_was_subtracted(history: tuple[str, ...], passed: bool) -> None:
    vectors = clustered(100)
    vectors[[5, 6]] = 0
    invented = {5: Origin.INVENTED, 6: Origin.INVENTED}
    gate = examine_gate(matrix_of(vectors, history=history, origin=invented, method={5: 0, 6: 0}, methods=("mean",)))
    assert one(gate, "zero", expected=passed).count == 2
    assert gate.passed is passed


def test_copies_of_one_row_block() -> None:
    vectors = clustered()
    vectors[100:150] = vectors[7]
    gate = examine_gate(matrix_of(vectors))
    found = one(gate, "identical")
    assert found.rows.tolist() == [7, *range(100, 150)]
    assert (found.count, found.groups[0][0], found.groups[0][1][:2]) == (51, 51, ("w7", "w100"))
    assert found.blocks and not gate.passed and surprises(gate) == [("identical", 51)]


@pytest.mark.parametrize(("n", "alike", "blocks"), [(12, 3, True), (12, 2, False), (400, 9, False), (400, 10, True)])
def test_synonyms_that_share_a_row_are_a_warning_and_a_row_of_many_words_blocks(
    n: int, alike: int, blocks: bool
) -> None:
    vectors = clustered(n)
    vectors[:alike] = vectors[0]
    gate = examine_gate(matrix_of(vectors))
    assert one(gate, "identical").blocks is blocks
    assert gate.passed is not blocks


def test_words_found_as_one_row_are_expected_to_be_equal() -> None:
    words = ["paris", "Paris", "PARIS", *(f"x{i}" for i in range(20))]
    vectors = clustered(23)
    vectors[:3] = vectors[0]
    found = one(examine_gate(matrix_of(vectors, words, form={1: "paris", 2: "paris"})), "identical", expected=True)
    assert (found.groups, found.blocks) == (((3, ("paris", "Paris", "PARIS")),), False)


def test_spellings_that_a_model_does_not_tell_apart_are_expected_to_be_equal() -> None:
    words = ["café", "CAFE", "Cafe\u0301", "ｃａｆｅ", *(f"x{i}" for i in range(20))]
    vectors = clustered(24)
    vectors[:4] = vectors[0]
    assert one(examine_gate(matrix_of(vectors, words)), "identical", expected=True).count == 4


def test_the_same_form_in_two_sources_is_a_surprise() -> None:
    vectors = clustered(20)
    vectors[:2] = vectors[0]
    gate = examine_gate(matrix_of(vectors, form={1: "w0"}, source={1: 1}, sources=("a", "b")))
    assert surprises(gate) == [("identical", 2)]


def composed(pieces: tuple[str, ...], **more: Any) -> EmbeddingMatrix:
    vectors = clustered(40)
    vectors[:4] = vectors[0]
    at = range(4)
    made: dict[str, Any] = {"origin": dict.fromkeys(at, Origin.COMPOSED), "form": dict.fromkeys(at), **more}
    return matrix_of(vectors, **{**made, "pieces": dict.fromkeys(at, pieces)})


def test_words_of_the_same_pieces_are_expected_to_be_equal() -> None:
    assert one(examine_gate(composed(("sea", "side"))), "identical", expected=True).count == 4


def test_one_piece_or_more_of_it_is_the_word_of_that_piece() -> None:
    vectors = clustered(20)
    vectors[:3] = vectors[0]
    gate = examine_gate(
        matrix_of(
            vectors, ["ha", "haha", "ha-ha-ha", *(f"x{i}" for i in range(17))],
            origin={1: Origin.COMPOSED, 2: Origin.COMPOSED}, pieces={1: ("ha", "ha"), 2: ("ha", "ha", "ha")},
        )
    )  # fmt: skip
    assert one(gate, "identical", expected=True).count == 3


@pytest.mark.parametrize("piece", ["[UNK]", "<unk>", "<|unk|>", "<unk_token>", "⁇"])
def test_words_that_hold_the_unknown_piece_block_when_they_are_alike(piece: str) -> None:
    gate = examine_gate(composed((piece, "##s")))
    assert one(gate, "identical").blocks and not gate.passed
    assert not surprises(examine_gate(composed(("unk", "##ind"))))


def test_an_unknown_piece_of_any_name_is_known_by_its_mark() -> None:
    suspect = dict.fromkeys(range(4), True)
    assert one(examine_gate(composed(("?!", "s"), suspect=suspect)), "identical").blocks


def test_words_given_one_row_by_hand_are_expected_to_be_equal() -> None:
    fixed = dict.fromkeys(range(4), RUNGS.index("fix"))
    assert not surprises(examine_gate(composed(("[UNK]", "s"), rung=fixed)))


def test_rows_filled_with_the_mean_are_expected_to_be_equal() -> None:
    vectors = clustered(100)
    vectors[60:] = vectors[:60].mean(axis=0)
    at = range(60, 100)
    gate = examine_gate(
        matrix_of(
            vectors, origin=dict.fromkeys(at, Origin.INVENTED), method=dict.fromkeys(at, 0), methods=("mean",),
            form=dict.fromkeys(at), source=dict.fromkeys(at, -1), rung=dict.fromkeys(at, -1),
        )
    )  # fmt: skip
    found = one(gate, "identical", expected=True)
    assert (found.count, found.blocks, gate.passed) == (40, False, True)


def test_rows_thirty_times_as_long_are_a_warning() -> None:
    vectors = clustered()
    at = np.random.default_rng(2).permutation(1000)[:20]
    vectors[at] *= 30
    gate = examine_gate(matrix_of(vectors))
    np.testing.assert_array_equal(one(gate, "norm").rows, np.sort(at))
    assert gate.passed and surprises(gate) == [("norm", 20)]


@pytest.mark.parametrize("tail", ["lognormal", "exponential", "pareto", "constant", "rounding"])
def test_long_smooth_tails_of_lengths_are_no_outliers(tail: str) -> None:
    draw = np.random.default_rng(3)
    drawn = {
        "lognormal": np.exp(draw.standard_normal(4000)),
        "exponential": 1 + draw.exponential(size=4000),
        "pareto": 1 + draw.pareto(3, 4000),
        "constant": np.ones(4000),
        "rounding": 1 + 1e-7 * draw.standard_normal(4000),
    }[tail]
    rows = clustered(4000, 8)
    rows *= (drawn / np.linalg.norm(rows, axis=1))[:, None]
    assert dict(surprises(examine_gate(matrix_of(rows)))).get("norm", 0) < 0.002 * 4000


def test_composed_rows_are_measured_by_composed_rows() -> None:
    vectors = clustered()
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[500:] /= 10
    vectors[999] *= 10
    made = range(500, 1000)
    matrix = matrix_of(vectors, origin=dict.fromkeys(made, Origin.COMPOSED), form=dict.fromkeys(made))
    assert one(examine_gate(matrix), "norm").words == ("w999",)


def planted_noise(vectors: Array, k: int, seed: int = 4) -> Array:
    """`k` of the rows become Gaussian noise of the same length; which."""
    draw = np.random.default_rng(seed)
    at = draw.permutation(len(vectors))[:k]
    noise = draw.standard_normal((k, vectors.shape[1]))
    lengths = np.linalg.norm(vectors[at], axis=1) / np.linalg.norm(noise, axis=1)
    vectors[at] = noise * lengths[:, None]
    return np.sort(at)


@pytest.mark.parametrize("cone", [0, 3])
def test_rows_of_noise_are_a_warning(cone: float) -> None:
    vectors = clustered(2000, 64) + np.float32(cone)
    at = planted_noise(vectors, 100)
    gate = examine_gate(matrix_of(vectors))
    found = one(gate, "noise")
    assert np.isin(at, found.rows).sum() >= 85 and np.isin(found.rows, at).mean() >= 0.9
    assert gate.passed and not found.blocks and found.tested == 2000


def test_a_matrix_of_noise_alone_is_noise() -> None:
    vectors = np.random.default_rng(5).standard_normal((1000, 50))
    assert one(examine_gate(matrix_of(vectors)), "noise").share > 0.8


def test_random_rows_that_were_asked_for_are_expected() -> None:
    recipe = Recipe(vocabulary={"kind": "given", "words": [f"word{i}" for i in range(300)]}, sources="random:20")
    gate = examine_gate(run(recipe).matrix)
    assert one(gate, "noise", expected=True).count == 300
    assert gate.passed and not surprises(gate)


def test_random_fills_are_expected_and_stand_apart() -> None:
    vectors = clustered(600)
    at = planted_noise(vectors, 200)
    rows: dict[str, Any] = {"origin": Origin.INVENTED, "method": 0, "form": None, "source": -1, "rung": -1}
    columns: dict[str, Any] = {name: dict.fromkeys(at.tolist(), cell) for name, cell in rows.items()}
    gate = examine_gate(matrix_of(vectors, methods=("normal",), **columns))
    np.testing.assert_array_equal(one(gate, "noise", expected=True).rows, at)
    assert not surprises(gate)


def test_a_row_near_to_an_absurd_share_of_words_is_a_warning() -> None:
    draw = np.random.default_rng(6)
    centers = draw.standard_normal((5, 64))
    vectors = centers[np.arange(1000) % 5] + draw.standard_normal((1000, 64))
    vectors[3] = centers[3]
    gate = examine_gate(matrix_of(vectors))
    assert one(gate, "noise").words == ("w3",) and gate.passed


def test_of_many_rows_some_are_tested_and_the_seed_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.gate.NUMBERS", 800 * 32)
    vectors = clustered(2000)
    planted_noise(vectors, 300)
    matrix = matrix_of(vectors)

    def gate(seed: int) -> Gate:
        return examine_gate(matrix, seed=seed, tested=500)

    found = one(gate(1), "noise")
    assert found.tested == 500 and found.count < 150
    assert gate(1).as_dict() == gate(1).as_dict()
    np.testing.assert_array_equal(one(gate(1), "noise").rows, found.rows)
    assert not np.array_equal(one(gate(2), "noise").rows, found.rows)


def test_the_work_can_be_stopped() -> None:
    def stop(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        examine_gate(matrix_of(clustered()), progress=stop)


def test_what_blocks_can_be_accepted_and_stays_on_record() -> None:
    vectors = clustered(100)
    vectors[3] = 0
    refused = examine_gate(matrix_of(vectors)).error()
    assert isinstance(refused, GateError) and isinstance(refused, LexiloomError)
    assert "w3" in str(refused) and '[gate] accept = ["zero"]' in str(refused) and "--accept zero" in str(refused)
    gate = examine_gate(matrix_of(vectors), GateSpec(accept=("zero",)))
    assert gate.passed and gate.error() is None
    assert one(gate, "zero").accepted and one(gate, "zero").blocks
    assert gate.as_dict()["accept"] == ["zero"] and gate.as_dict()["passed"]


def test_what_is_accepted_already_stays_accepted_in_the_advice() -> None:
    vectors = clustered(100)
    vectors[3] = 0
    vectors[10:40] = vectors[10]
    refused = examine_gate(matrix_of(vectors), GateSpec(accept=("identical",))).error()
    assert refused is not None and 'accept = ["identical", "zero"]' in str(refused)
    assert "w10" not in str(refused)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="accept"):
        GateSpec(accept=("nonsense",))  # type: ignore[arg-type]


def test_hostile_words_are_named_in_one_line_and_kept_as_they_are() -> None:
    words = ["<b>x</b>", "a\nb", "\x1b[31m", "😀", "词", "\ud800", "y" * 10_000, "{n}", "\u202e"]
    gate = examine_gate(matrix_of(np.zeros((9, 4)), words))
    assert one(gate, "zero").words == tuple(words)
    told = "".join(str(examine_gate(matrix_of(np.zeros((1, 4)), [word])).error()) for word in words)
    assert told.isprintable() and "{n}" in told and len(told) < 5000
    told.encode()
    json.dumps(gate.as_dict())


def test_a_report_can_be_told_in_another_language() -> None:
    vectors = clustered(100)
    vectors[3] = 0
    with speaking("zh_CN"):
        gate = examine_gate(matrix_of(vectors))
    assert translated(gate.as_dict(), "en")["findings"][0]["text"] == "1 row is zero"
    with speaking("en"):
        assert str(gate.error()).startswith("1 row is zero: w3. ")


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (2, 1), (500, 1), (30, 2)])
def test_small_and_narrow_matrices_are_looked_at_too(shape: tuple[int, int]) -> None:
    gate = examine_gate(matrix_of(np.random.default_rng(0).standard_normal(shape)))
    assert gate.findings == () and gate.passed


def test_constant_and_zero_matrices_block() -> None:
    assert surprises(examine_gate(matrix_of(np.ones((300, 12))))) == [("identical", 300)]
    assert surprises(examine_gate(matrix_of(np.zeros((300, 12))))) == [("zero", 300)]
    assert examine_gate(matrix_of(np.zeros((1, 3)), specials={"w0": "pad"})).findings == ()


small = st.integers(1, 12).flatmap(lambda n: arrays(np.float32, (n, 3), elements=st.integers(-1, 1).map(float)))


@given(small)
def test_every_zero_row_and_every_equal_row_is_counted_once(vectors: Array) -> None:
    gate = examine_gate(matrix_of(vectors))
    rows = [tuple(row) for row in (vectors + 0).tolist()]
    zero = [i for i, row in enumerate(rows) if not any(row)]
    equal = [i for i, row in enumerate(rows) if any(row) and rows.count(row) > 1]
    assert [i for f in gate.findings if f.kind == "zero" for i in f.rows.tolist()] == zero
    assert sorted(i for f in gate.findings if f.kind == "identical" for i in f.rows.tolist()) == equal
    assert gate.passed == (gate.error() is None)
    assert set(BLOCKING) < set(FINDINGS)
    assert all(f.kind in BLOCKING for f in gate.findings if f.blocks)


FILES = {
    "builtin:english": "lists/en_50k_freq.txt",
    "vectors_en/googlenews_8k_300d.bin": "lists/en_50k_freq.txt",
    "vectors_en/glove_twitter_12k_25d.txt": "lists/en_50k_freq.txt",
    "vectors_en/fasttext_wiki-news_1k_300d.vec": "lists/en_50k_freq.txt",
    "vectors_zh/tencent_char_4762_200d.txt": "lists/zh_cn_50k_freq.txt",
}


def real_matrix(source: str, data: Path, n: int = 12_000) -> EmbeddingMatrix:
    words = [line.split(" ")[0] for line in (data / FILES[source]).read_text("utf-8").splitlines()[:n]]
    path = source if source.startswith("builtin") else str(data / source)
    return run(Recipe(vocabulary={"kind": "given", "words": words}, sources=path)).matrix


@pytest.mark.realdata
@pytest.mark.parametrize("source", FILES)
def test_sound_files_pass_in_silence(source: str, data_folder: Path) -> None:
    gate = examine_gate(real_matrix(source, data_folder))
    assert gate.passed and surprises(gate) == []


@pytest.mark.realdata
def test_planted_faults_are_found_in_real_vectors(data_folder: Path) -> None:
    matrix = real_matrix("vectors_en/googlenews_8k_300d.bin", data_folder, 6000)
    known = np.flatnonzero(matrix.rows.is_(Origin.EXACT))
    at = np.random.default_rng(0).permutation(known)
    vectors = matrix.vectors.copy()
    vectors[at[:200]] = 0
    vectors[at[200:250]] = vectors[at[250]]
    vectors[at[300:320]] *= 30
    draw = np.random.default_rng(1)
    noise = draw.standard_normal((100, matrix.dim))
    lengths = np.linalg.norm(vectors[at[400:500]], axis=1) / np.linalg.norm(noise, axis=1)
    vectors[at[400:500]] = noise * lengths[:, None]
    gate = examine_gate(matrix.replace(vectors=vectors))
    assert set(at[:200].tolist()) <= set(one(gate, "zero").rows.tolist())
    assert set(at[200:251].tolist()) <= set(one(gate, "identical").rows.tolist())
    assert set(one(gate, "norm").rows.tolist()) == set(at[300:320].tolist())
    assert np.isin(at[400:500], one(gate, "noise").rows).sum() >= 80
