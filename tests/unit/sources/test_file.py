"""A file as a source: its index, its freshness, its n-grams, and real files against other readers."""

from __future__ import annotations

import json
import os
import struct
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import FormatError, SourceError, WorkspaceError
from core.formats.inspection import inspect_file
from core.sources import Context, FileSpec, open_source, parse_source
from core.workspace import indexes
from core.workspace.workspace import Workspace
from tests.unit.formats import vector_files as files


def open_file(path: Path, home: Path, **options):
    return open_source(FileSpec(path=str(path), **options), Context(workspace=Workspace(home)))


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(1, 300), part=st.sampled_from([7, 64, 1000]), segment=st.sampled_from([1, 5, 64]))
def test_an_index_sorted_and_searched_in_parts_finds_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: int, part: int, segment: int
) -> None:
    folder = tmp_path_factory.mktemp("index")
    words = [f"w{i % 250}" for i in range(rows)]
    path = files.glove(folder / "v.txt", words, files.matrix(rows, 3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexes, "PART", part)
        patch.setattr(indexes, "SEGMENT", segment)
        source = open_file(path, folder / "home")
        asked = ["absent", *words, *words[::-1], "w", ""]
        expected = [words.index(w) if w in words else -1 for w in asked]
        assert source.locate(asked).tolist() == expected
        out = np.empty((rows, 3), np.float32)
        source.gather(np.arange(rows)[::-1], out)
    np.testing.assert_array_equal(out[::-1], files.matrix(rows, 3))


def test_a_changed_file_is_scanned_afresh(tmp_path: Path) -> None:
    path = files.glove(tmp_path / "v.txt", ["a", "b"], files.matrix(2, 3))
    assert open_file(path, tmp_path / "home").locate(["c"]).tolist() == [-1]
    files.glove(path, ["a", "c"], files.matrix(2, 3))
    os.utime(path, ns=(1, 1))
    source = open_file(path, tmp_path / "home")
    assert source.scanned and source.locate(["c"]).tolist() == [1]


def test_a_file_that_changes_while_it_is_in_use_is_an_error(tmp_path: Path) -> None:
    path = files.glove(tmp_path / "v.txt", ["a", "b"], files.matrix(2, 3))
    source = open_file(path, tmp_path / "home")
    path.write_text("x 1 2 3\n")
    with pytest.raises(SourceError, match="changed while it was in use"):
        source.gather(np.array([0]), np.empty((1, 3), np.float32))


def test_a_copy_of_a_file_shares_its_index(tmp_path: Path) -> None:
    one = files.glove(tmp_path / "one.txt", ["a"], files.matrix(1, 3))
    two = files.glove(tmp_path / "two.txt", ["a"], files.matrix(1, 3))
    assert open_file(one, tmp_path / "home").index.folder == open_file(two, tmp_path / "home").index.folder


@pytest.mark.parametrize("damage", ["cut", "meta", "gone"])
def test_a_damaged_index_is_made_again(tmp_path: Path, damage: str) -> None:
    path = files.glove(tmp_path / "v.txt", ["a", "b"], files.matrix(2, 3))
    folder = open_file(path, tmp_path / "home").index.folder
    if damage == "cut":
        (folder / "hashes.u64").write_bytes(b"123")
    elif damage == "meta":
        (folder / "index.json").write_text("{")
    else:
        (folder / "index.json").unlink()
    source = open_file(path, tmp_path / "home")
    assert source.scanned and source.locate(["b"]).tolist() == [1]


def test_what_a_killed_process_left_half_made_is_swept(tmp_path: Path) -> None:
    path = files.glove(tmp_path / "v.txt", ["a", "b"], files.matrix(2, 3))
    left = Workspace(tmp_path / "home").indexes / ".making-999999999-x"
    left.mkdir(parents=True)
    open_file(path, tmp_path / "home")
    assert not left.exists()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs a full disk such as Linux's /dev/full")
def test_a_disk_that_fills_while_the_index_is_written_leaves_nothing(tmp_path: Path) -> None:
    import resource
    import signal

    path = files.glove(tmp_path / "v.txt", [f"w{i}" for i in range(5000)], files.matrix(5000, 3))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, usual[1]))
    try:
        with pytest.raises(WorkspaceError, match="LEXILOOM_HOME"):
            open_file(path, tmp_path / "home")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert not list((tmp_path / "home" / "indexes").iterdir())


def test_skipped_rows_are_counted_and_refused_by_default(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("a 1 2 3\nb 1 2\nc 4 5 6\n")
    with pytest.raises(FormatError, match="line 2"):
        open_file(path, tmp_path / "home")
    source = open_file(path, tmp_path / "home", on_fault="skip")
    assert source.info.faults == {"rows of the wrong width": 1}
    assert source.locate(["a", "b", "c"]).tolist() == [0, -1, 2]
    with pytest.raises(FormatError, match="line 2"):
        open_file(path, tmp_path / "home")


def test_fasttext_words_are_the_mean_of_their_row_and_their_ngrams(tmp_path: Path) -> None:
    words, own, ngrams = ["ab", "c", "</s>"], files.matrix(3, 4), files.matrix(11, 4, seed=1)
    path = files.fasttext(tmp_path / "m", words, own, shortest=2, longest=3, buckets=11, ngrams=ngrams)
    source = open_file(path, tmp_path / "home")

    def bucket(gram: str) -> int:
        h = 2166136261
        for byte in gram.encode():
            h = ((h ^ (byte - 256 if byte > 127 else byte) & 0xFFFFFFFF) * 16777619) & 0xFFFFFFFF
        return h % 11

    out = np.empty((3, 4), np.float32)
    assert source.gather(source.locate(words), out).all()
    grams = [bucket(g) for g in ("<a", "<ab", "ab", "ab>", "b>")]
    np.testing.assert_allclose(out[0], np.vstack([own[:1], ngrams[grams]]).mean(0), rtol=1e-6)
    np.testing.assert_allclose(out[2], own[2])
    made = source.compose(["ba", "北京"], out[:2])
    assert made.all()
    np.testing.assert_allclose(out[0], ngrams[[bucket(g) for g in ("<b", "<ba", "ba", "ba>", "a>")]].mean(0), rtol=1e-6)
    grams = [bucket(g) for g in ("<北", "<北京", "北京", "北京>", "京>")]
    np.testing.assert_allclose(out[1], ngrams[grams].mean(0), rtol=1e-6)


def test_a_quantized_fasttext_model_says_so(tmp_path: Path) -> None:
    path = files.fasttext(tmp_path / "m", ["a"], files.matrix(1, 4))
    data = bytearray(path.read_bytes())
    data[-(17 + 16)] = 1
    path.write_bytes(data)
    with pytest.raises(FormatError, match="quantized"):
        open_file(path, tmp_path / "home")
    assert struct.calcsize("<?qq") == 17


def test_spec_strings_mean_what_they_say(tmp_path: Path) -> None:
    assert parse_source("random:7,xavier").distribution == "xavier"
    assert parse_source("glove.zip::a.txt") == FileSpec(path="glove.zip", member="a.txt")
    assert parse_source("C:\\vectors.txt") == FileSpec(path="C:\\vectors.txt")
    for wrong in ("random:x", "builtin:klingon", "random:0", ""):
        with pytest.raises(SourceError, match="source"):
            parse_source(wrong)


def test_random_vectors_depend_on_the_word_and_the_seed_alone(tmp_path: Path) -> None:
    def rows(text: str, words: list[str]) -> np.ndarray:
        source = open_source(text)
        out = np.empty((len(words), source.info.dim), np.float32)
        source.gather(source.locate(words), out)
        return out

    one, two = rows("random:50", ["a", "b", "a"]), rows("random:50", ["b", "z", "a"])
    np.testing.assert_array_equal(one[[0, 1]], two[[2, 0]])
    np.testing.assert_array_equal(one[0], one[2])
    assert abs(rows("random:20000", ["x"]).std() - 0.1) < 0.005
    assert abs(rows("random:10,uniform", ["x", "y"])).max() <= 0.05
    assert abs(rows("random:10,xavier", ["x", "y"])).max() <= (6 / 11) ** 0.5


def test_inspection_finds_every_fault_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_bytes(b"a 1 2 3\nb 1 2\n\na 4 5 6\nc 0 0 0\nd nan 1 2\n. . 1 2 3\ne 1 x 3\n\xff\xfe 1 2 3\n" * 1)
    found = inspect_file(path)
    lines = {kind: [p["line"] for p in places] for kind, places in found.places.items()}
    assert lines == {
        "rows of the wrong width": [2],
        "blank lines": [3],
        "duplicate words": [4],
        "rows of zeros": [5],
        "rows with NaN, infinite or malformed values": [6, 8],
        "words with spaces": [7],
        "words that are not UTF-8": [9],
    }
    assert found.dim == 3 and found.words[0] == "a"
    json.dumps(found.as_dict())


REAL = [
    "vectors_en/glove_twitter_12k_25d.txt",
    "vectors_en/googlenews_8k_300d.bin",
    "vectors_zh/tencent_char_4762_200d.txt",
]


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # gensim leaves files open
@pytest.mark.parametrize(
    "name", [*REAL, "vectors_en/fasttext_wiki-news_1k_300d.vec", "fixtures/finalfusion/similarity.bin"]
)
def test_real_files_give_the_vectors_that_gensim_gives(data_folder: Path, tmp_path: Path, name: str) -> None:
    from gensim.models import KeyedVectors

    path = data_folder / name
    headerless = name.endswith("news_1k_300d.vec")
    theirs = KeyedVectors.load_word2vec_format(str(path), binary=name.endswith(".bin"), no_header=headerless)
    ours = open_file(path, tmp_path / "home")
    words = theirs.index_to_key
    ids = ours.locate(words)
    assert (ids >= 0).all()
    out = np.empty((len(ids), ours.info.dim), np.float32)
    assert ours.gather(ids, out).all()
    np.testing.assert_array_equal(out, theirs.vectors)


def gensim_files(pattern: str) -> list[Path]:
    found = find_spec("gensim")
    assert found is not None and found.origin is not None
    return sorted((Path(found.origin).parent / "test" / "test_data").glob(pattern))


@pytest.mark.parametrize(
    "path", [p for p in gensim_files("*.bin") if "ft" in p.name or "fasttext" in p.name], ids=lambda p: p.name
)
def test_fasttext_models_give_the_vectors_that_gensim_gives(path: Path, tmp_path: Path) -> None:
    from gensim.models.fasttext import load_facebook_vectors

    ours = open_file(path, tmp_path / "home")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            theirs = load_facebook_vectors(str(path))
        except NotImplementedError:
            pytest.skip("gensim reads no supervised models")
    # fastText gives </s> no n-grams (Dictionary::initNgrams); gensim does.
    words = [w for w in theirs.index_to_key if w != "</s>"]
    if "cp852" in path.name:  # its words are no UTF-8: those beyond ASCII have no name that both share
        words = [w for w in words if w.isascii() and "\\" not in w]
    out = np.empty((len(words), ours.info.dim), np.float32)
    assert ours.gather(ours.locate(words), out).all()
    np.testing.assert_allclose(out, np.stack([theirs[w] for w in words]), rtol=1e-4, atol=1e-6)
    unknown = ["unheardofword", "блогер", "zzzqqq"]
    made = np.empty((3, ours.info.dim), np.float32)
    if ours.compose(unknown, made).all():
        np.testing.assert_allclose(made, np.stack([theirs.get_vector(w) for w in unknown]), rtol=1e-4, atol=1e-6)


@pytest.mark.realdata
def test_every_odd_file_is_read_or_refused_with_a_reason(data_folder: Path, tmp_path: Path) -> None:
    from core.errors import LexiloomError

    read, refused = [], []
    for path in sorted(p for p in (data_folder / "fixtures").rglob("*") if p.is_file()):
        try:
            source = open_file(path, tmp_path / "home")
            out = np.empty((3, source.info.dim), np.float32)
            assert source.gather(np.array([0, 1, 0]), out)[0]
            read.append(path.name)
        except LexiloomError as error:
            assert error.fix, str(error)
            refused.append(path.name)
    assert {
        "similarity.nodims",
        "fasttext.bin",
        "glove.840B.300d.zip",
        "model.safetensors",
        "utf8-incomplete.bin",
    } <= set(read)
    assert {"similarity.fifu", "vectors_test.csv", "wiki.en.vec", "tokenizer.json", "glove.6B.zip"} <= set(refused)
