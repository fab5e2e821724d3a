"""Hold-outs and stories of words as the command line tells them, for tests of what is made of them."""

from __future__ import annotations

from typing import Any

from tests.unit.figures.tunings import HOSTILE

COSINES = {"mean": 0.21, "normal": 0.02, "spelling": 0.44, "pieces": 0.39, "donor": 0.58, "alacarte": 0.33}
GROUPS = {
    "script": ("latin", "han", "mixed"),
    "band": ("1-100", "101-1000", "100001-"),
    "surface": ("plain", "capital", "digits", "parts"),
}


def fill(name: str, cosine: float, **more: Any) -> dict[str, Any]:
    """One fill's figures."""
    kind = name.partition(" ")[0]
    exact = kind in ("mean", "normal")
    return {
        "name": name,
        "kind": kind,
        **{figure: round(cosine * share, 4) for figure, share in (("cosine", 1), ("mrr", 0.8), ("r1", 0.6))},
        "r10": round(cosine * 0.9, 4),
        "overlap10": round(cosine / 2, 4),
        "norm_ratio": 0.9,
        "cosine_filled": round(cosine * 1.1, 4),
        "filled": 500 if exact else 420,
        "n": 500,
        "missing": 3,
        "seconds": 0.0 if exact else 1.25,
        "intervals": {"cosine": [round(cosine - 0.02, 4), round(cosine + 0.02, 4)]},
        "refused": "",
        "reliability": []
        if exact
        else [{"n": 40 + 60 * k, "confidence": 0.2 * k, "cosine": 0.21 * k} for k in (1, 2, 3)],
        **more,
    }


def refused(name: str, why: str) -> dict[str, Any]:
    """A fill that could not be fitted."""
    figures = ("cosine", "mrr", "r1", "r10", "overlap10", "norm_ratio", "cosine_filled")
    nothing = {"filled": 0, "n": 500, "missing": 0, "seconds": 0.0, "intervals": {}, "reliability": []}
    return {"name": name, "kind": name.partition(" ")[0], **dict.fromkeys(figures), **nothing, "refused": why}


def hold_out(steps: list[dict[str, Any]] | None = None, *, beats: bool = True) -> dict[str, Any]:
    """A hold-out of six fills, one more that was refused, and a recommended cascade of `steps`."""
    fills = [fill(name, cosine) for name, cosine in COSINES.items()]
    groups = {
        by: [
            {
                "name": name,
                "n": 100 - 20 * k,
                "winner": "donor" if k == 0 and beats else "",
                "fills": {
                    fill_name: {"cosine": cosine - 0.05 * k, "n": 60, "interval": [cosine - 0.1, cosine + 0.1]}
                    for fill_name, cosine in COSINES.items()
                },
            }
            for k, name in enumerate(names)
        ]
        for by, names in GROUPS.items()
    }
    hard = {
        name: {"cosine": cosine - 0.06, "mrr": 0.2, "filled": 90, "intervals": {}} for name, cosine in COSINES.items()
    }
    best = {**fill("cascade", 0.61 if beats else 0.21), "name": "recommended", "beats_mean": beats}
    words = [
        {
            "word": word,
            "fills": {name: {"cosine": cosine, "done": name != "pieces"} for name, cosine in COSINES.items()},
        }
        for word in ("berlin", *HOSTILE)
    ]
    return {
        "fills": [*fills, refused("ngrams", "no source makes rows of n-grams")],
        "recommended": {**best, "steps": steps if steps is not None else [{"kind": "mean"}]},
        "hidden": 500,
        "candidates": 8000,
        "missing": 3,
        "groups": groups,
        "hard": {"n": 120, "fills": hard},
        "verdict": "Best for these words: donor → spelling, then the mean."
        if beats
        else "Nothing beats the mean beyond noise on 500 hidden words.",
        "words": words,
    }


def telling(name: str, *, made: bool = True, at: tuple[float, float] | None = (0.1, 0.2)) -> dict[str, Any]:
    """What one fill tells of a word."""
    return {
        "name": name,
        "kind": name.partition(" ")[0],
        "made": made,
        "refused": "" if made else "the donor doesn't have it",
        "origin": "composed" if made else "",
        "steps": ["its pieces are looked up", f"{HOSTILE[0]} is one of them"] if made else [],
        "ingredients": [{"name": word, "weight": 0.3} for word in HOSTILE[:3]] if made else [],
        "neighbors": [[word, 0.5] for word in HOSTILE[:5]] if made else [],
        "cosine": 0.5 if made else None,
        "rank": 3 if made else None,
        "confidence": 0.4 if made else None,
        "at": list(at) if made and at else None,
    }


def story(word: str, *, known: bool = True) -> dict[str, Any]:
    """How three fills make a word, one of which can't."""
    tellings = [telling("spelling"), telling("pieces", at=(-0.2, 0.1)), telling("donor", made=False)]
    if not known:
        tellings = [{**one, "cosine": None, "rank": None} for one in tellings]
    points = [
        {"word": near, "x": 0.1 * k, "y": 0.05 * k, "neighbor_of": ["pieces"], "ingredient_of": [], "by_truth": k == 0}
        for k, near in enumerate(HOSTILE)
    ]
    return {
        "word": word,
        "known": known,
        "found_as": word if known else "",
        "among": 7999,
        "neighbors": [["near", 0.7]] if known else [],
        "tellings": tellings,
        "map": {"points": points, "truth": [0.3, 0.3] if known else None, "shown": [0.4, 0.2]},
    }
