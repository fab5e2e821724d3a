"""One window of a training, looked at closely: the vectors that meet, what they cost, and the step that each takes.

word2vec with negative sampling: Mikolov et al. 2013, arXiv 1301.3781 and 1310.4546. GloVe: Pennington et al. 2014.
Small arrays in numpy, in float64: what is shown adds up to the last digit that is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..messages import _, ngettext, number
from .contract import TrainingError

Method = Literal["skipgram", "cbow", "glove"]
# A picture shows so many numbers of a vector.
SHOWN = 32


@dataclass(frozen=True)
class Settings:
    """What of a spec a window depends on; `rate` is the step's."""

    window: int = 5
    negatives: int = 5
    noise_power: float = 0.75
    rate: float = 0.025
    x_max: float = 10.0
    alpha: float = 0.75
    symmetric: bool = True

    @classmethod
    def of(cls, spec: Any) -> Settings:
        """Those that `spec` has; the others as they are by default."""
        names = [name for name in cls.__dataclass_fields__ if hasattr(spec, name)]
        return cls(**{name: getattr(spec, name) for name in names})


@dataclass(frozen=True)
class Vector:
    """One vector of those that meet.

    symbol    as the formulas name it, LaTeX: "v_w", "u_c", "u_{n_1}", "h", "w", "\\tilde w"
    word      whose it is; empty for the mean h
    role      "center", "context", "negative" or "mean"
    table     "rows" (what is kept as the word's vector; of GloVe the W that W̃ is added to), "contexts", "" of h
    before, gradient, after  the first `SHOWN` numbers; the gradient is of the loss, the step goes against it
    norms     lengths of the three, of all numbers
    """

    symbol: str
    word: str
    role: str
    table: str
    before: tuple[float, ...]
    gradient: tuple[float, ...]
    after: tuple[float, ...]
    norms: tuple[float, float, float]


@dataclass(frozen=True)
class Term:
    """One term of the loss, before the step and after it.

    word      of the context, or the negative
    wanted    1 where the pair was seen, 0 where it was drawn; of GloVe log X
    score     dot products; of GloVe the whole prediction w · w̃ + b + b̃
    sigmoid   of the scores; None of GloVe
    loss      in nats; of GloVe f(X) · difference²
    """

    word: str
    wanted: float
    score: tuple[float, float]
    sigmoid: tuple[float, float] | None
    loss: tuple[float, float]


@dataclass(frozen=True)
class Cell:
    """GloVe's: what is known of the pair.

    x          X_ij, its weighted count; `log_x` its logarithm
    x_of       "corpus" or "sentence": over what it was counted
    weight     f(X_ij)
    dot        w · w̃ before and after the step; `biases` (b, b̃) likewise
    difference w · w̃ + b + b̃ - log X, before and after
    """

    x: float
    log_x: float
    x_of: str
    weight: float
    dot: tuple[float, float]
    biases: tuple[tuple[float, float], tuple[float, float]]
    difference: tuple[float, float]


@dataclass(frozen=True)
class Formula:
    """title, and LaTeX: in symbols, and with this window's numbers ("" where there is nothing to fill in)."""

    title: str
    symbols: str
    numbers: str = ""


@dataclass(frozen=True)
class Step:
    """A step of training on one window.

    tokens     the sentence; `known` those that have a vector, the others are as if they were not there
    center     position in `tokens`; `contexts` those of the words in its window
    reach      how far the window reaches, in known words; `drawn` whether that was drawn, up to `window`
    pick       position in `tokens` of the word that the pair is made with; of CBOW all contexts meet at once, and the
               pick says nothing
    negatives  the words drawn
    loss       before the step and, computed anew, after it
    cell       GloVe's only
    """

    method: str
    tokens: tuple[str, ...]
    known: tuple[bool, ...]
    center: int
    contexts: tuple[int, ...]
    reach: int
    window: int
    drawn: bool
    pick: int
    negatives: tuple[str, ...]
    dim: int
    rate: float
    vectors: tuple[Vector, ...]
    terms: tuple[Term, ...]
    loss: tuple[float, float]
    formulas: tuple[Formula, ...]
    cell: Cell | None = None
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Window:
    """Where a window lies; positions are those of the sentence."""

    center: int
    contexts: tuple[int, ...]
    reach: int
    drawn: bool
    pick: int


def explain_window(
    tokens: Sequence[str],
    at: int,
    *,
    method: Method,
    rows: NDArray[np.floating[Any]],
    contexts: NDArray[np.floating[Any]],
    index: Mapping[str, int],
    counts: NDArray[np.int64],
    biases: tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]] | None = None,
    settings: Settings | None = None,
    seed: int = 0,
    pick: int = 0,
    x: float | None = None,
) -> Step:
    """The step that training takes on the window round `tokens[at]`.

    rows, contexts  float[V, d]: v and u of word2vec, W and W̃ of GloVe; only the rows that meet are read
    index, counts   the row of a word; int[V], how often each occurs, by which negatives are drawn
    biases          GloVe's, of words and of contexts, float[V] each; zeros where they are not given
    pick            which of the window's words, from 0, the pair is made with; the last where there are fewer
    x               GloVe's X of the pair in the corpus; counted in this sentence where it is not given

    The reach of word2vec's windows is drawn, from `seed`, between 1 and `settings.window`; GloVe's is the full one.
    Nothing is subsampled. Raises TrainingError for a word without a vector, and one that has no other beside it.
    """
    from .window_glove import glove_step
    from .window_predicting import predicting_step

    settings = settings or Settings()
    random = np.random.default_rng(seed)
    seen = window_of(tokens, at, index, settings, random, drawn=method != "glove", pick=pick)
    sides = (rows, contexts)
    if method == "glove":
        return glove_step(tokens, seen, sides, biases, index=index, settings=settings, x=x)
    return predicting_step(tokens, seen, sides, index=index, counts=counts, settings=settings, random=random, by=method)


def window_of(
    tokens: Sequence[str],
    at: int,
    index: Mapping[str, int],
    settings: Settings,
    random: np.random.Generator,
    *,
    drawn: bool,
    pick: int,
) -> Window:
    """The window round a word, among the words that have vectors."""
    if not 0 <= at < len(tokens):
        raise TrainingError(
            _("there is no word {at} in a sentence of {n}").format(at=number(at + 1), n=number(len(tokens)))
        )
    if tokens[at] not in index:
        raise TrainingError(
            _("{word!r} has no vector: it is not in the vocabulary").format(word=tokens[at]),
            fix=_("Choose another word of the sentence."),
        )
    known = [place for place, word in enumerate(tokens) if word in index]
    middle = known.index(at)
    reach = int(random.integers(1, settings.window + 1)) if drawn else settings.window
    right = () if not drawn and not settings.symmetric else known[middle + 1 : middle + 1 + reach]
    around = (*known[max(0, middle - reach) : middle], *right)
    if not around:
        raise TrainingError(
            _("no word with a vector stands beside {word!r}, so there is nothing to learn").format(word=tokens[at]),
            fix=_("Choose another word, or a longer sentence."),
        )
    return Window(at, around, reach, drawn, around[max(0, min(pick, len(around) - 1))])


def vector_of(
    symbol: str,
    word: str,
    role: str,
    table: str,
    before: NDArray[np.float64],
    gradient: NDArray[np.float64],
    after: NDArray[np.float64],
) -> Vector:
    all_of = (before, gradient, after)
    first, second, third = (tuple(float(value) for value in one[:SHOWN]) for one in all_of)
    lengths = [float(np.sqrt(one @ one)) for one in all_of]
    return Vector(symbol, word, role, table, first, second, third, (lengths[0], lengths[1], lengths[2]))


def left_out(tokens: Sequence[str], index: Mapping[str, int]) -> list[str]:
    """A note on words that have no vector, if there are any."""
    n = sum(word not in index for word in tokens)
    if not n:
        return []
    text = ngettext(
        "{n} word of the sentence has no vector: training left it out before it made windows.",
        "{n} words of the sentence have no vector: training left them out before it made windows.",
        n,
    )
    return [text.format(n=number(n))]


def signed(value: float, digits: int = 3) -> str:
    """A number for LaTeX; never "-0.000"."""
    return f"{round(value, digits) + 0.0:.{digits}f}"
