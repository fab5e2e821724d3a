"""What fills learn from, and what a hold-out hides from them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.combining import combine
from core.lookup import look_up
from core.oov.buffer import Buffer
from core.oov.ground import Ground
from core.oov.hiding import Hiding, bare
from core.sources.protocol import Context, Source
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource

HELD = ["sea", "Sea", "tree", "New_York", "house", "houses", "w0", "zero", "50", "##ing", "银行"]


def source() -> MemorySource:
    vectors = np.random.default_rng(1).standard_normal((len(HELD), 6)).astype("f4")
    vectors[HELD.index("zero")] = 0
    return MemorySource(HELD, vectors)


def ground(*words: str, specials: dict[str, str] | None = None) -> Ground:
    vocabulary = Vocabulary(words, None, specials or {})
    return Ground(Buffer(combine([look_up(vocabulary, source())]), 0, Context()))


class TestPool:
    def test_the_vocabularys_words_come_first_then_the_sources_own(self) -> None:
        pool = ground("tree", "house", "unheard").pool
        assert pool.words[:2] == ("tree", "house") and pool.own == 2
        assert set(pool.words[2:]) == {"sea", "Sea", "New_York", "houses", "w0", "银行"}

    def test_rows_are_the_sources(self) -> None:
        pool = ground("tree").pool
        for word, row in zip(pool.words, pool.rows, strict=True):
            assert row.tobytes() == source().vectors[HELD.index(word)].tobytes()

    def test_zero_rows_marks_numbers_and_pieces_teach_nothing(self) -> None:
        assert not {"zero", "50", "##ing"} & set(ground("tree", "zero").pool.words)

    def test_special_and_suspect_rows_teach_nothing(self) -> None:
        assert "tree" not in ground("tree", "house", specials={"tree": "token"}).pool.words[:1]

    def test_units_have_length_1_and_the_length_is_the_median_norm(self) -> None:
        pool = ground("tree").pool
        np.testing.assert_allclose(np.linalg.norm(pool.units, axis=1), 1)
        assert pool.length == pytest.approx(float(np.median(np.linalg.norm(pool.rows, axis=1))))

    def test_a_large_vocabulary_is_thinned_evenly(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.oov.ground.MOST", 3)
        pool = ground("sea", "tree", "New_York", "house", "houses").pool
        assert pool.words == ("sea", "New_York", "houses")


class TestHidden:
    def test_a_hidden_word_is_neither_in_the_pool_nor_in_the_statistics(self) -> None:
        whole = ground("sea", "tree", "house")
        known = whole.without(np.array([1]))
        assert "tree" not in known.pool.words and known.fitted == 2 and whole.fitted == 3
        assert not np.allclose(known.mean, whole.mean)

    def test_what_is_spelled_alike_is_hidden_too(self) -> None:
        known = ground("sea", "tree").without(np.array([0]))
        assert not {"sea", "Sea"} & set(known.pool.words)
        assert known.sources[0].locate(["sea", "Sea", "SEA", "tree"]).tolist() == [-1, -1, -1, HELD.index("tree")]

    def test_hiding_twice_hides_both(self) -> None:
        known = ground("sea", "tree", "house").without(np.array([0])).without(np.array([2]))
        assert known.hidden.tolist() == [0, 2] and "house" not in known.pool.words

    def test_the_wrapped_source_keeps_its_promises(self) -> None:
        hiding = Hiding(source(), ["new york"])
        assert isinstance(hiding, Source) and hiding.info == source().info
        assert "New_York" not in set(hiding.words() or ())
        out = np.empty((1, 6), np.float32)
        assert hiding.gather(np.array([2]), out).all() and out.tobytes() == source().vectors[2].tobytes()
        assert not hiding.compose(["x"], out).any()


@given(st.text(min_size=1))
def test_case_and_marks_do_not_matter_to_what_is_hidden(word: str) -> None:
    assert bare(bare(word)) == bare(word) or not bare(word).isascii()
    if word.isascii():
        assert bare(word.upper()) == bare(word.lower())
