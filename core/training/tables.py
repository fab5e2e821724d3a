"""What prediction draws and asks by count: subsampling, negatives, the Huffman tree.

As gensim has them, but for all words at once: gensim goes word by word, which takes ten seconds for a million.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

# What gensim's kernels draw up to.
DRAWS, NOISE_DRAWS = 2**32 - 1, 2**31 - 1


def shares_kept(counts: NDArray[np.int64], subsample: float) -> NDArray[np.float64]:
    """float64[V]: how likely an occurrence of each word is kept; `subsample` is the share of the text up to which all
    are, 0: of every word. Mikolov et al. 2013 as word2vec.c has it: (sqrt(f / t) + 1) t / f."""
    if not subsample:
        return np.ones(len(counts))
    threshold = subsample * counts.sum()
    return np.minimum(1.0, (np.sqrt(counts / threshold) + 1) * (threshold / counts))


def noise_table(counts: NDArray[np.int64], power: float) -> NDArray[np.uint32]:
    """uint32[V], rising to 2^31 - 1: a number drawn up to there falls to a word by its count to the power."""
    mass = np.cumsum(counts.astype(np.float64) ** power)
    return np.rint(mass / mass[-1] * NOISE_DRAWS).astype(np.uint32)


@dataclass(frozen=True)
class Tree:
    """A Huffman tree over the words: the paths from its root, one word after the other.

    codes    uint8[m], 0 or 1: the turn taken at each node
    nodes    uint32[m], 0 to V - 2: the nodes on the way; the root is V - 2
    starts   int64[V + 1]: word i's path is [starts[i], starts[i + 1])
    """

    codes: NDArray[np.uint8]
    nodes: NDArray[np.uint32]
    starts: NDArray[np.int64]


def huffman(counts: NDArray[np.int64]) -> Tree:
    """The tree in which frequent words have short paths. One word alone has an empty path."""
    n = len(counts)
    parents, turns = _merged(counts)
    lengths = np.zeros(n, np.int64)
    for active, _node in _upwards(parents, n):
        lengths[active] += 1
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    codes, nodes = np.empty(starts[-1], np.uint8), np.empty(starts[-1], np.uint32)
    at = starts[1:].copy()
    for active, node in _upwards(parents, n):
        at[active] -= 1
        codes[at[active]] = turns[node]
        nodes[at[active]] = parents[node] - n
    return Tree(codes, nodes, starts)


def _merged(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """int64[2V - 1]: each node's parent, the root's its own; uint8[2V - 1]: whether it is the right child.

    Nodes are the words and then the inner ones as they are made. Of equal counts the one goes first that gensim's heap
    has first: trees differ by that in which words are near in them, and so do neighbors.
    """
    n = len(counts)
    parents, turns = np.arange(2 * n - 1), np.zeros(2 * n - 1, np.uint8)
    heap = [_Node(count, i) for i, count in enumerate(counts.tolist())]
    heapify(heap)
    for made in range(n, 2 * n - 1):
        left, right = heappop(heap), heappop(heap)
        parents[left.index] = parents[right.index] = made
        turns[right.index] = 1
        heappush(heap, _Node(left.count + right.count, made))
    return parents, turns


class _Node:
    __slots__ = ("count", "index")

    def __init__(self, count: int, index: int) -> None:
        self.count, self.index = count, index

    def __lt__(self, other: _Node) -> bool:
        return self.count < other.count


def _upwards(parents: NDArray[np.int64], n: int):
    """For one step after the other from the leaves: the words not yet at the root, and the node where each stands."""
    words = np.arange(n)
    nodes = words.copy()
    while len(words):
        below = parents[nodes] != nodes
        words, nodes = words[below], nodes[below]
        if len(words):
            yield words, nodes
        nodes = parents[nodes]


def tree_digest(words: Sequence[str], counts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """uint8[32]: the same for the same tree over the same words."""
    h = hashlib.sha256(np.ascontiguousarray(counts, "<i8").tobytes())
    for word in words:
        encoded = word.encode("utf-8", "surrogatepass")
        h.update(len(encoded).to_bytes(4, "little") + encoded)
    return np.frombuffer(h.digest(), np.uint8)
