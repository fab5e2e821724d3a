"""From a spec to what trains by it: which method, on which device, for how many epochs."""

from __future__ import annotations

from typing import Any

from ..encoding.device import choose_device, has_cuda_driver
from ..errors import RecipeError, one_of
from ..messages import _
from .contract import Ground, Trainer
from .spec import METHODS
from .tokens import Corpus

# word2vec and fastText: as many epochs as make so many words, within these bounds. Measured on novels of .5 to 1
# million words: fewer leave neighbors unsettled, more add nothing that is seen.
WORDS, FEWEST, MOST = 15_000_000, 5, 30
GLOVE_EPOCHS = 25


def epochs_of(spec: Any, corpus: Corpus) -> int:
    """How many passes are made."""
    if spec.epochs is not None:
        return spec.epochs
    if spec.kind == "glove":
        return GLOVE_EPOCHS
    return min(MOST, max(FEWEST, round(WORDS / max(1, corpus.tokens))))


def device_of(spec: Any, asked: str = "auto") -> str:
    """The device that `spec` trains on: a GPU where there is one and the method can use it, else "cpu".

    Raises RecipeError for a device that is not there.
    """
    if asked == "cpu" or (asked == "auto" and not has_cuda_driver()):
        return "cpu"
    device = choose_device(asked).name
    fits = spec.kind == "glove" or (spec.kind == "word2vec" and spec.model == "skipgram" and spec.loss == "negative")
    return device if fits and device.partition(":")[0] == "cuda" else "cpu"


def notes_of_device(asked: str, device: str) -> list[str]:
    """For people: that the device they asked for is not the one it trains on."""
    if device == "cpu" and asked not in ("auto", "cpu"):
        return [_("trained on the processor: only skip-gram with negative sampling and GloVe can use a GPU, with CUDA")]
    return []


def make_trainer(spec: Any, corpus: Corpus, ground: Ground) -> Trainer:
    """What trains `spec` on `corpus`. Raises TrainingError, RecipeError, WorkspaceError."""
    if spec.kind == "glove":
        from .glove import make_glove

        return make_glove(spec, corpus, ground)
    if spec.kind == "fasttext":
        from .fasttext import make_fasttext

        return make_fasttext(spec, corpus, ground)
    if ground.device != "cpu":
        from .skipgram_torch import make_skipgram

        return make_skipgram(spec, corpus, ground)
    from .word2vec import make_word2vec

    return make_word2vec(spec, corpus, ground)


def spec_class(method: str) -> Any:
    """The spec's class of a method by its name. Raises RecipeError for one that there is not."""
    if method not in METHODS:
        raise RecipeError(
            _("there is no method {name!r}").format(name=method),
            fix=_("Choose {names}.").format(names=one_of(METHODS)),
        )
    return METHODS[method]
