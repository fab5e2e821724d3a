"""The main job on real vectors, through the command line: every row is the one that gensim reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.exports import read_build
from tests.acceptance.commands import lexiloom, lexiloom_json

pytestmark = pytest.mark.realdata

JOBS = {
    "glove text": ("lists/en_50k_freq.txt", "vectors_en/glove_twitter_12k_25d.txt", False),
    "word2vec binary": ("lists/en_50k_freq.txt", "vectors_en/googlenews_8k_300d.bin", True),
    "headerless text": ("lists/en_50k_freq.txt", "vectors_en/fasttext_wiki-news_1k_300d.vec", False),
    "chinese": ("lists/zh_cn_50k_freq.txt", "vectors_zh/tencent_char_4762_200d.txt", False),
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # gensim leaves files open
@pytest.mark.parametrize("job", JOBS)
def test_a_build_from_real_vectors_loads_in_torch_and_gensim_with_equal_values(
    job: str, data_folder: Path, tmp_path: Path
) -> None:
    import torch
    from gensim.models import KeyedVectors

    vocabulary, vectors, binary = JOBS[job]
    lines = (data_folder / vocabulary).read_text("utf-8").splitlines()[:6000]
    (tmp_path / "words.txt").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    home, out = tmp_path / "home", tmp_path / "build"
    lexiloom("build", "--vocab", tmp_path / "words.txt", "--source", data_folder / vectors, "--out", out, home=home)
    build = read_build(out)
    words = build.matrix.vocabulary.words

    headerless = job == "headerless text"
    theirs = KeyedVectors.load_word2vec_format(str(data_folder / vectors), binary=binary, no_header=headerless)
    exact = [i for i, w in enumerate(words) if w in theirs.key_to_index and w not in build.matrix.vocabulary.specials]
    assert len(exact) > 500
    np.testing.assert_array_equal(build.matrix.vectors[exact], theirs[[words[i] for i in exact]])

    lexiloom("export", out, "--format", "pt", "--out", tmp_path / "m.pt", home=home)
    weight = torch.load(tmp_path / "m.pt", weights_only=True)["weight"]
    layer = torch.nn.Embedding(*weight.shape)
    layer.load_state_dict({"weight": weight})
    np.testing.assert_array_equal(layer.weight.detach().numpy(), build.matrix.vectors)

    for kind, name in (("word2vec", "m.vec"), ("word2vec-binary", "m.bin")):
        lexiloom("export", out, "--format", kind, "--out", tmp_path / name, home=home)
        again = KeyedVectors.load_word2vec_format(str(tmp_path / name), binary=name.endswith("bin"))
        assert tuple(again.index_to_key) == words
        np.testing.assert_array_equal(again.vectors, build.matrix.vectors)


def test_coverage_says_the_same_as_counting_by_hand(data_folder: Path, tmp_path: Path) -> None:
    from gensim.models import KeyedVectors

    path = data_folder / "vectors_en/googlenews_8k_300d.bin"
    theirs = KeyedVectors.load_word2vec_format(str(path), binary=True)
    found = lexiloom_json(
        "coverage", "--vocab", data_folder / "lists/en_50k_freq.txt", "--source", path, "--ladder", "exact",
        home=tmp_path,
    )  # fmt: skip
    counts = {
        word: int(count)
        for word, count in (
            line.split(" ") for line in (data_folder / "lists/en_50k_freq.txt").read_text("utf-8").splitlines()
        )
    }
    by_hand = [w for w in counts if w in theirs.key_to_index]
    coverage = found["coverage"]
    assert coverage["types"]["exact"] == len(by_hand)
    assert coverage["tokens"]["exact"] == sum(counts[w] for w in by_hand)


def test_a_compressed_source_gives_the_same_bytes(data_folder: Path, tmp_path: Path) -> None:
    import gzip

    plain = data_folder / "vectors_en/glove_twitter_12k_25d.txt"
    (tmp_path / "v.gz").write_bytes(gzip.compress(plain.read_bytes()))
    vocabulary = data_folder / "lists/projector_w2v_10000_labels.tsv"
    for name, source in (("one", plain), ("two", tmp_path / "v.gz")):
        lexiloom("build", "--vocab", vocabulary, "--source", source, "--out", tmp_path / name, home=tmp_path / "home")
    one, two = (read_build(tmp_path / name) for name in ("one", "two"))
    assert one.matrix.id == two.matrix.id
