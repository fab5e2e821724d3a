"""Two real sources as one: what the seam holds, and what the scores are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core import Recipe, run
from core.evaluation.pairs import load_pairs
from core.evaluation.similarity import score_similarity
from core.evaluation.subjects import as_subject
from core.pipeline import Build
from tests.acceptance.commands import ROOT, lexiloom, lexiloom_json
from tests.unit.formats import vector_files as files

TWITTER, NEWS = "vectors_en/glove_twitter_12k_25d.txt", "vectors_en/googlenews_8k_300d.bin"


def words(folder: Path, n: int) -> list[str]:
    """The `n` most frequent words of a list, and those of WordSim-353."""
    lines = (folder / "lists/en_50k_freq.txt").read_text("utf-8").splitlines()[:n]
    return list(
        dict.fromkeys([*(line.split()[0] for line in lines), *(w.lower() for w in load_pairs("wordsim353").words)])
    )


def wordsim(build: Build) -> float:
    outcome = score_similarity(as_subject(build.matrix, "matrix"), load_pairs("wordsim353"))
    score = outcome.value() or 0.0
    print(f"{build.recipe.combine.kind}: WordSim-353 {100 * score:.1f} on {int(outcome.covered.sum())} pairs")  # noqa: T201
    return score


@pytest.mark.realdata
def test_twitter_vectors_are_aligned_onto_the_built_in_source(data_folder: Path) -> None:
    sources = ["builtin:english", str(data_folder / TWITTER)]
    build = run(Recipe(vocabulary=words(data_folder, 50_000), sources=sources, combine="align", oov="mean"))
    (seam,) = build.lock["seams"]
    assert seam["overlap"] > 5000 and seam["mapped"] > 100
    assert seam["others"] + 0.05 < seam["low"] <= seam["cosine"] <= seam["high"] < 1
    assert seam["first"] > 20 / seam["among"]
    assert not [one for one in build.cover.warnings if one["code"] == "spaces"]
    assert build.coverage.types.by_origin["mapped"] == seam["mapped"]
    assert wordsim(build) > 0.7


@pytest.mark.realdata
def test_two_sources_side_by_side_cover_more_and_score_no_worse(data_folder: Path) -> None:
    asked, news = words(data_folder, 6000), str(data_folder / NEWS)

    def made(*sources: str, **options: object) -> float:
        return wordsim(run(Recipe(vocabulary=asked, sources=sources, oov="mean", **options)))

    alone = [made(news), made("builtin:english")]
    joined = made(news, "builtin:english", combine="concatenate")
    reduced = made(news, "builtin:english", combine="concatenate", transforms=[{"kind": "pca", "dim": 256}])
    assert joined > max(alone) - 0.02 and reduced > max(alone) - 0.04


@pytest.fixture
def turned(tmp_path: Path) -> list[object]:
    """Options for two files of vectors, the second a rotated copy of the first with more words."""
    rng = np.random.default_rng(0)
    held = [f"w{i}" for i in range(900)]
    vectors = rng.standard_normal((900, 8)).astype("f4")
    files.glove(tmp_path / "a.txt", held[:700], vectors[:700])
    files.glove(tmp_path / "b.txt", held, vectors @ np.linalg.qr(rng.standard_normal((8, 8)))[0].astype("f4"))
    (tmp_path / "words.txt").write_text("".join(f"{word}\n" for word in held), "utf-8")
    return ["--vocab", tmp_path / "words.txt", "--source", tmp_path / "a.txt", "--source", tmp_path / "b.txt"]


def test_the_command_line_tells_the_combination_and_the_seam(turned: list[object], tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    told = lexiloom_json("coverage", *turned, "--combine", "align", "--json", home=home)
    assert told["combine"] == {"kind": "align", "map": "procrustes", "min_overlap": 500}
    assert told["coverage"]["types"]["mapped"] == 200 and not told["warnings"]
    options = ["--combine", "align", "--set", "combine.map=ridge", "--out", out]
    told = lexiloom_json("build", *turned, *options, "--json", home=home)
    (seam,) = told["seams"]
    assert told["combine"]["map"] == seam["map"] == "ridge" and seam["overlap"] == 700 and seam["cosine"] > 0.99
    card = (out / "card.md").read_text("utf-8")
    assert "## The seam between spaces" in card and "2. combine align\n" in card
    report = lexiloom("build", *turned, *options, home=home)
    assert (
        "combined by: align" in report
        and "b.txt is mapped into the space of a.txt by ridge, fitted on 700 words" in report
    )


@pytest.mark.parametrize("kind", ["align", "concatenate", "average"])
def test_python_and_the_command_line_write_the_same_bytes(kind: str, turned: list[object], tmp_path: Path) -> None:
    out = tmp_path / "out"
    lexiloom("build", *turned, "--combine", kind, "--dim", 6, "--out", out, home=tmp_path / "home")
    run(Recipe.from_toml(out / "recipe.toml"), base=out).save(tmp_path / "again")
    for name in ("matrix.safetensors", "rows.parquet", "card.md", "recipe.toml"):
        assert (out / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_an_unknown_combination_is_wrong_use_that_lists_the_kinds(turned: list[object], tmp_path: Path) -> None:
    told = lexiloom("coverage", *turned, "--combine", "blend", home=tmp_path / "home", code=2)
    assert "chain, align, concatenate or average" in " ".join(told.replace("│", " ").split())


def test_the_number_of_threads_changes_no_byte_of_a_map() -> None:
    code = (
        "import hashlib, numpy as np\n"
        "from core.combining.mapping import fit_map\n"
        "rng = np.random.default_rng(0)\n"
        "a, b = rng.standard_normal((3000, 120)).astype('f4'), rng.standard_normal((3000, 90)).astype('f4')\n"
        "for kind in ('procrustes', 'ridge'):\n"
        "    print(hashlib.sha256(fit_map(kind, a, b)(a).astype('f4').tobytes()).hexdigest())\n"
    )
    told = []
    for threads in ("1", "2"):
        limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **limits}, capture_output=True, check=True
        )
        told.append(done.stdout)
    assert told[0] == told[1]
