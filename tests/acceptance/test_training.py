"""Vectors trained from the shell: five models, stopped and gone on with, ended early, from bad input, and used."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.training.artifact import read_artifact
from tests.acceptance.commands import lexiloom, lexiloom_json, start

TOPICS = (
    ("ship", "sea", "wave", "sail", "harbor", "captain", "mast", "storm"),
    ("bread", "oven", "flour", "baker", "dough", "butter", "yeast", "crust"),
)
MODELS: dict[str, tuple[str, ...]] = {
    "word2vec skip-gram": ("--method", "word2vec"),
    "word2vec cbow": ("--method", "word2vec", "--cbow"),
    "fasttext skip-gram": ("--method", "fasttext", "--set", "buckets=2000"),
    "fasttext cbow": ("--method", "fasttext", "--cbow", "--set", "buckets=2000"),
    "glove": ("--method", "glove", "--window", 5),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sentences on two topics, with a stray word of the other now and then: GloVe learns nothing from what never is."""
    draw = random.Random(1)
    lines = []
    for n in range(4000):
        words = [draw.choice(TOPICS[(n + (draw.random() < 0.1)) % 2]) for _place in range(8)]
        words.insert(draw.randrange(8), "the")
        lines.append(" ".join(words))
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def neighbors(told: dict[str, Any], word: str) -> list[str]:
    (one,) = (one for one in told["watched"] if one["word"] == word)
    return [neighbor for neighbor, _cosine in one["now"]]


@pytest.mark.parametrize("model", MODELS)
def test_five_models_learn_which_words_stand_together(model: str, text: Path, home: Path, tmp_path: Path) -> None:
    out = tmp_path / "made"
    options = (*MODELS[model], "--dim", 16, "--epochs", 15, "--seed", 3, "--watch", "ship", "--watch", "bread")
    # Of a vocabulary of seventeen words every one is frequent, and there are few pairs.
    options += ("--epochs", 200) if model == "glove" else ("--set", "subsample=0")
    told = lexiloom_json("train", "--corpus", text, *options, "--out", out, home=home)
    for topic in TOPICS:
        assert set(neighbors(told, topic[0])[:5]) < {*topic, "the"}
    made = read_artifact(out)
    assert set(made.words) == {*TOPICS[0], *TOPICS[1], "the"} and made.rows.shape == (17, 16)
    assert made.counts[made.words.index("the")] == 4000 == made.counts.max()
    assert told["losses"][-1][1] < told["losses"][0][1] and told["complete"] is True
    assert told["corpus"]["tokens"] == 36_000 and told["settings"]["texts"]["paths"] == ["text.txt"]
    made.check()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made"]


def test_what_is_trained_is_a_source_that_a_recipe_names_by_its_digest(text: Path, home: Path, tmp_path: Path) -> None:
    made, words, build = tmp_path / "made", tmp_path / "words.txt", tmp_path / "build"
    lexiloom("train", "--corpus", text, "--dim", 8, "--epochs", 2, "--out", made, home=home)
    words.write_text("ship\noven\nunheard\n", "utf-8")
    source = f"trained:{made}"
    told = lexiloom_json("build", "--vocab", words, "--source", source, "--fill", "mean", "--out", build, home=home)
    (used,) = json.loads((build / "build.json").read_text())["inputs"]["sources"]
    assert used["kind"] == "trained" and used["name"] == "made" and used["digest"].startswith("blake3:")
    assert told["coverage"]["oov"] == 1 if "oov" in told.get("coverage", {}) else told
    pairs = tmp_path / "pairs.tsv"
    lines = [f"{a}\t{b}\t{9 if near else 1}" for one, two in zip(*TOPICS, strict=True) for a, b, near in
             [(one, TOPICS[0][0], True), (two, TOPICS[1][0], True), (one, two, False)] if a != b]  # fmt: skip
    pairs.write_text("\n".join(lines) + "\n", "utf-8")
    subjects = ("random:8", source, "--suite", "none", "--set", f"similarity:{pairs}")
    random_one, trained_one = lexiloom_json("evaluate", *subjects, home=home)["lines"][0]["cells"]
    assert trained_one["value"] > random_one["value"]


@pytest.mark.parametrize("model", ["word2vec skip-gram", "fasttext cbow", "glove"])
def test_a_training_that_was_stopped_goes_on_to_the_same_vectors(
    model: str, text: Path, home: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if model == "glove":  # of few words there are few cells, and training would be over before it is stopped
        draw = random.Random(2)
        text = tmp_path_factory.mktemp("wide") / "text.txt"
        text.write_text(
            "\n".join(" ".join(f"w{draw.randrange(999)}" for _w in range(9)) for _l in range(2000)), "utf-8"
        )
    options = (*MODELS[model], "--dim", 50, "--epochs", 300, "--workers", 1, "--corpus", text)
    straight, broken = tmp_path / "straight", tmp_path / "broken"
    lexiloom("train", *options, "--out", straight, home=home)
    process = start("train", *options, "--out", broken, home=home)
    live = tmp_path / "broken.training" / "live.json"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not _begun(live):
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    _out, errors = process.communicate(timeout=120)
    assert process.returncode == 130 and "is kept" in errors and not broken.exists()
    assert list((tmp_path / "broken.training").glob("at-*.safetensors"))
    told = lexiloom_json("train", *options, "--out", broken, home=home)
    assert told["complete"] is True
    np.testing.assert_array_equal(read_artifact(broken).rows, read_artifact(straight).rows)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "straight"]


def _begun(live: Path) -> bool:
    try:
        return json.loads(live.read_text())["done"] > 0
    except (OSError, ValueError):
        return False


def test_what_was_reached_can_be_taken_as_it_is(text: Path, home: Path, tmp_path: Path) -> None:
    out = tmp_path / "made"
    options = ("--corpus", text, "--epochs", 5000, "--dim", 20, "--out", out)
    assert "nothing to finish" in lexiloom("train", *options, "--finish", home=home, code=1)
    process = start("train", *options, home=home)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not _begun(tmp_path / "made.training" / "live.json"):
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    process.communicate(timeout=120)
    told = lexiloom_json("train", *options, "--finish", home=home)
    assert told["complete"] is False and 0 < told["done"] < 5000 * told["total"]
    assert "ended early" in lexiloom("train", *options, "--set", "epochs=1", home=home) or out.exists()


def test_words_start_with_a_sources_vectors_and_the_contexts_of_one_trained_here(
    text: Path, home: Path, tmp_path: Path
) -> None:
    first, second, anchored = tmp_path / "first", tmp_path / "second", tmp_path / "anchored"
    common = ("--corpus", text, "--dim", 12, "--workers", 1, "--epochs", 1)
    lexiloom("train", *common, "--out", first, home=home)
    told = lexiloom_json(
        "train", *common, "--start", f"trained:{first}", "--set", "rate=1e-6", "--set", "last_rate=1e-7",
        "--out", second, home=home,
    )  # fmt: skip
    assert told["start"]["name"] == "first" and told["start"]["words"] == 17
    np.testing.assert_allclose(read_artifact(second).rows, read_artifact(first).rows, atol=1e-3)
    np.testing.assert_allclose(
        read_artifact(second).inner["contexts"], read_artifact(first).inner["contexts"], atol=1e-3
    )
    options = ("--method", "glove", "--start", f"trained:{first}", "--set", "anchor=100")
    lexiloom("train", *common, *options, "--out", anchored, home=home)
    there, here = read_artifact(first), read_artifact(anchored)
    cosines = (there.rows * here.rows).sum(1) / np.linalg.norm(there.rows, axis=1) / np.linalg.norm(here.rows, axis=1)
    assert cosines.mean() > 0.9


BAD: dict[str, tuple[bytes, tuple[object, ...], str]] = {
    "an empty text": (b"", (), "empty"),
    "nothing but marks": (b"... !!! ???\n" * 50, (), "no word"),
    "one word": (b"word " * 200, (), "at least two"),
    "only rare words": (b"one two three four\n", (), "minimum count of 1"),
    "binary junk": (bytes(range(256)) * 400, (), "text"),
    "a column of a plain text": (b"a b c a b c\n" * 50, ("--column", "text"), "column"),
    "a width that the source has not": (b"the of and to\n" * 50, ("--start", "builtin:english"), "256"),
    "no source to hold on to": (b"the of\n" * 50, ("--method", "glove", "--set", "anchor=.1"), "--start"),
    "a method that is none": (b"the of\n" * 50, ("--method", "lda"), "there is no method"),
    "an option that is none": (b"the of\n" * 50, ("--set", "negativs=3"), "negatives"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_told_in_words_and_leaves_nothing_behind(what: str, home: Path, tmp_path: Path) -> None:
    content, options, told = BAD[what]
    path = tmp_path / "text.txt"
    path.write_bytes(content)
    wrong_use = what in ("no source to hold on to", "a method that is none", "an option that is none")
    code = 2 if wrong_use and what != "no source to hold on to" else 1
    errors = lexiloom("train", "--corpus", path, *options, "--out", tmp_path / "made", home=home, code=code)
    assert told in errors
    assert [path.name for path in tmp_path.iterdir()] == ["text.txt"]


def test_a_column_that_is_not_there_is_told_with_those_that_are(home: Path, tmp_path: Path) -> None:
    table = tmp_path / "texts.csv"
    table.write_text("id,review\n1,good food good food\n", "utf-8")
    options = ("--corpus", table, "--column", "text", "--out", tmp_path / "made")
    assert "review" in lexiloom("train", *options, home=home, code=1)


def test_the_preview_shows_the_tokens_and_trains_nothing(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("The Ship sails. It's late.\n", "utf-8")
    assert "the | ship | sails | it's | late" in lexiloom("train", "--corpus", path, "--preview", home=home)
    told = lexiloom_json("train", "--corpus", path, "--preview", home=home)
    assert told["sentences"][0][:3] == ["the", "ship", "sails"]
    assert [path.name for path in tmp_path.iterdir()] == ["text.txt"]


def test_a_training_that_goes_on_reads_its_text_no_second_time(text: Path, tmp_path: Path) -> None:
    from core import train
    from core.errors import Cancelled

    stages: list[str] = []
    stopping = True

    def progress(stage: str, done: int, *_: Any) -> None:
        stages.append(stage)
        if stopping and stage == "Training" and done:
            raise Cancelled

    spec = {"kind": "word2vec", "texts": {"paths": [str(text)]}, "epochs": 3, "dim": 10}
    with pytest.raises(Cancelled):
        train(spec, tmp_path / "made", progress=progress)
    assert "Reading the text" in stages
    stages.clear()
    stopping = False
    assert train(spec, tmp_path / "made", progress=progress).lock["complete"]
    assert "Training" in stages and "Reading the text" not in stages
    stages.clear()
    (tmp_path / "made.training").mkdir()
    train({**spec, "min_count": 6}, tmp_path / "made", progress=progress)
    assert "Reading the text" in stages


def test_two_trainings_never_keep_their_state_in_one_folder(text: Path, tmp_path: Path) -> None:
    from core import train
    from core.errors import WorkspaceError
    from core.workspace.locks import locked

    spec = {"kind": "word2vec", "texts": {"paths": [str(text)]}}
    with locked(tmp_path / "made.training"), pytest.raises(WorkspaceError, match="another process"):
        train(spec, tmp_path / "made")
    assert not list(tmp_path.iterdir())


def test_somebody_elses_folder_is_refused_before_anything_is_read(text: Path, home: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert "notes.txt" in lexiloom("train", "--corpus", text, "--out", tmp_path, home=home, code=1)


@pytest.mark.realdata
@pytest.mark.parametrize("model", ["word2vec cbow", "glove"])
def test_a_novel_gives_neighbors_that_make_sense(model: str, data_folder: Path, home: Path, tmp_path: Path) -> None:
    novel, out = data_folder / "corpora_zh" / "hongloumeng.txt", tmp_path / "made"
    window = 15 if model == "glove" else 5
    options = (*MODELS[model], "--window", window, "--epochs", 20, "--watch", "宝玉", "--watch", "银子")
    told = lexiloom_json("train", "--corpus", novel, *options, "--out", out, home=home)
    people = ("黛玉", "宝钗", "袭人", "晴雯", "紫鹃", "贾母", "湘云", "麝月", "秋纹")
    assert sum(any(name in one for name in people) for one in neighbors(told, "宝玉")) >= 3, neighbors(told, "宝玉")
    assert sum("两" in one or one == "钱" for one in neighbors(told, "银子")) >= 3, neighbors(told, "银子")
