"""Words into a tokenizer's pieces: the tokenizers library alone, so that coverage needs no model and no torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SourceError
from ..messages import _

AT_ONCE = 1 << 14
# More pieces than any word has: what is longer is cut off there.
LONGEST = 64
MARKS = ("##", "Ġ", "▁")
HAN = ("\u3040", "\u9fff")


@dataclass(frozen=True)
class Boundary:
    """The special pieces that a model wants around a text, and the segment each belongs to."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    types: tuple[int, int, int]  # of what is before, of the text, of what is after


class Cutter:
    """Cuts words into piece ids as the model's tokenizer does inside running text.

    A word gets a space in front where the tokenizer tells words by it (byte-level BPE: GPT-2, RoBERTa,
    Qwen), unless it begins with a CJK character or `spaced` is False. A word that is a piece with its
    mark (##ing, Ġthe, ▁the) or a special token stands for that very piece.
    """

    def __init__(self, path: Path, *, spaced: bool = True, longest: int = LONGEST) -> None:
        from tokenizers import Tokenizer

        self.longest, self._where = longest, str(path)
        try:
            told = path.read_text("utf-8")
            self._tokenizer: Any = Tokenizer.from_str(told)
        except Exception as error:  # the library raises plain Exception for whatever is wrong
            raise SourceError(
                _("this is not a tokenizer.json: {reason}").format(reason=error),
                where=str(path),
                fix=_("Fetch the model again."),
            ) from None
        self._tokenizer.encode_special_tokens = True  # "foo[SEP]bar" is a word with brackets
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._about = json.loads(told)
        self._spaced = spaced and self._parts_at_spaces()
        self.unknown = self._unknown()
        self.special = frozenset(i for i, token in self._tokenizer.get_added_tokens_decoder().items() if token.special)
        # A mark alone says nothing of a word: what SentencePiece leaves of one whose letters it does not know.
        self._bare = frozenset(filter(None, (self._tokenizer.token_to_id(mark) for mark in ("▁", "Ġ"))))

    @property
    def size(self) -> int:
        """One more than the largest piece id, added pieces too: lists of pieces may have gaps."""
        return max(self._tokenizer.get_vocab(with_added_tokens=True).values(), default=-1) + 1

    def _parts_at_spaces(self) -> bool:
        told = json.dumps(self._about.get("pre_tokenizer"))
        return '"ByteLevel"' in told and '"add_prefix_space": true' not in told

    def _unknown(self) -> int:
        model = self._about["model"]
        if isinstance(model.get("unk_id"), int):
            return model["unk_id"]
        found = self._tokenizer.token_to_id(model["unk_token"]) if model.get("unk_token") else None
        return -1 if found is None else found

    def cut(self, words: Sequence[str]) -> list[NDArray[np.int32] | None]:
        """Per word its piece ids (int32[k], k ≥ 1), or None where the tokenizer knows nothing of it.

        Nothing is known of a blank word, of one that is no valid text (half a character), and of one whose
        pieces are all unknown.
        """
        found: list[NDArray[np.int32] | None] = []
        for first in range(0, len(words), AT_ONCE):
            found += self._cut(words[first : first + AT_ONCE])
        return found

    def _cut(self, words: Sequence[str]) -> list[NDArray[np.int32] | None]:
        asked: list[str] = []
        places: list[int] = []
        found: list[NDArray[np.int32] | None] = [None] * len(words)
        for place, word in enumerate(words):
            if not word.strip() or not _is_text(word):
                continue
            if (piece := self._piece(word)) is not None:
                found[place] = np.array([piece], np.int32)
                continue
            asked.append(self.spelled(word))
            places.append(place)
        for place, one in zip(places, self._encoded(asked, fast=True), strict=True):
            ids = one.ids[: self.longest]
            if any(i != self.unknown and i not in self._bare for i in ids):
                found[place] = np.array(ids, np.int32)
        return found

    def _encoded(self, texts: Sequence[str], *, fast: bool) -> list[Any]:
        encode = self._tokenizer.encode_batch_fast if fast else self._tokenizer.encode_batch
        try:
            return encode(list(texts), add_special_tokens=False)
        except Exception as error:  # the library raises plain Exception for whatever is wrong
            raise SourceError(
                _("the tokenizer can't cut words: {reason}").format(reason=error),
                where=self._where,
                fix=_("Fetch the model again: its tokenizer.json lacks what it names."),
            ) from None

    def spelled(self, word: str) -> str:
        """The word as it stands in running text, with the space in front by which the tokenizer knows a word."""
        return word if not self._spaced or HAN[0] <= word[0] <= HAN[1] else f" {word}"

    def _piece(self, word: str) -> int | None:
        found = self._tokenizer.token_to_id(word)
        if found is None or found == self.unknown:
            return None
        return found if found in self.special or (word.startswith(MARKS) and word not in MARKS) else None

    def tokens(self, ids: Sequence[int]) -> tuple[str, ...]:
        """The pieces as they are written."""
        return tuple(self._names[i] for i in ids)

    @cached_property
    def _names(self) -> dict[int, str]:
        return {i: token for token, i in self._tokenizer.get_vocab(with_added_tokens=True).items()}

    @cached_property
    def boundary(self) -> Boundary:
        """What the tokenizer puts before and after a text, found by cutting one with and without."""
        # A tokenizer may know nothing of a text.
        texts = (" a", "0", "的", *islice(self._names.values(), 100))
        text = next((one for one in texts if self._tokenizer.encode(one, add_special_tokens=False).ids), " a")
        bare = self._tokenizer.encode(text, add_special_tokens=False)
        whole = self._tokenizer.encode(text, add_special_tokens=True)
        for at in range(len(whole.ids) - len(bare.ids) + 1):
            end = at + len(bare.ids)
            if whole.ids[at:end] == bare.ids:
                types = whole.type_ids
                first = types[0] if at else 0
                last = types[-1] if end < len(whole.ids) else 0
                return Boundary(
                    tuple(whole.ids[:at]), tuple(whole.ids[end:]), (first, types[at] if bare.ids else 0, last)
                )
        return Boundary((), (), (0, 0, 0))

    def spans(self, texts: Sequence[str]) -> list[tuple[list[int], list[tuple[int, int]]]]:
        """Per text its piece ids and, for each, the characters it covers (start, end); no special pieces."""
        return [(one.ids, one.offsets) for one in self._encoded(texts, fast=False)]

    def template(self, text: str) -> list[int]:
        """The piece ids of a part of a template, where [MASK] and its like are the special pieces that they name."""
        self._tokenizer.encode_special_tokens = False
        try:
            return self._encoded([text], fast=False)[0].ids
        finally:
            self._tokenizer.encode_special_tokens = True


def _is_text(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True
