"""Whole processes side by side: `lexiloom build` and a gensim script that does the same.

    python benchmarks/lookup.py [--folder DIR] [--runs 5] [--large ROWS] [--write]

Makes its data (see make_data.py; 1.5 GB, and 3.6 GB more for --large 3000000), reads every file
once before a run so that both sides find it in the page cache, runs the sides in turn and prints
medians and the ratios run by run. `--write` puts the table into benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from readme import put_into_readme

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Run:
    """One finished process: wall seconds and peak resident megabytes."""

    seconds: float
    megabytes: float


def run(command: list[str], home: Path, *read_first: Path) -> Run:
    for path in read_first:
        with open(path, "rb", buffering=0) as file:
            while file.read(1 << 24):
                pass
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=HERE.parent, env={**os.environ, "LEXILOOM_HOME": str(home)}, stdout=subprocess.DEVNULL
    )
    _pid, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")
    return Run(seconds, usage.ru_maxrss / 1024)


class Bench:
    def __init__(self, folder: Path, runs: int) -> None:
        self.folder = folder
        self.runs = runs
        self.home = folder / "home"
        self.rows: list[tuple[str, ...]] = []

    def ours(self, source: Path, vocabulary: Path, *, cold: bool) -> Run:
        if cold:
            shutil.rmtree(self.home, ignore_errors=True)
        out = self.folder / "build"
        shutil.rmtree(out, ignore_errors=True)
        command = [sys.executable, "-m", "core.cli", "build", "--vocab", str(vocabulary), "--source", str(source)]
        return run([*command, "--fill", "mean", "--out", str(out), "--json"], self.home, source)

    def gensim(self, source: Path, vocabulary: Path) -> Run:
        script = [sys.executable, str(HERE / "gensim_build.py")]
        return run([*script, str(source), str(vocabulary), str(self.folder / "gensim.npy")], self.home, source)

    def stages(self) -> dict[str, float]:
        return json.loads((self.folder / "build" / "build.json").read_text("utf-8")).get("timings", {})

    def against_gensim(self, title: str, source: Path, vocabulary: Path) -> None:
        self.ours(source, vocabulary, cold=True)  # a warm-up that nobody counts
        pairs = [(self.ours(source, vocabulary, cold=True), self.gensim(source, vocabulary)) for _ in range(self.runs)]
        ratios = sorted(theirs.seconds / ours.seconds for ours, theirs in pairs)
        self.rows.append(
            (
                f"{title}, cold, whole process",
                seconds([ours for ours, _ in pairs]),
                seconds([theirs for _, theirs in pairs]),
                f"{statistics.median(ratios):.1f} times faster ({ratios[0]:.1f} to {ratios[-1]:.1f})",
                f"{max(o.megabytes for o, _ in pairs):.0f} MB against {max(t.megabytes for _, t in pairs):.0f} MB",
            )
        )

    def lookup_against_wc(self, source: Path, vocabulary: Path) -> None:
        """The lookup alone (a process that has imported everything) against `wc -l`."""
        ratios, ours, theirs = [], [], []
        for _ in range(self.runs):
            wc = run(["wc", "-l", str(source)], self.home, source)
            shutil.rmtree(self.home, ignore_errors=True)
            found = self.lookup(source, vocabulary)
            ours.append(Run(found, 0))
            theirs.append(wc)
            ratios.append(found / wc.seconds)
        ratios.sort()
        self.rows.append(
            (
                "GloVe text, cold: scan, index, locate, parse",
                seconds(ours),
                f"{seconds(theirs)} (`wc -l`)",
                f"{statistics.median(ratios):.1f} times `wc -l` ({ratios[0]:.1f} to {ratios[-1]:.1f})",
                "",
            )
        )

    def lookup(self, source: Path, vocabulary: Path) -> float:
        """Seconds of the lookup alone: see LOOKUP."""
        code = LOOKUP.format(source=str(source), vocabulary=str(vocabulary))
        environment = {**os.environ, "LEXILOOM_HOME": str(self.home)}
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=HERE.parent, env=environment, check=True, capture_output=True, text=True)
        return float(done.stdout)

    def warm(self, *cases: tuple[str, Path, Path]) -> None:
        """Sources that have their indexes, in turn, and how the last compares with the one before it."""
        for _title, source, vocabulary in cases:
            self.lookup(source, vocabulary)  # makes the index
        found: list[list[float]] = [[] for _ in cases]
        whole: list[list[Run]] = [[] for _ in cases]
        for _ in range(2 * self.runs + 1):
            for k, (_title, source, vocabulary) in enumerate(cases):
                found[k].append(self.lookup(source, vocabulary))
                whole[k].append(self.ours(source, vocabulary, cold=False))
        medians = [statistics.median(times) for times in found]
        for (title, _source, _vocabulary), median, runs in zip(cases, medians, whole, strict=True):
            self.rows.append(
                (
                    f"{title}, warm",
                    f"lookup {median:.3f} s, whole process {statistics.median(r.seconds for r in runs):.2f} s",
                    "",
                    "",
                    f"{max(r.megabytes for r in runs):.0f} MB",
                )
            )
        if len(cases) > 2:
            self.rows.append(
                (
                    f"{cases[-1][0]} against {cases[-2][0]}, warm lookup",
                    f"{medians[-1] / medians[-2]:.2f} times",
                    "",
                    "",
                    "",
                )
            )
        index = sum(p.stat().st_size for p in (self.home / "indexes").rglob("*") if p.is_file())
        self.rows.append(("the indexes of these sources on disk", f"{index / 1e6:.0f} MB", "", "", ""))

    def table(self) -> str:
        head = "| what | lexiloom | other | ratio | peak memory |\n|---|---|---|---|---|\n"
        return head + "".join(f"| {' | '.join(row)} |\n" for row in self.rows)


# Start-up is apart: everything is imported and the loops are loaded before the clock starts.
LOOKUP = """
import time, numpy as np
from core.formats.native import kernels
from core.sources import open_source
from core.lookup import look_up
from core.vocabulary import Vocabulary
words = open({vocabulary!r}, encoding="utf-8").read().split()
vocabulary = Vocabulary(words)
kernels()
open({source!r}, "rb").read(1)
with open({source!r}, "rb", buffering=0) as file:
    while file.read(1 << 24): pass
begin = time.perf_counter()
source = open_source({source!r})
lookup = look_up(vocabulary, source)
ids = lookup.row_ids[lookup.row_ids >= 0]
out = np.empty((len(ids), source.info.dim), np.float32)
source.gather(ids, out)
print(time.perf_counter() - begin)
"""


def seconds(runs: list[Run]) -> str:
    return f"{statistics.median(r.seconds for r in runs):.2f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "lexiloom-benchmark")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--large", type=int, default=0, help="a second, larger binary source for the warm lookup")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    options = parser.parse_args()
    compileall.compile_dir(HERE.parent / "core", quiet=1)  # as an installation does: gensim's byte code is there too
    bench = Bench(options.folder, options.runs)
    options.folder.mkdir(parents=True, exist_ok=True)
    text, binary = (options.folder / f"{name}-{options.rows}" for name in ("glove", "word2vec"))
    text, binary = text.with_suffix(".txt"), binary.with_suffix(".bin")
    vocabulary = options.folder / f"vocab-{options.rows}.txt"
    if not vocabulary.exists():
        make(options.folder, options.rows)
    bench.against_gensim("GloVe text", text, vocabulary)
    bench.against_gensim("word2vec binary", binary, vocabulary)
    bench.lookup_against_wc(text, vocabulary)
    cases = [("GloVe text", text, vocabulary), (f"word2vec binary, {options.rows:,} rows", binary, vocabulary)]
    if options.large:
        large_vocabulary = options.folder / f"vocab-{options.large}.txt"
        if not large_vocabulary.exists():
            make(options.folder, options.large, "--no-text")
        large = options.folder / f"word2vec-{options.large}.bin"
        cases.append((f"word2vec binary, {options.large:,} rows", large, large_vocabulary))
    bench.warm(*cases)
    table = bench.table()
    print(table)
    if options.write:
        large = f" --large {options.large}" if options.large else ""
        put_into_readme("lookup", f"python benchmarks/lookup.py --runs {options.runs}{large}", table)


def make(folder: Path, rows: int, *options: str) -> None:
    """The data, made by a process of its own: the memory of this one would count for its children too."""
    subprocess.run([sys.executable, str(HERE / "make_data.py"), str(folder), "--rows", str(rows), *options], check=True)


if __name__ == "__main__":
    main()
