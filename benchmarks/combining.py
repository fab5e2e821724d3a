"""Two sources as one: what each way to combine them scores, and how many shared words a map wants.

    python benchmarks/combining.py --data DIR [--first FILE] [--second builtin:english]

DIR is a folder with vectors_en, eval_en and lists, as the tests' LEXILOOM_DATA is. The vocabulary is that of
WordSim-353, SimLex-999 and MEN. First, pairs whose words both sources hold (rho, with its 95 % interval), then pairs
of which the first source lacks a word and the second has both: what combining adds. Then the held-out cosine and rank
of maps fitted on fewer and fewer shared words, as multiples of the narrower width; and the seams of a vocabulary of
20,000 frequent words, both ways round. Prints Markdown.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from core.combining import Align, Average, Concatenate, combine
from core.combining.mapping import fit_map, unit
from core.combining.overlap import find_overlap
from core.evaluation.catalog import known_set, path_of
from core.evaluation.pairs import PairSet
from core.evaluation.resampling import interval_of, rho_draws, spearman
from core.evaluation.sets import read_known
from core.lookup import look_up
from core.matrix import EmbeddingMatrix, Lookup
from core.oov import fill
from core.seams import measure_seams
from core.sources import Source, open_source
from core.transforms import transform
from core.transforms.pca import PcaSpec
from core.vocabulary import Vocabulary

SETS = ("ws353", "simlex999", "men")
PARTS = (1.1, 1.5, 2, 3, 5, 10)


def read_sets(folder: Path) -> list[PairSet]:
    known = [known_set(name) for name in SETS]
    return [read_known(one, path_of(one, [folder])).items for one in known]


def matrices(lookups: list[Lookup], pca: int) -> dict[str, EmbeddingMatrix]:
    """What is compared: each source alone, and every combination of both."""
    made = {lookup.source.info.name: fill(lookup, "mean").matrix for lookup in lookups}
    specs = {
        "align, procrustes": Align(),
        "align, ridge": Align(map="ridge"),
        "concatenate": Concatenate(),
        "concatenate, absent part zeros": Concatenate(partial="zeros"),
        "average": Average(),
    }
    made |= {name: fill(combine(lookups, spec), "mean").matrix for name, spec in specs.items()}
    for name in ("concatenate", "average"):
        made[f"{name} of centered" if name == "average" else f"{name}, centered"] = transform(made[name], "center")
    made[f"concatenate, pca {pca}"] = transform(made["concatenate"], PcaSpec(dim=pca))
    return made


def rho(matrix: EmbeddingMatrix, pairs: list[tuple[str, str, float]]) -> str:
    """Spearman's rho times 100 with its 95 % interval."""
    if len(pairs) < 10:
        return "–"
    ids = matrix.vocabulary.ids
    rows = [unit(matrix.vectors[[ids[pair[side]] for pair in pairs]]) for side in (0, 1)]
    cosines, human = (rows[0] * rows[1]).sum(1), np.array([pair[2] for pair in pairs])
    bounds = interval_of(rho_draws(cosines, human, resamples=2000, seed=0))
    score = 100 * (spearman(cosines, human) or 0)
    return f"{score:.1f}" + (f" ({100 * bounds.low:.0f}–{100 * bounds.high:.0f})" if bounds else "")


def table(made: dict[str, EmbeddingMatrix], sets: list[PairSet], kept: list[list[tuple[str, str, float]]]) -> str:
    heads = [f"{one.name}, {len(pairs):,} pairs" for one, pairs in zip(sets, kept, strict=True)]
    lines = [f"| | dim | {' | '.join(heads)} |", "|---|---|" + "---|" * len(heads)]
    for name, matrix in made.items():
        lines.append(f"| {name} | {matrix.dim} | {' | '.join(rho(matrix, pairs) for pairs in kept)} |")
    return "\n".join(lines)


def map_table(first: Lookup, second: Lookup) -> str:
    """Held-out quality of maps fitted on so many shared words."""
    overlap = find_overlap(first, second, 10**6)
    rows = np.empty((len(overlap), second.source.info.dim), np.float32)
    onto = np.empty((len(overlap), first.source.info.dim), np.float32)
    second.source.gather(overlap.rows, rows)
    first.source.gather(overlap.onto, onto)
    hidden = np.arange(len(overlap)) % 5 == 0
    order = np.random.default_rng(0).permutation(np.flatnonzero(~hidden))
    narrow = min(rows.shape[1], onto.shape[1])
    heads = ["words", "per dimension", "procrustes", "ridge"]
    lines = [f"| {' | '.join(heads)} |", "|---|---|---|---|"]
    sizes = [int(narrow * part) for part in PARTS if narrow * part < len(order)]
    for size in [*sizes, len(order)]:
        cells = [f"{size:,}", f"{size / narrow:.1f}"]
        for kind in ("procrustes", "ridge"):
            fitted = fit_map(kind, rows[order[:size]], onto[order[:size]])
            near = unit(fitted(rows[hidden])) @ unit(onto[hidden]).T
            cells.append(
                f"{np.diagonal(near).mean():.3f}, {100 * (near.argmax(1) == np.arange(len(near))).mean():.0f} %"
            )
        lines.append(f"| {' | '.join(cells)} |")
    return f"Held-out words: {hidden.sum():,}.\n\n" + "\n".join(lines)


def seam_table(words: list[str], sources: list[Source]) -> str:
    """The seams of both maps, each source mapped onto the other."""
    heads = ["mapped", "onto", "map", "words", "cosine", "to others", "nearest", "mapped words", "across", "by chance"]
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for pair in (sources, sources[::-1]):
        lookups = [look_up(Vocabulary(words), source) for source in pair]
        for kind in ("procrustes", "ridge"):
            located = combine(lookups, Align(map=kind))
            for seam in measure_seams(located, fill(located, "mean").matrix):
                shares = [f"{100 * (share or 0):.1f} %" for share in (seam.across, seam.expected)]
                first = f"{100 * seam.first:.0f} % of {seam.among:,}"
                cells = [seam.source, seam.onto, kind, f"{seam.overlap:,}", f"{seam.cosine:.3f}", f"{seam.others:.3f}"]
                lines.append(f"| {' | '.join([*cells, first, f'{seam.mapped:,}', *shares])} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--first", default="vectors_en/googlenews_8k_300d.bin")
    parser.add_argument("--second", default="builtin:english")
    parser.add_argument("--pca", type=int, default=256)
    given = parser.parse_args()
    path = given.data / given.first
    sources = [open_source(str(path) if path.exists() else given.first), open_source(given.second)]
    sets = read_sets(given.data / "eval_en")
    words = sorted({word for one in sets for pair in one.pairs for word in pair[:2]})
    lookups = [look_up(Vocabulary(words), source) for source in sources]
    made = matrices(lookups, given.pca)
    held = [{word for word, row in zip(words, lookup.row_ids, strict=True) if row >= 0} for lookup in lookups]
    both = [[pair for pair in one.pairs if {*pair[:2]} <= held[0] & held[1]] for one in sets]
    added = [[pair for pair in one.pairs if {*pair[:2]} <= held[1] and not {*pair[:2]} <= held[0]] for one in sets]
    print(f"Pairs that both sources hold:\n\n{table(made, sets, both)}\n")
    print(f"Pairs of which {sources[0].info.name} lacks a word and {sources[1].info.name} has both:\n")
    print(f"{table(made, sets, added)}\n\n{map_table(*lookups)}\n")
    lines = (given.data / "lists" / "en_50k_freq.txt").read_text("utf-8").splitlines()[:20_000]
    print(seam_table(list(dict.fromkeys(line.split()[0] for line in lines)), sources))


if __name__ == "__main__":
    main()
