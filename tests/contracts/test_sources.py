"""Every kind of source keeps the same promises. One more kind is one more line in the table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core import Recipe, run
from core.errors import Cancelled
from core.sources import Source, open_source
from core.sources.protocol import Context
from core.workspace.workspace import Workspace
from tests import models
from tests.unit.formats import vector_files as files

HELD, ABSENT = ["the", "of", "house"], ["zzyzx-absent", "", " ", "\x00", "the ", "\ud800"]
Maker = Callable[[Path], str]


def a_file(folder: Path) -> str:
    path = folder / "v.txt"
    return str(path if path.exists() else files.glove(path, [*HELD, "cat"], files.matrix(4, 5)))


def a_build(folder: Path) -> str:
    if not (folder / "build").exists():
        run(Recipe(vocabulary=HELD, sources=[a_file(folder)], oov="mean")).save(folder / "build")
    return str(folder / "build")


def trained(folder: Path) -> str:
    from core.training.artifact import write_artifact

    words = [*HELD, "cat"]
    if not (folder / "trained").exists():
        rows = files.matrix(4, 5)
        told = {"method": "word2vec", "settings": {}, "corpus": {"language": "en"}}
        counts = np.arange(4, 0, -1)
        write_artifact(
            folder / "trained", words=words, counts=counts, rows=rows, inner={"contexts": rows}, sample=[], lock=told
        )
    return f"trained:{folder / 'trained'}"


def a_model(kind: str) -> Maker:
    """A transformer's words have no end; what its tokenizer knows nothing of is missing."""

    def make(folder: Path) -> str:
        path = folder / kind
        if not path.exists():
            (models.model2vec if kind == "model2vec" else models.bert)(path)
        return f"{kind}:{path}"

    return make


# kind -> the spec string of one that holds HELD; random holds every word.
SOURCES: dict[str, Maker] = {
    "file": a_file,
    "build": a_build,
    "trained": trained,
    "builtin:english": lambda _folder: "builtin:english",
    "builtin:chinese": lambda _folder: "builtin:chinese",
    "random": lambda _folder: "random:7",
    "hf": a_model("hf"),
    "hf-input": a_model("hf-input"),
    "hf-context": a_model("hf-context"),
    "model2vec": a_model("model2vec"),
}
PRETRAINED = ("hf", "hf-input", "hf-context", "model2vec")
pytestmark = pytest.mark.parametrize("kind", SOURCES)


def opened(kind: str, folder: Path) -> Source:
    return open_source(SOURCES[kind](folder), Context(workspace=Workspace(folder / "home")))


def held(kind: str) -> list[str]:
    return ["的", "银行", "水"] if kind == "builtin:chinese" else HELD


def gathered(source: Source, ids: np.ndarray) -> np.ndarray:
    out = np.full((len(ids), source.info.dim), np.nan, np.float32)
    assert source.gather(ids, out).all()
    return out


def test_it_says_what_it_is(kind: str, tmp_path: Path) -> None:
    info = opened(kind, tmp_path).info
    assert info.kind == kind.partition(":")[0]
    assert info.name and info.dim > 0 and ":" in info.digest
    assert opened(kind, tmp_path).info == info


def test_words_are_located_in_the_order_asked_and_misses_are_minus_one(kind: str, tmp_path: Path) -> None:
    source, words = opened(kind, tmp_path), held(kind)
    ids = source.locate(words)
    assert ids.dtype == np.int64 and (ids >= 0).all()
    np.testing.assert_array_equal(source.locate(words[::-1] + words), [*ids[::-1], *ids])
    assert source.locate([]).shape == (0,)
    if kind in PRETRAINED:
        assert (source.locate(["", " ", "\x00", "\ud800", "☃", "龘龘"]) == -1).all()
    elif kind != "random":
        assert (source.locate(ABSENT) == -1).all()


def test_rows_are_gathered_in_the_order_asked_duplicates_included(kind: str, tmp_path: Path) -> None:
    source = opened(kind, tmp_path)
    ids = source.locate(held(kind))
    vectors = gathered(source, ids)
    assert np.isfinite(vectors).all() and len(np.unique(vectors, axis=0)) == len(ids)
    order = np.array([2, 0, 2, 1, 0])
    np.testing.assert_array_equal(gathered(source, ids[order]), vectors[order])
    assert source.gather(ids[:0], np.empty((0, source.info.dim), np.float32)).shape == (0,)


def test_gathering_tells_how_far_it_is_and_can_be_stopped(kind: str, tmp_path: Path) -> None:
    source = opened(kind, tmp_path)
    ids = np.tile(source.locate(held(kind)), 3)
    out = np.empty((len(ids), source.info.dim), np.float32)
    told: list[int] = []
    source.gather(ids, out, reached=told.append)
    assert told == sorted(told) and told[-1] == len(ids)

    def stop(_rows: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        source.gather(ids, out, reached=stop)


def test_another_opening_gives_the_same_bytes(kind: str, tmp_path: Path) -> None:
    first, second = opened(kind, tmp_path), opened(kind, tmp_path)
    words = held(kind)
    assert gathered(first, first.locate(words)).tobytes() == gathered(second, second.locate(words)).tobytes()


def test_its_words_are_listed_in_row_order_or_not_at_all(kind: str, tmp_path: Path) -> None:
    source = opened(kind, tmp_path)
    words = source.words()
    if words is None:
        assert source.info.size is None
        return
    listed = list(words)
    assert len(listed) == source.info.size
    sample = listed[:: max(1, len(listed) // 50)]
    np.testing.assert_array_equal(source.locate(sample), [listed.index(word) for word in sample])


def test_it_composes_only_if_it_says_so(kind: str, tmp_path: Path) -> None:
    source = opened(kind, tmp_path)
    out = np.full((2, source.info.dim), np.nan, np.float32)
    made = source.compose(["housecat", "zzz"], out)
    assert made.any() == source.info.composes
    assert np.isfinite(out).all()
