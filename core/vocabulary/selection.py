"""From what a file lists to a vocabulary: odd words reported, doubles merged, then what was chosen is kept.

Only a plain list goes through here: where ids are given, nothing is chosen and nothing is put in front.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import numpy as np

from ..errors import VocabularyError
from ..messages import N_, _, ngettext
from ..spec import Spec, option
from .report import Problems
from .specials import role_of
from .vocabulary import Vocabulary

LONG_WORD = 100
# So many words stand in a note as examples.
NAMED = 5
# Negations carry meaning: a list of stop words that has them is not followed there.
KEPT_STOP_WORDS = frozenset(
    [
        *("no", "not", "nor", "never", "n't", "cannot", "cant", "couldnt", "hasnt", "neither", "nobody", "none"),
        *("noone", "nothing", "nowhere", "without", "不", "没", "没有", "不是", "不得", "别", "无", "非"),
    ]
)


class Choice(Spec):
    """What a plain list and a corpus have in common: which of the words are kept, and what comes in front."""

    specials: tuple[str, ...] = option(
        ("<pad>", "<unk>"), N_("Special tokens"), N_("Tokens whose rows come in front of the words, in this order.")
    )
    min_count: int = option(0, N_("Minimum count"), N_("Leave out words that occur less often."), ge=0)
    max_size: int | None = option(
        None, N_("Maximum size"), N_("Keep so many words at most: the most frequent, else the first."), ge=1
    )
    lower: bool = option(False, N_("Lower-case"), N_("Lower-case all words and merge what becomes equal."))
    stop_words: bool = option(
        False, N_("Leave out stop words"), N_("Leave out function words (English, Chinese); negations stay.")
    )
    add: tuple[str, ...] = option(
        (), N_("Added words"), N_("Words put behind all others as they are written; they stay whatever else is chosen.")
    )
    remove: tuple[str, ...] = option(
        (), N_("Removed words"), N_("Words left out, compared as they are written: before lower-casing and after it.")
    )


def oddities(word: str) -> Iterator[str]:
    """The kinds of problem of a word that is kept as it is."""
    if len(word) > LONG_WORD:
        yield "long word"
    if word.isprintable() and " " not in word:
        return
    categories = {unicodedata.category(c) for c in word}
    if "Cc" in categories:
        yield "control character"
    if "Cf" in categories:
        yield "invisible character"
    if "Cs" in categories:
        yield "half character"
    if categories & {"Zs", "Zl", "Zp"}:
        yield "space"


def collect(items: Iterable[tuple[int | None, str, int]], problems: Problems) -> dict[str, int]:
    """word -> count, in order of first appearance, from (line, text, count). Everything odd goes to `problems`."""
    counts: dict[str, int] = {}
    for line, text, count in items:
        word = text.strip()
        if word != text and word:
            problems.add("surrounding space", line, text)
        if not word:
            problems.add("blank line", line, text)
        elif word in counts:
            problems.add("duplicate", line, word)
            counts[word] += count
        else:
            counts[word] = count
            if len(word) > LONG_WORD or not word.isprintable() or " " in word:
                for kind in oddities(word):
                    problems.add(kind, line, word)
    return counts


def choose(
    counts: dict[str, int],
    choice: Choice,
    *,
    counted: bool,
    problems: Problems,
    notes: list[str],
    where: str,
    languages: Iterable[str] = ("en", "zh"),
) -> Vocabulary:
    """The vocabulary of `counts` after `choice`. Raises VocabularyError when no word is left, or counts are lacking.

    In this order: words are removed, lower-cased and removed again; stop words go, then what is rare, then what is
    too much; words are added. An added word that is there already keeps its place and its count.
    """
    if not counts:
        raise VocabularyError(_("there is no word in it"), where=where, fix=_("Give at least one word."))
    found = dict(counts)
    # A special token in the list stays whatever is chosen: it moves to the front, with its count.
    taken = {w: found.pop(w) for w in choice.specials if w in found}
    for word in taken:
        problems.add("special in the list", None, word)
    added = collect(((None, word, 0) for word in choice.add), problems)
    removed = _wanted_out(choice, added, notes)
    gone = _take_out(found, removed)
    if choice.lower:
        found = _lowered(found, notes)
        gone |= _take_out(found, removed)
    _tell_removed([w for w in removed if w in gone], [w for w in removed if w not in gone], notes)
    there = found
    if choice.stop_words:
        found = _without_stop_words(found, languages, notes)
    if choice.min_count > 1 or (choice.min_count and counted):
        found = _frequent(found, choice.min_count, counted, notes, where)
    if choice.max_size is not None and len(found) > choice.max_size:
        found = _largest(found, choice.max_size, counted, notes)
    if added:
        found = _with_added(found, there, added, choice, problems, notes)
    if not found and not taken:
        raise VocabularyError(
            _("no word is left of {n:,}").format(n=len(counts)),
            where=where,
            fix=_("Choose less strictly: a smaller min_count, no stop words."),
        )
    return _with_specials(found, taken, choice, counted, where)


def _some(words: Sequence[str]) -> str:
    """The first of `words`, for a note."""
    return ", ".join(word[:LONG_WORD] for word in words[:NAMED]) + ("…" if len(words) > NAMED else "")


def _wanted_out(choice: Choice, added: Mapping[str, int], notes: list[str]) -> list[str]:
    """The words to be removed; those that stay all the same are noted."""
    wanted = dict.fromkeys(word for text in choice.remove if (word := text.strip()))
    if kept := [word for word in wanted if word in choice.specials or word in added]:
        text = _("not removed, since special tokens and added words stay: {words}")
        notes.append(text.format(words=_some(kept)))
    return [word for word in wanted if word not in choice.specials and word not in added]


def _take_out(found: dict[str, int], words: Iterable[str]) -> set[str]:
    """Those of `words` that were in `found`, from where they are gone."""
    there = {word for word in words if word in found}
    for word in there:
        del found[word]
    return there


def _tell_removed(gone: Sequence[str], lacking: Sequence[str], notes: list[str]) -> None:
    if gone:
        text = ngettext("{n:,} word removed: {words}", "{n:,} words removed: {words}", len(gone))
        notes.append(text.format(n=len(gone), words=_some(gone)))
    if lacking:
        text = ngettext(
            "{n:,} word to be removed is not there: {words}",
            "{n:,} words to be removed are not there: {words}",
            len(lacking),
        )
        notes.append(text.format(n=len(lacking), words=_some(lacking)))


def _with_added(
    found: Mapping[str, int],
    there: Mapping[str, int],
    added: Mapping[str, int],
    choice: Choice,
    problems: Problems,
    notes: list[str],
) -> dict[str, int]:
    """`found`, the added words of `there` back at their places, and behind it those that are new."""
    kept = [w for w in added if w in there and w not in found]
    new = [w for w in added if w not in there and w not in choice.specials]
    for word in added:
        if word in found or word in choice.specials:
            problems.add("added twice", None, word)
    if kept:
        text = ngettext(
            "{n:,} word kept because it is added: {words}",
            "{n:,} words kept because they are added: {words}",
            len(kept),
        )
        notes.append(text.format(n=len(kept), words=_some(kept)))
    if new:
        text = ngettext("{n:,} word added: {words}", "{n:,} words added: {words}", len(new))
        notes.append(text.format(n=len(new), words=_some(new)))
    back = {w: c for w, c in there.items() if w in found or w in added} if kept else dict(found)
    return back | dict.fromkeys(new, 0)


def _with_specials(
    found: Mapping[str, int], taken: Mapping[str, int], choice: Choice, counted: bool, where: str
) -> Vocabulary:
    if len(set(choice.specials)) < len(choice.specials) or "" in choice.specials:
        raise VocabularyError(
            _("specials: a token is empty or named twice"), where=where, fix=_("Name every special token once.")
        )
    words = [*choice.specials, *(w for w in found if w not in choice.specials)]
    roles = {w: role_of(w) or "token" for w in choice.specials}
    # Special tokens inside the list that nobody asked for keep their rows and their roles.
    roles |= {w: role for w in found if w not in roles and (role := role_of(w))}
    values = [*(taken.get(w, 0) for w in choice.specials), *(c for w, c in found.items() if w not in choice.specials)]
    if sum(values) >= 1 << 63:
        raise VocabularyError(
            _("the counts add up to more than 64 bits hold"),
            where=where,
            fix=_("Check the counts: they may be other numbers, or run together."),
        )
    return Vocabulary(words, np.array(values, np.int64) if counted else None, roles)


def _lowered(found: Mapping[str, int], notes: list[str]) -> dict[str, int]:
    lowered: dict[str, int] = {}
    for word, count in found.items():
        low = word if role_of(word) else word.lower()
        lowered[low] = lowered.get(low, 0) + count
    if merged := len(found) - len(lowered):
        notes.append(_("lower-cased: {n:,} words became equal to another and were merged").format(n=merged))
    return lowered


@cache
def stop_words(language: str) -> frozenset[str]:
    """Function words: scikit-learn's English list, the Chinese one of stopwords-iso; negations left out."""
    if language == "en":
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

        return ENGLISH_STOP_WORDS - KEPT_STOP_WORDS
    if language == "zh":
        from stopwordsiso import stopwords

        return frozenset(stopwords("zh")) - KEPT_STOP_WORDS
    return frozenset()


def _without_stop_words(found: Mapping[str, int], languages: Iterable[str], notes: list[str]) -> dict[str, int]:
    listed: frozenset[str] = frozenset().union(*(stop_words(language) for language in languages))
    kept = {w: c for w, c in found.items() if w.lower() not in listed}
    if gone := len(found) - len(kept):
        shown = ", ".join([w for w in found if w.lower() in listed][:5])
        text = ngettext("{n:,} stop word left out: {words}", "{n:,} stop words left out: {words}…", gone)
        notes.append(text.format(n=gone, words=shown))
    return kept


def _frequent(found: Mapping[str, int], least: int, counted: bool, notes: list[str], where: str) -> dict[str, int]:
    if not counted:
        raise VocabularyError(
            _("min_count is {n}, but the words have no counts").format(n=least),
            where=where,
            fix=_("Leave min_count out, or give counts (a number after a tab, a count column)."),
        )
    kept = {w: c for w, c in found.items() if c >= least or role_of(w)}
    if gone := len(found) - len(kept):
        notes.append(
            ngettext(
                "{n:,} word that occurs less than {least} times left out",
                "{n:,} words that occur less than {least} times left out",
                gone,
            ).format(n=gone, least=least)
        )
    return kept


def _largest(found: Mapping[str, int], most: int, counted: bool, notes: list[str]) -> dict[str, int]:
    words = list(found)
    order = sorted(range(len(words)), key=lambda i: -found[words[i]]) if counted else range(len(words))
    kept = sorted(list(order)[:most])
    notes.append(_("cut to {most:,} words of {n:,}").format(most=most, n=len(words)))
    return {words[i]: found[words[i]] for i in kept}
