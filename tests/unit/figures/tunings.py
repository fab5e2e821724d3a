"""Reports of tunings as they might be, for tests of what is made of them."""

from __future__ import annotations

import math
import random
from typing import Any

from core.tuning.report import Curve, Drift, Moves, Report

CLASSES = ("LOC", "HUM", "NUM")
WORDS = ("what", "who", "where", "when", "city", "country", "name", "man", "woman", "river", "date", "mean")
HOSTILE = ("<img src=x onerror=window.pwned=1>", "**bold**", ":red[x]", "$x$ [a](b)", "日本\n語", "\u202eabc")
ORIGINS = ("exact", "normalized", "composed", "invented")
BASELINES = {"majority": 0.31, "tfidf": 0.842, "svm": 0.803}


def live(epochs: int, classes: tuple[str, ...] = CLASSES) -> dict[str, Any]:
    """What a running training writes, after so many epochs."""
    rng = random.Random(0)
    words = [*WORDS, *HOSTILE]
    k = len(classes)
    return {
        "device": "cpu",
        "memory": 48_000_000,
        "examples_total": 40_000,
        "classes": list(classes),
        "epochs": [
            {
                "number": n,
                "loss": 1.5 / (n + 1),
                "measures": {"loss": 1.2 / (n + 1) + 0.1 * n, "accuracy": 0.8 - 0.4 / (n + 1), "macro_f1": 0.7},
                "seconds": 2.0,
                "examples": 4000,
                "rate": 1 - n / 10,
            }
            for n in range(epochs)
        ],
        "steps": [[400 * (n + 1), 1.5 / (n + 1)] for n in range(10 * epochs)],
        "best": epochs - 1,
        "confusion": [[[20 if i == j else 2 for j in range(k)] for i in range(k)] for _n in range(epochs)],
        "moves": [
            [[math.cos(i) + 0.1 * n, math.sin(i) * rng.random()] for i in range(len(words))] for n in range(epochs + 1)
        ],
        "watched": words,
        "watched_origins": [ORIGINS[i % 4] for i in range(len(words))],
        "watched_classes": [classes[i % k] if i % 3 else "" for i in range(len(words))],
    }


def scores(classes: tuple[str, ...], accuracy: float) -> dict[str, Any]:
    """The test of one training."""
    k = len(classes)
    confusion = [[40 if i == j else 3 for j in range(k)] for i in range(k)]
    bins = [
        {"low": i / 15, "high": (i + 1) / 15, "texts": 9 * (i > 6), "confidence": (i + 0.5) / 15, "accuracy": i / 15}
        for i in range(15)
    ]
    per_class = [
        {"name": one, "precision": 0.8, "recall": 0.8, "f1": 0.8, "support": 46, "predicted": 46} for one in classes
    ]
    measures = {
        "accuracy": accuracy,
        "precision": 0.8,
        "recall": 0.8,
        "macro_f1": accuracy - 0.02,
        "nll": 0.5,
        "ece": 0.04,
    }
    return {
        "texts": sum(map(sum, confusion)),
        **measures,
        "classes": list(classes),
        "confusion": confusion,
        "per_class": per_class,
        "bins": bins,
    }


def report(kind: str = "full", *, classes: tuple[str, ...] = CLASSES, epochs: int = 4) -> Report:
    """A finished tuning of this kind."""
    told = live(epochs, classes)
    task = {"pairs": "pairs", "skipgram": "texts"}.get(kind, "labelled")
    measures = {"pairs": ("loss", "mrr", "recall_1"), "texts": ("loss",)}.get(task)
    if measures:
        for one in told["epochs"]:
            one["measures"] = dict.fromkeys(measures, 0.5)
    common: dict[str, Any] = {
        "digest": "0" * 64,
        "task": task,
        "spec": {"kind": kind, "data": {"path": "uploads/texts.txt"}},
        "device": "cpu",
        "memory": 48_000_000,
        "seconds": 81.0,
        "per_second": 5200.0,
        "unit": "texts",
        "changed": kind != "probe",
        "data": _data(classes if task == "labelled" else ()),
        "parts": {"train": 4000, "valid": 500, "test": 300},
        "curve": Curve(
            epochs=tuple(told["epochs"]),
            steps=tuple((n, loss) for n, loss in told["steps"]),
            best=epochs - 1,
            stopped="patience",
        ),
        "notes": ({"text": "a <b>note</b>"},),
    }
    if kind != "probe":
        common |= {"drift": _drift(), "moves": moves(told), "forgetting": _forgetting()}
    if task == "pairs":
        found = {"mrr": 0.6, "recall_1": 0.5, "recall_10": 0.8}
        common["scores"] = {name: {"mean": value, "low": None, "high": None} for name, value in found.items()}
        common["runs"] = ({**found, "texts": 300},)
        common["before"] = {name: value - 0.1 for name, value in found.items()}
    return Report(**common, **(_labelled(classes) if task == "labelled" else {}))


def moves(told: dict[str, Any]) -> Moves:
    """The way of the watched words."""
    return Moves(
        words=tuple(told["watched"]),
        origins=tuple(told["watched_origins"]),
        classes=tuple(told["watched_classes"]),
        frames=tuple(range(-1, len(told["moves"]) - 1)),
        points=tuple(tuple((x, y) for x, y in frame) for frame in told["moves"]),
        explained=(0.4, 0.2),
    )


def _data(classes: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": "texts.txt",
        "texts": 5452,
        "classes": {one: 100 - i for i, one in enumerate(classes)},
        "lengths": {"min": 2, "median": 9, "p95": 19, "max": 37},
        "tokens": 54321,
        "covered": 52000,
        "by_origin": {"exact": 45000, "normalized": 4000, "invented": 3000, "missing": 2321},
        "empty": 0,
        "uncovered": 3,
        "missing": [{"token": word, "count": 9} for word in HOSTILE],
        "notes": [],
    }


def _drift() -> Drift:
    return Drift(
        rows=20_000,
        moved=7300,
        displacement=0.08,
        length=0.11,
        by_origin={"exact": {"rows": 15_000, "moved": 6000, "displacement": 0.07}},
        overlap=0.7,
        measured=2000,
        most=tuple(
            {"word": word, "count": 5, "displacement": 0.5, "before": list(HOSTILE), "after": list(WORDS)}
            for word in (*HOSTILE, *WORDS)
        ),
    )


def _forgetting() -> tuple[dict[str, Any], ...]:
    return ({"set": "WordSim-353", "measure": "Spearman's rho", "before": 0.62, "after": 0.6, "items": 338},)


def _labelled(classes: tuple[str, ...]) -> dict[str, Any]:
    own = scores(classes, 0.86)
    return {
        "classes": classes,
        "scores": {
            name: {"mean": own[name], "low": own[name] - 0.01, "high": own[name] + 0.01}
            for name in ("accuracy", "precision", "recall", "macro_f1", "nll", "ece")
        },
        "texts_interval": (0.83, 0.89),
        "runs": (own, scores(classes, 0.85)),
        "before": {"accuracy": 0.8, "macro_f1": 0.77, "ece": 0.05},
        "baselines": tuple(
            {**scores(classes, value), "name": name, "title": name, "seconds": 1.0, "notes": []}
            for name, value in BASELINES.items()
        ),
        "verdict": {"kind": "better", "gain": 0.06, "low": 0.03, "high": 0.09, "p": 0.001, "text": "Tuning helped."},
        "mistakes": tuple(
            {
                "text": " ".join((*WORDS, word)),
                "wanted": classes[0],
                "found": classes[1],
                "probability": 0.97,
                "words": tuple((one, 0.1 * i - 0.4) for i, one in enumerate((*WORDS, word))),
                "rest": 0.1,
            }
            for word in HOSTILE
        ),
        "class_words": {
            one: tuple((word, 2.0 - 0.1 * i) for i, word in enumerate((*WORDS, *HOSTILE))) for one in classes
        },
    }
