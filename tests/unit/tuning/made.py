"""Small matrices, texts and objectives, made up for tests of tuning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core.matrix import EmbeddingMatrix
from core.rows import Origin, Rows
from core.tuning.bags import Bags
from core.tuning.classify import Classify
from core.tuning.data_spec import DataSpec
from core.tuning.kinds import KINDS
from core.tuning.table import RowTable, scale_of
from core.vocabulary.vocabulary import Vocabulary

WORDS, DIM = 50, 8
# Words 0..19 speak for class 0, 20..39 for class 1; of 40..49 those behind 44 occur in no text.
USED = 45


def word(row: int) -> str:
    """The word of a row: letters alone, so that every way of cutting texts leaves it whole."""
    return "w" + chr(ord("a") + row // 10) + chr(ord("a") + row % 10)


def vectors(seed: int = 0, words: int = WORDS) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((words, DIM)).astype(np.float32)


def matrix(rows: np.ndarray | None = None, *, filled: tuple[int, ...] = (), pad: bool = False) -> EmbeddingMatrix:
    """`rows` (default: random) under the words of `word`, those `filled` invented; with `pad` a "<pad>" before them."""
    rows = vectors() if rows is None else rows
    words, specials = [word(row) for row in range(len(rows))], {}
    origin = np.full(len(rows), Origin.EXACT, np.uint8)
    origin[list(filled)] = Origin.INVENTED
    if pad:
        words, specials = ["<pad>", *words], {"<pad>": "pad"}
        rows, origin = np.vstack([np.zeros_like(rows[:1]), rows]), np.append(np.uint8(Origin.SPECIAL), origin)
    vocabulary = Vocabulary(words, counts=range(len(words)), specials=specials)
    return EmbeddingMatrix(vocabulary, rows.copy(), Rows.missing(len(words)).replace_columns(origin=origin))


def texts(n: int = 80, seed: int = 0) -> tuple[list[list[int]], list[int]]:
    """n texts of three words of their class and two of neither, and their classes."""
    random = np.random.default_rng(seed)
    labels = [k % 2 for k in range(n)]
    made = [[*(20 * k + random.integers(0, 20, 3)).tolist(), *random.integers(40, USED, 2).tolist()] for k in labels]
    return made, labels


def bags(n: int = 80, seed: int = 0) -> Bags:
    return Bags.of(*texts(n, seed))


def write_labelled(path: Path, n: int = 80, seed: int = 0, names: tuple[str, str] = ("bad", "good")) -> Path:
    lines = [f'{names[label]},"{" ".join(map(word, text))}"' for text, label in zip(*texts(n, seed), strict=True)]
    path.write_text("\n".join(["label,text", *lines]) + "\n", "utf-8")
    return path


def write_pairs(path: Path, n: int = 80, seed: int = 0) -> Path:
    random = np.random.default_rng(seed)
    lines = []
    for topic in random.permutation(np.arange(n) % 20).tolist():
        first, second = ([topic, *random.integers(40, USED, 2)], [topic + 20, *random.integers(40, USED, 2)])
        lines.append(",".join(" ".join(map(word, side)) for side in (first, second)))
    path.write_text("\n".join(["question,answer", *lines]) + "\n", "utf-8")
    return path


def write_plain(path: Path, n: int = 80, seed: int = 0) -> Path:
    path.write_text("".join(" ".join(map(word, text)) + "\n" for text in texts(n, seed)[0]), "utf-8")
    return path


def spec(kind: str = "full", path: object = "texts.csv", **changes: Any) -> Any:
    """A small tuning: little of all that is not asked for in `changes`."""
    given = {"epochs": 3, "batch": 16, "seeds": 1, "data": DataSpec(path=str(path)), **changes}
    if kind not in ("pairs", "skipgram"):
        given = {"baselines": (), **given}
    return KINDS[kind].model_validate(given)


def table(rows: np.ndarray | None = None) -> RowTable:
    rows = vectors() if rows is None else rows
    used = np.arange(len(rows))
    return RowTable(rows, used, scale=scale_of(rows, used))


def objective(
    kind: str = "full", train: Bags | None = None, valid: Bags | None = None, *, rows: Any = None, **changes: Any
) -> Classify:
    """Two classes, trained on 80 texts and validated on 20 others."""
    asked = spec(kind, **changes)
    plan, transform = asked.plan(), None
    if plan.width is not None or plan.transform_from is not None:
        transform = np.eye(plan.width or DIM, DIM, dtype=np.float32)
    train = bags() if train is None else train
    valid = bags(20, 1) if valid is None else valid
    return Classify(asked, plan, table(rows), train, valid, 2, transform=transform, seed=asked.seed)
