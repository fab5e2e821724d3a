"""A window's step is the one that the formulas say: its gradients are those of its loss, and its loss falls."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.training.contract import TrainingError
from core.training.spec import GloveSpec, TextsSpec, Word2VecSpec
from core.training.window import SHOWN, Settings, Step, explain_window

WORDS = ("the", "cat", "sat", "on", "mat", "dog", "<b>", "猫")
INDEX = {word: row for row, word in enumerate(WORDS)}
COUNTS = np.array([90, 40, 30, 30, 10, 5, 2, 1])
SENTENCE = ("the", "cat", "sat", "unknown", "on", "the", "mat")
METHODS = ("skipgram", "cbow", "glove")


def tables(dim: int = 5, seed: int = 0) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    rows, contexts = (random.standard_normal((len(WORDS), dim)).astype(np.float32) for _table in range(2))
    biases = tuple(random.standard_normal(len(WORDS)).astype(np.float32) for _side in range(2))
    return {"rows": rows, "contexts": contexts, "biases": biases}


def step(method: Any = "skipgram", at: int = 2, tokens: tuple[str, ...] = SENTENCE, **given: Any) -> Step:
    return explain_window(
        tokens, at, method=method, **{**tables(), "index": INDEX, "counts": COUNTS, "seed": 3, **given}
    )


def moved(found: Step, side: dict[str, Any], table: str, word: str, by: np.ndarray) -> dict[str, Any]:
    other = side[table].astype(np.float64)
    other[INDEX[word]] += by
    return {**side, table: other}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(4))
def test_gradients_are_those_of_the_loss(method: Any, seed: int) -> None:
    side, small = tables(seed=seed), 1e-5
    found = step(method, seed=seed, **side)
    for vector in found.vectors:
        if not vector.table:
            continue
        for k in range(5):
            off = small * np.eye(5)[k]
            up, down = (
                step(method, seed=seed, **moved(found, side, vector.table, vector.word, sign * off)).loss[0]
                for sign in (1, -1)
            )
            assert vector.gradient[k] == pytest.approx((up - down) / (2 * small), rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 1000), at=st.sampled_from([0, 1, 2, 4, 5, 6]), pick=st.integers(0, 9))
def test_a_small_step_lowers_the_loss(method: Any, seed: int, at: int, pick: int) -> None:
    found = step(method, at, seed=seed, pick=pick, settings=Settings(rate=1e-4), **tables(seed=seed))
    assert found.loss[1] <= found.loss[0]
    assert found.loss[0] == pytest.approx(sum(term.loss[0] for term in found.terms))
    assert found.loss[1] == pytest.approx(sum(term.loss[1] for term in found.terms))


def test_skipgram_is_what_torch_makes_of_the_formula() -> None:
    found, side = step(), tables()
    rows, contexts = (
        torch.tensor(side[name], dtype=torch.float64, requires_grad=True) for name in ("rows", "contexts")
    )
    v = rows[INDEX["sat"]]
    loss = -torch.log(torch.sigmoid(contexts[INDEX[SENTENCE[found.pick]]] @ v))
    for word in found.negatives:
        loss = loss - torch.log(torch.sigmoid(-contexts[INDEX[word]] @ v))
    loss.backward()
    assert found.loss[0] == pytest.approx(loss.item())
    for vector in found.vectors:
        gradient = (rows if vector.table == "rows" else contexts).grad
        assert gradient is not None
        assert vector.gradient == pytest.approx(gradient[INDEX[vector.word]].tolist())
        assert vector.after == pytest.approx((np.array(vector.before) - 0.025 * np.array(vector.gradient)).tolist())


def test_cbow_predicts_from_the_mean_of_its_window() -> None:
    found, side = step("cbow", 4, seed=1), tables()
    words = [SENTENCE[place] for place in found.contexts]
    mean = np.mean([side["rows"][INDEX[word]] for word in words], axis=0)
    (h,) = [vector for vector in found.vectors if vector.role == "mean"]
    assert h.before == pytest.approx(mean.tolist(), rel=1e-5)
    assert found.terms[0].word == "on" and found.terms[0].score[0] == pytest.approx(
        side["contexts"][3] @ mean, rel=1e-4
    )


def test_a_word_that_is_twice_in_the_window_of_cbow_moves_by_both_shares() -> None:
    found = step("cbow", 1, tokens=("the", "cat", "the"), settings=Settings(window=1))
    (the,), (h,) = ([v for v in found.vectors if v.role == role] for role in ("context", "mean"))
    assert the.gradient == pytest.approx(h.gradient) and the.before == h.before


def test_glove_takes_the_programs_first_step_on_the_count_of_the_sentence() -> None:
    found, side = step("glove", 2, pick=0, settings=Settings(rate=0.05, x_max=10, alpha=0.75)), tables()
    cell = found.cell
    assert cell is not None and cell.x_of == "sentence"
    # "the" is two known words to the left of "sat", and two to its right.
    assert cell.x == pytest.approx(1 / 2 + 1 / 2)
    w, c = side["rows"][2].astype(float), side["contexts"][0].astype(float)
    b, d = float(side["biases"][0][2]), float(side["biases"][1][0])
    difference = w @ c + b + d - np.log(cell.x)
    assert cell.difference[0] == pytest.approx(difference)
    assert cell.weight == pytest.approx((cell.x / 10) ** 0.75)
    assert found.loss[0] == pytest.approx(cell.weight * difference**2)
    assert found.vectors[0].after == pytest.approx((w - 0.05 * cell.weight * difference * c).tolist())
    assert cell.biases[0] == pytest.approx((b, b - 0.05 * cell.weight * difference))


def test_glove_takes_the_count_of_the_corpus_where_it_is_given() -> None:
    found = step("glove", x=40.0)
    assert found.cell is not None and found.cell.x_of == "corpus" and found.cell.weight == 1
    assert found.cell.log_x == pytest.approx(np.log(40))


def test_glove_without_the_right_side_sees_the_left_alone() -> None:
    found = step("glove", 4, settings=Settings(symmetric=False))
    assert found.contexts == (0, 1, 2)


def test_reach_is_drawn_for_word2vec_and_full_for_glove() -> None:
    reaches = {step(seed=seed, settings=Settings(window=4)).reach for seed in range(60)}
    assert reaches == {1, 2, 3, 4} and step().drawn
    assert step("glove", settings=Settings(window=2)).reach == 2 and not step("glove").drawn


def test_words_without_a_vector_are_as_if_they_were_not_there() -> None:
    found = step("glove", 2, settings=Settings(window=1))
    assert found.contexts == (1, 4) and found.known == (True, True, True, False, True, True, True)
    assert any("1 word of the sentence has no vector" in note for note in found.notes)


@given(st.integers(0, 500))
def test_negatives_are_never_the_word_that_is_wanted(seed: int) -> None:
    found = step(seed=seed)
    assert found.terms[0].word not in found.negatives
    lacking = 5 - len(found.negatives)
    assert any("left out" in note and str(lacking) in note for note in found.notes) == bool(lacking)


def test_frequent_words_are_drawn_by_their_counts_to_the_power() -> None:
    drawn = [w for seed in range(300) for w in step(seed=seed, settings=Settings(negatives=20), pick=0).negatives]
    target_free = [w for w in drawn if w in ("dog", "猫")]
    assert target_free.count("dog") / target_free.count("猫") == pytest.approx(5**0.75, rel=0.3)


def test_the_same_seed_shows_the_same_window() -> None:
    assert step(seed=9) == step(seed=9)


def test_pictures_get_the_first_numbers_of_long_vectors() -> None:
    found = step(**tables(dim=100))
    assert found.dim == 100 and {len(vector.before) for vector in found.vectors} == {SHOWN}
    assert found.vectors[0].norms[0] == pytest.approx(np.linalg.norm(tables(dim=100)["rows"][2].astype(float)))


@pytest.mark.parametrize("method", METHODS)
def test_a_step_is_told_in_json(method: Any) -> None:
    told = json.loads(json.dumps(step(method).as_dict()))
    assert told["method"] == method and told["tokens"][3] == "unknown" and len(told["formulas"]) >= 4


def test_formulas_are_those_of_the_papers() -> None:
    skipgram, cbow, glove = ({str(f.title): f for f in step(method).formulas} for method in METHODS)
    assert skipgram["Loss"].symbols == r"-\log \sigma(u_c \cdot v_w) - \sum_k \log \sigma(-u_{n_k} \cdot v_w)"
    assert skipgram["Negatives"].symbols == r"n \sim \mathrm{unigram}^{0.75}"
    assert cbow["Mean of the window"].symbols == r"h = \frac{1}{2m} \sum v_{\mathrm{context}}"
    assert glove["Weight"].symbols == r"f(x) = \min\left(1, (x / x_{\max})^{\alpha}\right)"
    assert skipgram["Loss"].numbers.endswith(f"= {step().loss[0]:.3f}")


def test_settings_are_those_that_a_spec_has() -> None:
    texts = TextsSpec(paths=("a",))
    assert Settings.of(Word2VecSpec(texts=texts, window=7, negatives=2)) == Settings(window=7, negatives=2)
    assert Settings.of(GloveSpec(texts=texts, x_max=100.0)) == Settings(window=15, x_max=100.0, rate=0.05)


@pytest.mark.parametrize(
    ("tokens", "at", "told"),
    [
        (SENTENCE, 7, "no word 8 in a sentence of 7"),
        (SENTENCE, -1, "no word 0"),
        (SENTENCE, 3, "'unknown' has no vector"),
        (("cat",), 0, "stands beside 'cat'"),
        (("cat", "unknown"), 0, "stands beside 'cat'"),
    ],
)
def test_words_that_have_no_window_are_told_in_words(tokens: tuple[str, ...], at: int, told: str) -> None:
    with pytest.raises(TrainingError, match=told):
        step(tokens=tokens, at=at)
