"""Each rung by itself: what it makes of a word, on and off, and what it leaves alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.combining import combine
from core.ladder import DEFAULT_LADDER, FULL_LADDER, Ladder, Speller, Suspects
from core.ladder.characters import ONE_TO_MANY
from core.ladder.scripts import MOST_ALTERNATIVES, alternatives, converted
from core.ladder.suspects import ordinary_words
from core.lookup import found_with, look_up
from core.rows import LADDER_RUNGS, RUNGS
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource

OFF = dict.fromkeys(LADDER_RUNGS[1:], False)


def only(rung: str, *others: str) -> Ladder:
    return Ladder(**{**OFF, rung: True, **dict.fromkeys(others, True)})


def form_of(word: str, *held: str, ladder: Ladder = DEFAULT_LADDER) -> str | None:
    return look_up(Vocabulary([word]), MemorySource(held), ladder=ladder).rows.form[0]


@pytest.mark.parametrize(
    ("rung", "word", "held"),
    [
        ("nfkc", "ＡＢＣ", "ABC"),
        ("nfkc", "①", "1"),
        ("nfkc", "ｶﾞ", "ガ"),
        ("nfkc", "café", "cafe\u0301"),
        ("nfkc", "…", "..."),
        ("nfkc", "don’t", "don't"),
        ("lower", "SeaSide", "seaside"),
        ("lower", "ÉCOLE", "école"),
        ("title", "são paulo", "São Paulo"),
        ("title", "jean-luc", "Jean-Luc"),
        ("title", "NEW_YORK", "New_York"),
        ("upper", "nato", "NATO"),
        ("script", "计算机", "計算機"),
        ("script", "憂鬱", "忧郁"),
        ("joiner", "New  York", "New York"),
        ("joiner", "state-of-the-art", "state_of_the_art"),
        ("joiner", "New York-City", "New_York_City"),
        ("digits", "B2B", "B#B"),
        ("digits", "covid-19", "covid-##"),
        ("trim", "(sea)", "sea"),
        ("trim", "▁sea", "sea"),
        ("trim", "Ġsea", "sea"),
        ("trim", "##sea", "sea"),
        ("trim", "sea</w>", "sea"),
        ("trim", "sea@@", "sea"),
        ("trim", "sea's", "sea"),
        ("trim", "sea’s", "sea"),
        ("trim", "《红楼梦》", "红楼梦"),
        ("trim", "「海」", "海"),
        ("trim", "$50", "50"),
        ("trim", "qué?", "qué"),
    ],
)
def test_a_rung_alone_finds_what_it_is_for_and_none_other_does(rung: str, word: str, held: str) -> None:
    beside = ("##", "####") if rung == "digits" else ()
    row = look_up(Vocabulary([word]), MemorySource([held, *beside]), ladder=only(rung)).rows
    assert row.form[0] == held and RUNGS[row.rung[0]] == rung
    others = Ladder(**{name: name != rung for name in LADDER_RUNGS[1:]})
    assert look_up(Vocabulary([word]), MemorySource([held, *beside]), ladder=others).rows.form[0] is None


@pytest.mark.parametrize(
    ("word", "held", "rungs", "form"),
    [
        ("##Paris", ("paris",), ("trim", "lower"), "paris"),
        ("##Paris", ("paris",), ("trim",), None),
        ("New York", ("new-york",), ("joiner", "lower"), "new-york"),
        ("New York", ("new-york",), ("joiner",), None),
        ("ＰＡＲＩＳ", ("paris",), ("nfkc", "lower"), "paris"),
        ("Don’t", ("don't",), ("nfkc", "lower"), "don't"),
        ("▁銀行", ("银行",), ("trim", "script"), "银行"),
        ("▁銀行", ("银行",), ("trim",), None),
    ],
)
def test_rungs_work_together(word: str, held: tuple[str, ...], rungs: tuple[str, ...], form: str | None) -> None:
    assert form_of(word, *held, ladder=only(*rungs)) == form


@pytest.mark.parametrize(
    ("word", "held", "form"),
    [
        ("Paris", ("paris", "PARIS"), "paris"),
        ("paris", ("Paris", "PARIS"), "Paris"),
        ("Don’t", ("don’t", "don't"), "don’t"),
        ("“Sea”", ("Sea", "sea"), "Sea"),
        ("软件", ("軟體", "軟件"), "軟件"),
        ("1987", ("####", "##", "0000"), "####"),
    ],
)
def test_the_gentlest_spelling_wins(word: str, held: tuple[str, ...], form: str) -> None:
    assert form_of(word, *held) == form
    assert form_of(word, *reversed(held)) == form


class TestDigits:
    @pytest.mark.parametrize("word", ["1987", "3.14", "B2B", "²"])
    def test_a_source_that_writes_years_has_no_pattern(self, word: str) -> None:
        assert form_of(word, "2001", "####", "#.##", "B#B", "0000") is None

    @pytest.mark.parametrize(
        ("word", "form"), [("42", "<num>"), ("-1.5", "<num>"), ("50%", "<num>"), ("B2B", None), ("1a", None)]
    )
    def test_numbers_alone_become_a_number_word(self, word: str, form: str | None) -> None:
        assert form_of(word, "<num>", ladder=only("digits")) == form

    def test_full_width_digits_are_digits(self) -> None:
        assert form_of("１９８７", "0000") == "0000"


class TestScript:
    @pytest.mark.parametrize(
        ("simplified", "traditional"),
        [
            ("头发", "頭髮"),
            ("发展", "發展"),
            ("皇后", "皇后"),
            ("后来", "後來"),
            ("面条", "麵條"),
            ("干净", "乾淨"),
            ("干部", "幹部"),
            ("里程", "里程"),
            ("理发", "理髮"),
        ],
    )
    def test_phrases_are_converted_as_phrases(self, simplified: str, traditional: str) -> None:
        assert form_of(simplified, traditional) == traditional
        assert form_of(traditional, simplified) == simplified
        assert traditional == simplified or traditional in converted([simplified])[0]

    @pytest.mark.parametrize(
        ("word", "form"), [("软件", "軟體"), ("鼠标", "滑鼠"), ("出租车", "計程車"), ("网络", "網路"), ("信息", "資訊")]
    )
    def test_the_words_of_taiwan_both_ways(self, word: str, form: str) -> None:
        assert form_of(word, form) == form
        assert form_of(form, word) == word

    @given(st.lists(st.text("发头髮后後ab \n\0\ud800软件銀行\u2028", min_size=1), max_size=8))
    def test_words_are_converted_each_by_itself(self, words: list[str]) -> None:
        assert converted(words) == [converted([word])[0] for word in words]

    def test_alternatives_are_few_and_hold_the_word_as_it_may_be(self) -> None:
        assert set(alternatives("头发")) == {"頭發", "頭髮"}
        assert alternatives("银行") == []
        assert len(alternatives("发后面干里台")) == MOST_ALTERNATIVES
        assert all(len(others) > 1 and len(set(others)) == len(others) for others in ONE_TO_MANY.values())


class TestSuspects:
    def judge(self, word: str, form: str, words: tuple[str, ...] = ("the", "sea", "US")) -> bool:
        return Suspects(words).judge(word, form)

    @pytest.mark.parametrize(
        ("word", "form"),
        [("US", "us"), ("AIDS", "aids"), ("IT", "it"), ("WHO", "who"), ("who", "WHO"), ("AIDS.", "aids"), ("US", "Us")],
    )
    def test_acronyms_that_are_ordinary_words(self, word: str, form: str) -> None:
        assert self.judge(word, form)

    @pytest.mark.parametrize(
        ("word", "form"),
        [
            *(("NATO", "nato"), ("US", "US"), ("Us", "us"), ("I", "i"), ("A", "a"), ("HOUSES", "houses")),
            *(("Paris", "paris"), ("B2B", "b2b"), ("ÉTÉ", "été"), ("nato", "NATO")),
        ],
    )
    def test_what_is_only_written_otherwise(self, word: str, form: str) -> None:
        assert not self.judge(word, form)

    def test_where_all_is_capital_capitals_mean_nothing(self) -> None:
        assert not self.judge("US", "us", ("THE", "SEA", "US"))

    def test_the_list_of_ordinary_words_is_lower_case(self) -> None:
        assert all(word == word.lower() and word.isalpha() for word in ordinary_words())
        assert not {"nato", "nasa", "usa"} & ordinary_words()


@given(st.text(min_size=1, max_size=20), st.sampled_from(LADDER_RUNGS[1:]))
def test_no_rung_stumbles_or_gives_the_word_itself(word: str, rung: str) -> None:
    source = MemorySource(["####", "the"])
    spellings = Speller(DEFAULT_LADDER, [word], source.locate).spellings(rung, [word])
    assert len(spellings) == 1
    assert all(isinstance(form, str) and form for form in spellings[0])
    assert rung == "script" or word not in spellings[0]


def test_half_characters_are_asked_for_and_not_found() -> None:
    assert form_of("\ud800x", "x") is None
    assert form_of("\ud800银", "銀") is None


class TestLemma:
    @pytest.mark.parametrize(
        ("word", "held", "form"),
        [
            ("running", "run", "run"),
            ("mice", "mouse", "mouse"),
            ("Houses", "house", "house"),
            ("houses", "House", "House"),
            ("“houses”", "house", "house"),
            ("run", "running", None),  # the dictionary's form alone is asked for
            ("don't", "do", None),
            ("US", "us", None),
            ("ADS", "ad", None),
            ("cal", "calorie", None),
            ("well-equipped", "well-equip", None),
        ],
    )
    def test_a_word_is_found_as_its_dictionary_form(self, word: str, held: str, form: str | None) -> None:
        ladder = only("lemma", "title", "trim")
        row = look_up(Vocabulary([word, "the"]), MemorySource([held]), ladder=ladder).rows
        assert row.form[0] == form and (form is None or RUNGS[row.rung[0]] == "lemma")

    def test_it_is_the_last_rung_and_off_unless_asked_for(self) -> None:
        assert LADDER_RUNGS[-1] == "lemma" and not DEFAULT_LADDER.lemma
        assert tuple(Ladder.model_fields) == LADDER_RUNGS[1:] == FULL_LADDER.on()
        assert form_of("running", "run") is None

    def test_words_of_another_language_have_no_english_lemma(self) -> None:
        german = ["hosen", "und", "nicht", "auch", "wird", "gegen", "durch", "werden", "über", "zwischen"]
        row = look_up(Vocabulary(german), MemorySource(["hose"]), ladder=only("lemma")).rows
        assert row.form[0] is None
        assert look_up(Vocabulary(["hosen"]), MemorySource(["hose"]), ladder=FULL_LADDER).rows.form[0] in (None, "hose")

    def test_what_it_would_find_is_counted_as_for_any_rung(self) -> None:
        located = combine([look_up(Vocabulary(["running", "the", "zzz"]), MemorySource(["run", "the"]))])
        assert found_with(located, DEFAULT_LADDER, "lemma").tolist() == [0]

    @pytest.mark.parametrize("word", ["\ud800", "x" * 10_000, "🙂", "\x00", "林" * 100, "\ud800running"])
    def test_hostile_words_have_none(self, word: str) -> None:
        assert form_of(word, "run", ladder=FULL_LADDER) is None
