"""The fill that carries over a donor's rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.combining import combine
from core.errors import FillError
from core.lookup import look_up
from core.oov import fill
from core.oov.blend import Blend, fit_blend
from core.oov.buffer import Buffer
from core.oov.donor import Donor, DonorRows, fit_donor
from core.oov.ground import Ground
from core.oov.kernel import KernelRidge
from core.oov.pieces import Pieces
from core.rows import Origin
from core.sources import FileSpec, read_widely
from core.sources.hf import HfSpec
from core.sources.protocol import Context
from core.vocabulary import Vocabulary
from core.workspace.workspace import Workspace
from tests.unit.lookup.memory_source import MemorySource

DIM, WIDE, SHARED, HIDDEN = 12, 20, 400, 30
WORDS = [f"word{chr(97 + i % 26)}{i}" for i in range(SHARED + HIDDEN)]


def truth(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows here and in the donor: both bent images of one hidden space."""
    rng = np.random.default_rng(seed)
    inner = rng.standard_normal((len(WORDS), 8))
    here = np.tanh(inner @ rng.standard_normal((8, DIM))) + 0.3
    there = np.tanh(inner @ rng.standard_normal((8, WIDE))) - 0.2
    return here.astype("f4"), there.astype("f4")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _here, there = truth()
    lines = [f"{len(WORDS)} {WIDE}"]
    lines += [f"{word} {' '.join(f'{x:.5f}' for x in row)}" for word, row in zip(WORDS, there, strict=True)]
    (tmp_path / "donor.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def buffer(folder: Path, words: list[str] = WORDS) -> Buffer:
    here, _there = truth()
    held = MemorySource(WORDS[:SHARED], here[:SHARED])
    context = Context(workspace=Workspace(folder / "workspace"))
    return Buffer(combine([look_up(Vocabulary(words), held)]), 0, context)


def donor(folder: Path, **options: object) -> Donor:
    return Donor(donor=FileSpec(path=str(folder / "donor.txt")), **{"min_overlap": 50, **options})  # type: ignore[arg-type]


def cosines(made: np.ndarray, rows: np.ndarray) -> np.ndarray:
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (made.astype("f8"), rows.astype("f8")))
    return (a * b).sum(1)


class TestDonor:
    def test_rows_come_near_to_the_truth_and_far_nearer_than_the_mean(self, folder: Path) -> None:
        here, _there = truth()
        ground = Ground(buffer(folder))
        made = fit_donor(donor(folder), ground).fill(WORDS[SHARED:])
        assert made.done.all()
        assert cosines(made.vectors, here[SHARED:]).mean() > 0.85
        mean = np.tile(here[:SHARED].mean(0), (HIDDEN, 1))
        assert cosines(made.vectors, here[SHARED:]).mean() > cosines(mean, here[SHARED:]).mean() + 0.2

    def test_rows_are_as_long_as_known_ones(self, folder: Path) -> None:
        ground = Ground(buffer(folder))
        made = fit_donor(donor(folder), ground).fill(WORDS[SHARED:])
        np.testing.assert_allclose(np.linalg.norm(made.vectors, axis=1), ground.pool.length, rtol=1e-5)

    def test_a_word_that_the_donor_lacks_is_left(self, folder: Path) -> None:
        fitted = fit_donor(donor(folder), Ground(buffer(folder, [*WORDS, "unheard"])))
        assert fitted.can_fill(["unheard", WORDS[-1]]).tolist() == [False, True]
        made = fitted.fill(["unheard", WORDS[-1]])
        assert made.done.tolist() == [False, True] and not made.vectors[0].any()

    def test_a_row_is_the_same_in_any_company(self, folder: Path) -> None:
        fitted = fit_donor(donor(folder), Ground(buffer(folder)))
        whole = fitted.fill(WORDS[SHARED:]).vectors
        for k in (0, 7, HIDDEN - 1):
            assert fitted.fill([WORDS[SHARED + k]]).vectors[0].tobytes() == whole[k].tobytes()

    def test_the_build_says_mapped_by_which_fill_and_from_which_donor(self, folder: Path) -> None:
        here, _there = truth()
        located = combine([look_up(Vocabulary(WORDS), MemorySource(WORDS[:SHARED], here[:SHARED]))])
        found = fill(located, [donor(folder), "mean"], context=Context(workspace=Workspace(folder / "workspace")))
        rows = found.matrix.rows
        assert (rows.origin[SHARED:] == Origin.MAPPED).all()
        assert {rows.methods[k] for k in rows.method[SHARED:].tolist()} == {"donor"}
        assert [name for name, _digest in found.inputs] == ["donor.txt"]
        confidences = rows.confidence[SHARED:]
        assert (confidences > 0.8).all() and np.isnan(rows.confidence[:SHARED]).all()

    def test_too_small_an_overlap_says_how_many_are_needed(self, folder: Path) -> None:
        with pytest.raises(FillError, match=r"shares 400 words .* 500 or more") as caught:
            fit_donor(donor(folder, min_overlap=500), Ground(buffer(folder)))
        assert caught.value.fix

    def test_an_explanation_names_the_nearest_words_of_the_overlap(self, folder: Path) -> None:
        fitted = fit_donor(donor(folder), Ground(buffer(folder)))
        told = fitted.explain(WORDS[-1])
        assert told.ingredients and all(one.name in WORDS[:SHARED] for one in told.ingredients)
        weights = [one.weight for one in told.ingredients]
        assert weights == sorted(weights, reverse=True) and told.steps
        assert not fitted.explain("unheard").steps

    def test_constant_rows_do_no_harm(self, folder: Path) -> None:
        held = MemorySource(WORDS[:SHARED], np.ones((SHARED, DIM), "f4"))
        located = combine([look_up(Vocabulary(WORDS), held)])
        ground = Ground(Buffer(located, 0, Context(workspace=Workspace(folder / "workspace"))))
        made = fit_donor(donor(folder), ground).fill(WORDS[SHARED:])
        np.testing.assert_allclose(made.vectors, 1, rtol=1e-5)


class TestDonorRows:
    def test_keys_have_length_1_and_no_common_offset(self, folder: Path) -> None:
        rows = DonorRows(FileSpec(path=str(folder / "donor.txt")), Ground(buffer(folder)), 50)
        np.testing.assert_allclose(np.linalg.norm(rows.keys, axis=1), 1)
        assert np.linalg.norm(rows.keys.mean(0)) < 0.2
        assert rows.words == tuple(WORDS[:SHARED])

    def test_a_hidden_word_is_no_part_of_the_overlap(self, folder: Path) -> None:
        ground = Ground(buffer(folder)).without(np.array([3]))
        assert WORDS[3] not in DonorRows(FileSpec(path=str(folder / "donor.txt")), ground, 50).words

    def test_a_transformer_is_read_widely_unless_it_is_told_how(self) -> None:
        spec, parts = read_widely(HfSpec(path="model"))
        assert parts == 3 and spec.layers == "0+lower+last" and spec.pooling == "mean"
        assert read_widely(HfSpec(path="model", layers="last")) == (HfSpec(path="model", layers="last"), 1)
        assert read_widely(FileSpec(path="x")) == (FileSpec(path="x"), 1)


class TestKernelRidge:
    def test_it_is_scikit_learns(self) -> None:
        from sklearn.kernel_ridge import KernelRidge as Theirs

        rng = np.random.default_rng(2)
        keys, asked = rng.standard_normal((60, 5)), rng.standard_normal((9, 5))
        keys, asked = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (keys, asked))
        targets = rng.standard_normal((60, 4))
        ours = KernelRidge(keys, targets, sharpness=1.5, ridge=0.2)
        theirs = Theirs(alpha=0.2, kernel="rbf", gamma=0.75).fit(keys, targets - targets.mean(0)).predict(asked)
        theirs += targets.mean(0)
        theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
        np.testing.assert_allclose(ours(asked).rows, theirs, atol=1e-5)


class TestBlend:
    def test_a_single_part_that_can_makes_the_word_alone(self, folder: Path) -> None:
        ground = Ground(buffer(folder, [*WORDS, "worda0 wordb1"]))
        fitted = fit_blend(Blend(parts=(donor(folder), Pieces()), weights=(0.75, 0.25)), ground)
        alone = fit_donor(donor(folder), ground).fill(WORDS[SHARED:][:1]).vectors
        only = [word for word in WORDS[SHARED:] if not fitted._parts[1].can_fill([word])[0]]
        if only:
            np.testing.assert_allclose(
                fitted.fill(only[:1]).vectors, fit_donor(donor(folder), ground).fill(only[:1]).vectors, rtol=1e-4
            )
        assert alone.any()

    def test_the_mean_is_of_rows_at_unit_length_by_their_weights(self, folder: Path) -> None:
        ground = Ground(buffer(folder))
        one, other = donor(folder), donor(folder, sharpness=4.0)
        made = fit_blend(Blend(parts=(one, other), weights=(0.75, 0.25)), ground).fill(WORDS[SHARED:])
        parts = [fit_donor(part, ground).fill(WORDS[SHARED:]).vectors for part in (one, other)]
        units = [p / np.linalg.norm(p, axis=1, keepdims=True) for p in parts]
        wanted = 0.75 * units[0] + 0.25 * units[1]
        wanted *= ground.pool.length / np.linalg.norm(wanted, axis=1, keepdims=True)
        np.testing.assert_allclose(made.vectors, wanted, rtol=1e-4)

    @pytest.mark.parametrize("weights", [(0.5,), (0.0, 0.0), (1.0, 0.5, 0.2), (-1.0, 1.0)])
    def test_weights_must_fit(self, folder: Path, weights: tuple[float, ...]) -> None:
        with pytest.raises(ValueError, match=r"weight|greater than or equal"):
            Blend(parts=(donor(folder), Pieces()), weights=weights)
