"""The maths of maps between spaces: rotations come back, noise is told as such."""

from __future__ import annotations

import numpy as np
import pytest

from core.combining import Align, combine
from core.combining.mapping import fit_map, hold_out, unit
from core.combining.overlap import find_overlap
from core.errors import SourceError
from core.lookup import look_up
from core.oov import fill
from core.rows import Origin
from core.seams import describe_seam, measure_seams
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource

WORDS = [f"w{i}" for i in range(2000)]


def rotation(dim: int, seed: int = 7) -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((dim, dim)))[0]


def rows(n: int, dim: int, *, rank: int | None = None, seed: int = 0) -> np.ndarray:
    """Rows with an offset that all share, as word vectors have."""
    rng = np.random.default_rng(seed)
    made = rng.standard_normal((n, rank or dim)) @ rng.standard_normal((rank or dim, dim))
    return (made + 2 * rng.standard_normal(dim)).astype(np.float32)


def strangers(*sources: MemorySource) -> list[MemorySource]:
    for one in sources:
        object.__setattr__(one.info, "space", None)
    return list(sources)


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (unit(a) * unit(b)).sum(1)


def aligned(known: np.ndarray, other: np.ndarray, *, held: int, spec: Align) -> tuple[np.ndarray, object, object]:
    """The rows, by align, of all WORDS of which the first source holds the first `held`."""
    sources = strangers(
        MemorySource(WORDS[:held], known[:held], name="A"), MemorySource(WORDS[::-1], other[::-1], name="B")
    )
    found = combine([look_up(Vocabulary(WORDS), one) for one in sources], spec)
    matrix = fill(found, "mean").matrix
    return matrix.vectors, matrix, found


@pytest.mark.parametrize("kind", ["procrustes", "ridge"])
def test_a_rotated_copy_is_mapped_back(kind: str) -> None:
    known = rows(2000, 64)
    found, matrix, _found = aligned(known, known @ rotation(64).astype("f4"), held=1000, spec=Align(map=kind))
    assert (matrix.rows.origin[1000:] == Origin.MAPPED).all()  # type: ignore[attr-defined]
    assert cosines(found[1000:], known[1000:]).min() > (0.9999 if kind == "procrustes" else 0.99)
    np.testing.assert_array_equal(found[:1000], known[:1000])
    lengths = [np.median(np.linalg.norm(part, axis=1)) for part in (found[1000:], known[:1000])]
    assert lengths[0] == pytest.approx(lengths[1], rel=0.05)


@pytest.mark.parametrize(("wide", "narrow"), [(64, 32), (32, 64)])
def test_spaces_of_different_width_are_mapped_as_far_as_they_go(wide: int, narrow: int) -> None:
    known = rows(2000, min(wide, narrow), rank=20)
    bigger = np.hstack([known, np.zeros((2000, abs(wide - narrow)), "f4")]) @ rotation(64).astype("f4")
    onto, other = (known, bigger) if wide > narrow else (bigger, known)
    found, _matrix, _located = aligned(onto, other, held=1000, spec=Align())
    assert cosines(found[1000:], onto[1000:]).min() > 0.999


def test_a_map_keeps_angles_and_lengths_are_alike() -> None:
    X, Y = rows(500, 12), rows(500, 20, seed=1)
    fitted = fit_map("procrustes", X, Y)
    gram = fitted.matrix @ fitted.matrix.T
    np.testing.assert_allclose(gram, np.eye(12) * gram[0, 0], atol=1e-6)
    lengths = np.median(np.linalg.norm(fitted(X), axis=1)), np.median(np.linalg.norm(Y, axis=1))
    assert lengths[0] == pytest.approx(lengths[1], rel=1e-6)


def test_directions_that_the_overlap_does_not_tell_are_left_out() -> None:
    X = rows(500, 12)
    X[:, 5:] = 0
    fitted = fit_map("procrustes", X, rows(500, 12, seed=1))
    assert np.linalg.matrix_rank(fitted.matrix) == 5


def test_rows_of_zeros_and_extreme_values_are_mapped_to_finite_rows() -> None:
    X = rows(500, 8)
    fitted = fit_map("procrustes", X, X)
    extreme = np.zeros((3, 8), np.float32)
    extreme[1], extreme[2] = 3e38, 1e-42
    mapped = fitted(extreme)
    assert np.isfinite(mapped).all()
    np.testing.assert_allclose(mapped[0], fitted.target * fitted.scale)


def test_held_out_words_tell_a_good_map_from_none() -> None:
    X = rows(1000, 20)
    good = hold_out("procrustes", X, X @ rotation(20).astype("f4"))
    none = hold_out("procrustes", X, rows(1000, 20, seed=9))
    assert good.cosines.min() > 0.999 and good.first.all() and set(good.among.tolist()) == {200}
    assert none.cosines.mean() - none.others.mean() < 0.1 and none.first.mean() < 0.1


def test_the_seam_is_measured_and_told() -> None:
    known = rows(2000, 30)
    _vectors, matrix, found = aligned(known, known @ rotation(30).astype("f4"), held=1000, spec=Align())
    (seam,) = measure_seams(found, matrix)  # type: ignore[arg-type]
    assert (seam.source, seam.onto, seam.overlap, seam.listed, seam.mapped) == ("B", "A", 1000, 0, 1000)
    assert seam.cosine > 0.999 and seam.first == 1 and seam.among == 200
    assert seam.low is not None and seam.high is not None and seam.low <= seam.cosine <= seam.high
    assert seam.expected == pytest.approx(0.5, abs=0.001) and seam.across == pytest.approx(0.5, abs=0.05)
    assert len(seam.examples) == 5 and seam.examples[0][0] == "w1000"
    told = describe_seam(seam.as_dict())
    assert told[0].startswith("B is mapped into the space of A") and len(told) == 8


def test_a_chain_has_no_seam() -> None:
    sources = [MemorySource(["sea"], dim=3), MemorySource(["lake"], dim=3)]
    found = combine([look_up(Vocabulary(["sea", "lake"]), one) for one in sources])
    assert measure_seams(found, fill(found, "mean").matrix) == []


def test_a_small_overlap_is_refused_when_rows_are_read() -> None:
    known = rows(2000, 30)
    sources = strangers(MemorySource(WORDS[:300], known[:300], name="A"), MemorySource(WORDS, known, name="B"))
    found = combine([look_up(Vocabulary(WORDS), one) for one in sources], "align")
    with pytest.raises(SourceError, match=r"B and A share 300 words, .* on 500 or more.*concatenate"):
        fill(found, "mean")
    found = combine([look_up(Vocabulary(WORDS), one) for one in sources], Align(min_overlap=200))
    assert fill(found, "mean").matrix.rows.known.all()


def test_a_rotation_wants_twice_as_many_words_as_dimensions() -> None:
    known = rows(100, 60)
    sources = strangers(MemorySource(WORDS[:90], known[:90], name="A"), MemorySource(WORDS[:100], known, name="B"))
    found = combine([look_up(Vocabulary(WORDS[:100]), one) for one in sources], Align(min_overlap=10))
    with pytest.raises(SourceError, match=r"share 90 words, .* on 120 or more"):
        fill(found, "mean")


def test_a_small_vocabulary_is_extended_by_what_the_source_lists() -> None:
    known = rows(2000, 30)
    sources = strangers(MemorySource(WORDS[:1500], known[:1500], name="A"), MemorySource(WORDS, known, name="B"))
    words = ["w3", "w4", "w1800", "nowhere"]
    lookups = [look_up(Vocabulary(words), one) for one in sources]
    overlap = find_overlap(lookups[0], lookups[1], 500)
    assert len(overlap) == 1500 and overlap.listed.sum() == 1498
    np.testing.assert_array_equal(overlap.onto, overlap.rows)
    matrix = fill(combine(lookups, "align"), "mean").matrix
    assert cosines(matrix.vectors[[2]], known[[1800]])[0] > 0.999


def test_words_found_under_different_spellings_are_no_overlap() -> None:
    vocabulary = Vocabulary(["Sea", "lake", "US", "hills"])
    one, other = MemorySource(["sea", "lake", "us", "hills"]), MemorySource(["Sea", "lake", "US", "hills"])
    overlap = find_overlap(look_up(vocabulary, one), look_up(vocabulary, other), 1)
    assert sorted(overlap.onto.tolist()) == [1, 3]
