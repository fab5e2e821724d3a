"""The worklist as a whole: its order, groups, search, table, and that its figures add up."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.combining import combine
from core.fixes import Fixes, Worklist, apply_fixes, list_missing
from core.ladder import DEFAULT_LADDER
from core.lookup import look_up
from core.progress import Cancelled
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource

HELD = ("the", "sea", "side", "run", "house", "tomorrow", "new", "york")


def listed(words: list[str], counts: list[int] | None = None, held: tuple[str, ...] = HELD, **options: Any) -> Worklist:
    vocabulary = Vocabulary(words, counts, **options)
    return list_missing(combine([look_up(vocabulary, MemorySource(held))]), DEFAULT_LADDER)


WORDS = ["the", "covfefe", "seaside", "running", "runs", "house"]
COUNTS = [100, 5, 3, 20, 5, 50]


class TestWorklist:
    def test_the_most_frequent_words_come_first_then_row_order(self) -> None:
        assert listed(WORDS, COUNTS).rows.tolist() == [3, 1, 4, 2]
        assert listed(WORDS).rows.tolist() == [1, 2, 3, 4]

    def test_groups_say_what_accepting_gains(self) -> None:
        groups = {group.cause: group for group in listed(WORDS, COUNTS).groups()}
        assert list(groups) == ["inflection", "compound", "new"]
        inflection = groups["inflection"]
        assert (inflection.words, inflection.tokens, inflection.gain_words, inflection.gain_tokens) == (2, 25, 2, 25)
        assert inflection.gain_types_share == pytest.approx(2 / 6)
        assert inflection.gain_tokens_share == pytest.approx(25 / 183)
        assert (groups["new"].gain_words, groups["new"].gain_tokens) == (0, 0)

    def test_without_counts_there_are_no_token_figures(self) -> None:
        worklist = listed(WORDS)
        assert all(group.tokens is group.gain_tokens is group.gain_tokens_share is None for group in worklist.groups())
        assert worklist.table(worklist.pick()).column_names == ["id", "word", "cause", "proposal", "gain_types"]
        assert worklist.row(0)["count"] is None is worklist.row(0)["gain_tokens"]

    def test_words_are_picked_by_cause_and_by_what_they_or_their_proposals_hold(self) -> None:
        worklist = listed(WORDS, COUNTS)

        def words(*asked: Any) -> list[str]:
            return [WORDS[row] for row in worklist.rows[worklist.pick(*asked)]]

        assert words("inflection") == ["running", "runs"]
        assert words("", "SEA") == ["seaside"]
        assert words("", "run") == ["running", "runs"]
        assert words("", "sea + side") == ["seaside"]
        assert words("new", "run") == [] == words("slip")

    def test_the_table_and_the_file_hold_the_same(self) -> None:
        worklist = listed(WORDS, COUNTS)
        table = worklist.table(worklist.pick(), {"cause": {"inflection": "Inflected form"}}).to_pydict()
        assert table["id"] == [3, 1, 4, 2] and table["count"] == [20, 5, 5, 3]
        assert table["cause"] == ["Inflected form", "new", "Inflected form", "compound"]
        assert table["proposal"] == ["run", None, "run", "sea + side"]
        assert table["gain_tokens"] == pytest.approx([20 / 183, 5 / 183, 5 / 183, 3 / 183])
        rows = list(csv.reader(io.StringIO(worklist.csv(worklist.pick()).decode("utf-8-sig"))))
        assert rows[0] == list(table) and [row[1] for row in rows[1:]] == table["word"]

    def test_special_rows_are_no_missing_words(self) -> None:
        worklist = listed(["<pad>", "<bos>", "covfefe"], [9, 9, 1], specials={"<pad>": "pad", "<bos>": "token"})
        assert worklist.rows.tolist() == [2]
        assert worklist.groups()[0].types == 1 == worklist.groups()[0].all_tokens

    @pytest.mark.parametrize("words", [["the"], ["the", "sea"]])
    def test_where_none_is_missing_the_list_is_empty(self, words: list[str]) -> None:
        worklist = listed(words)
        assert len(worklist) == 0 and worklist.groups() == [] and not len(worklist.pick("", "a"))
        assert worklist.table(worklist.pick()).num_rows == 0 and worklist.csv(worklist.pick())

    def test_a_vocabulary_of_one_word_and_one_of_which_all_are_missing(self) -> None:
        assert listed(["covfefe"]).groups()[0].words == 1
        assert len(listed(["covfefe", "zzz", "林"], held=("the",))) == 3

    def test_a_source_that_lists_no_words_serves_too(self) -> None:
        class Unlisted(MemorySource):
            def words(self) -> Any:
                return None

        vocabulary = Vocabulary(["the", "house", "running", "tommorow"])
        located = combine([look_up(vocabulary, Unlisted(HELD))])
        assert list_missing(located, DEFAULT_LADDER).proposals.tolist() == [("run",), ()]

    @pytest.mark.parametrize("combination", ["chain", "average", "concatenate"])
    def test_every_combination_of_sources_serves(self, combination: str) -> None:
        vocabulary = Vocabulary(["the", "seaside", "running"])
        sources = [MemorySource(("the", "sea"), name="a"), MemorySource(("the", "side", "run"), name="b")]
        located = combine([look_up(vocabulary, source) for source in sources], combination)
        assert list_missing(located, DEFAULT_LADDER).proposals.tolist() == [("sea", "side"), ("run",)]

    def test_the_work_can_be_stopped(self) -> None:
        def stop(*_told: Any, **_more: Any) -> None:
            raise Cancelled

        located = combine([look_up(Vocabulary(["the", "zzz"]), MemorySource(HELD))])
        with pytest.raises(Cancelled):
            list_missing(located, DEFAULT_LADDER, progress=stop)


class TestSlips:
    def proposal(self, words: dict[str, int]) -> tuple[str, ...]:
        worklist = listed(list(words), list(words.values()), held=("the", "house", "tomorrow"))
        return dict(zip(worklist.rows.tolist(), worklist.proposals, strict=True))[len(words) - 1]

    def test_the_likely_word_is_more_frequent(self) -> None:
        assert self.proposal({"the": 9, "tomorrow": 100, "tommorow": 3}) == ("tomorrow",)
        assert self.proposal({"the": 9, "tomorrow": 100, "tommorow": 30}) == ()

    @pytest.mark.parametrize("word", ["Tommorow", "TOMOROW", "tomm0row"])
    def test_names_and_digits_are_no_slips(self, word: str) -> None:
        assert self.proposal({"the": 9, "Paris": 3, "tomorrow": 100, word: 1}) in ((), ("tomorrow",))
        assert self.proposal({"the": 9, "house": 3, "Paris": 3, "tomorrow": 100, "tomm0row": 1}) == ()

    def test_where_no_dictionary_tells_counts_alone_must(self) -> None:
        german = {"und": 900, "nicht": 800, "Straße": 700, "wissenschaft": 900, "wissenchaft": 1}
        worklist = listed(list(german), list(german.values()), held=("und", "nicht", "Straße", "wissenschaft"))
        assert worklist.proposals.tolist() == [("wissenschaft",)]
        fewer = german | {"wissenschaft": 50}
        worklist = listed(list(fewer), list(fewer.values()), held=("und", "nicht", "Straße", "wissenschaft"))
        assert worklist.proposals.tolist() == [()]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.sampled_from([*HELD, *WORDS, "斯大林"]), st.text(min_size=1, max_size=12)), unique=True))
def test_groups_and_gains_add_up_and_accepting_all_serves_what_was_proposed(words: list[str]) -> None:
    vocabulary = Vocabulary(words, list(range(len(words))))
    located = combine([look_up(vocabulary, MemorySource(HELD))])
    worklist = list_missing(located, DEFAULT_LADDER)
    groups = worklist.groups()
    assert sum(group.words for group in groups) == len(worklist) == int((located.source_of < 0).sum())
    assert sum(group.gain_words for group in groups) == int(worklist.proposed.sum())
    accept = tuple(group.cause for group in groups)
    fixed = apply_fixes(located, Fixes(accept=accept), DEFAULT_LADDER, worklist)
    served = np.flatnonzero(fixed.located.source_of == len(located.sources))
    assert set(served.tolist()) == set(worklist.rows[worklist.proposed].tolist())
