"""Figures hold what the results say, take no word for markup, and every figure of a page is explained."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import numpy as np
import pytest

from core import figures
from core.coverage import Coverage
from core.figures.explanations import EXPLANATIONS, explain
from core.figures.style import COLORS, INK, NAMES, shown
from core.messages import _, speaking
from core.pipeline import cover, run
from core.recipe import Recipe
from core.sanity import examine
from core.vocabulary.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parents[3]
WORDS = ["cat", "Paris", "zzqq", "US", "dog", "猫", "猫咪", "ｄｏｇ", "<b>x</b>"]


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    counts = [50, 9, 2, 7, 8, 3, 2, 1, 1]
    words = {"kind": "given", "words": WORDS, "counts": counts}
    return Recipe(vocabulary=words, sources=["builtin:english", "builtin:chinese"])


@pytest.fixture(scope="module")
def coverage(recipe: Recipe) -> Coverage:
    return cover(recipe).coverage


def sums(made) -> dict[str, float]:  # type: ignore[no-untyped-def]
    found: dict[str, float] = {}
    for trace in made.data:
        for name, value in zip(trace.y, trace.x, strict=True):
            found[name] = found.get(name, 0) + value
    return found


def test_the_segments_of_every_bar_add_up_to_all(coverage: Coverage) -> None:
    for made in (figures.coverage_bar(coverage), figures.by_script(coverage), figures.compare(coverage, coverage)):
        assert all(abs(total - 100) < 1e-9 for total in sums(made).values())
    assert list(sums(figures.coverage_bar(coverage))) == ["Words", "Tokens"]


def test_bars_of_rungs_and_sources_add_up_to_the_found(coverage: Coverage) -> None:
    found = coverage.types.found + coverage.types.suspect
    assert sum(sums(figures.by_rung(coverage)).values()) == found
    assert sum(sums(figures.by_source(coverage)).values()) == found


def test_without_counts_there_is_no_bar_of_tokens(recipe: Recipe) -> None:
    bare = recipe.with_set('vocabulary={kind="given", words=["cat", "zzqq"]}')
    made = figures.coverage_bar(cover(bare).coverage)
    assert list(sums(made)) == ["Words"]
    assert not figures.zipf(Vocabulary(["cat"])).data


def test_a_figure_of_nothing_is_drawn_too() -> None:
    nothing = Vocabulary(["<pad>"], [0], {"<pad>": "pad"})
    for made in (figures.zipf(nothing), figures.lengths(nothing), figures.scripts(nothing)):
        json.loads(made.to_json())


def test_zipf_goes_from_the_first_rank_to_the_last() -> None:
    counts = np.arange(5000, 0, -1)
    made = figures.zipf(Vocabulary([f"w{i}" for i in range(5000)], counts))
    line = made.data[0]
    assert (line.x[0], line.x[-1], line.y[0], line.y[-1]) == (1, 5000, 5000, 1)
    assert len(line.x) <= 300


def test_words_are_never_markup() -> None:
    for word in ("<img src=x onerror=alert(1)>", "<b>", "a&b"):
        assert "<" not in shown(word)
    assert "\u202e" not in shown("\u202eabc")
    assert len(shown("x" * 10_000)) < 100
    name = "<b>evil</b>.txt"
    from core.figures.coverage import by_source

    part = cover(Recipe(vocabulary={"kind": "given", "words": ["cat"]}, sources="builtin:english")).coverage.sources[0]
    from dataclasses import replace

    whole = cover(Recipe(vocabulary={"kind": "given", "words": ["cat"]}, sources="builtin:english")).coverage
    made = by_source(replace(whole, sources=(replace(part, name=name),)))
    assert made.data[0].y[0] == "&lt;b&gt;evil&lt;/b&gt;.txt"


def test_names_are_in_the_readers_language(coverage: Coverage) -> None:
    names = [trace.name for trace in figures.coverage_bar(coverage).data]
    with speaking("zh_CN"):
        made = figures.coverage_bar(coverage)
        assert [trace.name for trace in made.data] == [_(NAMES[o]) for o in COLORS if NAMES[o] in names]


def test_norms_count_every_row(recipe: Recipe) -> None:
    matrix = run(recipe).matrix
    made = figures.norms(examine(matrix))
    assert sum(made.data[0].y) == len(matrix.vocabulary) - 1


def contrast(one: str, other: str) -> float:
    def light(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("origin", COLORS)
def test_colors_stand_out_from_both_backgrounds_and_from_what_is_written_on_them(origin: str) -> None:
    assert contrast(COLORS[origin], "#FCFCFA") >= 2.8
    assert contrast(COLORS[origin], "#101513") >= 2.8
    assert contrast(COLORS[origin], INK[origin]) >= 3.9


def test_every_figure_of_a_page_is_explained() -> None:
    used = set()
    for path in (ROOT / "pages").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'why\("(\w+)"\)', text))
        used |= {kind for kind in re.findall(r'"(\w+)"', text) if kind in EXPLANATIONS}
    assert used == set(EXPLANATIONS)
    with pytest.raises(KeyError):
        explain("nothing of the kind")


def test_a_large_vocabulary_is_drawn_at_once() -> None:
    vocabulary = Vocabulary([f"word{i}" for i in range(50_000)], np.arange(50_000, 0, -1))
    figures.zipf(vocabulary), figures.lengths(vocabulary), figures.scripts(vocabulary)
    begun = time.process_time()
    figures.zipf(vocabulary), figures.lengths(vocabulary), figures.scripts(vocabulary)
    assert time.process_time() - begun < 2
