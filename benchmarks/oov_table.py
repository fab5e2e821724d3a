"""benchmarks/oov.md of what `oov.py` wrote."""

from __future__ import annotations

import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

from finetune_table import processor, read, table

MARKDOWN = Path(__file__).resolve().parent / "oov.md"
FIGURES = {"cosine": "cosine", "mrr": "MRR", "r10": "R@10"}
LANGUAGES = {
    "english": "English: 8,000 words of word2vec's GoogleNews vectors (300 dimensions)",
    "chinese": "Chinese: 4,760 words of Tencent's vectors (200 dimensions), nearly all of them single characters",
}
CORPORA = {
    "english": "Brontë novels and Shakespeare (5 MB)",
    "chinese": "four classical novels (9 MB), character by character",
}
# What takes no donor stands in every table: it is the same in each.
PEERS = {
    "mean": "mean of the known rows",
    "normal": "drawn from N(μ, Σ)",
    "nearest spelling": "nearest spelling, n-gram tf-idf (1-NN)",
    "bag of subwords": "bag of subwords (Zhao et al. 2018)",
    "WECHSEL": "softmax of the 10 nearest in the donor (WECHSEL)",
    "FOCUS": "sparsemax over the donor's cosines (FOCUS)",
    "OMP, 64 words": "orthogonal matching pursuit, 64 words (tokensurgeon)",
    "linear map": "linear map of the donor, ridge",
}
HEAD = """\
# Missing words, measured

Made by `benchmarks/oov.py` (its first lines have the commands){cpu}.

Known words are hidden, every method makes their rows again from the same known words, the same donor's rows and the
same corpus, and the rows are compared with the true ones: **cosine** to the true row, **MRR** and **R@10** of the
word's place among the true rows of all words by cosine to the made row. In brackets: 95 % intervals, bootstrap over
hidden words. A word that a method can't make counts with the mean's row. “Recommended” is the cascade that
`lexiloom oov score` recommends, chosen and scored on different words; the others of ours are single fills with their
defaults. Known words that are spelled like a hidden one but for case and marks are hidden as well, from all methods.
Peers were written anew for this page (`oov_peers.py`), with the settings of their papers, but for this: those that take
a donor combine known rows at unit length, which served them better; the epochs of the bag of subwords and the ridge of
the linear map are chosen on a tenth of the known words. Their donor rows are not centered; those of our fills are. The
linear map (Mikolov, Le and Sutskever 2013) comes from no paper on missing words, but is what a careful reader would
try first.
"""


def write(out: Path) -> None:
    """Write benchmarks/oov.md; parts that were not measured are left out."""
    name = processor()
    parts = [HEAD.format(cpu=f", on two cores ({name})" if name else "")]
    measured = {language: read(out / f"accuracy-{language}.json") for language in LANGUAGES}
    parts += [accuracy(language, found) for language, found in measured.items() if found]
    if found := read(out / "scale.json"):
        parts.append(scale(found))
    MARKDOWN.write_text("\n".join(parts), encoding="utf-8")


def three(value: float) -> str:
    """.4938 as .494."""
    return f"{value:.3f}".replace("0.", ".", 1)


def signed(bounds: list[float]) -> str:
    """A difference and its interval."""
    return f"{bounds[0]:+.3f} ({bounds[1]:+.3f} to {bounds[2]:+.3f})".replace("0.", ".")


def accuracy(language: str, found: list[dict[str, Any]]) -> str:
    """One language: a table for each donor, what is ahead of what, and the means over seeds."""
    first = [case for case in found if case["seed"] == found[0]["seed"]]
    case = first[0]
    among = f"{case['hidden']} words hidden, {case['known']:,} known, ranks among {case['candidates']:,}"
    parts = [f"## {LANGUAGES[language]}\n\n{among}; corpus: {CORPORA[language]}. Seed {case['seed']}.\n"]
    parts += [f"### Donor: {case['reading']}\n\n{methods(case)}\n{ahead(case)}" for case in first]
    seeds = sorted({case["seed"] for case in found})
    if len(seeds) > 1:
        parts.append(f"### Means over {len(seeds)} seeds of hidden words\n\n{over_seeds(found)}")
    return "\n".join(parts)


def title(method: dict[str, Any], case: dict[str, Any]) -> str:
    """What a row of the table is called."""
    if method["side"] == "peer":
        return PEERS[method["name"]]
    if method["name"] == "recommended":
        return f"**recommended: {' → '.join(case['steps'])}**"
    return f"Lexiloom, {method['name']}"


def methods(case: dict[str, Any]) -> str:
    """All methods with their intervals."""
    rows = []
    for method in case["methods"]:
        if method.get("refused"):
            continue
        cells = []
        for figure in FIGURES:
            low, high = method["intervals"][figure]
            cells.append(f"{three(method[figure])} ({three(low)}–{three(high)})")
        rows.append([title(method, case), *cells, str(method["filled"])])
    return table(["method", *FIGURES.values(), "made"], rows)


def ahead(case: dict[str, Any]) -> str:
    """The recommended cascade against the best peer of each figure, word by word."""
    given = {method["name"]: method for method in case["methods"] if method["side"] == "peer"}
    lines = []
    for figure, name in FIGURES.items():
        for peers, which in ((set(given) - {"linear map"}, "the best published peer"), ({"linear map"}, "")):
            best = max(sorted(peers), key=lambda one: given[one][figure])
            called = f"{which}, {PEERS[best]}" if which else f"the {PEERS[best]}"
            lines.append(f"- {name}: {signed(case['against'][best][figure])} against {called}.")
    return "Recommended, word by word (difference and its 95 % interval):\n\n" + "\n".join(lines) + "\n"


def over_seeds(found: list[dict[str, Any]]) -> str:
    """Method by donor: means over seeds of the three figures, and the smallest and largest cosine."""
    readings = list(dict.fromkeys(case["reading"] for case in found))
    values: dict[tuple[str, str], dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for case in found:
        for method in case["methods"]:
            if not method.get("refused"):
                name = PEERS[method["name"]] if method["side"] == "peer" else f"Lexiloom, {method['name']}"
                values[name, method["side"]][case["reading"]].append(method)
    rows = []
    for (name, _side), by in values.items():
        cells = []
        for reading in readings:
            runs = by.get(reading, [])
            cells += [three(statistics.mean(one[f] for one in runs)) if runs else "–" for f in FIGURES]
        rows.append([name, *cells])
    letters = [chr(ord("a") + k) for k in range(len(readings))]
    heads = [f"{name} ({letter})" for letter in letters for name in FIGURES.values()]
    legend = "; ".join(f"({letter}) {reading}" for letter, reading in zip(letters, readings, strict=True))
    return f"Donors: {legend}.\n\n{table(['method', *heads], rows)}"


def scale(found: list[dict[str, Any]]) -> str:
    """Seconds and memory of each case."""
    rows = []
    for one in found:
        if "peak" not in one:
            continue
        mode, _space, steps = one["case"].partition(" ")
        took = one.get("build") or one["fill"] + one.get("fit", 0.0)
        shares = one.get("by") or {steps: one["made"]} if "made" in one else {}
        made = ", ".join(f"{kind} {n:,}" for kind, n in shares.items()) or "–"
        cells = [f"{took:.1f}", f"{one['processor']:.0f}", f"{one['peak'] / 1e9:.2f}", made]
        rows.append([MODES[mode], steps.replace(",", " → "), *cells])
    failed = [f"{one['case']}: {one['error']}" for one in found if "error" in one]
    indexing = next((one["seconds"] for one in found if one["case"] == "index"), 0.0)
    text = f"""\
## Seconds and memory

A vocabulary of 50,000 words, 20,000 of which a source of 400,000 x 300 (484 MB) lacks; a donor of 200,000 x 200 that
has three in four of these; a corpus of 7 MB that has half of them. Words are real, vectors made up (`oov_scale.py`).
Each case is a process of its own; “processor” is its seconds of both cores together, start and imports included: half
of it is what the case takes at least on two idle cores. The machine did other work at the same time, so seconds are
upper bounds. Reading both files of vectors for the first time (indexes) takes {indexing:.1f} s, and is in the build's
time alone.

{table(["what", "fills", "seconds", "processor", "peak, GB", "rows"], rows)}
"""
    return text + "".join(f"\nFailed: {line}\n" for line in failed)


MODES = {
    "alone": "fitted and asked",
    "fill": "`core.oov.fill`, with confidences",
    "build": "`lexiloom build`, empty workspace",
}
