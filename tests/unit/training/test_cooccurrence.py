from __future__ import annotations

import errno
import io
import tracemalloc
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import WorkspaceError
from core.progress import Cancelled
from core.training import cooccurrence, cooccurrence_merge
from core.training.cooccurrence import Cooccurrences, count_cooccurrences
from core.training.tokens import Corpus

Pairs = dict[tuple[int, int], float]


def reference(corpus: Corpus, window: int, symmetric: bool) -> Pairs:
    """What the authors' cooccur counts, token by token."""
    found: Pairs = defaultdict(float)
    sentence: list[int] = []
    for word in corpus.ids().tolist():
        if word < 0:
            sentence = []
            continue
        for d, left in enumerate(reversed(sentence[-window:]), 1):
            found[left, word] += 1 / d
            if symmetric:
                found[word, left] += 1 / d
        sentence.append(word)
    return found


def cells_of(table: Cooccurrences) -> Pairs:
    found: Pairs = {}
    for k in range(len(table.sizes)):
        if table.sizes[k]:
            shard = np.array(table.shard(k))
            values = np.ascontiguousarray(shard[:, 2]).view(np.float32)
            for (i, j, _x), x in zip(shard.tolist(), values.tolist(), strict=True):
                assert (i, j) not in found
                found[i, j] = x
    return found


def text(n: int = 3000, words: int = 60, seed: int = 0) -> list[list[str]]:
    rng = np.random.default_rng(seed)
    ids = np.minimum(rng.zipf(1.3, n), words)
    cuts = np.sort(rng.choice(n, n // 20, replace=False))
    return [[f"w{i}" for i in part] for part in np.split(ids, cuts) if len(part)]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.made(tmp_path / "corpus", text())


@pytest.fixture
def tiny_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory for so little text at once that runs must be spilled and merged."""
    monkeypatch.setattr(cooccurrence, "LEAST_STRETCH", 257)


SPILLING = 40_000


@settings(max_examples=60)
@given(
    sentences=st.lists(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=12), min_size=1, max_size=12),
    window=st.integers(1, 9),
    symmetric=st.booleans(),
)
def test_counts_are_those_of_the_authors_program(
    tmp_path_factory: pytest.TempPathFactory, sentences: list[list[str]], window: int, symmetric: bool
) -> None:
    # Enough that no corpus is refused, without a word of the others.
    corpus = Corpus.made(tmp_path_factory.mktemp("corpus"), [*sentences, ["x", "y"]])
    table = count_cooccurrences(corpus, tmp_path_factory.mktemp("table"), window=window, symmetric=symmetric)
    assert cells_of(table) == pytest.approx(reference(corpus, window, symmetric), rel=1e-6)


@pytest.mark.parametrize("symmetric", [True, False])
def test_little_memory_spills_to_disk_and_counts_the_same(
    corpus: Corpus, tmp_path: Path, tiny_stretches: None, symmetric: bool
) -> None:
    stages: list[str] = []

    def progress(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        stages.append(stage)

    table = count_cooccurrences(
        corpus,
        tmp_path / "ground",
        window=5,
        symmetric=symmetric,
        memory=SPILLING,
        progress=progress,
    )
    assert len(table.sizes) > 1
    assert cells_of(table) == pytest.approx(reference(corpus, 5, symmetric), rel=1e-5)
    assert {"Counting co-occurrences", "Merging"} == set(stages)
    assert sorted(p.name for p in (tmp_path / "ground").iterdir()) == ["cooccurrences"]
    assert not list(table.folder.glob("run-*"))


def test_pairs_across_the_ends_of_stretches_count_too(tmp_path: Path, tiny_stretches: None) -> None:
    corpus = Corpus.made(tmp_path / "corpus", [[w for sentence in text() for w in sentence]])
    table = count_cooccurrences(corpus, tmp_path / "ground", window=15, memory=SPILLING)
    assert cells_of(table) == pytest.approx(reference(corpus, 15, True), rel=1e-5)


def test_threads_give_the_same_bits(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cooccurrence, "VISITS", 500)
    one, four = (count_cooccurrences(corpus, tmp_path / str(n), window=5, workers=n) for n in (1, 4))
    assert np.array_equal(one.shard(0), four.shard(0))


def test_shards_are_fair_samples_and_dealt_by_the_seed(corpus: Corpus, tmp_path: Path, tiny_stretches: None) -> None:
    first, again, other = (
        count_cooccurrences(corpus, tmp_path / str(k), window=15, memory=SPILLING, seed=seed)
        for k, seed in enumerate((1, 1, 2))
    )
    assert len(first.sizes) > 1
    assert max(first.sizes) * cooccurrence_merge.SHARD_CELL_BYTES <= SPILLING
    assert all(np.array_equal(first.shard(k), again.shard(k)) for k in range(len(first.sizes)))
    assert first.sizes != other.sizes
    means = [np.mean(first.shard(k)[:, 0]) for k in range(len(first.sizes))]
    assert np.ptp(means) < 8


def test_a_table_that_lies_there_is_not_counted_again(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = count_cooccurrences(corpus, tmp_path / "g", window=5)

    def counted(*args: Any, **options: Any) -> Any:
        raise AssertionError("counted again")

    with monkeypatch.context() as patched:
        patched.setattr(cooccurrence, "merge", counted)
        assert count_cooccurrences(corpus, tmp_path / "g", window=5) == first
        with pytest.raises(AssertionError):
            count_cooccurrences(corpus, tmp_path / "g", window=6)
    second = count_cooccurrences(corpus, tmp_path / "g", window=5)
    (second.folder / "shard-0000.cells").write_bytes(b"cut off")
    assert cells_of(count_cooccurrences(corpus, tmp_path / "g", window=5)) == pytest.approx(reference(corpus, 5, True))


@pytest.mark.parametrize(("counted", "stop_at"), [("words", 0), ("words", 3), ("words", 8), ("cells", 0), ("cells", 1)])
def test_stopping_leaves_nothing(
    corpus: Corpus, tmp_path: Path, tiny_stretches: None, counted: str, stop_at: int
) -> None:
    calls = 0

    def progress(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        nonlocal calls
        calls += unit == counted
        if calls > stop_at:
            raise Cancelled

    with pytest.raises(Cancelled):
        count_cooccurrences(corpus, tmp_path / "g", window=5, memory=SPILLING, workers=2, progress=progress)
    assert list((tmp_path / "g").iterdir()) == []


@pytest.mark.parametrize("full_at", ["run-", "shard-"])
def test_a_full_disk_is_told_and_leaves_nothing(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_stretches: None, full_at: str
) -> None:
    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def opened(path: Any, mode: str = "r", *rest: Any) -> Any:
        if mode in {"wb", "ab"} and Path(path).name.startswith(full_at):
            return Full()
        return open(path, mode, *rest)

    for module in (cooccurrence, cooccurrence_merge):
        monkeypatch.setattr(module, "open", opened, raising=False)
    with pytest.raises(WorkspaceError, match="the disk is full"):
        count_cooccurrences(corpus, tmp_path / "g", window=5, memory=SPILLING)
    assert list((tmp_path / "g").iterdir()) == []


def test_progress_counts_all_words_and_all_cells(corpus: Corpus, tmp_path: Path, tiny_stretches: None) -> None:
    seen: dict[str, list[tuple[int, int | None, str]]] = defaultdict(list)

    def progress(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        seen[unit].append((done, total, stage))

    count_cooccurrences(corpus, tmp_path / "g", window=3, memory=SPILLING, progress=progress)
    for unit in ("words", "cells"):
        done = [at for at, _total, _stage in seen[unit]]
        assert done == sorted(done) and done[0] == 0 and done[-1] == seen[unit][-1][1]
    assert seen["words"][-1][0] == corpus.tokens


def test_counting_holds_no_more_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_stretches: None
) -> None:
    monkeypatch.setattr(cooccurrence, "ROOM_CELLS", 1 << 12)
    monkeypatch.setattr(cooccurrence, "PLACED", 1 << 12)
    corpus = Corpus.made(tmp_path / "corpus", text(150_000, words=800))
    count_cooccurrences(corpus, tmp_path / "first", window=1, memory=1 << 19)  # compiled and imported
    tracemalloc.start()
    table = count_cooccurrences(corpus, tmp_path / "g", window=15, workers=2, memory=1 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(table.sizes) > 1
    assert peak < 1.2 * (1 << 20)
