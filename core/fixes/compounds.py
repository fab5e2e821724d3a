"""Compounds: words that are made of words that a source holds. Joined (New_York), camelCase, closed (seaside)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..ladder.lemmas import is_common, is_word, lemma_of
from ..messages import N_, _
from ..vocabulary.scripts import script_of
from .sheet import AT_ONCE, NO_PROPOSAL, Proposal, Sheet

SEEKING = N_("Taking words apart")
JOINED = re.compile(r"[\s_\-‐‑–/·&+.]+")
# getUserName, HTMLParser; a mark of two letters (McDonald) is none.
CAMEL = re.compile(r"(?<=[a-z]{2})(?=[A-Z][A-Za-z]{2})|(?<=[A-Z]{2})(?=[A-Z][a-z]{2})")
MOST_PARTS = 6
LONGEST = 60
SHORTEST_PART, SHORTEST_CLOSED = 2, 3
SHORTEST_WORD = 7
# Parts of closed compounds stand high among the words that a source lists: the shorter a part, the higher.
RANKS = {3: 2000, 4: 5000}
RANK, RANK_OF_NEW = 8000, 3000
# Parts that are English words and yet make no compound: words of grammar, endings and beginnings.
GRAMMAR = frozenset(
    ("and", "are", "but", "can", "did", "for", "had", "has", "her", "him", "his", "its", "may", "not", "our", "she")
    + ("the", "was", "who", "you")
)
ENDINGS = GRAMMAR | frozenset(
    ("able", "age", "ally", "ant", "ate", "dom", "era", "ers", "ful", "fully", "ing", "ion", "ish", "ism", "ist")
    + ("lets", "less", "ling", "ment", "ness", "some", "tally", "teen", "ton", "ward")
)
BEGINNINGS = GRAMMAR | frozenset(
    ("anti", "con", "dis", "inter", "mis", "non", "par", "para", "per", "pre", "pro", "sub", "trans")
)


def judge_compounds(sheet: Sheet) -> None:
    """Settle the words that are made of others; the proposal is these, where sources hold them all.

    Joined words and camelCase are compounds whether their parts are held or not. Closed compounds are told in English
    only, where a dictionary knows the parts for words.
    """
    left = sheet.open()
    for first in range(0, len(left), AT_ONCE):
        block = left[first : first + AT_ONCE]
        _judge_joined(sheet, block)
        if sheet.is_english:
            _judge_closed(sheet, [at for at in block if sheet.causes[at] < 0])
        sheet.progress(_(SEEKING), first + len(block), len(left), "words")


def _judge_joined(sheet: Sheet, block: Sequence[int]) -> None:
    parts_of = {at: parts for at in block if len(parts := _joined(sheet.words[at])) > 1}
    served = _served(sheet, list(parts_of.values()))
    for (at, parts), proposal in zip(parts_of.items(), served, strict=True):
        repeated = len(set(map(str.lower, parts))) == 1  # ha-ha is no compound of two things
        sheet.settle(at, "compound", NO_PROPOSAL if repeated else proposal)


def _joined(word: str) -> list[str]:
    """The parts of a word that shows where it is joined; one part or none where it is not."""
    if len(word) > LONGEST or (word.isascii() and word.islower() and word.isalpha()):
        return []
    parts = [part for part in JOINED.split(word) if part]
    return [piece for part in parts for piece in CAMEL.split(part)]


def _served(sheet: Sheet, parts_of: Sequence[Sequence[str]]) -> list[Proposal]:
    """Per word its parts as a source holds them, as written or in lower or title case; () where one is not held."""
    asked = {part: [part, part.lower(), part.title()] for parts in parts_of for part in parts}
    forms = list(dict.fromkeys(form for spelled in asked.values() for form in spelled))
    there = dict(zip(forms, sheet.held(forms).tolist(), strict=True))
    found = {part: next((form for form in spelled if there[form]), "") for part, spelled in asked.items()}
    return [
        tuple(found[part] for part in parts)
        if len(parts) <= MOST_PARTS and all(found[part] and _is_part(part) for part in parts)
        else NO_PROPOSAL
        for parts in parts_of
    ]


def _is_part(part: str) -> bool:
    """Whether a part says something alone: a number, a Chinese character, or two letters at least."""
    return len(part) >= SHORTEST_PART or script_of(part) in ("han", "number")


def _judge_closed(sheet: Sheet, block: Sequence[int]) -> None:
    splits: dict[int, list[tuple[str, str]]] = {}
    for at in block:
        word = sheet.words[at]
        if _may_be_closed(word) and not sheet.is_name(word) and (found := _splits(word.lower())):
            splits[at] = found
    forms = list(dict.fromkeys(part for found in splits.values() for pair in found for part in pair))
    there = dict(zip(forms, sheet.held(forms).tolist(), strict=True))
    for at, found in splits.items():
        likely = [pair for pair in found if there[pair[0]] and there[pair[1]] and _is_likely(sheet, pair)]
        if likely:
            # The likeliest split has the most frequent rarer part (Koehn and Knight 2003 take the mean of both).
            sheet.settle(at, "compound", min(likely, key=lambda pair: _rank(sheet, pair)))


def _may_be_closed(word: str) -> bool:
    return SHORTEST_WORD <= len(word) <= LONGEST and word.isascii() and word.isalpha() and not word.isupper()


def _is_likely(sheet: Sheet, pair: tuple[str, str]) -> bool:
    """Whether both parts are frequent, for their length, and more so where no dictionary holds the whole."""
    ranks = [sheet.rank(part) for part in pair]
    if not is_common("".join(pair)):
        return max(ranks) < RANK_OF_NEW and min(map(len, pair)) > SHORTEST_CLOSED
    return all(rank < RANKS.get(len(part), RANK) for part, rank in zip(pair, ranks, strict=True))


def _rank(sheet: Sheet, pair: tuple[str, str]) -> tuple[int, int]:
    return max(map(sheet.rank, pair)), abs(len(pair[0]) - len(pair[1]))


def _splits(word: str) -> list[tuple[str, str]]:
    """The pairs of English words that `word` may be made of."""
    if is_word(word) and not is_common(word):  # a name: Matlock is no lock
        return []
    pairs = [(word[:i], word[i:]) for i in range(SHORTEST_CLOSED, len(word) - SHORTEST_CLOSED + 1)]
    pairs = [
        pair for pair in pairs if pair[0] not in BEGINNINGS and pair[1] not in ENDINGS and all(map(is_common, pair))
    ]
    # An inflected compound has its last part inflected: leering is no lee + ring, as the lemma is leer.
    lemma = (lemma_of(word) if pairs else "") or word
    return [pair for pair in pairs if lemma in (word, pair[0] + (lemma_of(pair[1]) or pair[1]))]
