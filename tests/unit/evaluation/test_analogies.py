"""Analogies agree with hand computation, with a plain reference, and with gensim, question by question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.evaluation.analogies import AnalogySet, read_analogies
from core.evaluation.analogy import score_analogies, score_analogies_all
from core.evaluation.catalog import known_set, path_of
from core.evaluation.spec import METHODS
from core.evaluation.subjects import Case, Subject, as_subject
from core.sources import open_source

ROYAL = {"king": (3, 1), "queen": (3, -1), "man": (1, 1), "woman": (1, -1), "apple": (-1, 0.2), "zero": (0, 0)}


def royal(case: Case = "lower") -> Subject:
    return as_subject((list(ROYAL), np.array(list(ROYAL.values()), np.float32)), case=case)


def asked(*questions: tuple[str, str, str, str]) -> AnalogySet:
    return AnalogySet("by hand", (("family", questions),))


@pytest.mark.parametrize("method", METHODS)
def test_an_answer_by_hand(method: Any) -> None:
    outcome = score_analogies(royal(), asked(("man", "king", "woman", "queen")), method=method)
    assert outcome.value() == 1.0
    assert outcome.details["searched"] == 5  # the zero row has no direction
    assert outcome.details["by_section"] == {"family": {"right": 1, "counted": 1, "covered": 1, "total": 1}}


def test_missing_words_are_left_out_or_wrong_and_an_unanswerable_question_is_wrong() -> None:
    questions = asked(
        ("man", "king", "woman", "queen"), ("man", "king", "woman", "empress"), ("man", "king", "zero", "queen")
    )
    covered, mean = (score_analogies(royal(), questions, policy=policy) for policy in ("covered", "mean"))
    assert covered.counted.tolist() == [True, False, False] == mean.covered.tolist()
    assert covered.value() == 1.0 and mean.value() == pytest.approx(1 / 3)
    assert covered.details["accuracy_all"] == pytest.approx(1 / 3)
    assert score_analogies(royal(), asked(("man", "king", "woman", "king"))).value() == 0.0


def reference(subject: Subject, vectors: np.ndarray, question: tuple[str, ...], method: str) -> float:
    """The margin by which the right answer leads all others; negative where it does not."""
    unit = vectors.astype(np.float64)
    lengths = np.linalg.norm(unit, axis=1, keepdims=True)
    unit = np.divide(unit, lengths, out=np.zeros_like(unit), where=lengths > 0)
    a, b, c, d = subject.find(question)
    cos = unit @ unit.T
    if method == "3cosadd":
        scores = cos[:, b] - cos[:, a] + cos[:, c]
    elif method == "3cosmul":
        scores = (cos[:, b] + 1) / 2 * (cos[:, c] + 1) / 2 / ((cos[:, a] + 1) / 2 + 1e-3)
    else:
        apart = unit - unit[c]
        size = np.linalg.norm(apart, axis=1)
        scores = apart @ (unit[b] - unit[a]) / np.where(size > 1e-3, size, 1e9)
    scores[[a, b, c]] = -np.inf
    scores[lengths[:, 0] == 0] = -np.inf
    rival = np.delete(scores, d).max()
    return 1.0 if np.isneginf(rival) else float(scores[d] - rival) / max(1.0, abs(rival))


@settings(deadline=None, max_examples=25)
@given(st.integers(4, 40), st.integers(2, 8), st.integers(0, 10_000))
def test_every_method_answers_as_a_plain_reference(rows: int, dim: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    words = [f"w{i}" for i in range(rows)]
    vectors = (rng.standard_normal((rows, dim)) * 10.0 ** rng.integers(-20, 15, (rows, 1))).astype(np.float32)
    vectors[rng.integers(0, rows)] = 0
    subject = as_subject((words, vectors))
    questions = [tuple(words[i] for i in rng.choice(rows, 4, replace=False)) for _ in range(30)]
    scale = np.abs(vectors).max(axis=1, keepdims=True)
    scaled = vectors / np.where(scale > 0, scale, 1)
    found = score_analogies_all(subject, asked(*questions), METHODS, policy="mean")  # type: ignore[arg-type]
    for method in METHODS:
        for question, right, covered in zip(questions, found[method].values, found[method].covered, strict=True):
            margin = reference(subject, scaled, question, method) if covered else 0.0
            if abs(margin) > 1e-3:
                assert right == (margin > 0), (method, question, margin)


def test_blocks_of_rows_have_no_edges(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    words = [f"w{i}" for i in range(3000)]
    subject = as_subject((words, rng.standard_normal((3000, 5)).astype(np.float32)))
    questions = asked(*[tuple(words[i] for i in rng.integers(0, 3000, 4)) for _ in range(200)])  # type: ignore[misc]
    whole = score_analogies_all(subject, questions, METHODS)
    monkeypatch.setattr("core.evaluation.analogy.ROWS_AT_ONCE", 7)
    small = score_analogies_all(subject, questions, METHODS)
    for method in METHODS:
        assert np.array_equal(whole[method].values, small[method].values)


def test_questions_of_one_pair_are_drawn_together() -> None:
    outcome = score_analogies(
        royal(),
        asked(("man", "king", "woman", "queen"), ("man", "king", "apple", "queen"), ("king", "man", "queen", "woman")),
    )
    assert outcome.clusters is not None and outcome.clusters.tolist() == [0, 0, 1]


def gensim_counts(path: Path, questions: Path, most: int) -> dict[str, tuple[int, int]]:
    """Section -> (right, covered), as gensim finds them."""
    from gensim.models import KeyedVectors

    theirs = KeyedVectors.load_word2vec_format(path, binary=path.suffix == ".bin", no_header=path.suffix == ".vec")
    _score, sections = theirs.evaluate_word_analogies(str(questions), restrict_vocab=most)
    return {one["section"]: (len(one["correct"]), len(one["correct"]) + len(one["incorrect"])) for one in sections[:-1]}


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # gensim leaves the file open
@pytest.mark.parametrize(
    ("vectors", "questions", "most"),
    [
        ("vectors_en/googlenews_8k_300d.bin", "eval_en/questions-words.txt", 300_000),
        ("vectors_en/googlenews_8k_300d.bin", "eval_en/questions-words.txt", 2000),
        ("vectors_en/glove_twitter_12k_25d.txt", "eval_en/questions-words.txt", 300_000),
        ("vectors_en/fasttext_wiki-news_1k_300d.vec", "eval_en/questions-words.txt", 300_000),
        ("vectors_zh/tencent_char_4762_200d.txt", "eval_zh/CA8/morphological.txt", 300_000),
        ("vectors_zh/tencent_char_4762_200d.txt", "eval_zh/CA8/semantic.txt", 300_000),
    ],
)
def test_answers_are_those_of_gensim_on_real_vectors(
    vectors: str, questions: str, most: int, data_folder: Path
) -> None:
    expected = gensim_counts(data_folder / vectors, data_folder / questions, most)
    subject = as_subject(open_source(str(data_folder / vectors)), case="any", most=most)
    outcome = score_analogies(subject, read_analogies(data_folder / questions))
    found = {name: (one["right"], one["counted"]) for name, one in outcome.details["by_section"].items()}
    assert {name: found.get(name, (0, 0)) for name in expected} == expected


def test_the_google_set_is_whole() -> None:
    google = read_analogies(path_of(known_set("google")))
    assert len(google) == 19544 and len(google.sections) == 14


@pytest.mark.parametrize(
    "text",
    [
        ": one\na b c d\n\n# told\n: two\ne f g h\n",
        "\ufeff: one\r\na b c d\r\n: two\r\ne  f g h\r\n",
        ": one\na\tb\tc\td\n: two\ne, f, g, h\n",
    ],
)
def test_questions_are_read_from_every_common_layout(text: str, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text(text, encoding="utf-8", newline="")
    assert read_analogies(tmp_path / "q.txt").sections == (
        ("one", (("a", "b", "c", "d"),)),
        ("two", (("e", "f", "g", "h"),)),
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b": only a section\n", r"q\.txt: there are no analogies in it"),
        (b": s\na b c d\na b c\n", r"q\.txt, line 3: 3 words, expected four"),
        (b"caf\xe9 a b c\n", r"q\.txt: this is not UTF-8 text"),
    ],
)
def test_a_set_that_is_not_sound_names_the_line(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_analogies(tmp_path / "q.txt")
    assert caught.value.fix
