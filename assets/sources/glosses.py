"""CC-CEDICT, read: what each Chinese word means, as weighted English glosses.

Dictionary notes are no meanings: they are cut away ("(Tw)", "CL:個|个[ge4]", "also written 藉口"), and
an entry that only points to another ("variant of …", "see …") takes the other's glosses.
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ENTRY = re.compile(r"^(\S+) (\S+) \[([^\]]*)\] /(.*)/\s*$")
HAN = r"[\u2e80-\u9fff\u3007\uf900-\ufaff\U00020000-\U000323af·，0-9A-Za-z]"
REFERENCE = re.compile(
    rf"\b(?:see|of|for|to|as)\b[^/]*?({HAN}*[\u3007\u3400-\u9fff\U00020000-\U000323af]{HAN}*)(?:\|({HAN}+))?"
)
POINTS = re.compile(
    r"^(?:\([^)]*\) ?)*(?:(?:old|erhua|archaic|Japanese|ancient|unofficial|nonstandard|common|popular|Tw) )*"
    r"(?:variant (?:form )?of|see(?: also)?|abbr\. (?:for|of)|also written|same as|equivalent (?:to|of)|"
    r"short for|euphemistic variant of|used in|contraction of|erroneous variant of|simplified form of)\b"
)
NOTES = re.compile(
    r"^(?:CL:|Taiwan pr\.|also pr\.|pr\. |also written|Mandarin equivalent|Kangxi radical|\(?Tw\)?$|"
    r"surname |Surname |classifier for\b)"
)


class Sense(NamedTuple):
    gloss: str
    weight: float


class Entry(NamedTuple):
    traditional: str
    simplified: str
    pinyin: str
    glosses: list[str]


def read_entries(path: Path) -> Iterator[Entry]:
    """The dictionary's entries, in file order."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if match := ENTRY.match(line):
                traditional, simplified, pinyin, glosses = match.groups()
                yield Entry(traditional, simplified, pinyin, glosses.split("/"))


def clean(gloss: str) -> str:
    """The meaning in a gloss, without notes; "" when there is none."""
    if NOTES.match(gloss) or POINTS.match(gloss):
        return ""
    previous = None
    while previous != gloss:  # parentheses nest
        previous, gloss = gloss, re.sub(r"\([^()]*\)|\[[^\[\]]*\]", " ", gloss)
    gloss = re.sub(r"\b(?:sb|sb's)\b", lambda m: m.group().replace("sb", "somebody"), gloss)
    gloss = re.sub(r"\bsth\b", "something", gloss)
    gloss = re.sub(r"[\u2e80-\u9fff\uf900-\ufaff|]+", " ", gloss)
    gloss = re.sub(r"^(?:to be|to|the|a|an) (?=\w)", "", gloss.strip(" ,;:.-"))
    return re.sub(r"\s+([,;.])", r"\1", re.sub(r"\s+", " ", gloss)).strip(" ,;:.-")


def targets(glosses: list[str]) -> list[str]:
    """The simplified words that glosses point to."""
    found = [REFERENCE.search(g) for g in glosses if POINTS.match(g)]
    return [m.group(2) or m.group(1) for m in found if m]


def senses_of(path: Path) -> dict[str, list[Sense]]:
    """Simplified word -> its senses, the first ones heaviest; weights add up to 1.

    Entries of one word (several readings) share by the square root of how many senses they have: the
    dictionary orders readings by alphabet, and the common one has more to say. Names (capitalized
    readings) count a quarter beside ordinary words. Within an entry, sense i weighs 1 / i, parted among
    what stands between semicolons.
    """
    entries: dict[str, list[Entry]] = defaultdict(list)
    for entry in read_entries(path):
        entries[entry.simplified].append(entry)
    senses = {word: _weighted(listed) for word, listed in entries.items()}
    for word, listed in entries.items():  # what only points elsewhere
        if not senses[word]:
            pointed = [t for e in listed for t in targets(e.glosses) if senses.get(t)]
            senses[word] = _merged([(s, 1 / len(pointed)) for t in pointed for s in senses[t]]) if pointed else []
        if not senses[word]:
            last_resort = [re.sub(r"[\[(|].*", "", g).strip() for e in listed for g in e.glosses]
            senses[word] = _merged([(Sense(g, 1.0), 1.0) for g in last_resort if re.search("[A-Za-z]", g)])
    return {word: found for word, found in senses.items() if found}


def _weighted(entries: list[Entry]) -> list[Sense]:
    parts: list[tuple[Sense, float]] = []
    ordinary = any(not e.pinyin[:1].isupper() and any(map(clean, e.glosses)) for e in entries)
    for entry in entries:
        cleaned = [c for g in entry.glosses if (c := clean(g))]
        share = len(cleaned) ** 0.5 * (0.25 if ordinary and entry.pinyin[:1].isupper() else 1.0)
        for rank, gloss in enumerate(cleaned, 1):
            wordings = [w.strip() for w in gloss.split(";") if w.strip()]
            total = sum(1 / r for r in range(1, len(cleaned) + 1))
            parts += [(Sense(w, share / rank / total / len(wordings)), 1.0) for w in wordings]
    return _merged(parts)


def _merged(parts: list[tuple[Sense, float]]) -> list[Sense]:
    weights: dict[str, float] = defaultdict(float)
    for sense, factor in parts:
        weights[re.sub(r"^(?:to be|to|the|a|an) (?=\w)", "", sense.gloss)] += sense.weight * factor
    total = sum(weights.values())
    return [Sense(gloss, weight / total) for gloss, weight in weights.items() if gloss]
