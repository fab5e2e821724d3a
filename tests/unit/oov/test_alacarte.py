"""The fill that reads what stands around a word."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.combining import combine
from core.errors import FillError
from core.lookup import look_up
from core.oov.alacarte import ALaCarte, fit_alacarte
from core.oov.buffer import Buffer
from core.oov.contexts import read_contexts
from core.oov.ground import Ground
from core.sources.protocol import Context
from core.vocabulary import Vocabulary
from core.vocabulary.corpus import CorpusSpec
from tests.unit.lookup.memory_source import MemorySource

TOPICS, EACH, DIM = 10, 20, 16
WORDS = [f"{chr(97 + t)}{chr(97 + k)}word" for t in range(TOPICS) for k in range(EACH)]
NEW = [f"{chr(97 + t)}new" for t in range(TOPICS)]


def rows() -> np.ndarray:
    rng = np.random.default_rng(0)
    topics = rng.standard_normal((TOPICS, DIM))
    return (np.repeat(topics, EACH, axis=0) + 0.3 * rng.standard_normal((len(WORDS), DIM))).astype("f4")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Texts of one topic each; every topic has a word of its own that no source holds."""
    rng = np.random.default_rng(1)
    lines = []
    for _turn in range(40):
        for topic in range(TOPICS):
            picked = rng.choice(EACH, 12, replace=False)
            words = [WORDS[topic * EACH + k] for k in picked.tolist()]
            lines.append(" ".join([*words[:6], NEW[topic], *words[6:]]) + ".")
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def ground(corpus: object = None, words: list[str] | None = None) -> Ground:
    vocabulary = Vocabulary(words or [*WORDS, *NEW])
    located = combine([look_up(vocabulary, MemorySource(WORDS, rows()))])
    return Ground(Buffer(located, 0, Context(corpus=corpus)))


def test_a_new_word_lands_among_the_words_of_its_topic(corpus: Path) -> None:
    made = fit_alacarte(ALaCarte(corpus=str(corpus)), ground()).fill(NEW)
    assert made.done.all()
    near = (made.vectors @ rows().T).argmax(axis=1) // EACH
    assert near.tolist() == list(range(TOPICS))


def test_the_vocabularys_own_text_is_read_where_no_other_is_named(corpus: Path) -> None:
    spec = CorpusSpec(path=str(corpus))
    made = fit_alacarte(ALaCarte(), ground(spec)).fill(NEW)
    other = fit_alacarte(ALaCarte(corpus=str(corpus)), ground()).fill(NEW)
    assert made.vectors.tobytes() == other.vectors.tobytes()


def test_without_a_text_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(FillError, match="running text") as caught:
        fit_alacarte(ALaCarte(), ground())
    assert "--corpus" in str(caught.value)


def test_a_text_without_the_words_says_how_many_are_needed(tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("Nothing of this is known. " * 50, encoding="utf-8")
    with pytest.raises(FillError, match=r"has 0 of the known words 3 times or more, and 100 are needed"):
        fit_alacarte(ALaCarte(corpus=str(tmp_path / "other.txt")), ground())


def test_a_word_that_stands_there_too_rarely_is_left(corpus: Path) -> None:
    corpus.write_text(corpus.read_text("utf-8") + "aaword rarity abword. acword rarity.", encoding="utf-8")
    fitted = fit_alacarte(ALaCarte(corpus=str(corpus)), ground(words=[*WORDS, *NEW, "rarity", "unheard"]))
    assert fitted.can_fill([NEW[0], "rarity", "unheard", "not asked for"]).tolist() == [True, False, False, False]
    made = fitted.fill(["rarity", NEW[0]])
    assert made.done.tolist() == [False, True] and not made.vectors[0].any()
    assert not fitted.explain("rarity").steps


def test_a_row_is_the_same_in_any_company(corpus: Path) -> None:
    fitted = fit_alacarte(ALaCarte(corpus=str(corpus)), ground())
    whole = fitted.fill(NEW).vectors
    for k in (0, 4, 9):
        assert fitted.fill([NEW[k]]).vectors[0].tobytes() == whole[k].tobytes()


def test_an_explanation_names_the_words_around_and_their_shares(corpus: Path) -> None:
    told = fit_alacarte(ALaCarte(corpus=str(corpus)), ground()).explain(NEW[2])
    assert told.ingredients and all(one.name in WORDS[2 * EACH : 3 * EACH] for one in told.ingredients)
    assert 0 < sum(one.weight for one in told.ingredients) <= 1 and "40" in told.steps[0]


def test_sums_of_contexts_are_what_a_plain_loop_gives(corpus: Path) -> None:
    whole = ground()
    found = read_contexts(str(corpus), 2, whole)
    units = whole.pool.units.astype("f4").astype("f8")
    for place in (0, 57, len(WORDS) + 3):
        wanted = np.zeros(DIM)
        for at in np.flatnonzero(found.ids == place).tolist():
            for around in range(max(0, at - 2), min(len(found.ids), at + 3)):
                if around != at and 0 <= found.ids[around] < len(units):
                    wanted += found.weights[found.ids[around]] * units[found.ids[around]]
        np.testing.assert_allclose(found.sums[place], wanted, rtol=1e-3, atol=1e-5)


def test_frequent_words_weigh_less(corpus: Path) -> None:
    found = read_contexts(str(corpus), 2, ground())
    counts = found.counts[: len(WORDS)]
    assert found.weights[counts.argmax()] < found.weights[counts.argmin()] <= 1


def test_a_vocabulary_of_characters_reads_a_text_by_characters(tmp_path: Path) -> None:
    characters = [chr(0x4E00 + k) for k in range(120)]
    rng = np.random.default_rng(2)
    text = "".join(characters[k] for k in rng.integers(0, 120, 4000).tolist())
    (tmp_path / "chinese.txt").write_text(text, encoding="utf-8")
    held = MemorySource(characters[:110], rng.standard_normal((110, 8)).astype("f4"))
    located = combine([look_up(Vocabulary(characters), held)])
    fitted = fit_alacarte(ALaCarte(corpus=str(tmp_path / "chinese.txt")), Ground(Buffer(located, 0, Context())))
    assert fitted.can_fill(characters[110:]).all()
