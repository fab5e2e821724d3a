"""Every fill keeps the same promises. One more fill is one more line in `core.oov.FILLS`."""

from __future__ import annotations

import random

import numpy as np
import pytest

from core.lookup import combine, look_up
from core.oov import DEFAULT_FILL, FILLS, Cascade, Filled, as_fill, fill
from core.rows import Origin
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource

HELD = ["sea", "side", "house", "tree", "new", "york", "银", "行", *(f"w{i}" for i in range(120))]
MISSING = ["seaside", "treehouse", "new york", "银行", "xqzv", "=cmd()", "ξένος", "a", "\ud800x"]
SPECIALS = {"<pad>": "pad", "<unk>": "unk", "<reserved:2>": "reserved", "<bos>": "token"}
KINDS = [*FILLS, "default", "pieces then drop"]


def spec_of(kind: str):
    if kind == "default":
        return DEFAULT_FILL
    return as_fill(["pieces", "drop"]) if kind == "pieces then drop" else as_fill(kind)


def source() -> MemorySource:
    rng = np.random.default_rng(3)
    vectors = (rng.standard_normal((len(HELD), 8)) @ rng.standard_normal((8, 8)) + 2).astype("f4")
    return MemorySource(HELD, vectors)


def filled(kind: str, missing: list[str] = MISSING, seed: int = 5) -> Filled:
    vocabulary = Vocabulary([*SPECIALS, *HELD[:60], *missing], None, SPECIALS)
    return fill(combine([look_up(vocabulary, source())]), spec_of(kind), seed=seed)


@pytest.mark.parametrize("kind", KINDS)
class TestEveryFill:
    def test_no_row_is_missing_and_all_are_finite(self, kind: str) -> None:
        matrix = filled(kind).matrix
        assert np.isfinite(matrix.vectors).all()
        assert not matrix.rows.is_(Origin.MISSING).any()

    def test_known_rows_are_the_sources_bit_for_bit(self, kind: str) -> None:
        matrix = filled(kind).matrix
        for word in HELD[:60]:
            assert matrix.vector(word).tobytes() == source().vectors[HELD.index(word)].tobytes()

    def test_every_word_is_there_or_dropped(self, kind: str) -> None:
        found = filled(kind)
        gone = [word for word, _count in found.dropped]
        assert [w for w in found.matrix.vocabulary.words if w not in gone] == list(found.matrix.vocabulary.words)
        assert set(found.matrix.vocabulary.words) | set(gone) == {*SPECIALS, *HELD[:60], *MISSING}
        assert bool(gone) == ("drop" in kind)

    def test_special_rows_are_what_they_are_for(self, kind: str) -> None:
        matrix = filled(kind).matrix
        mean = matrix.vectors[matrix.rows.known].astype("f8").mean(0)
        assert not matrix.vector("<pad>").any()
        np.testing.assert_allclose(matrix.vector("<unk>"), mean, rtol=1e-5)
        np.testing.assert_allclose(matrix.vector("<reserved:2>"), mean, rtol=1e-5)
        assert matrix.vector("<bos>").any() and not np.allclose(matrix.vector("<bos>"), mean)
        assert matrix.rows.is_(Origin.SPECIAL).sum() == len(SPECIALS)

    def test_every_made_row_says_how(self, kind: str) -> None:
        rows = filled(kind).matrix.rows
        made = ~rows.known
        assert (rows.method[made] >= 0).all() and (rows.method[~made] == -1).all()
        composed = rows.is_(Origin.COMPOSED)
        assert (rows.source[composed] >= 0).all() and (rows.source[rows.is_(Origin.INVENTED)] == -1).all()

    def test_the_same_seed_gives_the_same_bytes(self, kind: str) -> None:
        assert filled(kind).matrix.vectors.tobytes() == filled(kind).matrix.vectors.tobytes()

    def test_a_words_row_does_not_depend_on_the_others(self, kind: str) -> None:
        first = filled(kind)
        shuffled = MISSING.copy()
        random.Random(1).shuffle(shuffled)
        for others in (shuffled, MISSING[::3]):
            again = filled(kind, others)
            for word in others:
                if word in again.matrix.vocabulary:
                    assert again.matrix.vector(word).tobytes() == first.matrix.vector(word).tobytes()


def test_names_lists_and_specs_are_all_accepted_and_typos_refused() -> None:
    from core.errors import RecipeError

    assert as_fill(["pieces", "mean"]) == Cascade(steps=(as_fill("pieces"), as_fill("mean")))
    with pytest.raises(RecipeError, match="ngrams"):
        as_fill("ngram")
