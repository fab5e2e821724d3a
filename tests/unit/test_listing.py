"""The words as a table: states, search, order, and what is told of one row."""

from __future__ import annotations

import pytest

from core.coverage import Coverage
from core.listing import STATES, Listing
from core.pipeline import cover, measure_gains, run
from core.recipe import Recipe


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    words = ["cat", "Paris", "zzqq", "US", "\ud800", "dog", "ｄｏｇ"]
    return Recipe(
        vocabulary={"kind": "given", "words": words, "counts": [5, 9, 2, 7, 1, 8, 1]}, sources="builtin:english"
    )


def test_every_row_has_one_state_and_they_add_up(recipe: Recipe) -> None:
    found = cover(recipe)
    listing = Listing.of(found.located)
    counts = listing.count()
    assert sum(counts.values()) == len(found.reading.vocabulary)
    assert counts["special"] == 2
    assert counts["missing"] == found.coverage.types.by_origin["missing"]
    assert counts.get("suspect", 0) == found.coverage.types.suspect == 1


def test_rows_are_picked_by_state_and_text_most_frequent_first(recipe: Recipe) -> None:
    listing = Listing.of(cover(recipe).located)
    words = listing.vocabulary.words
    assert [words[i] for i in listing.pick("suspect")] == ["US"]
    assert [words[i] for i in listing.pick(search="DOG")] == ["dog", "ｄｏｇ"]
    assert [words[i] for i in listing.pick()][:3] == ["Paris", "dog", "US"]
    assert len(listing.pick(search="no such text")) == 0


def test_the_table_holds_what_the_row_says(recipe: Recipe) -> None:
    listing = Listing.of(cover(recipe).located)
    table = listing.table(listing.pick()).to_pylist()
    for line in table:
        row = listing.row(line["id"])
        assert line["word"] == row["word"].encode("utf-8", "replace").decode()
        assert (line["state"], line["form"], line["count"]) == (row["state"], row["form"], row["count"])
        assert (line["rung"] or "", line["source"] or "") == (row["rung"], row["source"])
        assert line["state"] in STATES


def test_a_finished_matrix_is_listed_with_how_its_rows_were_made(recipe: Recipe) -> None:
    matrix = run(recipe).matrix
    listing = Listing.of(matrix.rows, matrix.vocabulary)
    assert "missing" not in listing.count()
    row = listing.row(matrix.vocabulary.ids["zzqq"])
    assert row["state"] in ("composed", "invented")
    assert row["method"]
    with pytest.raises(TypeError):
        Listing.of(matrix.rows)


def test_a_rungs_gain_is_what_it_finds_and_what_is_lost_without_it(recipe: Recipe) -> None:
    on = measure_gains(cover(recipe))
    off = measure_gains(cover(recipe.with_set("ladder.nfkc=false", "ladder.lower=false")))
    assert on["nfkc"].types == off["nfkc"].types == 1
    assert on["nfkc"].tokens == off["nfkc"].tokens == 1
    assert on["digits"].types == 0
    assert on["digits"].tokens == 0


def test_the_csv_is_tame(recipe: Recipe) -> None:
    bad = recipe.with_set('vocabulary.words=["=cmd()", "a,b", "cat"]', "vocabulary.counts=[3, 2, 1]")
    listing = Listing.of(cover(bad).located)
    text = listing.csv(listing.pick()).decode("utf-8-sig")
    assert "'=cmd()" in text
    assert '"a,b"' in text
    assert text.splitlines()[0] == "id,word,count,state,form,rung,source,script"


def test_a_coverage_comes_back_from_its_plain_values(recipe: Recipe) -> None:
    coverage = cover(recipe).coverage
    again = Coverage.from_dict(coverage.as_dict())
    assert again.as_dict() == coverage.as_dict()
    assert again.types.found == coverage.types.found


def test_the_spellings_that_were_tried_are_told_in_their_order(recipe: Recipe) -> None:
    assert cover(recipe).spellings("ｄｏｇ")[:2] == ["dog", "Dog"]
    only = recipe.with_set("ladder={lower=false, title=false, upper=false, trim=false, joiner=false, digits=false}")
    assert cover(only).spellings("ｄｏｇ") == ["dog"]
    assert cover(only).spellings("cat") == []
