"""Tuning, measured: speed beside a plain dense loop, how it grows with the vocabulary, memory, and accuracy.

    python benchmarks/finetune.py speed                       one step's cost, |V| from 10,000 to 1,000,000
    python benchmarks/finetune.py gpu                         samples a second on CUDA, beside the bytes' floor
    python benchmarks/finetune_sets.py --data DATA --out SETS
    python benchmarks/finetune.py accuracy --sets SETS        test accuracy over 5 seeds (peers': SETS/peers.json)
    python benchmarks/finetune.py write --sets SETS           benchmarks/finetune.md of what the others wrote to SETS

Every part prints JSON lines. Speeds are of whole epochs after a first one; each case runs in a process of its own, so
that peaks of memory are its own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

DIM, TOKENS, CLASSES = 300, 20, 4
KINDS = ("ours", "dense")


def made_texts(rows: int, law: str, texts: int, seed: int = 0) -> Any:
    """Bags of made-up texts: words by Zipf's law (p ~ 1 / rank) or all alike."""
    from core.tuning.bags import Bags

    rng = np.random.default_rng(seed)
    if law == "zipf":
        cumulative = np.cumsum(1 / np.arange(1, rows + 1))
        ids = np.searchsorted(cumulative, rng.random(texts * TOKENS) * cumulative[-1])
    else:
        ids = rng.integers(0, rows, texts * TOKENS)
    starts = np.arange(texts + 1) * TOKENS
    return Bags(ids.astype(np.int32), starts, rng.integers(0, CLASSES, texts).astype(np.int32), np.arange(texts))


def peak() -> int:
    """Bytes of this process's largest resident size."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def resident() -> int:
    """Bytes of this process now: the libraries, before the work."""
    import psutil

    return psutil.Process().memory_info().rss


def run_ours(rows: int, law: str, texts: int, batch: int, device: str, epochs: int) -> dict[str, Any]:
    """Epochs of `full` on made-up texts."""
    from core.tuning.checkpoints import Checkpoints
    from core.tuning.classify import Classify
    from core.tuning.compacting import compacted
    from core.tuning.kinds import Full
    from core.tuning.loop import train
    from core.tuning.table import RowTable

    vectors, before = mapped(rows), resident()
    # A tenth beside, so that validation and checkpoints are what they are in use.
    used, (bags, valid) = compacted(rows, [made_texts(rows, law, texts), made_texts(rows, law, texts // 10, 1)])
    began = time.perf_counter()
    table = RowTable(vectors, used, scale=1.0, device=device)
    copied = time.perf_counter() - began
    spec = Full(data={"path": "made"}, epochs=epochs, patience=epochs, batch=batch)
    objective = Classify(spec, spec.plan(), table, bags, valid, CLASSES)
    with tempfile.TemporaryDirectory() as folder:
        trained = train(objective, Checkpoints(Path(folder), "made"))
    seconds = min(e.seconds for e in trained.epochs[1:] or trained.epochs)
    return {
        "per_second": texts / seconds,
        "first_epoch": trained.epochs[0].seconds,
        "copy_seconds": copied,
        "used": len(used),
        "parameters": table.values.nbytes + table.logits.nbytes,
        "optimizer": table.sums.nbytes + table.logit_sums.nbytes,
        "matrix": rows * DIM * 4,
        "peak": peak(),
        "above": peak() - before,
    }


def run_dense(rows: int, law: str, texts: int, batch: int, device: str, steps: int = 12) -> dict[str, Any]:
    """The loop that everybody writes first: EmbeddingBag with dense gradients, Adam over all parameters."""
    import torch
    from torch import nn

    bags = made_texts(rows, law, batch * steps)
    embedding = nn.EmbeddingBag(rows, DIM, mode="mean").to(device)
    head = nn.Linear(DIM, CLASSES).to(device)
    optimizer = torch.optim.Adam([*embedding.parameters(), *head.parameters()], lr=1e-3)
    taken = []
    for step in range(steps):
        ids, starts = bags.gathered(np.arange(step * batch, (step + 1) * batch))
        began = time.perf_counter()
        tokens = torch.from_numpy(ids.astype(np.int64)).to(device)
        logits = head(embedding(tokens, torch.from_numpy(starts[:-1].copy()).to(device)))
        labels = torch.from_numpy(bags.labels[step * batch : (step + 1) * batch].astype(np.int64)).to(device)
        loss = nn.functional.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
        taken.append(time.perf_counter() - began)
    return {"per_second": batch / statistics.median(taken[2:]), "peak": peak()}


def mapped(rows: int) -> np.ndarray:
    """A matrix in a mapped file, as builds have it; made once, by another process that its memory goes with."""
    path = Path(tempfile.gettempdir()) / f"lexiloom-bench-{rows}.f32"
    if not path.exists() or path.stat().st_size != rows * DIM * 4:
        code = (
            "import numpy as np, sys; r=np.random.default_rng(0); f=open(sys.argv[1],'wb'); n=int(sys.argv[2])\n"
            "for i in range(0, n, 50000):\n"
            "    f.write(r.standard_normal((min(50000, n - i), 300), dtype=np.float32).tobytes())"
        )
        subprocess.run([sys.executable, "-c", code, str(path), str(rows)], check=True)
    return np.memmap(path, "<f4", mode="r", shape=(rows, DIM)).view(np.ndarray)


def one(arguments: argparse.Namespace) -> None:
    """A case, in this process."""
    import torch  # loaded before the clock

    from core.tuning import labelled  # noqa: F401
    from core.tuning.scoring import score

    score(np.eye(2, dtype=np.float32), np.arange(2), ["a", "b"])  # loads scikit-learn

    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    if arguments.kind == "ours":
        found = run_ours(
            arguments.rows, arguments.law, arguments.texts, arguments.batch, arguments.device, arguments.epochs
        )
    else:
        found = run_dense(arguments.rows, arguments.law, arguments.texts, arguments.batch, arguments.device)
    case = {name: getattr(arguments, name) for name in ("kind", "rows", "law", "texts", "batch", "device")}
    print(json.dumps(case | found))


def case(**given: Any) -> dict[str, Any]:
    """A case, in a process of its own."""
    options = [f"--{name}={value}" for name, value in given.items()]
    done = subprocess.run([sys.executable, __file__, "one", *options], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def speed(arguments: argparse.Namespace) -> None:
    """Ours and dense by turns, then sizes of vocabulary."""
    found = []
    for _turn in range(arguments.runs):
        for law in ("zipf", "uniform"):
            sizes = (10_000, 100_000, 1_000_000)
            found += [case(kind="ours", rows=rows, law=law, texts=arguments.texts, batch=64) for rows in sizes]
        found.append(case(kind="dense", rows=100_000, law="zipf", texts=0, batch=64))
        for line in found[-7:]:
            print(json.dumps(line), flush=True)
    keep(arguments, "speed", found)


def gpu(arguments: argparse.Namespace) -> None:
    """CUDA and the processor of the same machine, and what the bytes moved would take."""
    import torch

    found = []
    for batch in (64, 512, 4096):
        for device in ("cuda", "cpu"):
            given = {"rows": 100_000, "law": "zipf", "texts": arguments.texts, "batch": batch, "device": device}
            found.append(case(kind="ours", **given))
            print(json.dumps(found[-1]), flush=True)
    for rows in (10_000, 1_000_000):
        found.append(case(kind="ours", rows=rows, law="zipf", texts=arguments.texts, batch=4096, device="cuda"))
        print(json.dumps(found[-1]), flush=True)
    found.append(case(kind="dense", rows=100_000, law="zipf", texts=0, batch=64, device="cuda"))
    found.append(case(kind="dense", rows=100_000, law="zipf", texts=0, batch=4096, device="cuda"))
    block = torch.empty(1 << 28, dtype=torch.float32, device="cuda")
    other = torch.empty_like(block)
    other.copy_(block)
    torch.cuda.synchronize()
    began = time.perf_counter()
    for _turn in range(10):
        other.copy_(block)
    torch.cuda.synchronize()
    copied = 10 * 2 * block.nbytes / (time.perf_counter() - began)
    for batch in (64, 512, 4096):
        bags = made_texts(100_000, "zipf", batch)
        u = len(np.unique(bags.ids))
        # Rows read, gradients written and read, rows read and written; tokens gathered forward and back.
        moved = DIM * 4 * (5 * u + 2 * len(bags.ids))
        found.append(
            {"kind": "floor", "batch": batch, "unique": u, "bytes": moved, "per_second": batch / (moved / copied)}
        )
        print(json.dumps(found[-1] | {"bandwidth": copied, "device": torch.cuda.get_device_name()}), flush=True)
    found[-1] |= {"bandwidth": copied, "device": torch.cuda.get_device_name()}
    keep(arguments, "gpu", found)


def accuracy(arguments: argparse.Namespace) -> None:
    """Five seeds of `full` on each set, with its defaults."""
    from core.exports import read_build
    from core.recipe import Recipe
    from core.tuning import KINDS as TUNINGS
    from core.tuning import finetune

    found = []
    for folder in sorted(path.parent for path in Path(arguments.sets).glob("*/set.json")):
        if arguments.only and folder.name not in arguments.only.split(","):
            continue
        build = read_build(folder / "build", check=False)
        vocabulary = Recipe.from_toml(build.recipe_toml).vocabulary
        spec = TUNINGS[arguments.recipe](
            data={"path": str(folder / "train.jsonl"), "test_path": str(folder / "test.jsonl")},
            seeds=arguments.seeds,
            baselines=tuple(arguments.baselines.split(",")) if arguments.baselines else (),
        )
        report = finetune(build.matrix, spec, vocabulary=vocabulary).report
        each = [run["accuracy"] for run in report.runs]
        texts = report.parts["test"]
        told = {
            "set": folder.name,
            "recipe": arguments.recipe,
            "median": statistics.median(each),
            "smallest": min(each),
            "largest": max(each),
            "interval": report.texts_interval,
            "untouched": report.before.get("accuracy"),
            "baselines": {line["name"]: line["accuracy"] for line in report.baselines},
            "moved": None if report.drift is None else report.drift.displacement,
            "per_second": report.per_second,
            "test": texts,
            "verdict": None if report.verdict is None else report.verdict["kind"],
            "seconds": report.seconds,
        }
        found.append(told)
        print(json.dumps(told), flush=True)
    keep(arguments, f"accuracy-{arguments.recipe}", found)


def keep(arguments: argparse.Namespace, name: str, found: list[dict[str, Any]]) -> None:
    """For `write`."""
    if arguments.sets:
        Path(arguments.sets, f"{name}.json").write_text(json.dumps(found, indent=1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("one", "speed", "gpu", "accuracy", "write"))
    parser.add_argument("--sets", default="")
    parser.add_argument("--only", default="")
    parser.add_argument("--recipe", default="full")
    parser.add_argument("--baselines", default="")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--kind", choices=KINDS, default="ours")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--law", choices=("zipf", "uniform"), default="zipf")
    parser.add_argument("--texts", type=int, default=50_000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.part == "write":
        from finetune_table import write

        write(Path(arguments.sets))
        return
    {"one": one, "speed": speed, "gpu": gpu, "accuracy": accuracy}[arguments.part](arguments)


if __name__ == "__main__":
    main()
