"""WEAT agrees with hand computation and with the definition computed naively."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.evaluation.bias import CAUTION, WeatTest, permutation_p, read_weat, score_weat
from core.evaluation.catalog import OWN
from core.evaluation.subjects import Subject, as_subject

X, Y, A, B = (tuple(f"{letter}{i}" for i in range(1, 5)) for letter in "xyab")
TEST = WeatTest("by hand", "ex", X, "why", Y, "ay", A, "bee", B, "en", "who")


def space(dim: int = 6, lean: float = 1.0, seed: int = 0) -> dict[str, np.ndarray]:
    """Words at random; those of X lean toward A, those of Y toward B."""
    draw = np.random.default_rng(seed)
    found = {word: draw.standard_normal(dim) for word in (*X, *Y, *A, *B)}
    for words, sign in ((X, lean), (A, 3), (Y, -lean), (B, -3)):
        for word in words:
            found[word][0] += sign
    return found


def subject_of(vectors: dict[str, np.ndarray]) -> Subject:
    return as_subject((list(vectors), np.array([*vectors.values()], np.float32)), "space")


def naive(vectors: dict[str, np.ndarray], x: tuple[str, ...], y: tuple[str, ...]) -> tuple[float, float]:
    """d, and p by going through all partitions with the paper's sums."""

    def cosine(a: str, b: str) -> float:
        u, v = vectors[a].astype(np.float32).astype(float), vectors[b].astype(np.float32).astype(float)
        return float(u @ v / np.sqrt((u @ u) * (v @ v)))

    s = {w: np.mean([cosine(w, a) for a in A]) - np.mean([cosine(w, b) for b in B]) for w in (*x, *y)}
    d = (np.mean([s[w] for w in x]) - np.mean([s[w] for w in y])) / np.std([*s.values()], ddof=1)
    observed = sum(s[w] for w in x) - sum(s[w] for w in y)
    total = sum(s.values())
    sums = [2 * sum(s[w] for w in some) - total for some in combinations(s, len(x))]
    return d, sum(one >= observed - 1e-9 for one in sums) / len(sums)


def test_weat_by_hand_in_the_plane() -> None:
    # A lies east, B north. Associations cos - sin: 1 for X, 1, 1, and -1 for each of Y.
    east, north = np.array([2.0, 0.0]), np.array([0.0, 5.0])
    vectors = {**dict.fromkeys((*X, *A), east), **dict.fromkeys((*Y, *B), north)}
    found = score_weat(subject_of(vectors), TEST)
    assert found.difference == pytest.approx(2)
    assert found.effect == pytest.approx(2 / np.sqrt(8 / 7))
    # One of the 70 partitions is as good: the given one.
    assert (found.p, found.p_kind, found.partitions) == (pytest.approx(1 / 70), "exact", 70)
    assert (found.test, found.language, found.citation, found.reason) == ("by hand", "en", "who", "")


@pytest.mark.parametrize("lean", [0.0, 0.3, 1.0, -1.0])
def test_weat_is_the_definition_computed_naively(lean: float) -> None:
    vectors = space(lean=lean)
    found = score_weat(subject_of(vectors), TEST)
    d, p = naive(vectors, X, Y)
    assert found.effect == pytest.approx(d, abs=1e-6) and found.p == pytest.approx(p)


def test_exchanged_targets_or_attributes_turn_the_effect() -> None:
    subject = subject_of(space(lean=0.5))
    d = score_weat(subject, TEST).effect
    assert d is not None
    assert score_weat(subject, WeatTest("t", "y", Y, "x", X, "a", A, "b", B)).effect == pytest.approx(-d)
    assert score_weat(subject, WeatTest("t", "x", X, "y", Y, "b", B, "a", A)).effect == pytest.approx(-d)


def test_weat_is_the_same_for_longer_and_for_turned_vectors() -> None:
    vectors = space(lean=0.5)
    turn = np.linalg.qr(np.random.default_rng(1).standard_normal((6, 6)))[0]
    expected = score_weat(subject_of(vectors), TEST)
    lengths = np.random.default_rng(2).uniform(0.1, 10, len(vectors))
    longer = {word: row * length for (word, row), length in zip(vectors.items(), lengths, strict=True)}
    for other in (longer, {word: row @ turn for word, row in vectors.items()}):
        found = score_weat(subject_of(other), TEST)
        assert found.effect == pytest.approx(expected.effect, abs=1e-5) and found.p == expected.p


def test_many_partitions_are_sampled_under_the_seed_and_p_is_near_the_exact_one() -> None:
    draw = np.random.default_rng(0)
    associations = np.concatenate([draw.normal(0.4, 1, 8), draw.normal(0, 1, 8)])
    exact, kind, count = permutation_p(associations, 8, 0)
    assert (kind, count) == ("exact", 12870)
    # The same values among far more partitions.
    values = np.concatenate([draw.normal(0.3, 1, 15), draw.normal(0, 1, 15)])
    sampled, kind, count = permutation_p(values, 15, 0)
    assert (kind, count) == ("sampled", 10_000)
    assert permutation_p(values, 15, 0)[0] == sampled
    assert permutation_p(values, 15, 1)[0] == pytest.approx(sampled, abs=0.02)
    assert 0 < exact < 1


def test_a_sampled_p_agrees_with_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(4)
    associations = np.concatenate([draw.normal(0.5, 1, 8), draw.normal(0, 1, 8)])
    exact, _kind, _count = permutation_p(associations, 8, 0)
    monkeypatch.setattr("core.evaluation.bias.PARTITIONS", 100)
    sampled, kind, _count = permutation_p(associations, 8, 0)
    assert kind == "sampled" and sampled == pytest.approx(exact, abs=0.02)


def test_a_sampled_p_is_never_zero() -> None:
    p, kind, _count = permutation_p(np.repeat([1.0, -1.0], 20), 20, 0)
    assert kind == "sampled" and p == pytest.approx(1 / 10_001)


def test_words_without_a_vector_are_left_out_and_told_and_nothing_else_is_trimmed() -> None:
    vectors = space()
    del vectors["x2"], vectors["b4"]
    vectors["y1"] = np.zeros(6)  # a zero row has no direction
    del vectors["a1"]
    found = score_weat(subject_of(vectors), TEST)
    told = {one["list"]: (one["name"], one["have"], one["of"], one["missing"]) for one in found.words}
    assert told == {
        "X": ("ex", 3, 4, ["x2"]),
        "Y": ("why", 3, 4, ["y1"]),
        "A": ("ay", 3, 4, ["a1"]),
        "B": ("bee", 3, 4, ["b4"]),
    }
    assert found.effect is not None and found.partitions == 20
    vectors = space()
    del vectors["x2"]
    d, p = naive(vectors, ("x1", "x3", "x4"), Y)
    found = score_weat(subject_of(vectors), TEST)
    assert found.effect == pytest.approx(d, abs=1e-6) and found.partitions == 35
    assert 0 < p <= 1


@pytest.mark.parametrize("lost", [("x1", "x2"), ("b1", "b2", "b3", "b4")])
def test_too_few_words_have_no_effect_and_a_reason(lost: tuple[str, ...]) -> None:
    found = score_weat(subject_of({word: row for word, row in space().items() if word not in lost}), TEST)
    assert found.effect is None and found.p is None
    assert f"{4 - len(lost)} of the 4 words" in found.reason and "3 are needed" in found.reason


def test_equal_associations_have_no_effect_and_a_reason() -> None:
    vectors = {
        **dict.fromkeys((*X, *Y), np.ones(2)),
        **dict.fromkeys(A, np.eye(2)[0]),
        **dict.fromkeys(B, np.eye(2)[1]),
    }
    found = score_weat(subject_of(vectors), TEST)
    assert found.effect is None and "alike" in found.reason


def test_what_is_told_is_plain() -> None:
    told = score_weat(subject_of(space()), TEST).as_dict()
    assert json.loads(json.dumps(told))["effect"] == told["effect"]
    assert {"test", "effect", "p", "p_kind", "partitions", "words", "reason"} <= set(told)
    assert "does not mean" in CAUTION


HEAD = "test\tlist\tname\twords\tlanguage\n"
LINES = ["t\tX\tex\tx1 x2 x3\ten", "t\tY\twhy\ty1 y2 y3\ten", "t\tA\tay\ta1 a2 a3\ten", "t\tB\t\tb1 b2 b3"]
FILE = HEAD + "\n".join(LINES) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        FILE,
        "\ufeff# comment\r\n" + FILE.replace("\n", "\r\n\r\n"),
        FILE.replace("\t", ",").replace(",,", ',"",'),
        FILE.replace("test\tlist", "Test\tList").replace("\tX\t", "\tx\t"),
    ],
    ids=["tabs", "comments", "csv", "case"],
)
def test_tests_are_read_from_a_table(text: str, tmp_path: Path) -> None:
    (tmp_path / "set.tsv").write_text(text, encoding="utf-8", newline="")
    x, y, a, b = (tuple(f"{letter}{i}" for i in (1, 2, 3)) for letter in "xyab")
    assert read_weat(tmp_path / "set.tsv") == (WeatTest("t", "ex", x, "why", y, "ay", a, "B", b, "en"),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"set\.tsv: there are no words in it"),
        (HEAD, r"set\.tsv: there are no words in it"),
        ("a\tb\n", r"set\.tsv, line 1: 2 columns, expected at least 4"),
        ("\n".join(LINES), r"set\.tsv: there is no column 'test'"),
        (HEAD + "t\tX\tex\n", r"line 2: 3 columns, expected at least 4"),
        (HEAD + "t\tX\tex\t\n", r"line 2: a word is missing"),
        (HEAD + "t\tZ\tex\tx1 x2 x3\n", r"line 2: 'Z' is none of X, Y, A and B"),
        (FILE + LINES[0], r"line 6: the list 'X' is there twice"),
        (HEAD + "\n".join(LINES[:3]), r"line 2: the test 't' has no list B"),
        (FILE.replace("y1 y2 y3", "y1 y2"), r"line 3: the list 'Y' has 2 words; 3 are needed"),
        (FILE.replace("y1 y2 y3", "y1 x2 y3"), r"line 3: 'x2' is twice in the targets"),
        (FILE.replace("a1 a2 a3", "a1 a2 a1"), r"line 4: 'a1' is twice in the targets or in the attributes of 't'"),
        ("<html><head>", r"set\.tsv: this is a web page"),
    ],
)
def test_a_set_that_is_not_sound_is_an_error_that_names_the_line(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "set.tsv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        read_weat(tmp_path / "set.tsv")
    assert caught.value.fix


def test_another_encoding_and_a_path_without_file_are_errors(tmp_path: Path) -> None:
    (tmp_path / "set.tsv").write_bytes(FILE.encode("utf-16"))
    with pytest.raises(InputError, match="this is not UTF-8 text"):
        read_weat(tmp_path / "set.tsv")
    with pytest.raises(InputError, match=r"absent\.tsv: can't be read"):
        read_weat(tmp_path / "absent.tsv")


def test_the_published_lists_are_whole() -> None:
    tests = read_weat(OWN / "weat_en.tsv")
    sizes = [(len(test.x), len(test.y), len(test.a), len(test.b)) for test in tests]
    few = (8, 8, 8, 8)
    expected = [
        (25,) * 4,
        (25,) * 4,
        (32, 32, 25, 25),
        (16, 16, 25, 25),
        (16, 16, 8, 8),
        few,
        few,
        few,
        (6, 6, 7, 7),
        few,
    ]
    assert sizes == expected
    assert all("Caliskan" in test.citation and test.language == "en" for test in tests)
    assert (tests[0].x_name, tests[0].x[0], tests[0].y_name, tests[0].b[-1]) == (
        "flowers",
        "aster",
        "insects",
        "prison",
    )
    chinese = read_weat(OWN / "weat_zh.tsv")
    assert len(chinese) == 4 and all(len(test.x) == len(test.y) for test in chinese)
    assert {test.language for test in chinese} == {"zh"}


@pytest.mark.parametrize(("source", "file"), [("builtin:english", "weat_en.tsv"), ("builtin:chinese", "weat_zh.tsv")])
def test_flowers_are_pleasant_and_weapons_are_not(source: str, file: str) -> None:
    from core.sources import open_source

    subject = as_subject(open_source(source))
    for test in read_weat(OWN / file)[:2]:
        found = score_weat(subject, test)
        assert found.effect > 1 and found.p < 0.001 and found.p_kind == "sampled"


@pytest.mark.realdata
def test_careers_stand_nearer_to_the_names_of_men_in_real_vectors(data_folder: Path) -> None:
    from core.sources import open_source

    subject = as_subject(open_source(str(data_folder / "vectors_en" / "googlenews_8k_300d.bin")))
    tests = {test.name.partition(":")[0]: test for test in read_weat(OWN / "weat_en.tsv")}
    found = score_weat(subject, tests["WEAT 6"])
    # Caliskan et al. report 1.89 on the full vectors.
    assert found.effect == pytest.approx(1.9, abs=0.1) and found.p < 0.01
    assert "flowers have a vector" in score_weat(subject, tests["WEAT 1"]).reason
