"""Explore side by side: neighbors, t-SNE, UMAP, the map in a browser; gensim, faiss, scikit-learn, umap-learn.

    python benchmarks/explore.py --faiss-python PYTHON [--part NAME]… [--runs N] [--vectors FILE] [--small] [--write]

The parts: all-neighbors, one-query, tsne, umap, page; all of them without `--part`. PYTHON, which all-neighbors needs,
is of an environment with faiss-cpu and numpy. Every side is a process of its own that stays and loads the same
.npy file; the sides take turns, and each tells the seconds of its own work, without loading and reading. All may use
as many threads as there are processors. `--vectors` gives real rows (float, n x d) to the maps instead of a mixture of
200 Gaussians. `--small` is for checking that all works. `--write` puts the tables into benchmarks/explore.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from explore_page import (
    BLOCK,
    DIM,
    FAISS,
    OWN,
    SERVE,
    Side,
    answer,
    by_turns,
    mixture,
    own_side,
    page,
    processor,
    table,
)
from readme import put_into_readme

from core.matrix import EmbeddingMatrix
from core.neighbors import nearest, unit32
from core.neighbors.exact import workers
from core.projection import TsneMap, UmapMap, project
from core.projection.quality import measure
from core.projection.space import Space, prepare
from core.projection.tsne import lay_out_tsne
from core.projection.umap import lay_out_umap
from core.rows import Origin, Rows
from core.vocabulary.vocabulary import Vocabulary

MARKDOWN = Path(__file__).resolve().parent / "explore.md"
K = 10
ASKED_OF_GENSIM = 300  # words; its time is scaled to all
GENSIM_RUNS = 3
MAPPED_FROM = 500_000_000  # bytes
SAME = 1e-5  # cosines
# Rows: from 4,096 on umap-learn searches neighbors by what it has to compile.
WARMING = {"tsne": 1000, "umap": 5000}
Found = dict[str, Any]


@dataclass(frozen=True)
class Options:
    """What was asked for; `runs` of each part."""

    runs: int
    small: bool
    vectors: Path | None
    faiss_python: str
    folder: Path

    def size(self, full: int, small: int) -> int:
        return small if self.small else full


def rows_for_maps(options: Options, n: int) -> tuple[Path, int, str]:
    """A file of so many rows, no two with one direction; how many there are; what they are."""
    path = options.folder / f"map-{n}.npy"
    if options.vectors is None:
        return mixture(path, n), n, "a mixture of Gaussians"
    given = np.load(options.vectors, mmap_mode="r", allow_pickle=False)
    taken = np.asarray(given[: 2 * n], np.float32)
    taken = taken[taken.any(axis=1)]
    space = prepare(taken, np.arange(len(taken)), "cosine")
    distinct = np.sort(np.unique(space.of, return_index=True)[1])[:n]
    np.save(path, taken[distinct])
    return path, len(distinct), f"rows of {options.vectors.name}"


def all_neighbors(options: Options) -> str:
    """The ten nearest of every word."""
    n = options.size(50_000, 2000)
    path = mixture(options.folder / "rows.npy", n)
    asked = np.sort(np.random.default_rng(1).choice(n, min(n, ASKED_OF_GENSIM), replace=False))
    loop, flat = f"gensim {version('gensim')}, `most_similar` in a loop", "faiss, `IndexFlatIP`"
    out = {name: str(options.folder / f"ids-{i}.npy") for i, name in enumerate((OWN, flat, loop))}
    given = {"path": str(path), "k": K}
    with own_side() as ours, own_side() as gensim, Side(options.faiss_python, "-c", FAISS) as faiss:

        def in_loop(words: NDArray[np.int64]) -> float:
            took = gensim.ask("gensim", out=out[loop], asked=words.tolist(), **given)["seconds"]
            return took * n / len(words)

        first = ours.ask("neighbors", out=out[OWN], **given)["seconds"]
        about = faiss.ask("", out=out[flat], threads=workers(), **given)
        in_loop(asked[:1])
        turns = {
            OWN: (options.runs, lambda: ours.ask("neighbors", out=out[OWN], **given)["seconds"]),
            flat: (options.runs, lambda: faiss.ask("", out=out[flat], threads=workers(), **given)["seconds"]),
            loop: (min(options.runs, GENSIM_RUNS), lambda: in_loop(asked)),
        }
        seconds = by_turns(turns)
        threads = f"{OWN} {ours.threads()}; faiss {about['version']} {about['threads']}; gensim {gensim.threads()}"
    rows, found = np.load(path), np.load(out[OWN])
    told = [
        f"{n:,} × {DIM}. {OWN}'s first run, not counted: {first:.1f} s. gensim: {len(asked)} words, scaled.",
        f"{OWN} and faiss: {agreement(rows, np.arange(n), found, np.load(out[flat]))}",
        f"{OWN} and gensim: {agreement(rows, asked, found[asked], np.load(out[loop]))}",
        f"Threads: {threads}.",
    ]
    return "\n\n".join([table("all neighbors", seconds), *told])


def agreement(
    rows: NDArray[np.float32], asked: NDArray[np.int64], ours: NDArray[np.int64], theirs: NDArray[np.int64]
) -> str:
    """How many neighbors are the same in the same place, and how far the cosines of the others lie apart."""
    q, j = np.nonzero(ours != theirs)
    if not len(q):
        return f"all {ours.size:,} neighbors are the same, in the same order."

    def cosines(ids: NDArray[np.int64]) -> NDArray[np.float64]:
        a, b = rows[asked[q]].astype(np.float64), rows[ids[q, j]].astype(np.float64)
        return np.einsum("ij,ij->i", a, b) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)

    apart = float(np.abs(cosines(ours) - cosines(theirs)).max())
    share = f"{1 - len(q) / ours.size:.4%} of {ours.size:,} neighbors are the same in the same place"
    wrong = "" if apart < SAME else ": they are NOT the same"
    return f"{share}; the cosines of the others differ by at most {apart:.1e}{wrong}."


def one_query(options: Options) -> str:
    """One word against a million, on a file that is in memory."""
    n = options.size(1_000_000, 20_000)
    given = {"path": str(mixture(options.folder / "million.npy", n)), "row": n // 3, "k": K}
    with own_side() as side:
        ids = [side.ask(what, **given)["ids"] for what in ("query", "product")]  # and both are warm
        turns = {
            name: (options.runs, lambda what=what: side.ask(what, **given)["seconds"])
            for name, what in ((OWN, "query"), ("NumPy, `vectors @ query` alone", "product"))
        }
        seconds, threads = by_turns(turns), side.threads()
    agree = "the same" if ids[0] == ids[1] else "NOT the same"
    told = (
        f"{n:,} × {DIM} ({n * DIM * 4 / 1e9:.2f} GB). The {K} neighbors are {agree} as those of the product, "
        f"divided by the rows' lengths and sorted. Threads: {threads}."
    )
    return f"{table('one query', seconds)}\n\n{told}"


def tsne(options: Options) -> str:
    """t-SNE against scikit-learn's."""
    peers = {f"scikit-learn {version('scikit-learn')}": "sklearn"}
    return f"{maps(options, 'tsne', options.size(20_000, 1500), peers)} {OWN} with openTSNE {version('opentsne')}."


def umap(options: Options) -> str:
    """UMAP against umap-learn's."""
    name = f"umap-learn {version('umap-learn')}"
    peers = {f"{name}, random_state=0": "umap_seeded", f"{name}, parallel": "umap_parallel"}
    return maps(options, "umap", options.size(50_000, 6000), peers)


def maps(options: Options, kind: str, n: int, peers: Mapping[str, str]) -> str:
    """Ours against `peers` (name -> what the side is asked) on the same rows, and how good each map is."""
    path, n, data = rows_for_maps(options, n)
    warming, out = str(mixture(options.folder / "warming.npy", WARMING[kind])), str(options.folder / "points.npy")
    asked = {OWN: kind, **peers, f"{OWN}, `project(…)`: laid out and measured": f"project_{kind}"}
    points: dict[str, list[NDArray[np.float32]]] = {name: [] for name in asked}
    cells, found = {}, {}
    with ExitStack() as stack:
        sides = {name: stack.enter_context(own_side()) for name in asked}

        def draw(name: str) -> float:
            seconds = sides[name].ask(asked[name], path=str(path), out=out)["seconds"]
            points[name].append(np.load(out))
            return seconds

        for name, side in sides.items():
            side.ask(asked[name], path=warming, out=out, brief=True)
        seconds = by_turns({name: (options.runs, lambda name=name: draw(name)) for name in asked})
        for name, made in points.items():
            np.save(out, made[-1])
            found = sides[OWN].ask("quality", path=str(path), out=out)
            same = "–" if len(made) == 1 else "yes" if all(np.array_equal(one, made[0]) for one in made) else "no"
            cells[name] = [f"{found['trustworthiness']:.4f}", f"{found['preservation']:.4f}", same]
        threads = "; ".join(f"{name.split(', `')[0]} {side.threads()}" for name, side in list(sides.items())[:-1])
    head = [f"trustworthiness ({found['trusted_of']:,} points)", f"neighbor preservation ({found['preserved_of']:,})"]
    made = table("map", seconds, [*head, "the same map every run"], cells)
    dim = np.load(path, mmap_mode="r").shape[1]
    return f"{made}\n\n{n:,} × {dim}, {data}; quality for k = {found['k']}. Threads: {threads}."


# What the sides do: each function is asked with JSON, and tells seconds and what else it found


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    found = work()
    return time.perf_counter() - begin, found


@cache
def rows_at(path: str) -> NDArray[np.float32]:
    """The rows, in memory, or mapped into it where they are a gigabyte."""
    mapped = Path(path).stat().st_size > MAPPED_FROM
    return np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False)


@cache
def matrix_at(path: str) -> EmbeddingMatrix:
    rows = rows_at(path)
    made = Rows.missing(len(rows)).replace_columns(origin=np.full(len(rows), Origin.EXACT, np.uint8))
    return EmbeddingMatrix(Vocabulary(f"w{i}" for i in range(len(rows))), rows, made)


@cache
def keyed_vectors(path: str) -> Any:
    from gensim.models import KeyedVectors

    rows = rows_at(path)
    made = KeyedVectors(rows.shape[1])
    made.add_vectors([f"w{i}" for i in range(len(rows))], rows)
    return made


def space_at(path: str) -> Space:
    return prepare(rows_at(path), np.arange(len(rows_at(path))), "cosine")


def ask_neighbors(path: str, out: str, k: int) -> Found:
    matrix = matrix_at(path)
    seconds, found = timed(lambda: nearest(matrix, matrix.vocabulary.words, k))
    np.save(out, found.ids)
    return {"seconds": seconds}


def ask_gensim(path: str, out: str, k: int, asked: list[int]) -> Found:
    vectors = keyed_vectors(path)
    seconds, found = timed(lambda: [vectors.most_similar(f"w{row}", topn=k) for row in asked])
    np.save(out, [[vectors.key_to_index[word] for word, _cosine in near] for near in found])
    return {"seconds": seconds}


def ask_query(path: str, row: int, k: int) -> Found:
    matrix = matrix_at(path)
    word = [matrix.vocabulary.words[row]]
    seconds, found = timed(lambda: nearest(matrix, word, k))
    return {"seconds": seconds, "ids": found.ids[0].tolist()}


def ask_product(path: str, row: int, k: int) -> Found:
    rows = rows_at(path)
    query = np.asarray(unit32(rows[[row]])[0])
    seconds, dots = timed(lambda: rows @ query)
    cosines = dots / np.concatenate([np.linalg.norm(rows[i : i + BLOCK], axis=1) for i in range(0, len(rows), BLOCK)])
    cosines[row] = -np.inf
    return {"seconds": seconds, "ids": np.argsort(-cosines, kind="stable")[:k].tolist()}


def map_call(draw: Callable[[NDArray[np.float32], str, bool], NDArray[np.float32]]) -> Callable[..., Found]:
    """A call that draws a map with `draw(rows, path, brief)` and writes its points."""

    def call(path: str, out: str, brief: bool = False) -> Found:
        rows = rows_at(path)
        seconds, points = timed(lambda: draw(rows, path, brief))
        np.save(out, points)
        return {"seconds": seconds}

    return call


def tsne_spec(brief: bool) -> TsneMap:
    return TsneMap(iterations=50) if brief else TsneMap()


def umap_spec(brief: bool) -> UmapMap:
    return UmapMap(epochs=11) if brief else UmapMap()


def draw_sklearn(rows: NDArray[np.float32], _path: str, brief: bool) -> NDArray[np.float32]:
    from sklearn.manifold import TSNE

    most = 250 if brief else 1000
    made = TSNE(2, perplexity=30, init="pca", max_iter=most, n_jobs=-1, random_state=0)
    return made.fit_transform(unit32(rows))


def draw_umap_learn(state: int | None) -> Callable[..., NDArray[np.float32]]:
    def draw(rows: NDArray[np.float32], _path: str, brief: bool) -> Any:
        from umap import UMAP

        return UMAP(metric="cosine", random_state=state, n_epochs=11 if brief else None).fit_transform(rows)

    return draw


def ask_quality(path: str, out: str) -> Found:
    space = space_at(path)
    return measure(space, np.load(out))[0].as_dict()


def ask_threads() -> Found:
    """What this process computes with: searches of neighbors, matrix products, compiled loops."""
    from threadpoolctl import threadpool_info

    found = {"searching": workers()} if "core.neighbors.kernels" in sys.modules else {}
    found |= {one["internal_api"]: one["num_threads"] for one in threadpool_info()}
    if "numba" in sys.modules:
        found["numba"] = sys.modules["numba"].get_num_threads()
    return found


CALLS: dict[str, Callable[..., Found]] = {
    "neighbors": ask_neighbors,
    "gensim": ask_gensim,
    "query": ask_query,
    "product": ask_product,
    "tsne": map_call(lambda _rows, path, brief: lay_out_tsne(space_at(path), tsne_spec(brief), 30)[0]),
    "umap": map_call(lambda _rows, path, brief: lay_out_umap(space_at(path), umap_spec(brief), 15)[0]),
    "project_tsne": map_call(lambda _rows, path, brief: project(matrix_at(path), tsne_spec(brief)).points),
    "project_umap": map_call(lambda _rows, path, brief: project(matrix_at(path), umap_spec(brief)).points),
    "sklearn": map_call(draw_sklearn),
    "umap_seeded": map_call(draw_umap_learn(0)),
    "umap_parallel": map_call(draw_umap_learn(None)),
    "quality": ask_quality,
    "threads": ask_threads,
}


def of_page(options: Options) -> str:
    return page(
        options.runs, [options.size(10_000, 2000), options.size(100_000, 25_000), options.size(1_000_000, 60_000)]
    )


# name -> what measures it, and how often by default.
PARTS: dict[str, tuple[Callable[[Options], str], int]] = {
    "all-neighbors": (all_neighbors, 5),
    "one-query": (one_query, 15),
    "tsne": (tsne, 3),
    "umap": (umap, 3),
    "page": (of_page, 3),
}


def main() -> None:
    if sys.argv[1:] == [SERVE]:
        answer(CALLS)
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--part", action="append", choices=list(PARTS), help="may be given several times; all by default"
    )
    parser.add_argument("--runs", type=int, help="of every part; by default 5, 15, 3, 3 and 3")
    parser.add_argument("--faiss-python", default="", help="a Python that has faiss-cpu and numpy")
    parser.add_argument("--vectors", type=Path, help="a .npy of real rows for the maps")
    parser.add_argument("--small", action="store_true", help="small sizes, to check that all works")
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/explore.md")
    given = parser.parse_args()
    if given.small and given.write:
        parser.error("small sizes are for checking, and are not written")
    if "all-neighbors" in (given.part or PARTS) and not given.faiss_python:
        parser.error("all-neighbors needs --faiss-python")
    for name in given.part or PARTS:
        part, usual = PARTS[name]
        runs = given.runs or usual
        with tempfile.TemporaryDirectory() as folder:
            found = part(Options(runs, given.small, given.vectors, given.faiss_python, Path(folder)))
        found += f"\n\nThe machine: {processor()}."
        print(f"\n## {name}\n\n{found}\n", flush=True)
        if given.write:
            command = f"python benchmarks/explore.py --part {name} --runs {runs}"
            command += " --faiss-python PYTHON" if name == "all-neighbors" and given.faiss_python else ""
            command += f" --vectors {given.vectors.name}" if name in ("tsne", "umap") and given.vectors else ""
            put_into_readme(name, command, found, page=MARKDOWN)


if __name__ == "__main__":
    main()
