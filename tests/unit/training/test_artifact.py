"""The folder of a training: read back as it was written, opened as a source, and never half there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import SourceError, WorkspaceError
from core.sources import TrainedSpec, open_source, parse_source
from core.sources.protocol import Context
from core.training.artifact import INNER, LOCK, WORDS, is_artifact, read_artifact, write_artifact
from core.workspace.workspace import Workspace

HELD = ("the", "of", "house", "\u2028", "cat")


def written(folder: Path, method: str = "word2vec", inner: dict[str, Any] | None = None, **settings: Any) -> Path:
    rows = np.arange(3 * len(HELD), dtype=np.float32).reshape(len(HELD), 3)
    write_artifact(
        folder,
        words=HELD,
        counts=np.arange(len(HELD), 0, -1),
        rows=rows,
        inner=inner or {"contexts": rows + 1},
        sample=[["the", "cat"] * 100, ["house"]],
        lock={"method": method, "settings": settings, "corpus": {"language": "en"}},
    )
    return folder


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    made = read_artifact(written(tmp_path / "made"))
    assert made.words == HELD and made.counts.tolist() == [5, 4, 3, 2, 1]
    np.testing.assert_array_equal(made.rows[1], [3, 4, 5])
    np.testing.assert_array_equal(made.inner["contexts"], made.rows + 1)
    assert len(made.sample) == 2 and len(made.sample[0]) == 60
    assert made.lock["words"] == 5 and made.lock["dim"] == 3 and set(made.lock["files"]) > {WORDS, INNER}
    made.check()


def test_a_changed_file_is_found_out(tmp_path: Path) -> None:
    made = read_artifact(written(tmp_path / "made"))
    (made.folder / INNER).write_bytes(b"other")
    with pytest.raises(SourceError, match=INNER):
        made.check()


def test_an_older_training_is_replaced_and_somebody_elses_folder_is_not(tmp_path: Path) -> None:
    written(tmp_path / "made")
    written(tmp_path / "made", "glove")
    assert read_artifact(tmp_path / "made").method == "glove"
    (tmp_path / "made" / "notes.txt").write_text("mine")
    with pytest.raises(WorkspaceError, match=r"notes\.txt"):
        written(tmp_path / "made")
    assert (tmp_path / "made" / "notes.txt").read_text() == "mine"
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("damage", ["absent", "empty", "other", "newer"])
def test_what_is_no_training_is_refused_in_words(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "made"
    if damage != "absent":
        written(folder)
        text = {"empty": "", "other": "{}", "newer": json.dumps({"lexiloom_training": 99, "files": {}})}[damage]
        (folder / LOCK).write_text(text)
    with pytest.raises(SourceError, match="no vectors that Lexiloom trained"):
        open_source(f"trained:{folder}")


def test_a_spec_string_says_that_it_is_one_and_a_folder_shows_it(tmp_path: Path) -> None:
    folder = written(tmp_path / "made")
    assert is_artifact(folder)
    assert parse_source(f"trained:{folder}") == parse_source(str(folder)) == TrainedSpec(path=str(folder))


def test_n_grams_that_training_met_make_other_words_and_those_it_did_not_meet_take_no_part(tmp_path: Path) -> None:
    from core.formats.ngrams import buckets_of

    settings = {"shortest": 3, "longest": 3, "buckets": 1000}
    known = np.unique(buckets_of(["cats"], 3, 3, 1000)[0])  # <ca cat ats ts>
    rows = np.random.default_rng(0).normal(size=(len(known), 3)).astype(np.float32)
    folder = written(tmp_path / "made", "fasttext", {"buckets": known, "ngrams": rows}, **settings)
    source = open_source(f"trained:{folder}", Context(workspace=Workspace(tmp_path / "home")))
    assert source.info.composes and source.info.languages == ("en",)
    out = np.empty((3, 3), np.float32)
    assert source.compose(["cats", "cat", "xyzzy"], out).tolist() == [True, True, False]
    of = dict(zip(known.tolist(), rows, strict=True))
    shared = [bucket for bucket in buckets_of(["cat"], 3, 3, 1000)[0].tolist() if bucket in of]
    assert len(shared) == 2  # <ca and cat
    np.testing.assert_allclose(out[1], np.mean([of[bucket] for bucket in shared], axis=0), rtol=1e-6)
    np.testing.assert_allclose(out[0], rows.mean(axis=0), rtol=1e-5)
    assert not out[2].any()
    plain = open_source(f"trained:{written(tmp_path / 'plain')}", Context(workspace=Workspace(tmp_path / "home")))
    assert not plain.compose(["cats"], out[:1]).any()
