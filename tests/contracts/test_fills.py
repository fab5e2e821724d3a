"""Every fill keeps the same promises. One more fill is one more line in `core.oov.FILLS`."""

from __future__ import annotations

import random
import tempfile
from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from core.combining import combine
from core.lookup import look_up
from core.oov import DEFAULT_FILL, FILLS, Cascade, Filled, FillSpec, as_fill, fill
from core.rows import Origin
from core.sources import FileSpec
from core.sources.protocol import Context
from core.vocabulary import Vocabulary
from core.workspace.workspace import Workspace
from tests.unit.lookup.memory_source import MemorySource

HELD = ["sea", "side", "house", "tree", "new", "york", "银", "行", *(f"w{i}" for i in range(120))]
MISSING = ["seaside", "treehouse", "new york", "银行", "xqzv", "=cmd()", "ξένος", "a", "\ud800x"]
SPECIALS = {"<pad>": "pad", "<unk>": "unk", "<reserved:2>": "reserved", "<bos>": "token"}
KINDS = [*FILLS, "default", "pieces then drop"]
FOLDER = Path(tempfile.mkdtemp(prefix="lexiloom-fills-"))


@cache
def donor() -> FileSpec:
    """A file of other vectors for all words that can stand in one."""
    words = [word for word in [*HELD, *MISSING] if word.isprintable() and " " not in word and word.isascii()]
    rng = np.random.default_rng(4)
    lines = [f"{word} {' '.join(f'{x:.4f}' for x in rng.standard_normal(6))}" for word in words]
    (FOLDER / "donor.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return FileSpec(path=str(FOLDER / "donor.txt"))


@cache
def corpus() -> str:
    """A text in which every word stands often enough."""
    words = [word for word in [*HELD, *MISSING] if word.isascii() and word.isalnum()] * 6
    random.Random(2).shuffle(words)
    (FOLDER / "corpus.txt").write_text(" ".join(words) + ".", encoding="utf-8")
    return str(FOLDER / "corpus.txt")


def spec_of(kind: str):
    if kind in ("donor", "nearest", "omp"):
        return FILLS[kind].spec(donor=donor(), min_overlap=20)
    if kind == "alacarte":
        return FILLS[kind].spec(corpus=corpus())
    if kind == "blend":
        return FILLS[kind].spec(parts=(spec_of("donor"), spec_of("spelling")))
    if kind == "default":
        return DEFAULT_FILL
    return as_fill(["pieces", "drop"]) if kind == "pieces then drop" else as_fill(kind)


def source() -> MemorySource:
    rng = np.random.default_rng(3)
    vectors = (rng.standard_normal((len(HELD), 8)) @ rng.standard_normal((8, 8)) + 2).astype("f4")
    return MemorySource(HELD, vectors)


def filled(kind: str, missing: list[str] = MISSING, seed: int = 5) -> Filled:
    vocabulary = Vocabulary([*SPECIALS, *HELD[:60], *missing], None, SPECIALS)
    context = Context(workspace=Workspace(FOLDER / "workspace"))
    return fill(combine([look_up(vocabulary, source())]), spec_of(kind), seed=seed, context=context)


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

    def test_provenance_is_complete(self, kind: str) -> None:
        matrix = filled(kind).matrix
        rows = matrix.rows
        assert rows.sources == ("memory",) and matrix.history[0].startswith("fill ")
        assert (rows.rung[rows.known] >= 0).all() and (rows.rung[~rows.known] == -1).all()
        assert all(form is not None for form in rows.form[rows.known])
        for row in np.flatnonzero(rows.is_(Origin.COMPOSED)):
            parts = rows.pieces[row]
            assert rows.methods[rows.method[row]] in ("pieces", "split") and all(part in HELD for part in parts)
        assert all(parts is None for parts in rows.pieces[~rows.is_(Origin.COMPOSED)])
        assert not rows.suspect[~rows.known].any() and not rows.ambiguous[~rows.known].any()

    def test_the_matrix_is_read_only_and_what_it_is_made_from_unchanged(self, kind: str) -> None:
        held = source()
        vocabulary = Vocabulary([*HELD[:60], *MISSING], list(range(60 + len(MISSING))))
        located = combine([look_up(vocabulary, held)])
        before = (held.vectors.tobytes(), located.rows.to_arrow(vocabulary.words), vocabulary.digest)
        matrix = fill(located, spec_of(kind)).matrix
        assert (held.vectors.tobytes(), located.rows.to_arrow(vocabulary.words), vocabulary.digest) == before
        assert not matrix.vectors.flags.writeable and matrix.vectors.dtype == np.float32
        assert matrix.vocabulary.counts is not None
        kept = [vocabulary.counts[vocabulary.ids[word]] for word in matrix.vocabulary.words]  # type: ignore[index]
        assert matrix.vocabulary.counts.tolist() == kept

    def test_another_seed_changes_random_rows_alone(self, kind: str) -> None:
        first, second = filled(kind, seed=5).matrix, filled(kind, seed=6).matrix
        same = [a.tobytes() == b.tobytes() for a, b in zip(first.vectors, second.vectors, strict=True)]
        drawn = np.isin(first.rows.method, [i for i, m in enumerate(first.rows.methods) if m in ("normal", "diagonal")])
        assert [not one for one in same] == drawn.tolist()

    def test_a_vocabulary_that_is_all_there_needs_no_fill(self, kind: str) -> None:
        found = fill(look_up(Vocabulary(HELD), source()), spec_of(kind))
        assert found.matrix.vectors.tobytes() == source().vectors.tobytes()
        assert found.dropped == () and found.faulty == () and found.matrix.rows.methods == ()


def test_every_fill_of_the_union_is_in_the_table() -> None:
    union = get_args(get_args(FillSpec)[0])
    assert {one.model_fields["kind"].default for one in union} == {*FILLS, "cascade"}
    assert all(one.spec.model_fields["kind"].default == kind for kind, one in FILLS.items())


@pytest.mark.parametrize("kind", ["normal", "diagonal"])
def test_random_rows_of_many_dimensions_are_the_same_in_any_company(kind: str) -> None:
    held = [f"k{i}" for i in range(400)]
    vectors = np.random.default_rng(0).standard_normal((400, 300)).astype("f4")
    crowd = [f"zz{i}" for i in range(600)]

    def rows_of(words: list[str]) -> dict[str, bytes]:
        matrix = fill(look_up(Vocabulary([*held, *words]), MemorySource(held, vectors)), kind, seed=2).matrix
        return {word: matrix.vector(word).tobytes() for word in words}

    whole = rows_of(crowd)
    assert len(set(whole.values())) == len(crowd)
    for words in (crowd[::-1], crowd[5:7], crowd[599:], crowd[:257]):
        assert rows_of(words) == {word: whole[word] for word in words}


def test_names_lists_and_specs_are_all_accepted_and_typos_refused() -> None:
    from core.errors import RecipeError

    assert as_fill(["pieces", "mean"]) == Cascade(steps=(as_fill("pieces"), as_fill("mean")))
    with pytest.raises(RecipeError, match="ngrams"):
        as_fill("ngram")
