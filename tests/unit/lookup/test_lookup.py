"""Where words are found, by which rung, and what is said about it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.combining import combine
from core.coverage import measure_coverage
from core.errors import SourceError
from core.ladder import DEFAULT_LADDER, Ladder
from core.lookup import look_up
from core.rows import LADDER_RUNGS, RUNGS, Origin
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource


def found(
    word: str, *held: str, ladder: Ladder = DEFAULT_LADDER, beside: tuple[str, ...] = ()
) -> tuple[str, str] | None:
    """(form, rung) under which a source that holds `held` has `word`; None for a miss."""
    rows = look_up(Vocabulary([word, *beside]), MemorySource(held), ladder=ladder).rows
    return None if rows.rung[0] < 0 else (rows.form[0], RUNGS[rows.rung[0]])


@pytest.mark.parametrize(
    ("word", "held", "form", "rung"),
    [
        ("sea", ("sea", "Sea"), "sea", "exact"),
        ("ＳＥＡ", ("SEA", "sea"), "SEA", "nfkc"),
        ("ﬁsh", ("fish",), "fish", "nfkc"),
        ("cafe\u0301", ("café",), "café", "nfkc"),
        ("Paris", ("paris",), "paris", "lower"),
        ("ＰＡＲＩＳ", ("paris",), "paris", "lower"),
        ("paris", ("Paris",), "Paris", "title"),
        ("new york", ("New York",), "New York", "title"),
        ("DON'T", ("Don't",), "Don't", "title"),
        ("nato", ("NATO",), "NATO", "upper"),
        ("软件", ("軟件",), "軟件", "script"),
        ("软件", ("軟體",), "軟體", "script"),
        ("鼠标", ("滑鼠",), "滑鼠", "script"),
        ("頭髮", ("头发",), "头发", "script"),
        ("头发", ("頭髮",), "頭髮", "script"),
        ("里", ("裡",), "裡", "script"),
        ("里面", ("裏面",), "裏面", "script"),
        ("New_York", ("New York",), "New York", "joiner"),
        ("New York", ("new_york",), "new_york", "joiner"),
        ("ice-cream", ("ice_cream",), "ice_cream", "joiner"),
        ("1987", ("####", "##"), "####", "digits"),
        ("B2B", ("b#b", "##"), "b#b", "digits"),
        ("1987", ("0000",), "0000", "digits"),
        ("3.14", ("<number>",), "<number>", "digits"),
        ("##ing", ("ing",), "ing", "trim"),
        ("▁Hello", ("hello",), "hello", "trim"),
        ("Ġworld", ("world",), "world", "trim"),
        ("king's", ("king",), "king", "trim"),
        ("dogs'", ("dogs",), "dogs", "trim"),
        ("(hello)", ("hello",), "hello", "trim"),
        ("“sea,”", ("Sea",), "Sea", "trim"),
        ("#hashtag", ("hashtag",), "hashtag", "trim"),
        ("▁软件", ("軟件",), "軟件", "trim"),
        ("wor@@", ("wor",), "wor", "trim"),
    ],
)
def test_each_rung_finds_its_spelling_and_can_be_switched_off(word: str, held, form: str, rung: str) -> None:
    assert found(word, *held) == (form, rung)
    if rung != "exact":
        without = Ladder(**{name: name != rung for name in LADDER_RUNGS[1:]})
        assert found(word, *held, ladder=without) != (form, rung)
        assert found(word, *held, ladder=Ladder(**dict.fromkeys(LADDER_RUNGS[1:], False))) is None


@pytest.mark.parametrize(
    ("word", "held"),
    [
        ("C++", ("C",)),
        ("C#", ("C",)),
        ("1987", ("####", "1995")),
        ("2001", ("0000", "2008")),
        ("--", ("",)),
        ("a-", ("b",)),
    ],
)
def test_what_would_be_another_word_is_not_found(word: str, held: tuple[str, ...]) -> None:
    assert found(word, *held) is None


def test_byte_level_pieces_are_read_as_text() -> None:
    words = ["ĠcafÃ©", "ä¸ŃåĽ½", *(f"Ġw{i}" for i in range(5))]
    rows = look_up(Vocabulary(words), MemorySource(["café", "中国"])).rows
    assert rows.form[:2].tolist() == ["café", "中国"]


@pytest.mark.parametrize(
    ("word", "held", "suspect"),
    [
        *(("US", "us", True), ("IT", "it", True), ("AIDS", "aids", True), ("WHO", "who", True), ("US", "US", False)),
        *(("NATO", "nato", False), ("Paris", "paris", False), ("it", "IT", True), ("May", "may", False)),
        *(("(US)", "us", True), ("HOUSES", "houses", False), ("sea-US", "sea-us", False)),
    ],
)
def test_an_acronym_that_becomes_an_ordinary_word_is_suspect(word: str, held: str, suspect: bool) -> None:
    rows = look_up(Vocabulary([word, "the", "of", "sea"]), MemorySource([held, "the", "of", "sea"])).rows
    assert rows.known[0] and bool(rows.suspect[0]) == suspect


def test_in_a_vocabulary_of_capitals_capitals_mean_nothing() -> None:
    rows = look_up(Vocabulary(["US", "THE", "IT", "HOUSE"]), MemorySource(["us", "the", "it", "house"])).rows
    assert rows.known.all() and not rows.suspect.any()


@pytest.mark.parametrize(
    ("word", "held", "ambiguous"),
    [
        ("发", ("發",), True),
        ("后", ("後",), True),
        ("头发", ("頭髮",), False),
        ("头发", ("頭髮", "頭發"), True),
        ("软件", ("軟件",), False),
        ("乾", ("干",), True),
        ("发现", ("發現",), False),
        ("国家", ("國家",), False),
        ("軟體", ("软体",), False),
        ("軟體", ("软件",), False),
        ("軟體", ("软体", "软件"), True),
        ("說話", ("说话",), False),
        ("说话", ("說話", "説話"), False),  # two ways to write it are not two words
    ],
)
def test_characters_with_several_counterparts_are_ambiguous(word: str, held, ambiguous: bool) -> None:
    rows = look_up(Vocabulary([word]), MemorySource(held)).rows
    assert rows.known[0] and bool(rows.ambiguous[0]) == ambiguous


def test_an_exact_hit_across_scripts_is_ambiguous_where_both_are_there() -> None:
    traditional = ["這", "們", "說", "後", "后", "國家"]
    rows = look_up(Vocabulary(["这", "们", "后", "国家"]), MemorySource(traditional)).rows
    assert rows.ambiguous.tolist() == [False, False, True, False]
    both = ["这", "们", "说", "後", "后"]
    assert not look_up(Vocabulary(["这", "后"]), MemorySource(both)).rows.ambiguous.any()


def test_special_rows_are_not_looked_up_and_tokens_only_as_written() -> None:
    specials = {"<pad>": "pad", "<unk>": "unk", "<r>": "reserved", "<bos>": "token", "[MASK]": "token"}
    vocabulary = Vocabulary([*specials, "sea"], None, specials)
    lookup = look_up(vocabulary, MemorySource(["<pad>", "<unk>", "<r>", "<BOS>", "[MASK]", "sea"]))
    origins = [Origin(code) for code in lookup.rows.origin]
    assert origins == [*[Origin.SPECIAL] * 4, Origin.EXACT, Origin.EXACT]
    assert (lookup.row_ids[:4] == -1).all()


class TestChains:
    def test_the_first_source_wins_and_a_suspect_hit_gives_way(self) -> None:
        vocabulary = Vocabulary(["sea", "US", "lake", "it"])
        first, second = MemorySource(["sea", "us", "it"], name="one"), MemorySource(["US", "sea", "lake"], name="two")
        located = combine([look_up(vocabulary, source) for source in (first, second)])
        assert located.source_of.tolist() == [0, 1, 1, 0]
        assert located.row_ids.tolist() == [0, 0, 2, 2]
        assert not located.rows.suspect.any()
        assert located.rows.sources == ("one", "two")

    def test_sources_of_one_name_are_told_apart(self) -> None:
        vocabulary = Vocabulary(["sea"])
        located = combine([look_up(vocabulary, MemorySource(["sea"])) for _ in range(2)])
        assert len(set(located.rows.sources)) == 2

    def test_sources_of_different_width_are_refused(self) -> None:
        vocabulary = Vocabulary(["sea"])
        with pytest.raises(SourceError, match=r"of 4: 4, of 5: 5"):
            combine([look_up(vocabulary, MemorySource(["sea"], dim=dim, name=f"of {dim}")) for dim in (4, 5)])


words = st.lists(
    st.sampled_from(["sea", "Sea", "US", "us", "发", "發", "zz", "1984", "<pad>", "новый", "e-mail"]), unique=True
)


@given(
    words, st.lists(st.sampled_from(["sea", "us", "發", "髮", "email", "новый", "####"]), unique=True), st.booleans()
)
def test_the_parts_of_coverage_add_up(asked: list[str], held: list[str], counted: bool) -> None:
    counts = np.arange(len(asked)) + 1 if counted else None
    vocabulary = Vocabulary(asked, counts, {w: "pad" for w in asked if w == "<pad>"})
    coverage = measure_coverage(look_up(vocabulary, MemorySource(held or ["x"])))
    assert (coverage.tokens is None) == (not counted)
    for tally in (coverage.types, coverage.tokens):
        if tally is not None:
            assert sum(tally.by_origin.values()) == tally.total
    assert coverage.types.total + coverage.special == len(asked)
    for parts in (coverage.scripts, coverage.bands if counted else ()):
        if parts:
            assert sum(part.types.total for part in parts) == coverage.types.total
    assert len(coverage.oov) == coverage.types.by_origin["missing"]
    assert sum(part.types.total for part in coverage.rungs) == coverage.types.total - len(coverage.oov)


def test_coverage_by_token_and_the_missing_words_by_count() -> None:
    vocabulary = Vocabulary(["sea", "zz", "lake", "yy"], [5, 1, 3, 7])
    coverage = measure_coverage(look_up(vocabulary, MemorySource(["sea", "lake"])))
    assert (coverage.types.share, coverage.tokens.share) == (0.5, 0.5)  # type: ignore[union-attr]
    assert coverage.oov == [("yy", 7), ("zz", 1)]


@pytest.mark.parametrize(
    ("name", "words", "forms", "suspect"),
    [
        (
            "english",
            ["US", "Paris", "“sea”", "king's", "Don’t", "zzyzx"],
            ["us", "paris", "sea", "king's", "don't"],
            [0],
        ),
        ("chinese", ["頭髮", "软件", "軟件", "後來", "发展", "\ud800银"], ["头发", "软件", "软件", "后来", "发展"], []),
    ],
)
def test_the_built_in_sources_are_searched(name: str, words: list[str], forms: list[str], suspect: list[int]) -> None:
    from core.sources import open_source

    rows = look_up(Vocabulary(words), open_source(f"builtin:{name}")).rows
    assert rows.form.tolist() == [*forms, None]
    assert np.flatnonzero(rows.suspect).tolist() == suspect
    assert not rows.ambiguous.any()


def test_the_order_and_the_number_of_words_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["US", "sea", "Paris", "发", "头发", "##ing", "1984", "zz", "NEW_YORK", "the"]
    source = MemorySource(["us", "sea", "paris", "發", "髮", "頭髮", "ing", "####", "new york", "the"])
    whole = look_up(Vocabulary(words), source)
    monkeypatch.setattr("core.lookup.AT_ONCE", 3)
    for order in (np.arange(10), np.random.default_rng(0).permutation(10)):
        again = look_up(Vocabulary([words[i] for i in order]), source)
        assert again.row_ids.tolist() == whole.row_ids[order].tolist()
        assert again.rows.take(np.argsort(order)).to_arrow(words) == whole.rows.to_arrow(words)


def test_a_suspect_hit_stays_where_no_source_has_a_sound_one() -> None:
    vocabulary = Vocabulary(["US", "the", "sea"])
    lookups = [look_up(vocabulary, MemorySource(held, name=held[0])) for held in (["us"], ["us", "sea"])]
    located = combine(lookups)
    assert located.source_of.tolist() == [0, -1, 1] and located.rows.suspect.tolist() == [True, False, False]


def test_lookups_of_different_vocabularies_are_refused() -> None:
    source = MemorySource(["sea"])
    with pytest.raises(SourceError, match="different vocabularies"):
        combine([look_up(Vocabulary([word]), source) for word in ("sea", "lake")])


any_word = st.text(
    st.characters(exclude_categories=()) | st.sampled_from("发后A1'’- \0\n\ud800"), min_size=1, max_size=8
)


@given(
    st.lists(any_word, unique=True, min_size=1, max_size=12), st.lists(any_word, unique=True, min_size=1, max_size=12)
)
def test_any_words_can_be_looked_up_in_any_source(words: list[str], held: list[str]) -> None:
    lookup = look_up(Vocabulary(words), MemorySource(held))
    for word, row, form, rung in zip(words, lookup.row_ids, lookup.rows.form, lookup.rows.rung, strict=True):
        assert (word in held) == (rung == 0)
        assert form is None if row < 0 else held[row] == form
