"""The worklist on the sources that come with Lexiloom: a table of words that they do not hold, judged by hand."""

from __future__ import annotations

from core.combining import combine
from core.fixes import list_missing
from core.fixes.causes import NAMES
from core.ladder import DEFAULT_LADDER
from core.lookup import look_up
from core.sources import open_source, parse_source
from core.sources.protocol import Context
from core.vocabulary import Vocabulary

FOUND = (
    "the",
    "and",
    "people",
    "because",
    "house",
    "water",
    "school",
    "think",
    "better",
    "money",
    "的",
    "中国",
    "我们",
)
JUDGED = {
    "looping": ("inflection", ("loop",)),
    "daisies": ("inflection", ("daisy",)),
    "snowmen": ("inflection", ("snowman",)),
    "mousetrap": ("compound", ("mouse", "trap")),
    "sandstorm": ("compound", ("sand", "storm")),
    "low-fat": ("compound", ("low", "fat")),
    "appartment": ("slip", ("apartment",)),
    "embarassing": ("slip", ("embarrassing",)),
    "kickin": ("slip", ("kicking",)),
    "82nd": ("number", ()),
    "enchanté": ("language", ()),
    "女主角": ("compound", ("女", "主角")),
    "没本事": ("compound", ("没", "本事")),
    "布里格斯": ("transliteration", ()),
    "皮特森": ("transliteration", ()),
    "ぶ": ("language", ()),
    # What a careless judge would take apart or mend.
    "haddock": ("new", ()),
    "overton": ("new", ()),
    "galloping": ("new", ()),
    "fawn": ("new", ()),
    "serling": ("new", ()),
    "winn": ("new", ()),
}


def test_words_are_judged_as_a_reader_would() -> None:
    vocabulary = Vocabulary([*FOUND, *JUDGED])
    sources = [open_source(parse_source(name), Context()) for name in ("builtin:english", "builtin:chinese")]
    worklist = list_missing(combine([look_up(vocabulary, source) for source in sources]), DEFAULT_LADDER)
    found = {
        vocabulary.words[row]: (NAMES[cause], proposal)
        for row, cause, proposal in zip(worklist.rows.tolist(), worklist.causes, worklist.proposals, strict=True)
    }
    assert found == JUDGED
