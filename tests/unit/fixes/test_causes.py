"""Which cause a word is given and what is proposed for it: a contract, word by word."""

from __future__ import annotations

import pytest

from core.combining import combine
from core.fixes import CAUSES, list_missing
from core.fixes.causes import NAMES
from core.ladder import DEFAULT_LADDER, Ladder
from core.lookup import look_up
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource

# What a source of English holds, by frequency.
ENGLISH = (
    *("the", "of", "and", "house", "sea", "side", "run", "white", "wide", "over", "state", "art", "give", "giving"),
    *("tomorrow", "address", "government", "separate", "New_York", "Paris", "NATO", "book", "keeper", "old", "people"),
    *("rain", "drop", "mouse", "get", "user", "name", "school", "girl", "water", "fall", "man", "power", "had", "dock"),
    *("money", "holiday", "carpet", "believe", "definitely", "walking", "year", "sand", "stone", "table", "brook"),
)
CHINESE = (
    *("的", "了", "我", "你", "是", "在", "有", "大", "女", "主角", "没", "本事", "加拿大", "人", "三", "年级"),
    *("软件", "计算机", "职业", "道德", "斯", "林", "太", "高", "石", "东", "西", "阿", "朗", "看", "清楚"),
)


def judged(word: str, held: tuple[str, ...], ladder: Ladder = DEFAULT_LADDER) -> tuple[str, tuple[str, ...]]:
    vocabulary = Vocabulary([*dict.fromkeys(held[:25]), word])
    worklist = list_missing(combine([look_up(vocabulary, MemorySource(held), ladder=ladder)]), ladder)
    assert [vocabulary.words[row] for row in worklist.rows] == [word]
    return NAMES[worklist.causes[0]], worklist.proposals[0]


@pytest.mark.parametrize(
    ("word", "cause", "proposal"),
    [
        ("##xyl", "piece", ()),
        ("▁xyl", "piece", ()),
        ("xyl@@", "piece", ()),
        ("▁running", "piece", ("run",)),
        ("https://example.org/a", "markup", ()),
        ("me@example.org", "markup", ()),
        ("<br/>", "markup", ()),
        ("&nbsp;", "markup", ()),
        ("!?", "markup", ()),
        ("🙂", "markup", ()),
        ("(xylem)", "markup", ()),
        ("running,", "markup", ("run",)),
        ("12.5", "number", ()),
        ("1,000,000", "number", ()),
        ("2024-05-06", "number", ()),
        ("82nd", "number", ()),
        ("1990s", "number", ()),
        ("½", "number", ()),
        ("running", "inflection", ("run",)),
        ("mice", "inflection", ("mouse",)),
        ("ran", "inflection", ("run",)),
        ("Houses", "new", ()),  # as likely a name, where "houses" is not there
        ("seaside", "compound", ("sea", "side")),
        ("bookkeeper", "compound", ("book", "keeper")),
        ("sandstone", "compound", ("sand", "stone")),
        ("state-of-the-art", "compound", ("state", "of", "the", "art")),
        ("over-the-sea", "compound", ("over", "the", "sea")),
        ("Old_People", "compound", ("old", "people")),
        ("getUserName", "compound", ("get", "user", "name")),
        ("old·house", "compound", ("old", "house")),
        ("ha-ha", "compound", ()),
        ("x-house", "compound", ()),
        ("tommorow", "slip", ("tomorrow",)),
        ("adress", "slip", ("address",)),
        ("goverment", "slip", ("government",)),
        ("seperate", "slip", ("separate",)),
        ("definately", "slip", ("definitely",)),
        ("beleive", "slip", ("believe",)),
        ("walkin", "slip", ("walking",)),
        ("Дом", "language", ()),
        ("家", "language", ()),
        ("señorita", "language", ()),
        ("rencontre", "language", ()),
        ("fjordlike", "new", ()),
        ("covfefe", "new", ()),
    ],
)
def test_an_english_word_has_its_cause_and_proposal(word: str, cause: str, proposal: tuple[str, ...]) -> None:
    assert judged(word, ENGLISH) == (cause, proposal)


@pytest.mark.parametrize("word", ["haddock", "carpeted", "mooney", "Brooks", "rascal", "winn", "season", "B2B", "NASA"])
def test_nothing_is_proposed_for_words_that_only_look_like_others(word: str) -> None:
    # Names have no lower case in the vocabulary, which has words of both kinds.
    assert judged(word, ENGLISH)[1] in ((), ("carpet",) if word == "carpeted" else ())


@pytest.mark.parametrize(
    ("word", "cause", "proposal"),
    [
        ("女主角", "compound", ("女", "主角")),
        ("没本事", "compound", ("没", "本事")),
        ("加拿大人", "compound", ("加拿大", "人")),
        ("三年级", "compound", ("三", "年级")),
        ("职业道德", "compound", ("职业", "道德")),
        ("看清楚", "compound", ("看", "清楚")),
        ("太高", "compound", ("太", "高")),
        ("斯大林", "transliteration", ()),
        ("布里格斯", "transliteration", ()),
        ("奥斯本", "transliteration", ()),
        ("阿朗", "transliteration", ()),
        ("东西", "new", ()),
        ("葡萄", "new", ()),
        ("report", "language", ()),
        ("ぶ", "language", ()),
        ("1990年", "number", ()),
        ("《葡萄》", "markup", ()),
    ],
)
def test_a_chinese_word_has_its_cause_and_proposal(word: str, cause: str, proposal: tuple[str, ...]) -> None:
    assert judged(word, CHINESE) == (cause, proposal)


@pytest.mark.parametrize(
    ("word", "held", "cause", "proposal"),
    [
        ("paris", ENGLISH, "case", ("Paris",)),
        ("Nato", ENGLISH, "case", ("NATO",)),
        ("ｈｏｕｓｅ", ENGLISH, "width", ("house",)),
        ("軟件", CHINESE, "script", ("软件",)),
        ("計算機", CHINESE, "script", ("计算机",)),
        ("New York", ENGLISH, "compound", ("New_York",)),
        ("“house”", ENGLISH, "markup", ("house",)),
        ("##house", ENGLISH, "piece", ("house",)),
        ("house's", ENGLISH, "inflection", ("house",)),
        ("1987", (*ENGLISH, "####"), "number", ("####",)),
        ("US", (*ENGLISH, "us"), "case", ()),  # perhaps another word
    ],
)
def test_what_a_rung_that_is_off_would_find_is_proposed(
    word: str, held: tuple[str, ...], cause: str, proposal: tuple[str, ...]
) -> None:
    off = Ladder(**dict.fromkeys(Ladder.model_fields, False))
    assert judged(word, held, off) == (cause, proposal)


@pytest.mark.parametrize(
    "word",
    ["\ud800", "\ud800run", "x" * 10_000, "林" * 10_000, "a-" * 5000, "🙂🙂", "\x00", "\x1b[31m", "\n", " ", "​", "##"],
)
def test_hostile_words_have_a_cause_like_any_other(word: str) -> None:
    for held in (ENGLISH, CHINESE):
        cause, proposal = judged(word, held)
        assert cause in CAUSES and proposal == ()


def test_titles_are_told_for_every_cause() -> None:
    assert len(set(CAUSES.values())) == len(CAUSES) == 12
