"""A window of a training, at work: with its own vectors before or after, or those that another method starts with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _
from .artifact import Artifact
from .contract import TrainingError
from .window import Method, Settings, Step, explain_window

Moment = Literal["start", "end"]
Sides = tuple[NDArray[Any], NDArray[Any], tuple[NDArray[Any], NDArray[Any]] | None]
ZEROS = N_(
    "Vectors of contexts start as zeros: every pair costs the same, and in its first step only they move, not the "
    "word's own vector."
)
DRAWN = N_("These vectors are as this method draws them: this training was by another method.")
NODES = N_("This training was by hierarchical softmax, which has no vectors of contexts: random ones are shown.")
NGRAMS = N_("Of fastText, a word's vector is the mean of its own row and its n-grams' rows: the step moves them all.")
RATE = N_("The step is made with the rate that training began with; at its end steps are too small to be seen.")


def sentences(made: Artifact) -> list[list[str]]:
    """Stretches of the text with at least two words that have a vector."""
    index = made.index
    return [words for words in made.sample if sum(word in index for word in words) > 1]


def show_window(
    made: Artifact,
    *,
    method: Method,
    sentence: int,
    at: int,
    pick: int = 0,
    moment: Moment = "end",
    negatives_seed: int = 0,
) -> Step:
    """The step of `method` on the window round word `at` of sentence `sentence`, see `explain_window`.

    moment  the vectors as training left them ("end") or as it began with them ("start"); a method that the training
            was not by shows those that it draws

    Raises TrainingError where there is no such word, or nothing beside it.
    """
    stretches = sentences(made)
    if not 0 <= sentence < len(stretches):
        raise TrainingError(
            _("{n} stretches of the text are kept, and this is none of them").format(n=len(stretches)),
            fix=_("Choose another one."),
        )
    sides, notes = _sides(made, method, moment)
    step = explain_window(
        stretches[sentence],
        at,
        method=method,
        rows=sides[0],
        contexts=sides[1],
        biases=sides[2],
        index=made.index,
        counts=made.counts,
        settings=_settings(made, method),
        seed=negatives_seed,
        pick=pick,
    )
    return replace(step, notes=(*step.notes, *notes))


def own_method(made: Artifact) -> Method:
    """What a training was by, as windows name it."""
    return cast("Method", "glove" if made.method == "glove" else made.settings["model"])


def _settings(made: Artifact, method: Method) -> Settings:
    names = Settings.__dataclass_fields__
    found = {name: value for name, value in made.settings.items() if name in names}
    if (made.method == "glove") != (method == "glove"):
        # The other family's rate means something else.
        found["rate"] = 0.05 if method == "glove" else 0.025
    return Settings(**found)


def _sides(made: Artifact, method: Method, moment: Moment) -> tuple[Sides, list[str]]:
    if own_method(made) != method:
        return _drawn(made, method), [_(DRAWN), *([] if method == "glove" else [_(ZEROS)])]
    if moment == "start" or (method != "glove" and "contexts" not in made.inner):
        notes: list[str] = [] if method == "glove" else [_(ZEROS)]
        return _drawn(made, method), [*([_(NODES)] if moment == "end" else []), *notes]
    inner = made.inner
    if method == "glove":
        return (inner["words"], inner["contexts"], (inner["word_biases"], inner["context_biases"])), [_(RATE)]
    return (made.rows, inner["contexts"], None), [_(RATE), *([_(NGRAMS)] if made.method == "fasttext" else [])]


def _drawn(made: Artifact, method: Method) -> Sides:
    """Vectors as a training at random starts: uniform within ±1/(2d); contexts of word2vec are zeros."""
    shape = (len(made.words), int(made.lock["dim"]))
    random = np.random.default_rng(int(made.settings.get("seed", 1)))

    def drawn(*size: int) -> NDArray[np.float32]:
        return (random.random(size, np.float32) - np.float32(0.5)) / np.float32(shape[1])

    if method != "glove":
        return drawn(*shape), np.zeros(shape, np.float32), None
    return drawn(*shape), drawn(*shape), (drawn(shape[0]), drawn(shape[0]))
