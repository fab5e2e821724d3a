"""The options that kinds of tuning share."""

from __future__ import annotations

from typing import Literal

from ..messages import N_
from ..spec import Spec, option
from .data_spec import DataSpec


class Tuning(Spec):
    """What every kind of tuning has.

    Rates are relative: the matrix is divided by the root mean square of its values before training and multiplied
    afterwards, so the same numbers suit GloVe, word2vec and a transformer's rows.
    """

    data: DataSpec = option(..., N_("Texts"), N_("What the matrix is tuned on."))
    epochs: int = option(10, N_("Epochs"), N_("At most so many passes over the training texts."), ge=1, le=1000)
    batch: int = option(64, N_("Batch"), N_("Texts (pairs, words) in one step."), ge=1, le=1 << 20)
    rate: float = option(
        0.05, N_("Rate of rows"), N_("How far a row moves in its first step, relative to its size."), gt=0, le=10
    )
    patience: int = option(
        3, N_("Patience"), N_("Training stops after so many epochs without a better validation loss."), ge=1, le=1000
    )
    clip: float = option(
        5.0, N_("Largest gradient"), N_("The norm to which gradients are clipped; 0: never."), ge=0, le=1e6
    )
    rows: Literal["all", "known", "filled"] = option(
        "all", N_("Rows that move"), N_("All, those that a source gave, or the filled ones only, which are guesses.")
    )
    filled_rate: float = option(
        3.0, N_("Rate of filled rows"), N_("So many times the rate of the others."), ge=0, le=100
    )
    seeds: int = option(
        3,
        N_("Seeds"),
        N_("So many trainings with different seeds tell its noise; the first one's is kept."),
        ge=1,
        le=50,
    )
    seed: int = option(0, N_("Seed"), N_("Fixes what is random in training."), ge=0, lt=2**31)
    watch: tuple[str, ...] = option((), N_("Watched words"), N_("Words whose way is drawn epoch by epoch."))
    suite_dir: str = option(
        "", N_("Folder of published sets"), N_("Where similarity sets lie that tell what tuning made forget.")
    )


class OnLabels(Tuning):
    """What every kind of tuning on labelled texts has."""

    head_rate: float = option(2e-3, N_("Rate of the classifier"), N_("Of AdamW."), gt=0, le=1)
    dropout: float = option(0.1, N_("Dropout"), N_("Share of a text's dimensions left out in a step."), ge=0, lt=1)
    word_dropout: float = option(0.0, N_("Word dropout"), N_("Share of a text's words left out in a step."), ge=0, lt=1)
    l1: float = option(0.0, N_("L1"), N_("Weight of the classifier's absolute values in the loss."), ge=0, le=10)
    l2: float = option(0.01, N_("L2"), N_("Weight decay of the classifier, as AdamW does it."), ge=0, le=10)
    class_weights: Literal["none", "balanced"] = option(
        "none", N_("Class weights"), N_("Balanced: rare classes count as much as common ones.")
    )
    baselines: tuple[Literal["majority", "tfidf", "svm", "forest", "frozen", "random"], ...] = option(
        ("majority", "tfidf", "svm", "forest", "frozen", "random"),
        N_("Compared with"),
        N_("What else is trained on the same texts, to tell what the tuned rows are worth."),
    )


class MovingRows(OnLabels):
    """What kinds have that move rows under labels."""

    weights: Literal["learned", "sif", "equal"] = option(
        "learned",
        N_("Weights of words"),
        N_("How much each word counts in its text: learned with the rows, by frequency (SIF), or all the same."),
    )
    weight_rate: float = option(0.2, N_("Rate of weights"), N_("Of the learned weights."), gt=0, le=10)


class StillRows(OnLabels):
    """What kinds have that leave the rows as they are: the classifier alone needs more steps, and larger ones."""

    epochs: int = option(30, N_("Epochs"), N_("At most so many passes over the training texts."), ge=1, le=1000)
    head_rate: float = option(1e-2, N_("Rate of the classifier"), N_("Of AdamW."), gt=0, le=1)

    weights: Literal["sif", "equal"] = option(
        "equal",
        N_("Weights of words"),
        N_("How much each word counts in its text: by frequency (SIF), or all the same."),
    )
