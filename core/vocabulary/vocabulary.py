"""The user's words, in order. Order is row order, for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..errors import VocabularyError
from ..messages import _
from .scripts import SCRIPTS, script_of

# What a row that is no word is for. "pad" stays zero; "unk" is the mean of the known rows; "reserved"
# fills a gap between ids; "token" is any other special (<bos>, [MASK]): looked up, invented if missing.
SPECIAL_ROLES = ("pad", "unk", "reserved", "token")
DIGESTED_AT_ONCE = 1 << 16


class Vocabulary:
    """Distinct, non-empty words in row order, with counts where known.

    words     tuple of str, length n
    counts    int64[n] >= 0, or None when no count is known (then no token figure exists)
    specials  word -> role, one of SPECIAL_ROLES, for the rows that are no words of the language
    digest    hex SHA-256 of words, counts and specials: equal digests mean equal vocabularies
    """

    words: tuple[str, ...]
    counts: NDArray[np.int64] | None
    specials: Mapping[str, str]

    def __init__(
        self,
        words: Iterable[str],
        counts: Sequence[int] | NDArray[np.integer] | None = None,
        specials: Mapping[str, str] | None = None,
    ) -> None:
        self.words = tuple(words)
        self.specials = MappingProxyType(dict(specials or {}))
        self.counts = None
        if counts is not None:
            self.counts = np.array(counts, dtype=np.int64)
            self.counts.flags.writeable = False
        self._validate()

    def _validate(self) -> None:
        n = len(self.words)
        distinct = set(self.words)
        if len(distinct) != n:
            seen: set[str] = set()
            twice = next(w for w in self.words if w in seen or seen.add(w))
            raise VocabularyError(
                _("the word {word!r} is there twice").format(word=twice),
                fix=_("Give every word one row: the readers merge duplicates and say so."),
            )
        if "" in distinct:
            raise VocabularyError(_("a word is empty"), fix=_("Leave empty words out."))
        if self.counts is not None:
            if self.counts.shape != (n,):
                raise VocabularyError(
                    _("{counts} counts for {words} words").format(counts=self.counts.size, words=n),
                    fix=_("Give one count per word, or none at all."),
                )
            if n and int(self.counts.min()) < 0:
                raise VocabularyError(_("a count is negative"), fix=_("Counts are 0 or more."))
        for word, role in self.specials.items():
            if word not in distinct or role not in SPECIAL_ROLES:
                raise VocabularyError(
                    _("special token {word!r} with role {role!r} is not one of the words and roles").format(
                        word=word, role=role
                    )
                )

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self.ids

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"Vocabulary({len(self)} words, {len(self.specials)} special)"

    @cached_property
    def ids(self) -> dict[str, int]:
        """word -> row, built at first use."""
        return {word: row for row, word in enumerate(self.words)}

    @cached_property
    def scripts(self) -> NDArray[np.int8]:
        """int8[n]: each word's script, as a position in SCRIPTS; found at first use."""
        codes = {name: code for code, name in enumerate(SCRIPTS)}
        return np.fromiter((codes[script_of(word)] for word in self.words), np.int8, len(self.words))

    @cached_property
    def digest(self) -> str:
        h = hashlib.sha256()
        # surrogatepass: a word list may hold lone surrogates; a digest must not fail on them.
        for first in range(0, len(self.words), DIGESTED_AT_ONCE):
            part = self.words[first : first + DIGESTED_AT_ONCE]
            h.update("\x00".join([*part, ""]).encode("utf-8", "surrogatepass"))
        h.update(b"\x01")
        h.update("".join(f"{w}\x00{r}\x00" for w, r in sorted(self.specials.items())).encode("utf-8", "surrogatepass"))
        if self.counts is not None:
            h.update(b"\x02" + self.counts.astype("<i8").tobytes())
        return h.hexdigest()

    @property
    def tokens(self) -> int | None:
        """Sum of the counts, or None without counts."""
        return None if self.counts is None else int(self.counts.sum())
