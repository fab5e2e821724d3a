"""benchmarks/finetune.md of what `finetune.py` and `finetune_peers.py` wrote."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

MARKDOWN = Path(__file__).resolve().parent / "finetune.md"
PEERS = (
    ("fastText, pretrained, wordNgrams 1", "fastText, words"),
    ("fastText, pretrained, wordNgrams 2", "fastText, words and pairs"),
    ("fastText, from scratch, wordNgrams 2", "fastText from scratch, words and pairs"),
    ("fastText, pretrained, best settings", "fastText, settings chosen"),
    ("model2vec, defaults", "model2vec"),
)
HEAD = """\
# Tuning, measured

Made by `benchmarks/finetune.py` (see its first lines for the commands) on two cores{cpu}. Ratios of one run; other
machines give other seconds.

"""


def write(sets: Path) -> None:
    """Write benchmarks/finetune.md; parts that were not measured are left out."""
    parts = [HEAD.format(cpu=f" ({processor()})" if processor() else "")]
    if found := read(sets / "accuracy-full.json"):
        parts.append(accuracy(found, read(sets / "peers.json") or [], sets))
    if found := read(sets / "speed.json"):
        parts.append(speed(found))
    if found := read(sets / "gpu.json"):
        parts.append(graphics(found))
    else:
        parts.append("Nothing of this was measured on a GPU: none was to be had.\n")
    MARKDOWN.write_text("\n".join(parts), encoding="utf-8")


def read(path: Path) -> Any:
    """What a part wrote, None where it was not run."""
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def processor() -> str:
    """The processor's name."""
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def table(heads: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def points(value: float | None) -> str:
    """.8234 as 82.3."""
    return "–" if value is None else f"{100 * value:.1f}"


def accuracy(found: list[dict[str, Any]], peers: list[dict[str, Any]], sets: Path) -> str:
    """Median and range over seeds, the bootstrap interval over test texts, and the peers' medians."""
    by_peer: dict[str, dict[str, float]] = defaultdict(dict)
    for one in peers:
        by_peer[one["method"]][one["set"]] = one["median"]
    rows, within = [], 0
    for one in found:
        others = [by_peer[name].get(one["set"]) for name, _title in PEERS]
        best = max((value for value in others if value is not None), default=0.0)
        low, high = one["interval"]
        within += high >= best
        own = f"**{points(one['median'])}** ({points(one['smallest'])}–{points(one['largest'])})"
        interval = f"{points(low)}–{points(high)}"
        rows.append([one["set"], str(one["test"]), own, interval, points(one["untouched"]), *map(points, others)])
    own_mean = statistics.mean(one["median"] for one in found)
    means = []
    for name, _title in PEERS:
        values = list(by_peer[name].values())
        means.append(points(statistics.mean(values)) if len(values) == len(found) else "–")
    untouched = statistics.mean(one["untouched"] for one in found)
    rows.append(["mean", "", f"**{points(own_mean)}**", "", points(untouched), *means])
    heads = ["set", "test texts", "full", "95 % over texts", "untouched rows", *(title for _name, title in PEERS)]
    count = sum(
        one["median"] >= max(by_peer[PEERS[0][0]].get(one["set"], 0), by_peer[PEERS[1][0]].get(one["set"], 0))
        for one in found
    )
    text = f"""\
## Test accuracy

Per cent; median of {5} seeds (least–most). `full` with its defaults, a tenth of the training texts kept for validation,
against fastText's supervised classifier and model2vec's classifier on the same tokens, parts and start rows
(`benchmarks/finetune_peers.py`; fastText trains on the tenth, too). "Settings chosen": rate, epochs and n-grams by a
validation tenth. "Untouched rows": a classifier of the same kind on the rows as they are. "95 % over texts": bootstrap
over test texts of the mean over seeds.

{table(heads, rows)}
The best of these peers lies within or below the interval on {within} of {len(found)} sets; `full` is at or above the
better of fastText's two fixed settings with pretrained rows on {count}. Where pairs of words tell (TREC, MR),
fastText's word pairs are ahead: a matrix has a row for each word, none for pairs. The peers were measured while other
work ran, which changes no accuracy.
"""
    if more := other_recipes(sets):
        text += more
    return text


def other_recipes(sets: Path) -> str:
    """The recipes beside `full`, where they were run."""
    lines: dict[str, dict[str, dict[str, Any]]] = {}
    for recipe in ("full", "anchored", "gradual", "project", "probe"):
        if found := read(sets / f"accuracy-{recipe}.json"):
            lines[recipe] = {one["set"]: one for one in found}
    if len(lines) < 2:
        return ""
    names = list(lines["full"])
    rows = [
        [recipe, *(points(of[name]["median"]) if name in of else "–" for name in names), moved(of)]
        for recipe, of in lines.items()
    ]
    heads = ["recipe", *names, "mean displacement"]
    return f"\nThe other recipes, with their defaults:\n\n{table(heads, rows)}"


def moved(of: dict[str, dict[str, Any]]) -> str:
    """How far moved rows are turned on average, 1 - cosine."""
    values = [one["moved"] for one in of.values() if one["moved"] is not None]
    return f"{statistics.mean(values):.3f}" if values else "–"


def speed(found: list[dict[str, Any]]) -> str:
    """Texts a second by size of vocabulary, the plain loop beside it, and memory."""
    by_case: dict[tuple[str, str, int], list[dict[str, Any]]] = defaultdict(list)
    for one in found:
        by_case[one["kind"], one["law"], one["rows"]].append(one)

    def median(case: tuple[str, str, int], name: str) -> float:
        return statistics.median(one[name] for one in by_case[case])

    base = median(("ours", "zipf", 10_000), "per_second")
    rows = []
    for (kind, law, size), runs in sorted(by_case.items(), key=lambda item: (item[0][0] == "dense", item[0])):
        rate = median((kind, law, size), "per_second")
        spread = f"{min(o['per_second'] for o in runs):,.0f}–{max(o['per_second'] for o in runs):,.0f}"
        first = median(("ours", law, 10_000), "per_second")
        told = "Lexiloom" if kind == "ours" else "dense gradients, dense Adam"
        above = "–"
        if kind == "ours":
            extra = median((kind, law, size), "above")
            kept = runs[0]["parameters"] + runs[0]["optimizer"]
            above = f"{kept / 1e6:,.0f} + {(extra - kept) / 1e6:,.0f}"
        rows.append([told, law, f"{size:,}", f"{rate:,.0f} ({spread})", f"{rate / first:.2f}", above])
    ratio = median(("ours", "zipf", 100_000), "per_second") / median(("dense", "zipf", 100_000), "per_second")
    runs_of = len(by_case["ours", "zipf", 10_000])
    heads = ["loop", "words", "vocabulary", "texts a second", "of that at 10,000", "MB: rows and optimizer + rest"]
    return f"""\
## Speed and memory

Texts of 20 words, 300 dimensions, batches of 64, whole epochs with the usual number of threads; median of {runs_of}
runs by turns (least–most), each in a process of its own. Words by Zipf's law, or all alike. The last column is the
peak of the process above what it held with its libraries loaded: rows in training and their optimizer, and the rest.

{table(heads, rows)}
At 100,000 words a step is {ratio:.0f} times as fast as the plain loop's. ({base:,.0f} texts a second at 10,000 words.)
Rows that no text uses are not copied: at 1,000,000 words by Zipf's law the texts use a quarter of them.
"""


def graphics(found: list[dict[str, Any]]) -> str:
    """Texts a second on CUDA, on the same machine's processor, and where the bytes' floor is."""
    floors = {one["batch"]: one for one in found if one["kind"] == "floor"}
    ours = [one for one in found if one["kind"] == "ours"]
    beside = {one["batch"]: one["per_second"] for one in ours if one["device"] == "cpu"}
    rows = []
    for one in ours:
        if one["device"] != "cuda":
            continue
        pace, floor = one["per_second"], floors[one["batch"]]["per_second"]
        cpu = beside[one["batch"]] if one["rows"] == 100_000 else None
        rows.append(
            [
                f"{one['rows']:,}",
                f"{one['batch']:,}",
                f"{pace:,.0f}",
                "–" if cpu is None else f"{cpu:,.0f}",
                "–" if cpu is None else f"{pace / cpu:.1f}",
                f"{100 * pace / floor:.2f} %",
            ]
        )
    device = next(one["device"] for one in found if "bandwidth" in one)
    bandwidth = next(one["bandwidth"] for one in found if "bandwidth" in one)
    heads = ["words", "batch", "texts/s, CUDA", "texts/s, 16 cores beside it", "ratio", "of the bytes' floor"]
    return (
        f"## On a GPU\n\n`finetune.py gpu --sets SETS` on one {device}: texts of 20 words by Zipf's law, 300\n"
        "dimensions, whole epochs after a first one, in one run with the processor beside it. The floor is what the\n"
        f"rows, gradients and accumulators of a batch take at the {bandwidth / 1e12:.1f} TB/s of a copy.\n\n"
        f"{table(heads, rows)}\nAt batches of 64 the processor is faster: a step is dozens of small kernels, and\n"
        "starting them takes longer than they run. On a GPU, take batches of 512 or more (`--set batch=512`).\n"
    )
