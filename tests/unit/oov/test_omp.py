"""Orthogonal matching pursuit: what scikit-learn finds, many words at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.combining.mapping import unit
from core.errors import FillError
from core.oov import omp
from core.oov.omp import AT_ONCE, Omp, fit_omp, pursue
from core.rows import Origin
from tests.unit.lookup.memory_source import MemorySource
from tests.unit.oov.made_ground import FakeDonor, ground_of, random_donor

DONOR = {"kind": "builtin", "name": "english"}


def spec(**options) -> Omp:
    return Omp.model_validate({"donor": DONOR, **options})


@pytest.mark.parametrize("k", [1, 4, 16])
def test_sums_are_those_of_scikit_learn(k: int) -> None:
    from sklearn.linear_model import orthogonal_mp_gram

    rng = np.random.default_rng(0)
    atoms, keys = unit(rng.standard_normal((200, 24))), unit(rng.standard_normal((AT_ONCE - 3, 24)))
    chosen, weights = pursue(keys, atoms, k)
    theirs = np.asarray(orthogonal_mp_gram(atoms @ atoms.T, atoms @ keys.T, n_nonzero_coefs=k))
    ours = np.zeros((200, len(keys)))
    for i, (at, values) in enumerate(zip(chosen, weights, strict=True)):
        assert len(set(at.tolist())) == k
        ours[at, i] = values
    np.testing.assert_allclose(ours, theirs.reshape(ours.shape), atol=1e-9)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000), st.integers(1, 20))
def test_what_is_left_is_orthogonal_to_what_was_chosen(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    atoms, keys = unit(rng.standard_normal((30, 10))), unit(rng.standard_normal((5, 10)))
    chosen, weights = pursue(keys, atoms, k)
    assert chosen.shape == weights.shape == (5, min(k, 10))
    for key, at, values in zip(keys, chosen, weights, strict=True):
        rest = key - values @ atoms[at]
        # A place with weight 0 was not needed, and holds no atom.
        np.testing.assert_allclose(atoms[at[values != 0]] @ rest, 0, atol=1e-8)


def test_a_key_that_is_an_atom_needs_no_other() -> None:
    atoms = np.eye(4)
    chosen, weights = pursue(np.array([[0, 0, 1.0, 0], [0, 0.6, 0, -0.8], [0, 0, 0, 0]]), atoms, 3)
    assert chosen[0, 0] == 2 and weights[0].tolist() == [1, 0, 0]
    assert chosen[1, :2].tolist() == [3, 1]
    np.testing.assert_allclose(weights[1], [-0.8, 0.6, 0])
    assert not weights[2].any()


def test_the_same_atom_twice_is_taken_once() -> None:
    atoms = unit(np.array([[1.0, 0, 0], [1, 0, 0], [0, 1, 0.5]]))
    chosen, weights = pursue(unit(np.array([[3.0, 2, 0]])), atoms, 3)
    assert np.isfinite(weights).all() and (weights[0] != 0).sum() == 2
    assert set(chosen[0, :2].tolist()) == {0, 2}


def test_a_sum_in_the_donor_is_the_same_sum_here(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = np.eye(4)
    targets = unit(np.random.default_rng(2).standard_normal((4, 6)))
    donor = FakeDonor("abcd", keys, targets, {"x": [3, 0, 4, 0]})
    made = fit_omp(spec(k=2), donor.serve(monkeypatch, omp)).fill(["x", "unheard"])
    middle = targets.mean(axis=0)
    wanted = unit((0.6 * (targets[0] - middle) + 0.8 * (targets[2] - middle) + middle)[None])[0] * donor.length
    np.testing.assert_allclose(made.vectors[0], wanted, rtol=1e-5)
    assert made.done.tolist() == [True, False] and not made.vectors[1].any() and not made.signals[1].any()
    np.testing.assert_allclose(made.signals[0, :2], [0.8, 1])


def test_a_words_row_does_not_depend_on_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    donor = random_donor()
    fitted = fit_omp(spec(k=9), donor.serve(monkeypatch, omp))
    words = [f"x{i}" for i in range(200)]
    whole = fitted.fill(words)
    assert whole.done.all() and np.isfinite(whole.vectors).all()
    for part in (words[::-1], words[7:9], words[199:], ["nothing", *words[3:80]]):
        again = fitted.fill(part)
        for i, word in enumerate(part):
            if word != "nothing":
                assert again.vectors[i].tobytes() == whole.vectors[words.index(word)].tobytes()
                assert again.signals[i].tobytes() == whole.signals[words.index(word)].tobytes()


def test_the_words_of_a_sum_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    donor = FakeDonor("abcd", np.eye(4), np.eye(4), {"x": [3, 0, -4, 0]})
    fitted = fit_omp(spec(k=3), donor.serve(monkeypatch, omp))
    told = fitted.explain("x")
    assert [(one.name, round(one.weight, 6)) for one in told.ingredients] == [("c", -0.8), ("a", 0.6)]
    assert "fake" in told.steps[0] and "2 words" in told.steps[0]
    assert fitted.explain("unheard").ingredients == ()
    assert fitted.origin == Origin.MAPPED and fitted.can_fill(["x", "unheard"]).tolist() == [True, False]
    assert fitted.fill(["unheard"]).signals.shape == (1, len(fitted.signals))


def test_a_donor_that_shares_too_little_is_refused() -> None:
    ground = ground_of(["qqxa", "qqxb"], MemorySource(["qqxa", "qqxb"]))
    with pytest.raises(FillError, match="shares"):
        fit_omp(spec(), ground)
