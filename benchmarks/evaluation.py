"""Scoring side by side: `lexiloom evaluate` and gensim on the same file of 400,000 x 300 vectors.

    python benchmarks/evaluation.py [--folder DIR] [--runs 3] [--rows 400000]
                                   [--suite-dir DIR] [--questions 300] [--write]

Makes a word2vec binary and a GloVe text of random rows whose first words are those of the sets (0.5 and 1 GB).
Ours are whole processes, the index of the file being there; gensim's loading is not counted. gensim answers
every so-manieth analogy question, `--questions` in all, and its time is scaled to all 19,544: it goes through all
rows for each, so its time is proportional. `--suite-dir` names a folder of similarity sets; without, the two that
come with gensim are scored. `--write` puts the table into benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import os
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

from core.evaluation.catalog import find_sets, known_set, path_of
from core.evaluation.sets import read_known, words_of

BATCH = 4000
SIDES = ("bin", "text", "gensim")
GENSIM = """
import json, sys, time
from gensim.models import KeyedVectors
vectors = KeyedVectors.load_word2vec_format(sys.argv[1], binary=True)
if sys.argv[2] == "analogy":
    begin = time.perf_counter()
    vectors.evaluate_word_analogies(sys.argv[3], restrict_vocab=None)
else:
    begin = time.perf_counter()
    for path in sys.argv[3:]:
        vectors.evaluate_word_pairs(path, restrict_vocab=10**9)
print(time.perf_counter() - begin)
"""


def make(folder: Path, rows: int, words: list[str], dim: int = 300) -> tuple[Path, Path]:
    """A word2vec binary and a GloVe text of the same random numbers."""
    binary, text = folder / f"scored-{rows}.bin", folder / f"scored-{rows}.txt"
    if binary.exists() and text.exists():
        return binary, text
    named = [*words, *(f"filler{i}" for i in range(rows - len(words)))]
    rng = np.random.default_rng(0)
    with open(binary, "wb") as b, open(text, "w", encoding="utf-8") as t:
        b.write(f"{rows} {dim}\n".encode())
        for first in range(0, rows, BATCH):
            part = named[first : first + BATCH]
            block = rng.standard_normal((len(part), dim)).astype(np.float32).round(4)
            for word, row in zip(part, block, strict=True):
                b.write(word.encode() + b" " + row.tobytes() + b"\n")
            t.writelines(
                f"{word} {' '.join(map('{:.4f}'.format, row.tolist()))}\n"
                for word, row in zip(part, block, strict=True)
            )
    return binary, text


def ours(home: Path, *arguments: str) -> float:
    begin = time.perf_counter()
    command = [sys.executable, "-m", "core.cli", "evaluate", *arguments]
    environment = {**os.environ, "LEXILOOM_HOME": str(home)}
    subprocess.run(command, cwd=HERE.parent, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def gensim(binary: Path, task: str, *paths: str) -> float:
    command = [sys.executable, "-c", GENSIM, str(binary), task, *paths]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def told(values: list[float], digits: int = 1) -> str:
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "lexiloom-benchmarks")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--suite-dir", type=Path)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    folders = [given.suite_dir] if given.suite_dir else []
    found = [one for one in find_sets(folders, ["en"]) if one.path and one.known.task in ("similarity", "analogy")]
    words = dict.fromkeys(w for one in found for w in words_of(one.known.task, read_known(one.known, one.path).items))
    binary, text = make(given.folder, given.rows, list(words))
    pairs = [one for one in found if one.known.task == "similarity"]
    google = path_of(known_set("google"))
    lines = [line for line in google.read_text("utf-8").splitlines() if line and not line.startswith(":")]
    some = lines[:: max(1, len(lines) // given.questions)]
    sample = given.folder / "questions.txt"
    sample.write_text(": some\n" + "\n".join(some) + "\n", encoding="utf-8")

    home = given.folder / "home"
    options = ["--suite", "none", *(["--suite-dir", str(given.suite_dir)] if given.suite_dir else [])]
    similarity = [*options, *(part for one in pairs for part in ("--set", one.known.id))]
    for path in (binary, text):
        ours(home, str(path), "--suite", "none", "--set", "ws353")  # the index is made once
    tabs = []
    for one in pairs:
        path = given.folder / f"{one.known.id}.tsv"
        read = read_known(one.known, one.path).items.pairs
        path.write_text("".join(f"{a}\t{b}\t{s}\n" for a, b, s in read), encoding="utf-8")
        tabs.append(str(path))

    rows: dict[str, list[float]] = {f"{what} {of}": [] for what in ("pairs", "google") for of in SIDES}
    for _run in range(given.runs):
        rows["pairs bin"].append(ours(home, str(binary), *similarity))
        rows["pairs text"].append(ours(home, str(text), *similarity))
        rows["pairs gensim"].append(gensim(binary, "pairs", *tabs))
        rows["google bin"].append(ours(home, str(binary), "--suite", "none", "--set", "google"))
        rows["google text"].append(ours(home, str(text), "--suite", "none", "--set", "google"))
        rows["google gensim"].append(gensim(binary, "analogy", str(sample)) * len(lines) / len(some))
        print({name: round(values[-1], 2) for name, values in rows.items()}, flush=True)
    faster = [g / o for g, o in zip(rows["google gensim"], rows["google bin"], strict=True)]
    count = sum(len(read_known(one.known, one.path).items.pairs) for one in pairs)
    table = f"""\
{given.rows:,} × 300 random rows; seconds, median (least to most) of {given.runs} runs.

| what | Lexiloom, binary | Lexiloom, text | gensim, loaded |
|---|---|---|---|
| {len(pairs)} English similarity sets, {count:,} pairs | {" | ".join(told(rows[f"pairs {of}"]) for of in SIDES)} |
| 19,544 Google analogies, 3CosAdd | {" | ".join(told(rows[f"google {of}"]) for of in SIDES)} |

Ours with the start of the program, the reading of the file and the intervals; gensim without them, and the analogies
scaled from {len(some)} of them. Analogies: {told(faster, 0)} times faster than gensim, run by run."""
    print(table)
    if given.write:
        suite = " --suite-dir DIR" if given.suite_dir else ""
        put_into_readme("evaluation", f"python benchmarks/evaluation.py{suite} --runs {given.runs} --write", table)


if __name__ == "__main__":
    main()
