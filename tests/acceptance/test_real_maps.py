"""Exploring real vectors, through the command line: maps that can be trusted, neighbors as gensim finds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.exports import read_build
from core.projection.saved import read_parquet
from tests.acceptance.commands import lexiloom, lexiloom_json

pytestmark = pytest.mark.realdata

JOBS = {
    "english": ("lists/en_50k_freq.txt", "vectors_en/googlenews_8k_300d.bin", True, "water"),
    "chinese": ("lists/zh_cn_50k_freq.txt", "vectors_zh/tencent_char_4762_200d.txt", False, "水"),
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # gensim leaves files open
@pytest.mark.parametrize("job", JOBS)
def test_real_vectors_are_explored(job: str, data_folder: Path, tmp_path: Path) -> None:
    from gensim.models import KeyedVectors

    vocabulary, vectors, binary, word = JOBS[job]
    lines = (data_folder / vocabulary).read_text("utf-8").splitlines()[:2500]
    (tmp_path / "words.txt").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    home, out = tmp_path / "home", tmp_path / "build"
    source = data_folder / vectors
    lexiloom("build", "--vocab", tmp_path / "words.txt", "--source", source, "--fill", "drop", "--out", out, home=home)

    near = lexiloom_json("neighbors", out, word, "--k", "5", home=home)
    kept = list(read_build(out).matrix.vocabulary.words)
    theirs = KeyedVectors.load_word2vec_format(str(source), binary=binary)
    ours = [one["word"] for one in near["queries"][0]["neighbors"]]
    known = {w for w in kept if w in theirs.key_to_index}
    expected = [w for w, _cosine in theirs.most_similar(word, topn=len(theirs.key_to_index)) if w in known][:5]
    assert len(set(ours) & set(expected)) >= 4  # words found under another spelling are rows of ours alone

    # UMAP is compiled anew in each process, and knows no language: once is enough.
    for method, least in (("pca", 0.55), ("tsne", 0.8), *([("umap", 0.8)] if job == "english" else [])):
        told = lexiloom_json("project", out, "--method", method, "--out", tmp_path / f"{method}.parquet", home=home)
        assert told["quality"]["trustworthiness"] > least, (method, told["quality"])
        drawn = read_parquet(tmp_path / f"{method}.parquet", read_build(out).matrix)
        assert len(drawn.rows) + sum(map(len, drawn.left_out.values())) == len(kept)
