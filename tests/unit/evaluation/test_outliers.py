"""Outlier detection agrees with the paper's definition computed naively, and reads the 8-8-8 format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.evaluation.catalog import OWN
from core.evaluation.outliers import Group, OutlierSet, outlier_position, read_outliers, score_outliers
from core.evaluation.subjects import Subject, as_subject
from core.matrix import EmbeddingMatrix
from core.rows import Origin, Rows
from core.vocabulary.vocabulary import Vocabulary

# Members at 0, 10, 20 and 30 degrees. The sums of cosines rise toward the middle.
ANGLES = {"a": 0, "b": 10, "c": 20, "d": 30, "far": 90, "middle": 15, "edge": 29, "up": 180, "down": 185}
HAND = OutlierSet("by hand", (Group("near", ("a", "b", "c", "d"), ("far", "middle", "edge")),))


def plane(**more: float) -> Subject:
    angles = {**ANGLES, **more}
    radians = np.radians([*angles.values()])
    rows = np.stack([np.cos(radians), np.sin(radians)], 1) * np.arange(1, len(angles) + 1)[:, None]
    return as_subject((list(angles), rows.astype(np.float32)), "plane")


def compactness(rows: np.ndarray) -> np.ndarray:
    """The paper's: for each row, the mean cosine of all ordered pairs of the others."""
    n = len(rows)
    found = []
    for left_out in range(n):
        others = [i for i in range(n) if i != left_out]
        found.append(np.mean([rows[i] @ rows[j] for i in others for j in others if i != j]))
    return np.array(found)


def test_outliers_by_hand() -> None:
    outcome = score_outliers(plane(), HAND)
    assert outcome.values.tolist() == [1, 0, 0]
    # All four members are closer than "far", none than "middle", and "b" and "c" than "edge".
    assert outcome.details["opp"] == pytest.approx((4 / 4 + 0 + 2 / 4) / 3)
    assert outcome.value() == pytest.approx(1 / 3)
    assert (outcome.task, outcome.statistic) == ("outliers", "accuracy")
    assert outcome.clusters is not None and outcome.clusters.tolist() == [0, 0, 0]
    assert outcome.details["groups"][0]["accuracy"] == pytest.approx(1 / 3)


def test_positions_are_those_of_the_compactness_of_the_paper() -> None:
    draw = np.random.default_rng(0)
    for _round in range(50):
        rows = draw.standard_normal((9, 4))
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        scores = compactness(rows)
        # Position from 0 (the lowest compactness when left out) to n (the highest, so the outlier).
        assert outlier_position(rows) == int((scores[:-1] < scores[-1]).sum())


def test_a_word_as_close_as_a_member_is_no_outlier() -> None:
    same = OutlierSet("same", (Group("g", ("a", "d"), ("twin",)),))
    outcome = score_outliers(plane(twin=0), same)
    # "twin" lies on "a": they are equally close, and closer than "d".
    assert outcome.values.tolist() == [0] and outcome.details["opp"] == pytest.approx(0.25)


def test_scores_are_the_same_for_longer_and_for_turned_vectors() -> None:
    draw = np.random.default_rng(3)
    names = [f"w{i}" for i in range(24)]
    groups = tuple(
        Group(f"g{k}", tuple(names[8 * k : 8 * k + 5]), tuple(names[8 * k + 5 : 8 * k + 8])) for k in (0, 1, 2)
    )
    given, rows = OutlierSet("random", groups), draw.standard_normal((24, 6)).astype(np.float32)
    turn = np.linalg.qr(draw.standard_normal((6, 6)))[0]
    expected = score_outliers(as_subject((names, rows)), given)
    for other in (rows * draw.uniform(0.1, 10, (24, 1)), rows @ turn):
        found = score_outliers(as_subject((names, other.astype(np.float32))), given)
        assert found.values.tolist() == expected.values.tolist()
        assert found.details["opp"] == pytest.approx(expected.details["opp"])


def test_an_item_counts_where_all_its_words_have_vectors_or_the_others_mean() -> None:
    given = OutlierSet(
        "gaps",
        (
            Group("whole", ("a", "b", "c"), ("far", "absent")),
            Group("gap", ("a", "missing", "c"), ("far", "down")),
        ),
    )
    covered = score_outliers(plane(), given)
    assert covered.counted.tolist() == covered.covered.tolist() == [True, False, False, False]
    assert covered.value() == 1 and np.isnan(covered.values[1:]).all()
    assert [one["counted"] for one in covered.details["groups"]] == [1, 0]
    assert covered.details["groups"][1]["accuracy"] is None
    mean = score_outliers(plane(), given, policy="mean")
    assert mean.counted.all() and mean.covered.tolist() == covered.covered.tolist()
    # The set's words stand at 0, 10, 20, 90 and 185 degrees: their mean stands at about 50.
    assert mean.values.tolist() == [1, 1, 1, 1]


def test_made_vectors_count_under_the_policy_fills_alone() -> None:
    origin = np.array([Origin.COMPOSED if word == "far" else Origin.EXACT for word in ANGLES], np.uint8)
    radians = np.radians([*ANGLES.values()])
    rows = np.stack([np.cos(radians), np.sin(radians)], 1).astype(np.float32)
    matrix = EmbeddingMatrix(Vocabulary(ANGLES), rows, Rows.missing(len(ANGLES)).replace_columns(origin=origin))
    for policy, counted in (("covered", 2), ("mean", 3), ("fills", 3)):
        outcome = score_outliers(as_subject(matrix, fills=True), HAND, policy=policy)  # type: ignore[arg-type]
        assert (outcome.counted.sum(), outcome.covered.sum()) == (counted, 2)


@pytest.mark.parametrize("policy", ["covered", "mean", "fills"])
def test_no_group_at_all_gives_no_score_and_a_reason(policy: str) -> None:
    given = OutlierSet("absent", (Group("g", ("p", "q"), ("r",)),))
    outcome = score_outliers(plane(), given, policy=policy)  # type: ignore[arg-type]
    assert outcome.value() is None and outcome.details["opp"] is None and "no group" in outcome.details["reason"]
    assert score_outliers(plane(), OutlierSet("empty", ())).value() is None


GROUPS = (Group("one", ("pear", "plum"), ("saw",)), Group("two", ("red", "blue"), ("loud", "front door")))
TABLE = [
    *("one\tpear\tmember", "one\tplum\tmember", "one\tsaw\toutlier"),
    *("two\tred\tmember", "two\tblue\tmember", "two\tloud\toutlier", "two\tfront door\toutlier"),
]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(TABLE),
        "\ufeff# comment\r\n" + "\r\n\r\n".join(["group\tword\trole", *TABLE]) + "\r\n",
        "\n".join(["Group,Word,Role", *(line.replace("\t", ",").replace("member", "Member") for line in TABLE)]),
    ],
    ids=["tabs", "comments", "csv"],
)
def test_groups_are_read_from_a_table(text: str, tmp_path: Path) -> None:
    (tmp_path / "set.tsv").write_text(text, encoding="utf-8", newline="")
    assert read_outliers(tmp_path / "set.tsv") == OutlierSet("set", GROUPS)


def test_groups_are_read_from_a_folder_of_the_8_8_8_dataset_and_from_one_of_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "8-8-8"
    folder.mkdir()
    (folder / "two.txt").write_text("# a comment\nred\nblue\n\nloud\nfront door\n", encoding="utf-8")
    (folder / "one.txt").write_bytes("\ufeff\r\npear\r\nplum\r\n \r\n\r\nsaw\r\n\r\n".encode())
    (folder / "notes.md").write_text("no group", encoding="utf-8")
    assert read_outliers(folder) == OutlierSet("8-8-8", GROUPS)
    assert read_outliers(folder / "two.txt", "named") == OutlierSet("named", GROUPS[1:])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"set\.txt: the group 'set' has 0 members and 0 outliers"),
        (b"pear\nplum\nsaw\n", r"set\.txt, line 1: the group 'set' has 3 members and 0 outliers"),
        (b"pear\n\nsaw\n", r"the group 'set' has 1 members and 1 outliers"),
        (b"pear\nplum\n\npear\n", r"set\.txt, line 4: 'pear' is in the group 'set' twice"),
        (b"g\tpear\tmember\ng\tplum\n", r"line 2: 2 columns, expected at least 3"),
        (b"group\tword\trole\n", r"set\.txt: there are no words in it"),
        (b"g\tpear\tmember\ng\tplum\tmember\n", r"line 1: the group 'g' has 2 members and 0 outliers"),
        (b"g\tpear\tmember\ng\tplum\tother\n", r"line 2: 'other' is neither .member. nor .outlier."),
        (b"g\tpear\tmember\ng\t\tmember\n", r"line 2: a word is missing"),
        (b"g\tpear\tmember\ng\tplum\tmember\ng\tpear\toutlier\n", r"line 3: 'pear' is in the group 'g' twice"),
        (b"caf\xe9\n", r"set\.txt: this is not UTF-8 text"),
        (b"<html>\n<body>\n", r"set\.txt: this is a web page"),
    ],
)
def test_a_set_that_is_not_sound_is_an_error_that_names_the_line(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "set.txt").write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_outliers(tmp_path / "set.txt")
    assert caught.value.fix


def test_a_folder_without_groups_and_a_path_without_file_are_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no \*\.txt file in it"):
        read_outliers(tmp_path)
    with pytest.raises(InputError, match=r"absent\.tsv: can't be read"):
        read_outliers(tmp_path / "absent.tsv")


@pytest.mark.parametrize(("language", "least"), [("en", 0.75), ("zh", 0.65)])
def test_our_own_sets_are_whole_and_our_own_vectors_do_well_on_them(language: str, least: float) -> None:
    from core.sources import open_source

    given = read_outliers(OWN / f"outliers_{language}.tsv")
    assert len(given) == 64 and [(len(g.members), len(g.outliers)) for g in given.groups] == [(8, 8)] * 8
    source = open_source({"en": "builtin:english", "zh": "builtin:chinese"}[language])
    outcome = score_outliers(as_subject(source), given)
    assert outcome.counted.all() and outcome.value() > least and outcome.details["opp"] > 0.9
    # They are graded: the far half is found more often than the near half.
    near, far = outcome.values.reshape(8, 2, 4).mean(axis=(0, 2))
    assert far > near + 0.2
