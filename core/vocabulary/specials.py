"""Which words are no words of a language, and what their rows are for."""

from __future__ import annotations

import re
from collections.abc import Iterable

PAD = {"<pad>", "[pad]", "<|pad|>", "<blank>", "_pad_", "<padding>"}
UNK = {"<unk>", "[unk]", "<|unk|>", "<oov>", "[oov]", "<unknown>", "_unk_", "unktoken"}
TOKENS = {
    *("<s>", "</s>", "<bos>", "<eos>", "<sos>", "<mask>", "<cls>", "<sep>", "<eod>", "<eop>", "<start>", "<end>"),
    *("[cls]", "[sep]", "[mask]", "[bos]", "[eos]", "<|endoftext|>", "<|startoftext|>"),
}
PLACEHOLDER = re.compile(r"\[unused_?\d+\]|<unused_?\d+>|<reserved[:_]?\d+>|madeupword\d+", re.IGNORECASE)
NUMBERED = re.compile(r"<extra_id_\d+>|<\|[a-z_0-9]+\|>", re.IGNORECASE)


def role_of(word: str) -> str | None:
    """The role of a special token, told from its spelling: "pad", "unk", "reserved", "token"; None for a word."""
    if len(word) < 3 or (word[0] not in "<[_mM" and word.lower() != "unktoken"):
        return None
    lowered = word.lower()
    if lowered in PAD:
        return "pad"
    if lowered in UNK:
        return "unk"
    if PLACEHOLDER.fullmatch(word):
        return "reserved"
    return "token" if lowered in TOKENS or NUMBERED.fullmatch(word) else None


def roles_of(words: Iterable[str]) -> dict[str, str]:
    """word -> role, for the special tokens among `words`."""
    return {word: role for word in words if (role := role_of(word))}


def reserved_name(row: int) -> str:
    """The name of the row that keeps a gap between ids."""
    return f"<reserved:{row}>"
