"""What decided is told exactly: words' parts and biases add up to the difference of logits."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.tuning.bags import Bags
from core.tuning.batches import batch_of
from core.tuning.checkpoints import Checkpoints
from core.tuning.classify import Classify
from core.tuning.explaining import LONGEST, class_words, mistakes
from core.tuning.head import contributions, pooled
from core.tuning.loop import train
from tests.unit.tuning import made

CLASSES = ("bad", "good")


def trained(folder: Path, kind: str = "full", **changes: Any) -> Classify:
    one = made.objective(kind, epochs=4, rate=0.2, head_rate=0.1, **changes)
    train(one, Checkpoints(folder, "key"))
    with torch.no_grad():  # biases that matter
        one.module.get_parameter("classifier.bias").copy_(torch.tensor([0.75, -0.5]))
        if one.module.transform is not None:
            one.module.get_parameter("transform.bias").normal_()
    return one


def logits_of(one: Classify, bags: Bags) -> np.ndarray:
    batch = batch_of((bags,), np.arange(len(bags)))
    one.module.eval()
    with torch.no_grad():
        return one.module(pooled(one.table.take(batch.words, rows=False, weights=False), batch.sides[0])).numpy()


def texts_at(places: Iterable[int]) -> dict[int, str]:
    return {place: f"text {place}" for place in places}


@pytest.mark.parametrize("kind, options", [("full", {}), ("gradual", {"rows_from": 1}), ("project", {"width": 3})])
def test_parts_of_words_and_biases_add_up_to_the_difference_of_logits(
    kind: str, options: dict[str, int], tmp_path: Path
) -> None:
    one = trained(tmp_path, kind, **options)
    texts, labels = made.texts(30, 2)
    texts[3], texts[4] = [], [5, 5, 5, 41]
    wrong = Bags.of(texts, labels, np.arange(30) + 10)
    logits = logits_of(one, wrong)
    # Whatever was found, the other class is said to be right: each text is a mistake.
    wrong = Bags(wrong.ids, wrong.starts, (1 - logits.argmax(axis=1)).astype(np.int32), wrong.places)
    told = mistakes(one, one.probabilities(wrong), wrong, CLASSES, made.matrix().vocabulary, texts_at)
    assert len(told) == 30
    for entry in told:
        at = int(entry["text"].split()[1]) - 10
        found, wanted = CLASSES.index(entry["found"]), CLASSES.index(entry["wanted"])
        total = sum(part for _word, part in entry["words"]) + entry["rest"]
        # Each part is rounded to four digits; exactly they add up as below.
        assert total == pytest.approx(logits[at, found] - logits[at, wanted], abs=1e-4 * (1 + len(entry["words"])))
        assert [word for word, _part in entry["words"]] == [made.word(row) for row in texts[at]]
        assert entry["found"] != entry["wanted"]


def test_contributions_add_up_to_logits_exactly(tmp_path: Path) -> None:
    one = trained(tmp_path, "project", width=3)
    text = [3, 17, 17, 44]
    rows, weights = one.table.values[text], torch.sigmoid(one.table.logits[text])
    with torch.no_grad():
        each = contributions(one.module, rows) * (weights / weights.sum())[:, None]
        total = each.sum(0) + one.module(torch.zeros(1, made.DIM))[0]
    np.testing.assert_allclose(total.numpy(), logits_of(one, Bags.of([text], [0]))[0], atol=1e-5)


def test_mistakes_are_the_surest_first_and_right_answers_are_not_among_them(tmp_path: Path) -> None:
    one = trained(tmp_path)
    texts, labels = made.texts(30, 3)
    labels[4], labels[9] = 1 - labels[4], 1 - labels[9]
    test = Bags.of(texts, labels)
    found = one.probabilities(test)
    wrong = np.flatnonzero(found.argmax(axis=1) != test.labels)
    told = mistakes(one, found, test, CLASSES, made.matrix().vocabulary, texts_at)
    assert {int(entry["text"].split()[1]) for entry in told} == set(wrong.tolist()) >= {4, 9}
    sure = [entry["probability"] for entry in told]
    assert sure == sorted(sure, reverse=True) and sure == pytest.approx(sorted(found.max(axis=1)[wrong])[::-1])
    few = mistakes(one, found, test, CLASSES, made.matrix().vocabulary, texts_at, most=1)
    assert few == told[:1]
    right = Bags(test.ids, test.starts, found.argmax(axis=1).astype(np.int32), test.places)
    assert mistakes(one, found, right, CLASSES, made.matrix().vocabulary, texts_at) == ()


def test_long_texts_are_cut_and_ones_that_are_gone_are_empty(tmp_path: Path) -> None:
    one = trained(tmp_path)
    test = Bags.of([[0], [25]], [1, 0])
    vocabulary = made.matrix().vocabulary
    told = mistakes(
        one, np.array([[0.9, 0.1], [0.4, 0.6]], np.float32), test, CLASSES, vocabulary, lambda _: {0: "x" * 9999}
    )
    assert [len(entry["text"]) for entry in told] == [LONGEST, 0]


def test_the_words_of_a_class_speak_for_it(tmp_path: Path) -> None:
    one = trained(tmp_path, train=made.bags(200))
    told = class_words(one, CLASSES, made.matrix().vocabulary, most=10)
    assert list(told) == list(CLASSES)
    for k, name in enumerate(CLASSES):
        words, parts = zip(*told[name], strict=True)
        own = {made.word(row) for row in range(20 * k, 20 * k + 20)}
        assert len(words) == 10 and set(words) <= own
        assert list(parts) == sorted(parts, reverse=True) and parts[0] > 0


def test_a_part_of_a_class_word_is_that_of_the_word_in_a_text_of_usual_length(tmp_path: Path) -> None:
    one = trained(tmp_path, train=made.bags(200), weights="equal")
    told = class_words(one, CLASSES, made.matrix().vocabulary, most=1)["good"][0]
    row = next(row for row in range(made.WORDS) if made.word(row) == told[0])
    each = contributions(one.module, one.table.values[[row]]).detach().numpy()[0] / 5
    assert told[1] == pytest.approx(each[1] - each[0], abs=1e-3)


def test_of_few_texts_rare_words_may_speak(tmp_path: Path) -> None:
    one = trained(tmp_path, train=Bags.of([[0], [25]], [0, 1]))
    told = class_words(one, CLASSES, made.matrix().vocabulary)
    assert told["bad"][0][0] == made.word(0) and told["good"][0][0] == made.word(25)
