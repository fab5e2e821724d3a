"""Every kind of combination keeps the same promises. One more kind is one more line in the table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.combining import COMBINATIONS, Align, combine
from core.coverage import measure_coverage
from core.errors import Cancelled
from core.lookup import look_up
from core.matrix import EmbeddingMatrix, Located
from core.oov import fill
from core.rows import Origin
from core.transforms import transform
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource

SHARED = [f"w{i}" for i in range(40)]
ONLY_FIRST, ONLY_SECOND, NOWHERE = ["alpha", "beta"], ["gamma", "delta"], ["zzyzx"]
SPECIALS = {"<pad>": "pad", "<unk>": "unk"}
WORDS = [*SPECIALS, "gamma", *SHARED, "zzyzx", "alpha", "delta", "beta"]

# kind -> the specs of it that the contract runs through.
SPECS: dict[str, list[Any]] = {
    "chain": [{}],
    "align": [{"min_overlap": 10}, {"min_overlap": 10, "map": "ridge"}],
    "concatenate": [{}, {"partial": "zeros"}, {"partial": "missing"}],
    "average": [{}, {"partial": "missing"}],
}
CASES = [
    pytest.param(COMBINATIONS[kind][0](**options), id=" ".join([kind, *map(str, options.values())]))
    for kind, listed in SPECS.items()
    for options in listed
]
each_kind = pytest.mark.parametrize("spec", CASES)


class Unread(MemorySource):
    """A source whose vectors may not be read."""

    def gather(self, *arguments: Any, **named: Any) -> Any:
        raise AssertionError("vectors were read")


def source(words: list[str], *, dim: int = 6, name: str = "one", seed: int = 0, kind: Any = MemorySource) -> Any:
    rng = np.random.default_rng([seed, dim])
    made = kind(words, rng.standard_normal((len(words), dim)).astype(np.float32) + 0.3, name=name)
    object.__setattr__(made.info, "space", None)
    return made


def two(spec: Any, kind: Any = MemorySource) -> list[Any]:
    """Two sources that share some words; of different width where the combination allows it."""
    narrow = 6 if spec.kind == "chain" else 4
    return [
        source([*SHARED, *ONLY_FIRST], kind=kind),
        source([*ONLY_SECOND, *SHARED], dim=narrow, name="two", seed=1, kind=kind),
    ]


def located(sources: list[Any], spec: Any, words: list[str] = WORDS) -> Located:
    vocabulary = Vocabulary(words, None, {w: role for w, role in SPECIALS.items() if w in words})
    return combine([look_up(vocabulary, one) for one in sources], spec)


def built(sources: list[Any], spec: Any, words: list[str] = WORDS) -> EmbeddingMatrix:
    return fill(located(sources, spec, words), "mean").matrix


def row(matrix: EmbeddingMatrix, word: str) -> np.ndarray:
    return matrix.vectors[matrix.vocabulary.ids[word]]


def test_the_table_names_every_kind() -> None:
    assert SPECS.keys() == COMBINATIONS.keys()


@each_kind
def test_coverage_reads_no_vectors(spec: Any) -> None:
    found = located(two(spec, Unread), spec)
    coverage = measure_coverage(found)
    given = 40 if getattr(spec, "partial", "") == "missing" else 44
    assert coverage.types.given == given and coverage.special == 2
    assert sum(part.types.total for part in coverage.sources) == given
    assert found.dim == {"chain": 6, "align": 6, "concatenate": 10, "average": 6}[spec.kind]


@each_kind
def test_misses_are_flagged_and_every_row_of_the_matrix_is_finite(spec: Any) -> None:
    found = located(two(spec), spec)
    missing = [WORDS[i] for i in np.flatnonzero(found.rows.origin == Origin.MISSING)]
    partial = getattr(spec, "partial", "") == "missing"
    assert missing == (["gamma", "zzyzx", "alpha", "delta", "beta"] if partial else ["zzyzx"])
    np.testing.assert_array_equal(found.source_of >= 0, found.rows.known)
    np.testing.assert_array_equal(found.row_ids >= 0, found.rows.known)
    matrix = built(two(spec), spec)
    assert np.isfinite(matrix.vectors).all() and not row(matrix, "<pad>").any()
    assert (matrix.rows.origin[[WORDS.index(w) for w in missing]] == Origin.INVENTED).all()


@each_kind
def test_a_row_depends_on_its_word_and_not_on_the_order(spec: Any) -> None:
    whole = built(two(spec), spec)
    order = np.random.default_rng(3).permutation(len(WORDS))
    again = built(two(spec), spec, [WORDS[i] for i in order])
    given = whole.rows.known[order]
    np.testing.assert_allclose(again.vectors[given], whole.vectors[order][given], atol=1e-6)
    assert again.rows.take(np.argsort(order)).to_arrow(WORDS) == whole.rows.to_arrow(WORDS)


@each_kind
def test_the_same_gives_the_same_bytes(spec: Any) -> None:
    first, second = built(two(spec), spec), built(two(spec), spec)
    assert first.id == second.id
    digests = [located(two(spec), spec).sources[-1].info.digest for _ in range(2)]
    assert digests[0] == digests[1]


@each_kind
def test_words_of_one_source_alone_say_so(spec: Any) -> None:
    matrix = built(two(spec), spec)
    origin = {"align": Origin.MAPPED}.get(spec.kind, Origin.EXACT)
    names = [matrix.rows.sources[k] if k >= 0 else "" for k in matrix.rows.source]
    told = {word: names[matrix.vocabulary.ids[word]] for word in ("w3", "alpha", "gamma", "zzyzx")}
    shared = "one" if spec.kind in ("chain", "align") else "one + two"
    if getattr(spec, "partial", "") == "missing":
        assert told == {"w3": shared, "alpha": "", "gamma": "", "zzyzx": ""}
    else:
        assert told == {"w3": shared, "alpha": "one", "gamma": "two", "zzyzx": ""}
        assert matrix.rows.origin[matrix.vocabulary.ids["gamma"]] == origin
        assert matrix.rows.form[matrix.vocabulary.ids["gamma"]] == "gamma"
    assert matrix.rows.origin[matrix.vocabulary.ids["w3"]] == Origin.EXACT


@each_kind
def test_a_faulty_row_gives_way_to_what_is_left(spec: Any) -> None:
    sources = two(spec)
    sources[0].vectors[[3, 40]] = np.nan  # w3, which both have, and alpha, which only the first has
    found = located(sources, spec)
    filled = fill(found, "mean")
    matrix = filled.matrix
    at = matrix.vocabulary.ids["w3"]
    partial = getattr(spec, "partial", "") == "missing"
    assert set(filled.faulty) == ({"w3"} if partial else {"w3", "alpha"})
    assert matrix.rows.origin[matrix.vocabulary.ids["alpha"]] == Origin.INVENTED
    if partial:
        assert matrix.rows.origin[at] == Origin.INVENTED
    else:
        assert matrix.rows.sources[matrix.rows.source[at]] == "two" and matrix.rows.known[at]
        assert matrix.rows.form[at] == "w3" and np.isfinite(matrix.vectors).all()
        assert row(matrix, "w3").any()


@each_kind
def test_a_single_source_gives_its_own_rows(spec: Any) -> None:
    one = source([*SHARED, *ONLY_FIRST])
    matrix = built([one], spec)
    own = one.vectors[3]
    if spec.kind in ("concatenate", "average"):
        own = own / np.linalg.norm(own)
    np.testing.assert_allclose(row(matrix, "w3"), own, atol=1e-6)
    assert matrix.rows.sources == ("one",)


@each_kind
def test_three_sources_go_together(spec: Any) -> None:
    third = source([*SHARED, "zzyzx"], dim=6 if spec.kind == "chain" else 5, name="three", seed=2)
    matrix = built([*two(spec), third], spec)
    assert np.isfinite(matrix.vectors).all()
    assert matrix.dim == {"chain": 6, "align": 6, "concatenate": 15, "average": 6}[spec.kind]
    at = matrix.vocabulary.ids["zzyzx"]
    if getattr(spec, "partial", "") != "missing":
        assert matrix.rows.sources[matrix.rows.source[at]] == "three"


@each_kind
def test_fills_work_on_what_was_combined(spec: Any) -> None:
    words = ["w1w2", *WORDS]
    for method in ("pieces", "normal", "diagonal", "ngrams"):
        matrix = fill(located(two(spec), spec, words), method).matrix
        assert np.isfinite(matrix.vectors).all() and matrix.vectors[0].any()
    pieces = fill(located(two(spec), spec, words), "pieces").matrix
    assert pieces.rows.origin[0] == Origin.COMPOSED and pieces.rows.pieces[0] == ("w1", "w2")
    assert transform(pieces, ["center", "unit"]).vectors.shape == pieces.vectors.shape


@each_kind
def test_a_vocabulary_of_which_nothing_is_found_is_filled_too(spec: Any) -> None:
    matrix = built(two(spec), spec, ["<pad>", "zzyzx", "quux"])
    assert np.isfinite(matrix.vectors).all() and matrix.vectors[1].any()


@each_kind
def test_the_located_source_locates_gathers_and_composes(spec: Any) -> None:
    joined = located(two(spec), spec).sources[-1]
    ids = joined.locate(["w5", "nowhere", "w7", "w5"])
    assert ids[1] == -1 and ids[0] == ids[3] and (ids[[0, 2]] >= 0).all()
    np.testing.assert_array_equal(joined.locate(["w5", "nowhere", "w7", "w5"]), ids)
    out = np.full((3, joined.info.dim), np.nan, np.float32)
    told: list[int] = []
    assert joined.gather(ids[[2, 0, 3]], out, reached=told.append).all()
    assert np.isfinite(out).all() and (out[1] == out[2]).all() and (out[0] != out[1]).any()
    assert told == sorted(told) and told[-1] == 3
    assert not joined.compose(["w1", "nowhere"], np.full((2, joined.info.dim), np.nan, np.float32)).any()
    assert joined.gather(ids[:0], out[:0]).shape == (0,)


@each_kind
def test_gathering_can_be_stopped(spec: Any) -> None:
    joined = located(two(spec), spec).sources[-1]

    def stop(_rows: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        joined.gather(joined.locate(["w5"]), np.empty((1, joined.info.dim), np.float32), reached=stop)


def test_sources_of_one_space_are_not_mapped() -> None:
    sources = [MemorySource(["sea"], np.ones((1, 3), "f4"), name="a"), MemorySource(["lake"], dim=3, name="b")]
    found = located(sources, Align(), ["sea", "lake"])
    assert found.sources == tuple(sources)
    assert [Origin(code) for code in found.rows.origin] == [Origin.EXACT, Origin.EXACT]


def test_a_suspect_part_is_left_out_where_another_one_is_sound() -> None:
    sources = [source(["US", "it"]), source(["us", "it"], name="two", seed=1)]
    for kind in ("concatenate", "average"):
        found = located(sources, kind, ["US", "it"])
        assert found.rows.sources == ("one + two", "one") and found.rows.source.tolist() == [1, 0]
        assert not found.rows.suspect.any()
