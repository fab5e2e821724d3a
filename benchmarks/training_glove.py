"""GloVe beside the authors' program (github.com/stanfordnlp/GloVe): seconds, cost, and whose neighbors are whose.

    python benchmarks/training_glove.py --glove DIR --data DATA [--times 1 4 16] [--window 5 15] [--threads 2]

DIR holds the compiled vocab_count, cooccur, shuffle and glove; DATA is a folder of corpora_en/*.txt, or a text with one
sentence a line and spaces between its words. The text is repeated so many `--times`. Both sides take turns, and
medians are told. Vectors are trained on the text taken once. One JSON object is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
LONGEST = 1000  # words of a sentence, as ours cuts them
SEEDS = (1, 2)
MOST_FREQUENT, NEIGHBORS = 1000, 10


@dataclass(frozen=True)
class Settings:
    """What both sides are given."""

    dim: int = 100
    window: int = 15
    min_count: int = 5
    x_max: float = 10.0
    alpha: float = 0.75
    rate: float = 0.05
    epochs: int = 25
    threads: int = 2
    memory: int = 1024
    rounds: int = 3


@dataclass(frozen=True)
class Counting:
    """Medians of seconds.

    theirs          cooccur and shuffle, reading the text included
    theirs_reading  vocab_count, which reads it once before
    ours            of numbers of words to shards; `ours_reading` is from the text to these numbers
    cells           of both tables: the same, or the benchmark fails
    """

    times: int
    window: int
    tokens: int
    cells: int
    theirs: float
    theirs_reading: float
    ours: float
    ours_reading: float

    @property
    def ratio(self) -> float:
        return self.theirs / self.ours


@dataclass(frozen=True)
class Training:
    """Medians of seconds an epoch, over the seeds; the cost of the last epoch, as the authors' program prints it.

    overlaps  mean share of the 10 nearest words, of the 1,000 most frequent words, that two trainings have in common
    """

    cells: int
    theirs: float
    ours: float
    their_cost: float
    our_cost: float
    overlaps: dict[str, float]

    @property
    def ratio(self) -> float:
        return self.theirs / self.ours


class Theirs:
    """The authors' programs in `binaries`, at work in `folder` on `text`."""

    def __init__(self, binaries: Path, folder: Path, text: Path, settings: Settings) -> None:
        self._binaries, self._folder, self._text, self._settings = binaries, folder, text, settings
        folder.mkdir(parents=True, exist_ok=True)

    def vocabulary(self) -> float:
        options = ["-min-count", self._settings.min_count]
        return self._run("vocab_count", options, self._text, self._folder / "vocab.txt")[0]

    def count(self, seed: int = 1) -> float:
        """Seconds of cooccur and shuffle. The order of the cells stays that of `seed` in all epochs."""
        s, memory = self._settings, self._settings.memory / 1024
        options = ["-memory", memory, "-vocab-file", self._folder / "vocab.txt", "-window-size", s.window]
        plain, shuffled = self._folder / "plain.bin", self._folder / "shuffled.bin"
        first = self._run("cooccur", [*options, "-overflow-file", self._folder / "overflow"], self._text, plain)[0]
        options = ["-memory", memory, "-seed", seed, "-temp-file", self._folder / "temp"]
        return first + self._run("shuffle", options, plain, shuffled)[0]

    @property
    def cells(self) -> int:
        return (self._folder / "shuffled.bin").stat().st_size // 16

    def train(self, seed: int) -> tuple[float, float, dict[str, np.ndarray]]:
        """Seconds an epoch without the start and the end, the last cost, and the vectors; counted and shuffled anew."""
        self.count(seed)
        nothing = self._train(seed, 0)[0]
        seconds, told = self._train(seed, self._settings.epochs)
        cost = float(re.findall(r"cost: ([\d.]+)", told)[-1])
        vectors = {}
        with open(self._folder / "vectors.txt", encoding="utf-8") as file:
            for line in file:
                word, *numbers = line.split(" ")
                vectors[word] = np.array(numbers, np.float32)
        vectors.pop("<unk>", None)
        return (seconds - nothing) / self._settings.epochs, cost, vectors

    def _train(self, seed: int, epochs: int) -> tuple[float, str]:
        s = self._settings
        options = ["-vector-size", s.dim, "-x-max", s.x_max, "-iter", epochs, "-threads", s.threads, "-seed", seed]
        options += ["-alpha", s.alpha, "-eta", s.rate]
        files = {"input": "shuffled.bin", "vocab": "vocab.txt", "save": "vectors"}
        named = [part for name, file in files.items() for part in (f"-{name}-file", self._folder / file)]
        return self._run("glove", [*options, *named])

    def _run(self, name: str, options: list[Any], read: Path | None = None, write: Path | None = None) -> Any:
        source = open(read, "rb") if read else subprocess.DEVNULL  # noqa: SIM115
        target = open(write, "wb") if write else subprocess.DEVNULL  # noqa: SIM115
        command = [str(self._binaries / name), *map(str, options)]
        begun = time.perf_counter()
        done = subprocess.run(command, stdin=source, stdout=target, stderr=subprocess.PIPE, check=True)
        return time.perf_counter() - begun, done.stderr.decode("utf-8", "replace")


class Ours:
    """The same with Lexiloom."""

    def __init__(self, folder: Path, text: Path, settings: Settings) -> None:
        self._folder, self._text, self._settings = folder, text, settings
        self.corpus: Any = None

    def read(self) -> float:
        from core.training.tokens import Corpus

        def sentences() -> Iterator[list[str]]:
            with open(self._text, encoding="utf-8") as file:
                yield from (line.split() for line in file)

        begun = time.perf_counter()
        self.corpus = Corpus.made(self._folder / "corpus", sentences(), min_count=self._settings.min_count)
        return time.perf_counter() - begun

    def count(self) -> tuple[float, int]:
        """Seconds, and how many cells the table has."""
        from core.training.cooccurrence import count_cooccurrences

        s = self._settings
        shutil.rmtree(self._folder / "table", ignore_errors=True)
        begun = time.perf_counter()
        table = count_cooccurrences(
            self.corpus, self._folder / "table", window=s.window, memory=s.memory << 20, workers=s.threads
        )
        return time.perf_counter() - begun, table.cells

    def train(self, seed: int) -> tuple[float, float, dict[str, np.ndarray]]:
        """Seconds an epoch, the last cost, and the vectors."""
        from core.training.contract import Ground
        from core.training.glove import GloveTraining, make_glove
        from core.training.spec import GloveSpec, TextsSpec

        s = self._settings
        spec = GloveSpec(
            texts=TextsSpec(paths=(str(self._text),)),
            dim=s.dim,
            window=s.window,
            x_max=s.x_max,
            alpha=s.alpha,
            rate=s.rate,
            workers=s.threads,
            memory=s.memory,
            seed=seed,
        )
        trainer = make_glove(spec, self.corpus, Ground(self._folder / "training"))
        assert isinstance(trainer, GloveTraining)
        begun = time.perf_counter()
        for epoch in range(s.epochs):
            for part in range(trainer.parts):
                trainer.part(epoch, part, s.epochs)
        seconds = (time.perf_counter() - begun) / s.epochs
        vectors = dict(zip(self.corpus.words, trainer.rows(), strict=True))
        trainer.close()
        return seconds, trainer.cost, vectors


def counting(text: Path, binaries: Path, folder: Path, settings: Settings, times: int = 1) -> Counting:
    """Both sides count the same text in turns. Raises ValueError where they don't find the same number of cells."""
    theirs, ours = Theirs(binaries, folder / "theirs", text, settings), Ours(folder, text, settings)
    reading = [(theirs.vocabulary(), ours.read()) for _round in range(settings.rounds)]
    found = [(theirs.count(), *ours.count()) for _round in range(settings.rounds)]
    cells = {cells for _theirs, _ours, cells in found} | {theirs.cells}
    if len(cells) > 1:
        raise ValueError(f"both sides count different tables: {sorted(cells)} cells")
    return Counting(
        times=times,
        window=settings.window,
        tokens=ours.corpus.tokens,
        cells=cells.pop(),
        theirs=statistics.median(row[0] for row in found),
        theirs_reading=statistics.median(row[0] for row in reading),
        ours=statistics.median(row[1] for row in found),
        ours_reading=statistics.median(row[1] for row in reading),
    )


def training(text: Path, binaries: Path, folder: Path, settings: Settings) -> Training:
    """Both sides train with two seeds, in turns."""
    theirs, ours = Theirs(binaries, folder / "theirs", text, settings), Ours(folder, text, settings)
    theirs.vocabulary()
    ours.read()
    found = [(theirs.train(seed), ours.train(seed)) for seed in SEEDS]
    (their_a, our_a), (their_b, our_b) = ((one[2], other[2]) for one, other in found)
    top = ours.corpus.words[:MOST_FREQUENT]
    pairs = {"ours and theirs": (our_a, their_a), "theirs twice": (their_a, their_b), "ours twice": (our_a, our_b)}
    return Training(
        cells=theirs.cells,
        theirs=statistics.median(one[0] for one, _other in found),
        ours=statistics.median(other[0] for _one, other in found),
        their_cost=statistics.median(one[1] for one, _other in found),
        our_cost=statistics.median(other[1] for _one, other in found),
        overlaps={name: overlap(*pair, top) for name, pair in pairs.items()},
    )


def overlap(one: dict[str, np.ndarray], other: dict[str, np.ndarray], asked: tuple[str, ...]) -> float:
    """The mean share of the nearest words of each of `asked` that both sets of vectors agree on."""
    words = sorted(one.keys() & other.keys())
    place = {word: k for k, word in enumerate(words)}
    rows = np.array([place[word] for word in asked if word in place])
    first, second = (_nearest(np.stack([side[word] for word in words]), rows) for side in (one, other))
    return float(np.mean([len(set(a) & set(b)) / NEIGHBORS for a, b in zip(first, second, strict=True)]))


def _nearest(vectors: np.ndarray, rows: np.ndarray) -> list[list[int]]:
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    cosines = unit[rows] @ unit.T
    cosines[np.arange(len(rows)), rows] = -np.inf
    return np.argpartition(-cosines, NEIGHBORS, axis=1)[:, :NEIGHBORS].tolist()


COLD = """
import sys, tempfile, time
from pathlib import Path
from core.training.contract import Ground
from core.training.glove import make_glove
from core.training.spec import GloveSpec, TextsSpec
from core.training.tokens import Corpus
folder = Path(sys.argv[1])
corpus = Corpus.made(folder / "corpus", [["a", "b", "c"]] * 9)
begun = time.perf_counter()
trainer = make_glove(GloveSpec(texts=TextsSpec(paths=("a",)), workers=1), corpus, Ground(folder / "g"))
trainer.part(0, 0, 1)
trainer.loss()
print(time.perf_counter() - begun)
"""


def compiling() -> dict[str, float]:
    """Seconds until a tiny training has run once: compiled for the first time, and found compiled."""
    with tempfile.TemporaryDirectory() as cache:
        found = []
        for _again in range(2):
            with tempfile.TemporaryDirectory() as folder:
                done = subprocess.run(
                    [sys.executable, "-c", COLD, folder],
                    cwd=ROOT,
                    env={**os.environ, "NUMBA_CACHE_DIR": cache},
                    capture_output=True,
                    text=True,
                    check=True,
                )
                found.append(float(done.stdout))
    return {"compiled": found[0], "found": found[1]}


def make_text(data: Path, target: Path, times: int = 1) -> Path:
    """One sentence a line: the paragraphs of corpora_en, lower-cased, only words; or the text itself; repeated."""
    if data.is_file():
        whole = data.read_text("utf-8")
    else:
        lines = []
        for file in sorted((data / "corpora_en").glob("*.txt")):
            for paragraph in re.split(r"\n\s*\n", file.read_text("utf-8").lower()):
                words = re.findall(r"[a-z]+(?:'[a-z]+)?", paragraph)
                lines += [" ".join(words[at : at + LONGEST]) for at in range(0, len(words), LONGEST)]
        whole = "\n".join(lines)
    with open(target, "w", encoding="utf-8") as file:
        for _time in range(times):
            file.write(whole.rstrip("\n") + "\n")
    return target


def told(found: Counting | Training) -> dict[str, Any]:
    """As plain values, with how many times as fast ours is."""
    return asdict(found) | {"ratio": found.ratio}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--glove", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--times", type=int, nargs="*", default=[1, 4, 16])
    parser.add_argument("--window", type=int, nargs="*", default=[5, 15])
    for name in ("dim", "epochs", "threads", "memory", "rounds"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Settings, name))
    asked = parser.parse_args()
    given = {name: getattr(asked, name) for name in ("dim", "epochs", "threads", "memory", "rounds")}
    settings = Settings(**given)
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room)
        report: dict[str, Any] = {"compiling": compiling()}

        def at(times: int, window: int, run: Callable[..., Any], *more: Any) -> dict[str, Any]:
            text = make_text(asked.data, folder / "text.txt", times)
            return told(run(text, asked.glove, folder, replace(settings, window=window), *more))

        at(1, 2, counting)  # machine code is read and the disk is warm
        report["counting"] = [at(times, window, counting, times) for times in asked.times for window in asked.window]
        if settings.epochs:
            report["training"] = at(1, max(asked.window, default=15), training)
        print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
