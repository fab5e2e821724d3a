"""The published sets: what they are, whose, under which file names they go round, and which are at hand.

Three come with gensim and some of our own with Lexiloom; the others are read from a folder that the user names.
Nothing is downloaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from ..errors import InputError, RecipeError, one_of
from ..messages import N_, _

Task = Literal["similarity", "analogy", "categorization", "outliers", "bias"]
OWN = Path(__file__).resolve().parents[2] / "assets" / "evaluation"
RESEARCH = N_("free for research")


@dataclass(frozen=True)
class KnownSet:
    """A published set.

    id        its name on the command line and in recipes
    task      what is done with it
    title     its proper name
    language  code
    files     names of the files it goes round in, in lower case; a folder in front tells equal names apart
    items     how many items the whole set has; a file with fewer is a part of it
    key       of its entry in references.bib, "" for our own
    home      where it is had
    licence   as its distributor states it
    at_hand   "gensim" or "lexiloom" where it comes with one of them
    left_out  pairs that its distributor advises to leave out
    """

    id: str
    task: Task
    title: str
    language: str
    files: tuple[str, ...]
    items: int
    key: str = ""
    home: str = ""
    licence: str = RESEARCH
    at_hand: str = ""
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def citation(self) -> str:
        """The BibTeX entry, "" for our own sets."""
        return references()[self.key] if self.key else ""


EVAL = "https://github.com/mfaruqui/eval-word-vectors"
VECTORS_ZH = "https://github.com/Embedding/Chinese-Word-Vectors"
CWE = "https://github.com/Leonard-Xu/CWE"


def _pairs(id: str, title: str, items: int, key: str, *files: str, home: str = EVAL, at_hand: str = "") -> KnownSet:
    return KnownSet(id, "similarity", title, "en", files, items, key, home, at_hand=at_hand)


def _own(id: str, task: Task, title: str, language: str, file: str, items: int, key: str = "") -> KnownSet:
    return KnownSet(id, task, title, language, (file,), items, key, licence="CC0-1.0", at_hand="lexiloom")


_SETS = (
    _pairs(
        "ws353", "WordSim-353", 353, "finkelstein2002placing", "en-ws-353-all.txt", "wordsim353.tsv", at_hand="gensim"
    ),
    _pairs("ws353-sim", "WordSim-353 similarity", 203, "agirre2009study", "en-ws-353-sim.txt"),
    _pairs("ws353-rel", "WordSim-353 relatedness", 252, "agirre2009study", "en-ws-353-rel.txt"),
    _pairs(
        "simlex999",
        "SimLex-999",
        999,
        "hill2015simlex",
        "en-simlex-999.txt",
        "simlex-999.txt",
        "simlex999.txt",
        "simlex-999.full.txt",
        home="https://fh295.github.io/simlex.html",
        at_hand="gensim",
    ),
    _pairs("men", "MEN", 3000, "bruni2014multimodal", "en-men-tr-3k.txt", "men_dataset_natural_form_full"),
    _pairs("rg65", "RG-65", 65, "rubenstein1965contextual", "en-rg-65.txt", "rg65.txt"),
    _pairs("mc30", "MC-30", 30, "miller1991contextual", "en-mc-30.txt", "mc30.txt"),
    _pairs("mturk287", "MTurk-287", 287, "radinsky2011word", "en-mturk-287.txt", "mturk-287.txt"),
    _pairs("mturk771", "MTurk-771", 771, "halawi2012large", "en-mturk-771.txt", "mturk-771.txt"),
    _pairs(
        "rw",
        "RareWords",
        2034,
        "luong2013better",
        "en-rw-stanford.txt",
        "rw.txt",
        home="https://nlp.stanford.edu/~lmthang/morphoNLM/",
    ),
    _pairs("simverb3500", "SimVerb-3500", 3500, "gerz2016simverb", "en-simverb-3500.txt", "simverb-3500.txt"),
    _pairs("yp130", "YP-130", 130, "yang2006verb", "en-yp-130.txt", "yp-130.txt"),
    _pairs("verb143", "VERB-143", 144, "baker2014unsupervised", "en-verb-143.txt", "verb-143.txt"),
    KnownSet(
        "wordsim240",
        "similarity",
        "wordsim-240",
        "zh",
        ("cwe_240.txt", "240.txt", "wordsim-240.txt", "wordsim240.txt"),
        240,
        "wang2011computing",
        CWE,
    ),
    KnownSet(
        "wordsim297",
        "similarity",
        "wordsim-297",
        "zh",
        ("cwe_297.txt", "297.txt", "wordsim-297.txt", "wordsim297.txt"),
        297,
        "jin2012semeval",
        CWE,
    ),
    KnownSet(
        "cos960",
        "similarity",
        "COS960",
        "zh",
        ("cos960_all.txt", "cos960.txt"),
        960,
        "huang2019cos960",
        "https://github.com/thunlp/COS960",
        "MIT",
    ),
    KnownSet(
        "google",
        "analogy",
        "Google analogies",
        "en",
        ("questions-words.txt",),
        19544,
        "mikolov2013efficient",
        "https://github.com/tmikolov/word2vec",
        "Apache-2.0",
        "gensim",
    ),
    KnownSet(
        "ca8-morphological",
        "analogy",
        "CA8 morphological",
        "zh",
        ("ca8/morphological.txt", "morphological.txt"),
        10177,
        "li2018analogical",
        VECTORS_ZH,
        "Apache-2.0",
    ),
    KnownSet(
        "ca8-semantic",
        "analogy",
        "CA8 semantic",
        "zh",
        ("ca8/semantic.txt", "semantic.txt"),
        7636,
        "li2018analogical",
        VECTORS_ZH,
        "Apache-2.0",
    ),
    KnownSet(
        "ca-translated",
        "analogy",
        "CA-translated",
        "zh",
        ("ca_translated.txt", "cwe_analogy.txt", "analogy.txt"),
        1124,
        "chen2015joint",
        CWE,
        "MIT",
    ),
    KnownSet(
        "bless",
        "categorization",
        "BLESS",
        "en",
        ("bless.txt",),
        200,
        "baroni2011bless",
        "https://sites.google.com/site/geometricalmodels/shared-evaluation",
        "CC-BY-SA",
    ),
    _own("categories-en", "categorization", "Lexiloom categories (English)", "en", "categories_en.tsv", 180),
    _own("categories-zh", "categorization", "Lexiloom categories (Chinese)", "zh", "categories_zh.tsv", 180),
    _own("outliers-en", "outliers", "Lexiloom outliers (English)", "en", "outliers_en.tsv", 64),
    _own("outliers-zh", "outliers", "Lexiloom outliers (Chinese)", "zh", "outliers_zh.tsv", 64),
    _own("weat-en", "bias", "WEAT (English)", "en", "weat_en.tsv", 0, "caliskan2017semantics"),
    _own("weat-zh", "bias", "WEAT (Chinese)", "zh", "weat_zh.tsv", 0, "caliskan2017semantics"),
)
KNOWN: dict[str, KnownSet] = {one.id: one for one in _SETS}
GENSIM_FILES = {"ws353": "wordsim353.tsv", "simlex999": "simlex999.txt", "google": "questions-words.txt"}


def known_set(id: str) -> KnownSet:
    """The published set of this id. Raises RecipeError that lists the ids."""
    if id not in KNOWN:
        raise RecipeError(
            _("unknown set {name!r}").format(name=id),
            fix=_("Choose {names}, or give a file.").format(names=one_of(KNOWN)),
        )
    return KNOWN[id]


@dataclass(frozen=True)
class Found:
    """A published set, and where its file lies: None where it is not at hand."""

    known: KnownSet
    path: Path | None


def find_sets(folders: Sequence[Path] = (), languages: Iterable[str] | None = None) -> list[Found]:
    """Every published set of `languages` (None: all), found in `folders` (their subfolders too), gensim or Lexiloom.

    A file in a folder goes before the one at hand. Raises InputError for a folder that is not there.
    """
    lying: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            raise InputError(
                _("there is no such folder"), where=str(folder), fix=_("Name the folder that holds the sets' files.")
            )
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                lying.setdefault(path.name.lower(), path)
                lying.setdefault(f"{path.parent.name}/{path.name}".lower(), path)
    wanted = None if languages is None else set(languages)
    return [
        Found(one, next((lying[name] for name in one.files if name in lying), None) or _at_hand(one))
        for one in _SETS
        if wanted is None or one.language in wanted
    ]


def path_of(known: KnownSet, folders: Sequence[Path] = ()) -> Path:
    """The file of one published set. Raises InputError that says where the set is had."""
    found = next(one for one in find_sets(folders) if one.known is known)
    if found.path is not None:
        return found.path
    if known.at_hand == "gensim":
        raise InputError(
            _("{title} is not there: it comes with gensim").format(title=known.title),
            fix=_("Install gensim again (python3 start.py), or name a folder that holds {file}.").format(
                file=one_of(known.files)
            ),
        )
    raise InputError(
        _("{title} is not at hand").format(title=known.title),
        fix=_("It is had at {home}; then name the folder that holds {file}.").format(
            home=known.home, file=one_of(known.files)
        ),
    )


def _at_hand(known: KnownSet) -> Path | None:
    if known.at_hand == "lexiloom":
        paths = [OWN / name for name in known.files]
    elif known.at_hand == "gensim":
        package = find_spec("gensim")  # found, not imported
        folders = [Path(folder) for folder in (package and package.submodule_search_locations) or ()]
        paths = [folder / "test" / "test_data" / GENSIM_FILES[known.id] for folder in folders]
    else:
        paths = []
    return next((path for path in paths if path.is_file()), None)


@cache
def references() -> dict[str, str]:
    """key -> BibTeX entry."""
    entries = re.split(r"\n(?=@)", (OWN / "references.bib").read_text("utf-8"))
    return {entry.partition("{")[2].partition(",")[0]: entry.strip() for entry in entries}
