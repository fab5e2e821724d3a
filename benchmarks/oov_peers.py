"""What others make of a missing word, for `oov.py`: plain NumPy, each a function of known words, rows and donor keys.

Every function gives (rows float64[h, d], done bool[h]) for h words; where `done` is False it could make none.

mean, normal          the guesses that know nothing of the word
nearest_spelling      the row of the known word with the nearest tf-idf of character n-grams
bag_of_subwords       Zhao, Mudgal and Liang 2018, Generalizing word embeddings using bag of subwords
wechsel               Minixhofer, Paischer and Rekabsaz 2022, WECHSEL: softmax over the 10 nearest in the donor
focus                 Dobler and de Melo 2023, FOCUS: sparsemax over all cosines in the donor
omp                   Goddard and Fernandes Neto 2025, Training-free tokenizer transplantation (tokensurgeon)
linear                Mikolov, Le and Sutskever 2013, Exploiting similarities among languages, with a ridge
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Rows = tuple[NDArray[np.float64], NDArray[np.bool_]]
Floats = NDArray[np.float64]
RIDGES = (1e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0)
RATES = (1.0,)  # at half of it twice the epochs are best, at twice half: with the same score
EPOCHS = (20, 40, 80, 160)
HELD_OUT = 10  # a tenth of the known words, by which settings are chosen


def unit(rows: Any) -> Floats:
    """Rows at length 1; zeros stay."""
    rows = np.asarray(rows, np.float64)
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)


def mean(rows: Floats, count: int) -> Rows:
    """The mean of the known rows for every word."""
    return np.tile(rows.mean(axis=0), (count, 1)), np.ones(count, bool)


def normal(rows: Floats, count: int, seed: int) -> Rows:
    """Drawn from N(μ, Σ) of the known rows (Hewitt 2021, Initializing new word embeddings)."""
    rng = np.random.default_rng(seed)
    drawn = rng.multivariate_normal(rows.mean(axis=0), np.cov(rows, rowvar=False), count, method="cholesky")
    return drawn, np.ones(count, bool)


# By spelling


def grams_of(words: Sequence[str], shortest: int, longest: int) -> list[list[str]]:
    """Character n-grams of `<word>`, those of the published method."""
    found = []
    for word in words:
        text = f"<{word}>"
        grams = [text[i : i + n] for n in range(shortest, longest + 1) for i in range(len(text) - n + 1)]
        found.append([gram for gram in grams if gram not in ("<", ">")])  # every word has these
    return found


def nearest_spelling(known: Sequence[str], rows: Floats, hidden: Sequence[str], *, shortest: int, longest: int) -> Rows:
    """The known word with the largest cosine of n-gram tf-idf; a word that shares no n-gram gets none."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    grams = grams_of([word.lower() for word in (*known, *hidden)], shortest, longest)
    as_given: Any = list
    vectorizer = TfidfVectorizer(analyzer=as_given)
    learned = vectorizer.fit_transform(grams[: len(known)])
    near = (vectorizer.transform(grams[len(known) :]) @ learned.T).toarray()
    return rows[near.argmax(axis=1)], near.max(axis=1) > 0


@njit(cache=True, fastmath=True)
def _step(places, starts, order, targets, vectors, rate):  # pragma: no cover - compiled
    """One epoch of SGD, a word at a time: its row is the mean of its n-grams' vectors."""
    d = vectors.shape[1]
    made = np.zeros(d, vectors.dtype)
    for word in order:
        first, last = starts[word], starts[word + 1]
        if last == first:
            continue
        made[:] = 0
        for at in range(first, last):
            for j in range(d):
                made[j] += vectors[places[at], j]
        for j in range(d):
            made[j] = rate / (last - first) * (made[j] / (last - first) - targets[word, j])
        for at in range(first, last):
            for j in range(d):
                vectors[places[at], j] -= made[j]


class _Bags:
    """Words as places of n-grams; n-grams that were not there when it was made are left out."""

    def __init__(self, grams: Sequence[Sequence[str]]) -> None:
        self._ids = {gram: i for i, gram in enumerate(dict.fromkeys(gram for one in grams for gram in one))}

    def __len__(self) -> int:
        return len(self._ids)

    def places(self, grams: Sequence[Sequence[str]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """int64[m], and where each word's begin: int64[k + 1]."""
        found = [[self._ids[gram] for gram in one if gram in self._ids] for one in grams]
        starts = np.concatenate([[0], np.cumsum([len(one) for one in found])]).astype(np.int64)
        return np.array([i for one in found for i in one], np.int64), starts


def _means(vectors: Floats, places: NDArray[np.int64], starts: NDArray[np.int64]) -> Rows:
    import scipy.sparse as sp

    sizes = np.diff(starts)
    bags = sp.csr_matrix((np.ones(len(places)), places, starts), shape=(len(sizes), len(vectors)))
    return bags @ vectors / np.maximum(sizes, 1)[:, None], sizes > 0


def bag_of_subwords(
    known: Sequence[str], rows: Floats, hidden: Sequence[str], *, shortest: int, longest: int, seed: int
) -> tuple[Floats, NDArray[np.bool_], str]:
    """N-gram vectors by SGD on squared error; rate and epochs by a held-out tenth. Also what was chosen."""
    targets = unit(rows)
    grams = grams_of(known, shortest, longest)
    inside = np.arange(len(known)) % HELD_OUT > 0

    def trained(at: NDArray[np.int64], rate: float, epochs: Sequence[int]) -> Any:
        rng = np.random.default_rng(seed)
        bags = _Bags([grams[i] for i in at.tolist()])
        places, starts = bags.places([grams[i] for i in at.tolist()])
        vectors = np.zeros((len(bags), rows.shape[1]), np.float32)
        for epoch in range(1, max(epochs) + 1):
            _step(places, starts, rng.permutation(len(at)), targets[at].astype(np.float32), vectors, np.float32(rate))
            if epoch in epochs:
                yield epoch, bags, vectors

    best = (-1.0, 0.0, 0)
    beside = np.flatnonzero(~inside)
    for rate in RATES:
        for epoch, bags, vectors in trained(np.flatnonzero(inside), rate, EPOCHS):
            made, _done = _means(vectors, *bags.places([grams[i] for i in beside.tolist()]))
            score = float((unit(made) * targets[beside]).sum(axis=1).mean())
            best = max(best, (score, rate, epoch))
    _score, rate, epochs = best
    *_, (_epoch, bags, vectors) = trained(np.arange(len(known)), rate, (epochs,))
    made, done = _means(vectors, *bags.places(grams_of(hidden, shortest, longest)))
    return made, done, f"rate {rate:g}, {epochs} epochs"


# By a donor: `keys` float64[k, p] of known words at unit length, `asked` float64[h, p] of the others, zeros for none


def _asked_for(asked: Floats) -> NDArray[np.bool_]:
    """bool[h]: which words the donor has."""
    return np.asarray(asked.any(axis=1), bool)


def wechsel(keys: Floats, rows: Floats, asked: Floats, *, nearest: int = 10, tau: float = 0.1) -> Rows:
    """The mean of the nearest known words' rows, weighted by exp(cosine / τ)."""
    cosines = asked @ keys.T
    near = np.argsort(-cosines, axis=1, kind="stable")[:, :nearest]
    weights = np.exp((np.take_along_axis(cosines, near, axis=1) - cosines.max(axis=1, keepdims=True)) / tau)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.einsum("hk,hkd->hd", weights, rows[near]), _asked_for(asked)


def sparsemax(scores: Floats) -> Floats:
    """Martins and Astudillo 2016: the nearest point of the simplex, row by row."""
    falling = -np.sort(-scores, axis=1)
    sums = np.cumsum(falling, axis=1)
    places = np.arange(1, scores.shape[1] + 1)
    size = (1 + places * falling > sums).sum(axis=1)
    tau = (sums[np.arange(len(scores)), size - 1] - 1) / size
    return np.maximum(scores - tau[:, None], 0)


def focus(keys: Floats, rows: Floats, asked: Floats) -> Rows:
    """The mean of known words' rows, weighted by the sparsemax of their cosines."""
    return sparsemax(asked @ keys.T) @ rows, _asked_for(asked)


def omp(keys: Floats, rows: Floats, asked: Floats, *, most: int = 64) -> Rows:
    """Orthogonal matching pursuit: the asked key as a combination of up to `most` known ones, applied to their rows."""
    h = len(asked)
    gram = keys @ keys.T
    start = asked @ keys.T
    chosen = np.zeros((h, 0), np.int64)
    every = np.arange(h)
    residual = asked.copy()
    weights = np.zeros((h, 0))
    for _turn in range(min(most, len(keys))):
        fit = np.abs(residual @ keys.T)
        fit[every[:, None], chosen] = -1
        chosen = np.concatenate([chosen, fit.argmax(axis=1)[:, None]], axis=1)
        k = chosen.shape[1]
        inside = gram[chosen[:, :, None], chosen[:, None, :]] + 1e-10 * np.eye(k)
        weights = np.linalg.solve(inside, np.take_along_axis(start, chosen, axis=1)[:, :, None])[:, :, 0]
        residual = asked - np.einsum("hk,hkp->hp", weights, keys[chosen])
    return np.einsum("hk,hkd->hd", weights, rows[chosen]), _asked_for(asked)


def linear(keys: Floats, rows: Floats, asked: Floats) -> tuple[Floats, NDArray[np.bool_], str]:
    """A least squares map of centered keys on centered unit rows; its ridge by a held-out tenth. Also which."""
    targets = unit(rows)
    inside = np.arange(len(keys)) % HELD_OUT > 0

    def mapped(at: NDArray[np.bool_], to: Floats, ridge: float) -> Floats:
        origin, center = keys[at].mean(axis=0), targets[at].mean(axis=0)
        x, y = keys[at] - origin, targets[at] - center
        scatter = x.T @ x
        penalty = ridge * np.trace(scatter) / len(scatter) * np.eye(len(scatter))
        return (to - origin) @ np.linalg.solve(scatter + penalty, x.T @ y) + center

    scores = [float((unit(mapped(inside, keys[~inside], r)) * targets[~inside]).sum(1).mean()) for r in RIDGES]
    ridge = RIDGES[int(np.argmax(scores))]
    return mapped(np.ones(len(keys), bool), asked, ridge), _asked_for(asked), f"ridge {ridge:g}"
