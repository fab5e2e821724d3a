"""What every source of vectors can do, whatever it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ..progress import Progress, Reached, ignore, unwatched

if TYPE_CHECKING:
    from ..vocabulary.vocabulary import Vocabulary
    from ..workspace.workspace import Workspace


@dataclass(frozen=True)
class SourceInfo:
    """What a source is, for reports, cards and the lock.

    name       display name (a file's name, "builtin:english")
    kind       the spec's kind ("file", "builtin", "random", "build")
    format     on-disk format ("glove text", "word2vec binary", …) or ""
    dim        width of its vectors
    size       number of rows, None where it has no end (random)
    digest     content digest "blake3:…" or another stable identity; names what the vectors are
    space      sources with the same space can be mixed in one matrix row by row; None: only with itself
    composes   whether `compose` makes vectors for words it does not hold (fastText n-grams, transformers)
    licence    SPDX name or a sentence, "" when unknown
    languages  codes ("en", "zh"), empty when unknown
    faults     counts of what is wrong with it: {"duplicate words": 3, …}
    """

    name: str
    kind: str
    dim: int
    size: int | None
    digest: str
    format: str = ""
    space: str | None = None
    composes: bool = False
    licence: str = ""
    languages: tuple[str, ...] = ()
    faults: dict[str, int] = field(default_factory=dict)


@runtime_checkable
class Source(Protocol):
    """Vectors by word. Batch calls, deterministic, order kept, duplicates allowed."""

    info: SourceInfo

    def locate(self, candidates: Sequence[str]) -> NDArray[np.int64]:
        """int64[len(candidates)]: the row of each spelling, -1 = none. Reads no vectors."""
        ...

    def gather(
        self, ids: NDArray[np.int64], out: NDArray[np.float32], *, reached: Reached = unwatched
    ) -> NDArray[np.bool_]:
        """Write the vectors of rows `ids` (int64[k]) into `out` (float32[k, dim]).

        `reached` is told now and then how many of them are written; what it raises ends the work.

        Returns bool[k]: True where the row is sound. Rows with NaN or infinite values are faulty:
        their place in `out` is zeroed and their mask is False.
        """
        ...

    def words(self) -> Iterator[str] | None:
        """All words in row order, or None where they can't be listed."""
        ...

    def compose(self, words: Sequence[str], out: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Make vectors for words it need not hold; bool[k]: True where one was made.

        A source with `info.composes` False returns all False.
        """
        ...


@runtime_checkable
class FromPieces(Protocol):
    """A source whose rows are made of pieces of words."""

    @property
    def unknown_piece(self) -> str:
        """What stands for letters that the tokenizer does not know ("[UNK]"), "" where it knows all."""
        ...

    def pieces_of(self, ids: NDArray[np.int64]) -> list[tuple[str, ...]]:
        """The pieces of rows `ids`, as the tokenizer writes them; one piece: the source holds the word as a whole."""
        ...


@dataclass(frozen=True)
class Context:
    """What opening a source or filling may need beside its spec.

    corpus  the recipe's running text (a resolved CorpusSpec), None where its vocabulary is none
    device  "auto", "cpu", "cuda", "cuda:1", "mps": where models run; no part of any digest
    """

    vocabulary: Vocabulary | None = None
    workspace: Workspace | None = None
    progress: Progress = ignore
    corpus: Any = None
    device: str = "auto"
