from __future__ import annotations

import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.progress import Cancelled
from core.training import glove as module
from core.training.contract import Ground, Start, TrainingError
from core.training.cooccurrence import Cooccurrences, count_cooccurrences
from core.training.glove import Glove, make_glove
from core.training.glove_cells import Deck
from core.training.glove_kernels import place_of
from core.training.spec import GloveSpec, TextsSpec
from core.training.tokens import Corpus

SEA = ["ship", "wave", "sail", "harbor", "anchor", "storm", "sailor", "tide"]
BAKE = ["bread", "oven", "flour", "dough", "crust", "yeast", "baker", "knead"]


def topics(n: int = 600, seed: int = 0) -> list[list[str]]:
    """Sentences on one of two topics, each with a word of the other: GloVe learns from pairs that are there."""
    rng = np.random.default_rng(seed)
    return [[*rng.choice((SEA, BAKE)[k % 2], 8), rng.choice((BAKE, SEA)[k % 2]), "the"] for k in range(n)]


def spec(**settings: Any) -> GloveSpec:
    plain: dict[str, Any] = {"dim": 12, "window": 5, "workers": 1, "min_count": 1}
    return GloveSpec(texts=TextsSpec(paths=("text.txt",)), **plain | settings)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.made(tmp_path / "corpus", topics())


def made(corpus: Corpus, folder: Path, start: Start | None = None, **settings: Any) -> Glove:
    trainer = make_glove(spec(**settings), corpus, Ground(folder, start))
    assert isinstance(trainer, Glove)
    return trainer


def epochs(trainer: Any, first: int, last: int) -> None:
    for epoch in range(first, last):
        assert sum(trainer.part(epoch, part, last) for part in range(trainer.parts)) == trainer.total


def started(corpus: Corpus, *, known: int | None = None, kept: bool = False, dim: int = 12) -> Start:
    rng = np.random.default_rng(5)
    words = len(corpus.words)
    which = np.arange(words) < (words if known is None else known)
    rows = (rng.normal(size=(words, dim)) * which[:, None]).astype(np.float32)
    arrays: dict[str, Any] = {}
    if kept:
        arrays = {name: rng.normal(size=(words, dim)).astype(np.float32) for name in ("words", "contexts")}
        arrays |= {f"{name}_biases": rng.normal(size=words).astype(np.float32) for name in ("word", "context")}
    return Start(rows, which, "old.npy", "00", arrays)


def visited(deck: Deck, epoch: int) -> list[tuple[float, ...]]:
    """Row, column, logarithm and weight of all cells in the order in which an epoch visits them."""
    found = []
    for part in range(deck.parts):
        turns = deck.turns(epoch, part)
        for turn in range(turns.first, turns.last):
            at = place_of(turn, turns.bits, turns.keys)
            if at < len(turns.cells):
                found.append((*turns.cells.ids[at, :2].tolist(), *turns.cells.reals[at, 2:].tolist()))
    return found


def as_the_authors_do(trainer: Glove, rate: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Vectors and biases after an epoch of glove.c, in float64, and the cost that it prints."""
    work = trainer._work
    n, d = work.parameters.words, work.parameters.dim
    w, b = work.parameters.vectors[:, 0, :d].astype(float), work.parameters.biases[:, 0].astype(float)
    w_squares, b_squares = np.ones_like(w), np.ones_like(b)
    cost = 0.0
    for row, column, log, f in visited(work.deck, 0):
        i, j = int(row), int(column) + n
        diff = w[i] @ w[j] + b[i] + b[j] - log
        pull = f * diff
        cost += 0.5 * pull * diff
        one, two = np.clip(pull * w[j], -100, 100) * rate, np.clip(pull * w[i], -100, 100) * rate
        w[i] -= one / np.sqrt(w_squares[i])
        w[j] -= two / np.sqrt(w_squares[j])
        w_squares[i] += one**2
        w_squares[j] += two**2
        for k in (i, j):
            b[k] -= pull / np.sqrt(b_squares[k])
            b_squares[k] += pull**2
    return w, b, cost / trainer.total


@pytest.mark.parametrize("symmetric", [True, False])
def test_an_epoch_is_that_of_the_authors_program(corpus: Corpus, tmp_path: Path, symmetric: bool) -> None:
    trainer = made(corpus, tmp_path / "g", rate=0.2, symmetric=symmetric)
    vectors, biases, cost = as_the_authors_do(trainer, 0.2)
    epochs(trainer, 0, 1)
    kept, n = trainer.kept(), len(corpus.words)
    assert np.concatenate([kept["words"], kept["contexts"]]) == pytest.approx(vectors, abs=1e-4)
    assert np.concatenate([kept["word_biases"], kept["context_biases"]]) == pytest.approx(biases, abs=1e-4)
    assert trainer.rows() == pytest.approx(vectors[:n] + vectors[n:], abs=1e-4)
    assert trainer.cost == pytest.approx(cost, rel=1e-4)


def whole_cost(deck: Deck, words: np.ndarray, biases: np.ndarray, start: Start, anchor: float) -> float:
    n = len(words) // 2
    table = np.array(visited(deck, 0))
    i, j = table[:, 0].astype(int), table[:, 1].astype(int) + n
    diff = (words[i] * words[j]).sum(1) + biases[i] + biases[j] - table[:, 2]
    off = (words[:n] + words[n:] - start.rows)[start.known]
    return float((0.5 * table[:, 3] * diff**2).sum() + anchor * (off**2).sum())


@pytest.mark.parametrize("anchor", [0.0, 0.7])
def test_small_steps_follow_the_gradient_of_the_whole_cost(tmp_path: Path, anchor: float) -> None:
    corpus = Corpus.made(tmp_path / "corpus", [["a", "b", "c"], ["b", "d", "a"], ["d", "c"]])
    start = started(corpus, known=3, dim=3)
    rate = 1e-3
    trainer = made(corpus, tmp_path / "g", start, dim=3, rate=rate, anchor=anchor, x_max=0.7)
    parameters, deck = trainer._work.parameters, trainer._work.deck
    rng = np.random.default_rng(0)
    parameters.vectors[:, 0, :3] = rng.normal(size=(8, 3))
    parameters.biases[:, 1] = 1e8  # they take steps of 1e-4 then
    words, biases = parameters.vectors[:, 0, :3].astype(float), parameters.biases[:, 0].astype(float)
    epochs(trainer, 0, 1)
    for place in np.ndindex(8, 3):
        step = np.zeros((8, 3))
        step[place] = 1e-5
        up, down = (whole_cost(deck, words + s, biases, start, anchor) for s in (step, -step))
        moved = float(parameters.vectors[:, 0, :3][place] - words[place])
        assert moved / -rate == pytest.approx((up - down) / 2e-5, rel=0.02, abs=0.03)
    for k in range(8):
        step_b = np.eye(8)[k] * 1e-5
        up, down = (whole_cost(deck, words, biases + s, start, anchor) for s in (step_b, -step_b))
        assert float(parameters.biases[k, 0] - biases[k]) * -1e4 == pytest.approx(
            (up - down) / 2e-5, rel=0.02, abs=0.03
        )


def test_known_words_start_as_halves_of_their_rows(corpus: Corpus, tmp_path: Path) -> None:
    start = started(corpus, known=6)
    free, trainer = made(corpus, tmp_path / "free"), made(corpus, tmp_path / "g", start)
    kept = trainer.kept()
    for half in ("words", "contexts"):
        assert kept[half][:6] == pytest.approx(start.rows[:6] / 2, abs=0.05 / 12 + 1e-6)
        assert np.array_equal(kept[half][6:], free.kept()[half][6:])
    assert not np.array_equal(kept["words"][:6], kept["contexts"][:6])


def test_a_start_of_the_same_method_goes_on_from_both_vectors_and_biases(corpus: Corpus, tmp_path: Path) -> None:
    start = started(corpus, known=6, kept=True)
    kept = made(corpus, tmp_path / "g", start).kept()
    for name, array in kept.items():
        assert np.array_equal(array[:6], start.kept[name][:6])
        assert not np.array_equal(array[6:], start.kept[name][6:])


def test_a_strong_anchor_holds_known_words_and_none_lets_them_move(corpus: Corpus, tmp_path: Path) -> None:
    start = started(corpus, known=6)
    off = {}
    for anchor in (0.0, 1.0, 1000.0):
        trainer = made(corpus, tmp_path / str(anchor), start, anchor=anchor)
        epochs(trainer, 0, 10)
        off[anchor] = np.linalg.norm((trainer.rows() - start.rows)[:6], axis=1).max()
        assert np.isfinite(trainer.rows()).all()
        assert np.linalg.norm(trainer.rows()[6:], axis=1).min() > 0.1
    assert off[1000.0] < 0.05 < off[1.0] < off[0.0]


def test_words_of_a_topic_become_neighbors_and_the_loss_falls(corpus: Corpus, tmp_path: Path) -> None:
    trainer = made(corpus, tmp_path / "g", workers=2)
    losses = [trainer.loss()]
    for epoch in range(20):
        epochs(trainer, epoch, epoch + 1)
        losses.append(trainer.loss())
    assert losses[-1] < losses[5] < losses[0] / 2
    rows = trainer.rows() / np.linalg.norm(trainer.rows(), axis=1, keepdims=True)
    cosines = rows @ rows.T
    place = {word: k for k, word in enumerate(corpus.words)}
    for topic, other in ((SEA, BAKE), (BAKE, SEA)):
        for word in topic:
            near = [cosines[place[word], place[w]] for w in topic if w != word]
            far = [cosines[place[word], place[w]] for w in other]
            assert np.mean(near) > np.mean(far) + 0.3


def test_one_worker_gives_the_same_vectors_for_the_same_seed(corpus: Corpus, tmp_path: Path) -> None:
    found = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        trainer = made(corpus, tmp_path / name, seed=seed)
        epochs(trainer, 0, 2)
        found.append(trainer.rows())
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])


def test_going_on_from_a_kept_state_is_as_if_nothing_had_happened(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PART", 100)
    monkeypatch.setattr(module, "FEWEST", 30)
    through = made(corpus, tmp_path / "a")
    assert through.parts > 3
    epochs(through, 0, 2)
    broken = made(corpus, tmp_path / "b")
    for part in range(3):
        broken.part(0, part, 2)
    state = {name: array.copy() for name, array in broken.state().items()}
    again = made(corpus, tmp_path / "b")
    again.restore(state)
    for part in range(3, again.parts):
        again.part(0, part, 2)
    epochs(again, 1, 2)
    assert np.array_equal(again.rows(), through.rows())
    assert again.cost == through.cost
    with pytest.raises(TrainingError, match="does not fit"):
        made(corpus, tmp_path / "b", dim=40).restore(state)


def test_an_epoch_visits_every_cell_once_in_an_order_of_its_own(tmp_path: Path) -> None:
    corpus = Corpus.made(tmp_path / "corpus", topics(100))
    whole = count_cooccurrences(corpus, tmp_path / "g", window=5)
    cells = np.array(whole.shard(0))
    sizes = (100, 0, 1, len(cells) - 101)
    folder = tmp_path / "several"
    folder.mkdir()
    for k, part in enumerate(np.split(cells, np.cumsum(sizes)[:-1])):
        (folder / f"shard-{k:04d}.cells").write_bytes(part.tobytes())
    table = Cooccurrences(folder, sizes)
    deck = Deck(table, x_max=10, alpha=0.75, per_part=40, seed=3)
    first, second = visited(deck, 0), visited(deck, 1)
    assert first != second and sorted(first) == sorted(second)
    assert {cell[:2] for cell in first} == {tuple(cell) for cell in cells[:, :2].tolist()}
    assert len(first) == deck.total == len(cells)
    assert visited(Deck(table, x_max=10, alpha=0.75, per_part=40, seed=3), 1) == second
    assert deck.degrees(len(corpus.words)).sum() == 2 * len(cells)
    assert len(deck.sample()) == len(cells)


@pytest.mark.parametrize("bits", [1, 2, 7, 12, 15])
def test_a_deck_is_shuffled_whole_and_without_a_pattern(bits: int) -> None:
    keys = np.random.default_rng(bits).integers(0, 1 << 63, 3, dtype=np.uint64) | np.uint64(1)
    order = np.array([place_of(turn, bits, keys) for turn in range(1 << bits)])
    assert np.array_equal(np.sort(order), np.arange(1 << bits))
    if bits >= 12:
        for lag in (1, 2, 3, 8, 64):
            assert abs(np.corrcoef(order[:-lag], order[lag:])[0, 1]) < 0.06


def test_what_is_no_number_is_passed_over(corpus: Corpus, tmp_path: Path) -> None:
    trainer = made(corpus, tmp_path / "g")
    trainer._work.parameters.vectors[0, 0, 0] = np.inf
    trainer._work.parameters.vectors[1, 0, 0] = np.nan
    epochs(trainer, 0, 2)
    assert np.isfinite(trainer.rows()[2:]).all()
    assert np.isfinite(trainer._work.parameters.biases).all()


def test_threads_reach_the_same_loss(corpus: Corpus, tmp_path: Path) -> None:
    losses = []
    for workers in (1, 3):
        trainer = made(corpus, tmp_path / str(workers), workers=workers)
        epochs(trainer, 0, 5)
        losses.append(trainer.loss())
    assert losses[1] == pytest.approx(losses[0], rel=0.05)


def test_a_start_of_another_width_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"old\.npy has 7 dimensions, but 12 are asked for"):
        made(corpus, tmp_path / "g", started(corpus, dim=7))


def test_a_text_without_any_pair_is_refused(tmp_path: Path) -> None:
    ids = np.array([0, -1, 1, -1], np.int32)
    lonely: Any = types.SimpleNamespace(ids=lambda: ids, words=("a", "b"), tokens=2, digest="00")
    with pytest.raises(TrainingError, match="no two words stand together"):
        made(lonely, tmp_path / "g")


def test_counting_can_be_stopped_and_closing_removes_the_table(corpus: Corpus, tmp_path: Path) -> None:
    def stop(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        make_glove(spec(), corpus, Ground(tmp_path / "g", progress=stop))
    assert list((tmp_path / "g").iterdir()) == []
    trainer = made(corpus, tmp_path / "g")
    assert list((tmp_path / "g").iterdir())
    epochs(trainer, 0, 1)
    trainer.close()
    trainer.close()
    assert list((tmp_path / "g").iterdir()) == []
    assert np.isfinite(trainer.loss())
