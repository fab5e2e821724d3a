"""The other sides of the fine-tuning benchmark: fastText and model2vec, from the same tokens and start vectors.

    PYTHON benchmarks/finetune_peers.py SIDE --folder DIR [--out DIR/peers.json] [--sets sst2,trec] [--seeds 5]
    python benchmarks/finetune_peers.py report --folder DIR

DIR is what `finetune_sets.py` wrote. PYTHON is an interpreter that has the peer, not ours: for the sides `fasttext`,
`fasttext-best` and `fasttext-scratch-best` one with `fasttext-wheel` and `numpy<2`, for `model2vec` and
`model2vec-best` one with `model2vec[train]==0.10.*`. A "-best" side chooses its settings first, by the accuracy on
the set's validation part, or on a tenth of the training texts where it has none; then, like the others, it trains on
all training texts, once for each seed, and is scored on the test. The seed orders the training lines (fastText) or is
model2vec's own. One thread. Each result is put into peers.json at once, in place of an older one of its set and
method. `report` prints them as JSON and as a table: median accuracy in percent (smallest to largest).
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SETS = ("sst2", "trec", "subj", "mr", "agnews", "chnsenticorp", "waimai", "thucnews")
LABEL = "__label__"
DIM = 256
Settings = dict[str, Any]
RATES, EPOCHS, NGRAMS = (0.05, 0.1, 0.5), (5, 20, 50), (1, 2)
# What a user of fastText would try, and of model2vec.
FASTTEXT_GRID = [
    {"lr": lr, "epoch": epoch, "wordNgrams": ngrams} for ngrams, lr, epoch in itertools.product(NGRAMS, RATES, EPOCHS)
]
MODEL2VEC_GRID = [
    {"n_layers": layers, "learning_rate": rate} for layers, rate in itertools.product((1, 0), (1e-3, 3e-3, 1e-2))
]


@dataclass(frozen=True)
class Texts:
    """Texts as their tokens joined by spaces, each with its label."""

    lines: tuple[str, ...]
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.lines)

    def take(self, at: Sequence[int]) -> Texts:
        """The texts at positions `at`, in that order."""
        return Texts(tuple(self.lines[i] for i in at), tuple(self.labels[i] for i in at))


@dataclass(frozen=True)
class Run:
    """One training.

    accuracy  share of the test texts whose label was predicted
    seconds   of the whole training call, the reading of start vectors included
    passed    training texts that went through the model: texts times epochs
    rate      training texts a second of processor time, fastText's without what comes before the first text; None
              where it was not measured
    """

    accuracy: float
    seconds: float
    passed: int
    rate: float | None = None


@dataclass(frozen=True)
class Result:
    """What one method reached on one set, all seeds. `validation` holds every setting tried, and its accuracy."""

    set: str
    method: str
    settings: Settings
    accuracies: list[float]
    median: float
    smallest: float
    largest: float
    seconds: float
    texts_per_second: float | None
    validation: list[tuple[Settings, float]]


Train = Callable[[Texts, Texts, Settings, int], Run]


def load(folder: Path, part: str) -> Texts:
    """The texts of one part of a set."""
    with open(folder / f"{part}.tokens.jsonl", encoding="utf-8") as file:
        read = [json.loads(line) for line in file]
    return Texts(tuple(" ".join(each["tokens"]) for each in read), tuple(each["label"] for each in read))


def to_tune_with(folder: Path) -> tuple[Texts, Texts]:
    """Training and validation texts for choosing settings: the set's own, else nine tenths and one of the training."""
    train = load(folder, "train")
    if (folder / "valid.tokens.jsonl").exists():
        return train, load(folder, "valid")
    of_label: dict[str, list[int]] = {}
    for at, label in enumerate(train.labels):
        of_label.setdefault(label, []).append(at)
    rng, held = random.Random(0), set[int]()
    for members in of_label.values():
        held.update(rng.sample(members, max(1, round(len(members) / 10))))
    return train.take([i for i in range(len(train)) if i not in held]), train.take(sorted(held))


def share_right(predicted: Sequence[str], labels: Sequence[str]) -> float:
    return sum(a == b for a, b in zip(predicted, labels, strict=True)) / len(labels)


def fasttext_trainer(folder: Path, *, pretrained: bool) -> Train:
    """Train fastText on a set, with its start vectors or from nothing."""
    import fasttext  # pyright: ignore[reportMissingImports]

    if hasattr(fasttext.FastText, "eprint"):
        fasttext.FastText.eprint = lambda *_told: None
    begin = {"pretrainedVectors": str(folder / "vectors.vec"), "dim": DIM} if pretrained else {"dim": 100}

    def timed(path: str, settings: Settings) -> tuple[Any, float, float]:
        started, busy = time.perf_counter(), time.process_time()
        model = fasttext.train_supervised(input=path, thread=1, verbose=0, label=LABEL, **begin, **settings)
        return model, time.perf_counter() - started, time.process_time() - busy

    def train(texts: Texts, test: Texts, settings: Settings, seed: int) -> Run:
        order = random.Random(seed).sample(range(len(texts)), len(texts))
        with tempfile.TemporaryDirectory() as made:
            path = Path(made) / "train.txt"
            written = (f"{LABEL}{texts.labels[i]} {texts.lines[i]}\n" for i in order)
            path.write_text("".join(written), encoding="utf-8")
            model, seconds, busy = timed(str(path), settings)
            rate = None
            if seed == 0 and settings["epoch"] > 1:
                once = timed(str(path), settings | {"epoch": 1})[2]
                # Two words at a time, most of the call is the making of 2 GB of buckets, which says nothing.
                if busy - once > 0.5:
                    rate = len(texts) * (settings["epoch"] - 1) / (busy - once)
        predicted = [labels[0].removeprefix(LABEL) for labels in model.predict(list(test.lines))[0]]
        return Run(share_right(predicted, test.labels), seconds, len(texts) * settings["epoch"], rate)

    return train


def static_model(folder: Path) -> Any:
    """A StaticModel of the start vectors that takes tokens joined by spaces."""
    import numpy as np
    from model2vec import StaticModel  # pyright: ignore[reportMissingImports]
    from tokenizers import Tokenizer  # pyright: ignore[reportMissingImports]
    from tokenizers.models import WordLevel  # pyright: ignore[reportMissingImports]
    from tokenizers.pre_tokenizers import WhitespaceSplit  # pyright: ignore[reportMissingImports]

    with open(folder / "vectors.vec", encoding="utf-8", newline="\n") as file:
        next(file)
        ids = {line.split(" ", 1)[0]: at for at, line in enumerate(file)}
    tokenizer = Tokenizer(WordLevel(ids, unk_token="<unk>"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return StaticModel(np.load(folder / "matrix.npy", allow_pickle=False), tokenizer)


def model2vec_trainer(folder: Path) -> Train:
    """Train model2vec's classifier on a set, from its start vectors."""
    # Before the import: no time of the peer's goes into drawing bars.
    os.environ.setdefault("TQDM_DISABLE", "1")
    import torch
    from model2vec.train import StaticModelForClassification  # pyright: ignore[reportMissingImports]

    torch.set_num_threads(1)
    start = static_model(folder)

    def train(texts: Texts, test: Texts, settings: Settings, seed: int) -> Run:
        own = {key: value for key, value in settings.items() if key == "n_layers"}
        rest = {key: value for key, value in settings.items() if key not in own}
        model = StaticModelForClassification.from_static_model(model=start, **own)
        passed = [0]

        def count(module: Any, _given: Any, made: Any) -> None:
            passed[0] += len(made) if module.training else 0

        model.register_forward_hook(count)
        started, busy = time.perf_counter(), time.process_time()
        model.fit(list(texts.lines), list(texts.labels), random_seed=seed, **rest)
        seconds, busy = time.perf_counter() - started, time.process_time() - busy
        predicted = [str(label) for label in model.predict(list(test.lines))]
        return Run(share_right(predicted, test.labels), seconds, passed[0], passed[0] / busy)

    return train


def measure(folder: Path, method: str, train: Train, grid: Sequence[Settings], *, seeds: int) -> Result:
    """Choose among `grid` where it holds several settings, then train and test once for each seed."""
    tried: list[tuple[Settings, float]] = []
    if len(grid) > 1:
        texts, held = to_tune_with(folder)
        # Seed 1, not 0: no rate is measured while settings are chosen.
        tried = [(settings, train(texts, held, settings, 1).accuracy) for settings in grid]
    settings = max(tried, key=lambda pair: pair[1])[0] if tried else grid[0]
    texts, test = load(folder, "train"), load(folder, "test")
    runs = [train(texts, test, settings, seed) for seed in range(seeds)]
    found = [run.accuracy for run in runs]
    rates = [run.rate for run in runs if run.rate is not None]
    return Result(
        set=folder.name,
        method=method,
        settings=settings,
        accuracies=found,
        median=statistics.median(found),
        smallest=min(found),
        largest=max(found),
        seconds=statistics.median(run.seconds for run in runs),
        texts_per_second=round(statistics.median(rates)) if rates else None,
        validation=tried,
    )


def fasttext_plain(folder: Path, seeds: int) -> Iterator[Result]:
    """fastText at 20 epochs and rate 0.1: with start vectors and from nothing, one word and two."""
    for ngrams, pretrained in itertools.product(NGRAMS, (True, False)):
        method = f"fastText, {'pretrained' if pretrained else 'from scratch'}, wordNgrams {ngrams}"
        train = fasttext_trainer(folder, pretrained=pretrained)
        grid = [{"lr": 0.1, "epoch": 20, "wordNgrams": ngrams}]
        yield measure(folder, method, train, grid, seeds=seeds)


def fasttext_best(folder: Path, seeds: int) -> Iterator[Result]:
    train = fasttext_trainer(folder, pretrained=True)
    yield measure(folder, "fastText, pretrained, best settings", train, FASTTEXT_GRID, seeds=seeds)


def fasttext_scratch_best(folder: Path, seeds: int) -> Iterator[Result]:
    train = fasttext_trainer(folder, pretrained=False)
    yield measure(folder, "fastText, from scratch, best settings", train, FASTTEXT_GRID, seeds=seeds)


def model2vec_plain(folder: Path, seeds: int) -> Iterator[Result]:
    yield measure(folder, "model2vec, defaults", model2vec_trainer(folder), [{}], seeds=seeds)


def model2vec_best(folder: Path, seeds: int) -> Iterator[Result]:
    train = model2vec_trainer(folder)
    yield measure(folder, "model2vec, best settings", train, MODEL2VEC_GRID, seeds=seeds)


SIDES = {
    "fasttext": fasttext_plain,
    "fasttext-best": fasttext_best,
    "fasttext-scratch-best": fasttext_scratch_best,
    "model2vec": model2vec_plain,
    "model2vec-best": model2vec_best,
}


def read_results(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text("utf-8")) if path.exists() else []


def put(path: Path, result: Result) -> None:
    """Put `result` into the file, in place of an older one; a reader never sees half a file.

    Two sides may run at once: one waits for the other here.
    """
    import fcntl

    new = asdict(result)
    with open(path.with_name(f".{path.name}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        others = [old for old in read_results(path) if (old["set"], old["method"]) != (new["set"], new["method"])]
        half = path.with_name(f"{path.name}.half")
        half.write_text(json.dumps([*others, new], indent=1, ensure_ascii=False) + "\n", "utf-8")
        half.replace(path)


def as_table(results: Sequence[dict[str, Any]]) -> str:
    """Markdown: a row for each set, a column for each method; the last row is the mean of those without a gap."""
    methods = list(dict.fromkeys(one["method"] for one in results))
    names = [name for name in SETS if any(one["set"] == name for one in results)]
    at = {(one["set"], one["method"]): one for one in results}
    lines = [f"| set | {' | '.join(methods)} |", "|---" * (len(methods) + 1) + "|"]
    for name in names:
        cells = [_cell(at.get((name, method))) for method in methods]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    means = []
    for method in methods:
        medians = [at[name, method]["median"] for name in names if (name, method) in at]
        means.append(f"{100 * statistics.mean(medians):.2f}" if len(medians) == len(names) else "")
    lines.append(f"| mean | {' | '.join(means)} |")
    return "\n".join(lines)


def _cell(one: dict[str, Any] | None) -> str:
    if one is None:
        return ""
    spread = f"({100 * one['smallest']:.1f} to {100 * one['largest']:.1f})"
    rate = f", {one['texts_per_second']:,} texts/s" if one["texts_per_second"] else ""
    return f"{100 * one['median']:.1f} {spread}{rate}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("side", choices=[*SIDES, "report"])
    parser.add_argument("--folder", type=Path, required=True, help="what finetune_sets.py wrote")
    parser.add_argument("--out", type=Path, help="the file of results (default: peers.json in the folder)")
    parser.add_argument("--sets", default=",".join(SETS), help="names, separated by commas")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args(arguments)
    out = given.out or given.folder / "peers.json"
    if given.side == "report":
        print(json.dumps(read_results(out), indent=1, ensure_ascii=False))
        print(as_table(read_results(out)))
        return
    for name in given.sets.split(","):
        for result in SIDES[given.side](given.folder / name, given.seeds):
            put(out, result)
            print(f"{name}: {result.method}: {_cell(asdict(result))}, {result.settings}", flush=True)


if __name__ == "__main__":
    main()
