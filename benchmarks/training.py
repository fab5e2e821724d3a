"""Training beside gensim: throughput, memory as the text grows, and what the vectors are worth.

    python benchmarks/training.py gensim --data DATA       through Lexiloom and plain gensim, tokenizing included
    python benchmarks/training.py scale --data DATA        words/s and peak memory on the text once, 4 and 16 times
    python benchmarks/training.py cut --data DATA          texts into numbers, by one process and by one a core
    python benchmarks/training.py quality --data DATA      similarity and neighbors: ours, two seeds of gensim's
    python benchmarks/training.py gpu --data DATA          skip-gram on CUDA beside gensim on this machine's processor
    python benchmarks/training_glove.py …                  GloVe beside the authors' program

DATA holds corpora_en, corpora_zh and eval_en. The text is that of corpora_en; 100 dimensions, window 5, 5 negatives,
min count 5, 5 epochs, as many threads as there are cores. Each figure is of a process of its own, interleaved, and
the median; imports come before the clock starts. Plain gensim gets the sentences of the same tokenizer, as a list
("list") and written to a file for its fastest loop ("file").
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

DIM, WINDOW, NEGATIVES, LEAST, EPOCHS = 100, 5, 5, 5, 5
MODELS = {
    "word2vec skip-gram": ("word2vec", "skipgram"),
    "word2vec CBOW": ("word2vec", "cbow"),
    "fastText skip-gram": ("fasttext", "skipgram"),
    "fastText CBOW": ("fasttext", "cbow"),
    "GloVe": ("glove", ""),
}


def spec_of(model: str, text: Path, *, epochs: int = EPOCHS, seed: int = 1, workers: int = 0) -> dict[str, Any]:
    kind, way = MODELS[model]
    table: dict[str, Any] = {"kind": kind, "texts": {"paths": [str(text)]}, "dim": DIM, "window": WINDOW}
    table |= {"min_count": LEAST, "epochs": epochs, "seed": seed, "workers": workers}
    return table | ({"model": way, "negatives": NEGATIVES} if way else {})


# One figure, in this process


def one(args: argparse.Namespace) -> None:
    told = {"ours": train_ours, "list": train_gensim, "file": train_gensim, "cut": cut_text}[args.by](args)
    told["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(told))


def train_ours(args: argparse.Namespace) -> dict[str, Any]:
    import gensim.models  # noqa: F401 - outside of the clock, as for the other side

    from core.trained import train
    from core.training import fasttext, glove, tokens, word2vec  # noqa: F401

    stages: dict[str, list[float]] = {}

    def progress(stage: str, *_: Any) -> None:
        stages.setdefault(stage, [time.perf_counter(), 0.0])[1] = time.perf_counter()

    spec = spec_of(args.model, args.text, epochs=args.epochs, seed=args.seed, workers=args.workers)
    with tempfile.TemporaryDirectory(dir=args.out) as folder:
        begun = time.perf_counter()
        made = train(spec, Path(folder) / "made", device=args.device, progress=progress)
        took = time.perf_counter() - begun
        told = {"seconds": took, "training": made.lock["seconds"], "tokens": made.lock["corpus"]["tokens"]}
        told |= {"raw": made.lock["corpus"]["raw_tokens"], "device": made.lock["environment"]["device"]}
        told["stages"] = {name: round(last - first, 3) for name, (first, last) in stages.items()}
        if args.keep:
            keep(args.keep, made.words, made.rows)
    return told


def train_gensim(args: argparse.Namespace) -> dict[str, Any]:
    from gensim.models import FastText, Word2Vec

    from core.training.spec import TextsSpec
    from core.training.texts import Texts

    kind, way = MODELS[args.model]
    maker = Word2Vec if kind == "word2vec" else FastText
    workers = args.workers or os.cpu_count() or 1
    options = {"vector_size": DIM, "window": WINDOW, "negative": NEGATIVES, "min_count": LEAST, "epochs": args.epochs}
    options |= {"sg": int(way == "skipgram"), "workers": workers, "seed": args.seed}
    with tempfile.TemporaryDirectory(dir=args.out) as folder:
        begun = time.perf_counter()
        sentences = Texts(TextsSpec(paths=(str(args.text),))).sentences()
        if args.by == "list":
            model = maker(sentences=list(sentences), **options)
        else:
            lines = Path(folder) / "lines.txt"
            with lines.open("w", encoding="utf-8") as file:
                file.writelines(" ".join(sentence) + "\n" for sentence in sentences)
            model = maker(corpus_file=str(lines), **options)
        took = time.perf_counter() - begun
    if args.keep:
        keep(args.keep, model.wv.index_to_key, model.wv.vectors)
    counts = sum(model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key)
    return {"seconds": took, "tokens": int(counts), "raw": model.corpus_total_words}


def cut_text(args: argparse.Namespace) -> dict[str, Any]:
    from core.training.spec import TextsSpec
    from core.training.tokens import read_corpus

    with tempfile.TemporaryDirectory(dir=args.out) as folder:
        begun = time.perf_counter()
        made = read_corpus(
            TextsSpec(paths=(str(args.text),)), Path(folder), min_count=LEAST, max_size=None, workers=args.workers
        )
        return {"seconds": time.perf_counter() - begun, "tokens": made.tokens, "raw": made.raw_tokens}


def keep(path: Path, words: Any, rows: Any) -> None:
    """Vectors for `quality`, in word2vec's text format."""
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{len(words)} {rows.shape[1]}\n")
        file.writelines(f"{word} {' '.join(f'{x:.6g}' for x in row)}\n" for word, row in zip(words, rows, strict=True))


def measured(by: str, model: str, text: Path, args: argparse.Namespace, **more: Any) -> dict[str, Any]:
    """One figure, in a process of its own."""
    options = {"epochs": args.epochs, "workers": args.workers, "seed": 1, "device": "cpu", **more}
    command = [sys.executable, str(Path(__file__).resolve()), "one", "--by", by, "--model", model, "--text", str(text)]
    command += ["--out", str(args.out), *(f"--{name}={value}" for name, value in options.items())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{by}, {model}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


# The comparisons


def beside_gensim(args: argparse.Namespace) -> None:
    """Seconds of each, interleaved: medians, and the ratio of throughputs to the faster of gensim's two."""
    text = args.data / "corpora_en"
    for model in args.models or list(MODELS)[:4]:
        runs: dict[str, list[float]] = {"ours": [], "list": [], "file": []}
        tokens = 0
        for _run in range(args.runs):
            for by in runs:
                told = measured(by, model, text, args)
                runs[by].append(told["seconds"])
                tokens = told["tokens"]
        times = {by: median(found) for by, found in runs.items()}
        words = tokens * args.epochs
        best = min(times["list"], times["file"])
        # Beside each other in one round, the machine's moods cancel out.
        ratios = [min(a, b) / ours for ours, a, b in zip(*runs.values(), strict=True)]
        row = {by: f"{seconds:.2f} s ({words / seconds / 1e3:,.0f} k words/s)" for by, seconds in times.items()}
        spread = f"{min(ratios):.2f}-{max(ratios):.2f}"
        print(f"{model}: {row}; ours / best gensim {best / times['ours']:.2f} ({spread} by round)", flush=True)


def scaling(args: argparse.Namespace) -> None:
    """The text once and several times over: words/s of training, of the whole, and peak memory."""
    with tempfile.TemporaryDirectory(dir=args.out) as folder:
        for times in args.times:
            text = repeated(args.data / "corpora_en", times, Path(folder))
            for model in args.models or MODELS:
                told = measured("ours", model, text, args)
                words = told["tokens"] * args.epochs
                training, whole = (words / told[name] / 1e3 for name in ("training", "seconds"))
                print(
                    f"{times:>3}x {told['raw']:>11,} words  {model:<20} training {training:>6,.0f} k words/s, "
                    f"whole {whole:>6,.0f} k words/s, peak {told['peak']:,.0f} MiB {told['stages']}",
                    flush=True,
                )
            text.unlink()


def repeated(source: Path, times: int, folder: Path) -> Path:
    """The texts of a folder, so many times over, in one file."""
    pieces = [path.read_bytes() for path in sorted(source.glob("*.txt"))]
    text = folder / f"text-{times}.txt"
    with text.open("wb") as file:
        for _n in range(times):
            for piece in pieces:
                file.write(piece + b"\n\n")
    return text


def cutting(args: argparse.Namespace) -> None:
    """Seconds until a text is numbers, with one process and with one a core, interleaved: medians."""
    with tempfile.TemporaryDirectory(dir=args.out) as folder:
        english, chinese = (args.data / name for name in ("corpora_en", "corpora_zh"))
        for name, text in (
            ("hongloumeng.txt", chinese / "hongloumeng.txt"),
            ("corpora_zh", repeated(chinese, 1, Path(folder))),
            ("corpora_en, 16 times", repeated(english, 16, Path(folder))),
        ):
            runs: dict[int, list[float]] = {1: [], 0: []}
            for _run in range(args.runs):
                for workers, found in runs.items():
                    told = measured("cut", "GloVe", text, args, workers=workers)
                    found.append(told["seconds"])
            alone, apart = median(runs[1]), median(runs[0])
            ratio = f"{alone / apart:.2f} times as fast on {os.cpu_count()} cores"
            print(f"{name}: {told['raw']:,} words, {alone:.2f} s and {apart:.2f} s, {ratio}", flush=True)


def quality(args: argparse.Namespace) -> None:
    """Spearman's rho on the pairs that are covered, and neighbors shared, beside two seeds of gensim's."""
    from core.evaluation.evaluating import evaluate
    from core.evaluation.spec import EvaluateSpec
    from core.pipeline import open_subject

    text = args.data / "corpora_en"
    spec = EvaluateSpec(suite="en", suite_dir=str(args.data))
    for model in args.models or list(MODELS)[:4]:
        with tempfile.TemporaryDirectory(dir=args.out) as folder:
            places = {name: Path(folder) / f"{name}.txt" for name in ("ours", "gensim", "other")}
            measured("ours", model, text, args, keep=places["ours"], device=args.device)
            measured("file", model, text, args, keep=places["gensim"])
            measured("file", model, text, args, keep=places["other"], seed=2)
            subjects = [open_subject(str(place), spec) for place in places.values()]
            found = evaluate(subjects, spec).as_dict()
            lines = [line for line in found["lines"] if line["task"] == "similarity"]
            for line in lines:
                cells = [f"{cell['value']:.3f}" if cell["value"] is not None else "-" for cell in line["cells"]]
                print(
                    f"{model:<20} {line['title']:<24} ours, gensim, gensim's other seed: {' '.join(cells)}", flush=True
                )
            print(f"{model:<20} neighbors shared of 10: {overlaps(places)}", flush=True)


def overlaps(places: dict[str, Path], most: int = 1000, k: int = 10) -> dict[str, float]:
    """Mean share of the ten neighbors of the most frequent words that two have in common."""
    import numpy as np
    from gensim.models import KeyedVectors

    opened = {name: KeyedVectors.load_word2vec_format(str(place)) for name, place in places.items()}
    words = opened["gensim"].index_to_key[:most]
    found = {}
    near = {
        name: [{other for other, _cosine in vectors.most_similar(word, topn=k)} for word in words]
        for name, vectors in opened.items()
    }
    for first, second in (("ours", "gensim"), ("gensim", "other"), ("ours", "other")):
        found[f"{first}/{second}"] = round(
            float(np.mean([len(a & b) / k for a, b in zip(near[first], near[second], strict=True)])), 3
        )
    return found


def gpu(args: argparse.Namespace) -> None:
    """Skip-gram on CUDA beside gensim's fastest loop on all cores of the same machine."""
    text = args.data / "corpora_en"
    for by, device in (("file", "cpu"), ("ours", "cuda"), ("file", "cpu"), ("ours", "cuda")):
        told = measured(by, "word2vec skip-gram", text, args, device=device)
        pace = told["tokens"] * args.epochs / told["seconds"]
        print(f"{by} on {told.get('device', 'cpu')}: {pace / 1e3:,.0f} k words/s, {told['seconds']:.1f} s", flush=True)
    args.device, args.models = "cuda", ["word2vec skip-gram"]
    quality(args)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = {"gensim": beside_gensim, "scale": scaling, "cut": cutting, "quality": quality, "gpu": gpu, "one": one}
    parser.add_argument("what", choices=verbs)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()), help="a folder with room")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--models", nargs="+", choices=MODELS)
    parser.add_argument("--device", default="cpu")
    for name, kind in (("by", str), ("model", str), ("text", Path), ("keep", Path)):
        parser.add_argument(f"--{name}", type=kind)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    verbs[args.what](args)


if __name__ == "__main__":
    main()
