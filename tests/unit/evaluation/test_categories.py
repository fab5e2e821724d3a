"""Categorization agrees with hand computation and scikit-learn, and reads what goes round."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.evaluation.catalog import OWN
from core.evaluation.categories import CategorySet, read_categories, score_categories, with_mean
from core.evaluation.subjects import Subject, as_subject
from core.matrix import EmbeddingMatrix
from core.rows import Origin, Rows
from core.vocabulary.vocabulary import Vocabulary

# Two bundles of directions in the plane, by angle. "stray" is a fruit that stands among the tools.
ANGLES = {"pear": 0, "plum": 4, "fig": 8, "saw": 90, "axe": 94, "file": 98, "stray": 86}
FRUIT = ("pear", "plum", "fig", "stray")
ITEMS = tuple((word, "fruit" if word in FRUIT else "tools") for word in ANGLES)


def vectors(angles: dict[str, float], scale: float = 1.0) -> np.ndarray:
    radians = np.radians([*angles.values()])
    return (scale * np.stack([np.cos(radians), np.sin(radians)], 1)).astype(np.float32)


def plane(**more: float) -> Subject:
    angles = {**ANGLES, **more}
    return as_subject((list(angles), vectors(angles)), "plane")


def cloud(words: int = 60, dim: int = 12, seed: int = 0) -> tuple[list[str], np.ndarray, CategorySet]:
    """Words around four centers, so loosely that clusters and categories differ."""
    draw = np.random.default_rng(seed)
    centers = draw.standard_normal((4, dim))
    names = [f"w{i}" for i in range(words)]
    rows = (centers[np.arange(words) % 4] + draw.standard_normal((words, dim))).astype(np.float32)
    return names, rows, CategorySet("cloud", tuple((name, f"c{i % 4}") for i, name in enumerate(names)))


def test_purity_by_hand_and_the_items_that_make_it() -> None:
    outcome = score_categories(plane(), CategorySet("by hand", ITEMS))
    assert outcome.value() == pytest.approx(6 / 7)
    assert dict(zip(ANGLES, outcome.values.tolist(), strict=True)) == {word: float(word != "stray") for word in ANGLES}
    assert (outcome.task, outcome.statistic, outcome.counted.all(), outcome.covered.all()) == (
        "categorization",
        "accuracy",
        True,
        True,
    )
    details = outcome.details
    assert details["k"] == 2 and details["purity"] == {
        "mean": pytest.approx(6 / 7),
        "min": pytest.approx(6 / 7),
        "max": pytest.approx(6 / 7),
        "by_seed": pytest.approx([6 / 7] * 10),
    }
    first, second = details["clusters"]
    assert (first["category"], first["purity"]) == ("tools", 0.75)
    assert first["words"] == [["saw", "tools"], ["axe", "tools"], ["file", "tools"], ["stray", "fruit"]]
    assert second == {"category": "fruit", "purity": 1.0, "words": [[w, "fruit"] for w in ("pear", "plum", "fig")]}


def test_purity_is_that_of_scikit_learn_clusters_counted_naively() -> None:
    from sklearn.cluster import KMeans

    names, rows, categories = cloud()
    unit = rows / np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    gold = [category for _word, category in categories.items]
    expected = []
    for seed in range(3):
        clusters = KMeans(4, n_init=10, random_state=seed).fit_predict(unit)
        most = 0
        for cluster in range(4):
            own = [gold[i] for i in np.flatnonzero(clusters == cluster)]
            most += max(map(own.count, own))
        expected.append(most / len(gold))
    outcome = score_categories(as_subject((names, rows)), categories, seeds=3)
    assert outcome.details["purity"]["by_seed"] == pytest.approx(expected)
    assert 0.5 < outcome.value() < 1
    assert outcome.value() == pytest.approx(outcome.details["purity"]["mean"])


def test_purity_is_the_same_for_longer_and_for_turned_vectors() -> None:
    names, rows, categories = cloud()
    turn = np.linalg.qr(np.random.default_rng(1).standard_normal((12, 12)))[0]
    lengths = np.random.default_rng(2).uniform(0.1, 10, (len(rows), 1))
    expected = score_categories(as_subject((names, rows)), categories)
    for other in (rows * lengths, rows @ turn):
        found = score_categories(as_subject((names, other.astype(np.float32))), categories)
        np.testing.assert_allclose(found.values, expected.values)


def test_chance_is_what_random_categories_reach() -> None:
    names, rows, categories = cloud(words=200)
    chance = score_categories(as_subject((names, rows)), categories, seeds=1).details["chance"]
    shuffled = np.random.default_rng(5).permutation([category for _word, category in categories.items])
    others = CategorySet("at random", tuple(zip(names, shuffled.tolist(), strict=True)))
    assert chance == pytest.approx(score_categories(as_subject((names, rows)), others).value(), abs=0.05)
    again = score_categories(as_subject((names, rows)), categories, seeds=1).details["chance"]
    assert again == chance and 0.25 < chance < 0.45


def test_words_without_a_vector_are_left_out_or_get_the_mean() -> None:
    categories = CategorySet("more", (*ITEMS, ("absent", "fruit"), ("missing", "tools")))
    left_out = score_categories(plane(), categories)
    assert left_out.counted.sum() == left_out.covered.sum() == 7 and len(left_out) == 9
    assert np.isnan(left_out.values[-2:]).all()
    assert left_out.value() == pytest.approx(6 / 7)
    mean = score_categories(plane(), categories, policy="mean")
    assert mean.counted.all() and mean.covered.sum() == 7
    # Both stand in one place, so one of the two is wrong, and always the same.
    assert sorted(mean.values[-2:]) == [0.0, 1.0]
    assert mean.value() == pytest.approx(7 / 9)


def test_made_vectors_count_under_the_policy_fills_alone() -> None:
    origin = np.array([Origin.COMPOSED if word == "fig" else Origin.EXACT for word in ANGLES], np.uint8)
    rows = Rows.missing(len(ANGLES)).replace_columns(origin=origin)
    matrix = EmbeddingMatrix(Vocabulary(ANGLES), vectors(ANGLES), rows)
    categories = CategorySet("made", ITEMS)
    for policy, counted in (("covered", 6), ("mean", 7), ("fills", 7)):
        outcome = score_categories(as_subject(matrix, fills=True), categories, policy=policy)  # type: ignore[arg-type]
        assert (outcome.counted.sum(), outcome.covered.sum()) == (counted, 6)


def test_the_mean_of_opposite_words_has_no_direction() -> None:
    rows = with_mean(np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([0, -1, 1]))
    assert rows.tolist() == [[1, 0], [0, 0], [-1, 0]]


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ((("absent", "a"), ("missing", "b")), "none of its words has a vector"),
        ((), "none of its words has a vector"),
        ((("pear", "a"),), "all in one category"),
        ((("pear", "a"), ("plum", "a"), ("absent", "b")), "all in one category"),
        ((("pear", "a"), ("twin", "b")), "1 different vectors can't make 2 clusters"),
    ],
)
@pytest.mark.parametrize("policy", ["covered", "fills"])
def test_what_can_not_be_clustered_has_no_score_and_a_reason(
    items: tuple[tuple[str, str], ...], reason: str, policy: str
) -> None:
    outcome = score_categories(plane(twin=0), CategorySet("few", items), policy=policy)  # type: ignore[arg-type]
    assert outcome.value() is None and outcome.interval() is None and not outcome.counted.any()
    assert reason in outcome.details["reason"]


def test_progress_is_told_by_seed() -> None:
    told = []
    score_categories(plane(), CategorySet("s", ITEMS), seeds=2, progress=lambda *args: told.append(args[1:3]))
    assert told == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    "text",
    [
        "pear\tfruit\nsaw\ttools\nfront door\tparts\n",
        "\ufeff# comment\r\nword\tcategory\r\n\r\npear\tfruit\r\nsaw\ttools\r\nfront door\tparts\r\n",
        'concept,class\npear,fruit\nsaw,tools\n"front door",parts\n',
        "pear;fruit\nsaw;tools\nfront door;parts",
        "id\tcategory\tword\n1\tfruit\tpear\n2\ttools\tsaw\n3\tparts\tfront door\n",
        "类别\t词语\nfruit\tpear\ntools\tsaw\nparts\tfront door\n",
    ],
    ids=["tabs", "comments", "csv", "semicolons", "other columns", "Chinese header"],
)
def test_categories_are_read_from_every_common_layout(text: str, tmp_path: Path) -> None:
    (tmp_path / "set.txt").write_text(text, encoding="utf-8", newline="")
    items = (("pear", "fruit"), ("saw", "tools"), ("front door", "parts"))
    assert read_categories(tmp_path / "set.txt") == CategorySet("set", items)


def test_columns_can_be_named_and_white_space_separates(tmp_path: Path) -> None:
    (tmp_path / "set.txt").write_text("n lemma kind\n1 pear fruit\n2 saw tools\n", encoding="utf-8")
    found = read_categories(tmp_path / "set.txt", "named", word_column="lemma", category_column="Kind")
    assert found == CategorySet("named", (("pear", "fruit"), ("saw", "tools")))
    with pytest.raises(InputError, match=r"there is no column 'topic'. Its columns are n, lemma, kind"):
        read_categories(tmp_path / "set.txt", category_column="topic")


def test_a_word_in_two_categories_is_in_the_first_and_is_counted(tmp_path: Path) -> None:
    (tmp_path / "set.txt").write_text("pear\tfruit\nsaw\ttools\npear\ttrees\npear\tfruit\n", encoding="utf-8")
    found = read_categories(tmp_path / "set.txt")
    assert found.items == (("pear", "fruit"), ("saw", "tools")) and found.repeated == 1
    assert score_categories(plane(), found).details["repeated"] == 1


def test_the_concepts_of_bless_count_once(tmp_path: Path) -> None:
    text = "bear-n\tmammal\tattri\tbig-j\nbear-n\tmammal\tcoord\tfox-n\npine-tree-n\ttree\thyper\tplant-n\n"
    (tmp_path / "bless.txt").write_text(text, encoding="utf-8")
    found = read_categories(tmp_path / "bless.txt")
    assert found.items == (("bear", "mammal"), ("pine-tree", "tree")) and found.repeated == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"set\.txt: there are no words in it"),
        (b"# only a comment\n", r"set\.txt: there are no words in it"),
        (b"word\tcategory\n", r"set\.txt: there are no words in it"),
        (b"pear\n", r"set\.txt, line 1: 1 columns, expected at least 2"),
        (b"pear\tfruit\n\nsaw\n", r"set\.txt, line 3: 1 columns, expected at least 2"),
        (b"pear\tfruit\nsaw\t\n", r"line 2: a word is missing"),
        (b"id\tword\tcategory\n1\tpear\tfruit\n2\tsaw\n", r"line 3: a word is missing"),
        (b"pear\tfruit\nplum\tfruit\n", r"all its words are in one category"),
        (b"caf\xe9\tdrink\n", r"set\.txt: this is not UTF-8 text"),
        ("pear\tfruit".encode("utf-16-le"), r"set\.txt: this is not UTF-8 text"),
        (b"<!DOCTYPE html>\n<html lang=en>\n", r"set\.txt: this is a web page"),
    ],
)
def test_a_set_that_is_not_sound_is_an_error_that_names_the_line(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "set.txt").write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_categories(tmp_path / "set.txt")
    assert caught.value.fix


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.txt: can't be read"):
        read_categories(tmp_path / "absent.txt")


@pytest.mark.parametrize(("language", "least"), [("en", 0.85), ("zh", 0.85)])
def test_our_own_sets_are_whole_and_our_own_vectors_do_well_on_them(language: str, least: float) -> None:
    from core.sources import open_source

    categories = read_categories(OWN / f"categories_{language}.tsv")
    names = [category for _word, category in categories.items]
    assert len(categories) == 180 and categories.repeated == 0
    assert {names.count(name) for name in names} == {15} and len(set(names)) == 12
    source = open_source({"en": "builtin:english", "zh": "builtin:chinese"}[language])
    outcome = score_categories(as_subject(source), categories, seeds=3)
    assert outcome.covered.sum() >= 175
    assert outcome.value() > least > 3 * outcome.details["chance"]


@pytest.mark.realdata
def test_bless_is_read_whole_and_scores_like_its_vectors(data_folder: Path) -> None:
    from core.sources import open_source

    bless = read_categories(data_folder / "eval_en" / "BLESS.txt")
    assert len(bless) == 200 and len({category for _word, category in bless.items}) == 17
    assert bless.items[0] == ("alligator", "amphibian_reptile")
    source = open_source(str(data_folder / "vectors_en" / "googlenews_8k_300d.bin"))
    outcome = score_categories(as_subject(source), bless)
    assert (outcome.counted.sum(), outcome.details["k"]) == (47, 11)
    assert outcome.value() == pytest.approx(0.83, abs=0.04)
