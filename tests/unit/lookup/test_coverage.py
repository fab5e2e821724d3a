"""Coverage: the parts add up, by type and by token, whatever was found."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.combining import combine
from core.coverage import Coverage, Part, Tally, measure_coverage
from core.lookup import look_up
from core.oov import fill
from core.rows import RUNGS, Origin
from core.vocabulary import Vocabulary
from core.vocabulary.scripts import SCRIPTS, script_of
from tests.unit.lookup.memory_source import MemorySource

ASKED = [
    "sea",
    "Sea",
    "US",
    "us",
    "it",
    "发",
    "发展",
    "發",
    "zz",
    "1984",
    "новый",
    "e-mail",
    "##ing",
    "银行",
    "-",
    "3D",
]
HELD = ["sea", "us", "發", "髮", "發展", "email", "новый", "####", "ing", "銀行", "IT", "e_mail"]
SPECIALS = {"<pad>": "pad", "<unk>": "unk", "<bos>": "token"}


@st.composite
def located(draw: st.DrawFn):
    words = draw(st.lists(st.sampled_from([*ASKED, *SPECIALS]), unique=True, min_size=1))
    counts = draw(st.none() | st.lists(st.integers(0, 10**6), min_size=len(words), max_size=len(words)))
    vocabulary = Vocabulary(words, counts, {w: r for w, r in SPECIALS.items() if w in words})
    sources = draw(
        st.lists(st.lists(st.sampled_from([*HELD, "<bos>"]), unique=True, min_size=1), min_size=1, max_size=3)
    )
    return combine([look_up(vocabulary, MemorySource(held, name=f"s{k}")) for k, held in enumerate(sources)])


def summed(parts: tuple[Part, ...], tokens: bool) -> tuple[int, dict[str, int], int, int]:
    tallies = [part.tokens if tokens else part.types for part in parts]
    assert all(tallies)
    origins = {name: sum(t.by_origin[name] for t in tallies) for name in tallies[0].by_origin} if tallies else {}
    return (
        sum(t.total for t in tallies),
        origins,
        sum(t.suspect for t in tallies),
        sum(t.ambiguous for t in tallies),
    )


def told(tally: Tally) -> tuple[int, dict[str, int], int, int]:
    return tally.total, tally.by_origin, tally.suspect, tally.ambiguous


def check_sums(coverage: Coverage) -> None:
    for tokens, whole in ((False, coverage.types), (True, coverage.tokens)):
        if whole is None:
            continue
        assert sum(whole.by_origin.values()) == whole.total
        assert 0 <= whole.suspect <= whole.by_origin["normalized"] and 0 <= whole.share <= 1
        if coverage.scripts:
            assert summed(coverage.scripts, tokens) == told(whole)
        if coverage.bands:
            assert summed(coverage.bands, tokens) == told(whole)
        found = whole.by_origin["exact"] + whole.by_origin["normalized"]
        assert sum((part.tokens if tokens else part.types).total for part in coverage.rungs) == found
        assert sum((part.tokens if tokens else part.types).total for part in coverage.sources) == found


@given(located())
def test_the_parts_add_up_to_the_whole(found) -> None:
    coverage = measure_coverage(found)
    check_sums(coverage)
    vocabulary = found.vocabulary
    assert coverage.types.total + coverage.special == len(vocabulary)
    assert len(coverage.oov) == coverage.types.by_origin["missing"]
    assert (coverage.tokens is None) == (vocabulary.counts is None)
    assert all((count is None) == (coverage.tokens is None) for _word, count in coverage.oov)
    if coverage.tokens is not None:
        assert sum(count for _word, count in coverage.oov) == coverage.tokens.by_origin["missing"]
        assert [count for _word, count in coverage.oov] == sorted((c for _w, c in coverage.oov), reverse=True)
    json.dumps(coverage.as_dict())


@given(located())
def test_no_row_of_a_finished_matrix_is_missing_and_found_rows_stay_found(found) -> None:
    matrix = fill(found, ["pieces", "mean"]).matrix
    before, after = measure_coverage(found), measure_coverage(matrix.rows, matrix.vocabulary)
    assert after.types.by_origin["missing"] == 0 and after.oov == []
    for origin in ("exact", "normalized"):
        assert after.types.by_origin[origin] == before.types.by_origin[origin]
    made = after.types.by_origin["composed"] + after.types.by_origin["invented"]
    assert made == before.types.by_origin["missing"]
    assert after.types.total == before.types.total


def test_without_counts_there_is_no_token_figure_anywhere() -> None:
    coverage = measure_coverage(look_up(Vocabulary(["sea", "zz"]), MemorySource(["sea"])))
    assert coverage.tokens is None and coverage.bands == ()
    assert all(part.tokens is None for part in (*coverage.scripts, *coverage.rungs, *coverage.sources))
    assert coverage.oov == [("zz", None)]
    assert coverage.as_dict()["tokens"] is None


def test_counts_of_zero_are_a_share_of_none_not_an_error() -> None:
    coverage = measure_coverage(look_up(Vocabulary(["sea", "zz"], [0, 0]), MemorySource(["sea"])))
    assert (coverage.tokens.total, coverage.tokens.share) == (0, 0.0)  # type: ignore[union-attr]


def test_suspect_hits_are_not_found() -> None:
    vocabulary = Vocabulary(["US", "sea", "The", "zz"], [60, 20, 15, 5])
    coverage = measure_coverage(look_up(vocabulary, MemorySource(["us", "sea", "the"])))
    assert (coverage.types.found, coverage.types.suspect) == (2, 1)
    assert coverage.tokens is not None and coverage.tokens.share == pytest.approx(0.35)
    assert {part.name: part.types.suspect for part in coverage.rungs} == {"exact": 0, "lower": 1}


def test_bands_are_by_rank_whatever_the_order_of_the_rows() -> None:
    n = 1500
    counts = np.random.default_rng(0).permutation(np.arange(1, n + 1))
    vocabulary = Vocabulary(["<pad>", *(f"w{i}" for i in range(n))], [0, *counts.tolist()], {"<pad>": "pad"})
    frequent = [f"w{i}" for i in range(n) if counts[i] > n - 100]
    coverage = measure_coverage(look_up(vocabulary, MemorySource(frequent)))
    assert [(part.name, part.types.total, part.types.found) for part in coverage.bands] == [
        *(("1-100", 100, 100), ("101-1000", 900, 0), ("1001-1500", 500, 0)),
    ]


def test_rungs_and_sources_are_named() -> None:
    vocabulary = Vocabulary(["sea", "Lake", "zz"])
    located = combine([look_up(vocabulary, MemorySource([w], name=w)) for w in ("sea", "lake")])
    coverage = measure_coverage(located)
    assert [part.name for part in coverage.rungs] == ["exact", "lower"]
    assert [(part.name, part.types.total) for part in coverage.sources] == [("sea", 1), ("lake", 1)]
    assert set(coverage.types.by_origin) == {origin.name.lower() for origin in Origin}
    assert {part.name for part in coverage.rungs} <= set(RUNGS)


def test_rows_alone_need_their_vocabulary() -> None:
    lookup = look_up(Vocabulary(["sea"]), MemorySource(["sea"]))
    with pytest.raises(TypeError, match="vocabulary"):
        measure_coverage(lookup.rows)
    assert measure_coverage(lookup.rows, lookup.vocabulary).types.found == 1


@pytest.mark.parametrize(
    ("word", "script"),
    [
        *(("sea", "latin"), ("café", "latin"), ("3D", "latin"), ("银行", "han"), ("〇", "han"), ("T恤", "mixed")),
        *(
            ("1984", "number"),
            ("½", "number"),
            ("-", "mark"),
            ("🌊", "mark"),
            ("новый", "cyrillic"),
            ("きれい", "kana"),
        ),
        *(
            ("日の出", "kana"),
            ("바다", "hangul"),
            ("θάλασσα", "greek"),
            ("บาท", "thai"),
            ("ꦧ", "other"),
            ("\ud800", "mark"),
        ),
    ],
)
def test_the_script_of_a_word(word: str, script: str) -> None:
    assert script_of(word) == script and script in SCRIPTS
