"""Text vectors: what real files look like, and what broken ones do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import FormatError
from core.formats import chunks, open_vectors
from core.formats.hashing import hashes_of
from core.progress import ignore


def scan(path: Path, **options: bool):
    vectors = open_vectors(path, **options)
    blocks = list(vectors.scan(ignore))
    hashes = np.concatenate([b.hashes for b in blocks])
    starts = np.concatenate([b.starts for b in blocks])
    return vectors, hashes, starts


def rows(path: Path, **options: bool) -> tuple[np.ndarray, np.ndarray]:
    vectors, hashes, starts = scan(path, **options)
    ids = np.flatnonzero(hashes)
    ends = np.append(starts[1:], vectors.end())
    out = np.empty((len(ids), vectors.header.dim), np.float32)
    sound = np.empty(len(ids), bool)
    for block in vectors.read(ids, starts[ids], ends[ids]):
        at = slice(block.first, block.first + len(block.sound))
        out[at], sound[at] = block.vectors, block.sound
    return out, sound


def test_a_word_with_spaces_is_everything_before_the_last_numbers(tmp_path: Path) -> None:
    path = tmp_path / "glove.txt"
    path.write_text("the 0.1 0.2 0.3\n. . . 0.4 0.5 0.6\nat name@domain.com 0.7 0.8 0.9\nend 1 2 3\n")
    vectors, hashes, _starts = scan(path)
    assert vectors.header.dim == 3
    assert hashes.tolist() == hashes_of(["the", ". . .", "at name@domain.com", "end"]).tolist()
    assert vectors.faults.counts == {"words with spaces": 2}
    assert list(vectors.words()) == ["the", ". . .", "at name@domain.com", "end"]
    np.testing.assert_allclose(rows(path)[0][1:3], [[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])


@pytest.mark.parametrize("line, found", [("b 0.1\n", 1), ("b 0.1 0.2 0.3 0.4111\n", 4), ("b\n", 0)])
def test_a_row_of_the_wrong_width_is_named_with_its_line(tmp_path: Path, line: str, found: int) -> None:
    path = tmp_path / "v.txt"
    path.write_text("a 0.1234 0.2 0.3\n" * 3 + line + "c 1 2 3\n")
    with pytest.raises(FormatError, match=rf"line 4: {found} values, expected 3"):
        scan(path)


def test_rows_of_the_wrong_width_can_be_skipped_and_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("a 1 2 3\nb 1\nc 4 5 6\n")
    vectors, hashes, _starts = scan(path, skip_faulty=True)
    assert vectors.faults.counts == {"rows of the wrong width": 1}
    assert vectors.faults.places == {"rows of the wrong width": [1]}
    assert (hashes != 0).tolist() == [True, False, True]


@pytest.mark.parametrize("claimed, found", [(5, 2), (1, 2)])
def test_a_wrong_header_count_is_an_error(tmp_path: Path, claimed: int, found: int) -> None:
    path = tmp_path / "v.vec"
    path.write_text(f"{claimed} 3\na 1 2 3\nb 4 5 6\n")
    with pytest.raises(FormatError, match=f"promises {claimed} rows, the file has {found}"):
        scan(path)


@pytest.mark.parametrize("end", ["\n", "\r\n", " \n", "\t\r\n"])
def test_line_ends_and_separators_of_every_system_are_read(tmp_path: Path, end: str) -> None:
    for separator in (" ", "\t", "  "):
        path = tmp_path / "v.txt"
        path.write_bytes(
            (f"é{separator}1{separator}2{separator}3{end}" * 1 + f"b{separator}4{separator}5{separator}6{end}").encode()
        )
        values, sound = rows(path)
        assert sound.all()
        np.testing.assert_array_equal(values, [[1, 2, 3], [4, 5, 6]])


def test_the_last_line_needs_no_newline_and_a_byte_order_mark_is_no_word(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_bytes("\ufeffa 1 2\nb 3 4".encode())
    _vectors, hashes, _starts = scan(path)
    assert hashes.tolist() == hashes_of(["a", "b"]).tolist()
    values, sound = rows(path)
    assert sound.all()
    np.testing.assert_array_equal(values, [[1, 2], [3, 4]])


def test_malformed_numbers_are_named_when_their_row_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("a 1 2 3\nb 1 2.2.2 3\n")
    with pytest.raises(FormatError, match=r"row of 'b' at byte 8: '2\.2\.2' is not a number"):
        rows(path)


@settings(max_examples=300)
@given(
    st.lists(st.floats(width=64, allow_nan=False, allow_infinity=False), min_size=2, max_size=6),
    st.sampled_from(["r", ".5g", ".17g", ".30f", "e"]),
)
def test_numbers_are_those_that_python_reads(
    tmp_path_factory: pytest.TempPathFactory, values: list[float], style: str
) -> None:
    texts = [repr(v) if style == "r" else format(v, style) for v in values]
    path = tmp_path_factory.mktemp("n") / "v.txt"
    path.write_text(f"word {' '.join(texts)}\n")
    with np.errstate(over="ignore"):
        expected = np.array([float(t) for t in texts]).astype(np.float32)
    got, sound = rows(path)
    if np.isfinite(expected).all():
        assert sound.all()
        np.testing.assert_array_equal(got[0], expected)
    else:
        assert not sound.any()


@settings(max_examples=100)
@given(
    st.lists(
        st.text(st.characters(blacklist_categories=["Cs", "Zs", "Cc"], blacklist_characters=" "), min_size=1),
        min_size=1,
        max_size=30,
        unique=True,
    ),
    st.integers(64, 400),
)
def test_rows_are_found_whatever_the_size_of_the_pieces(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], size: int
) -> None:
    path = tmp_path_factory.mktemp("c") / "v.txt"
    path.write_bytes("".join(f"{w} 0.5 -1.25e-3 7\n" for w in words).encode())
    usual = chunks.CHUNK
    chunks.CHUNK = size
    try:
        _vectors, hashes, _starts = scan(path)
    finally:
        chunks.CHUNK = usual
    assert hashes.tolist() == hashes_of(words).tolist()


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"you 28787591\ni 27086011\n", "words with counts"),
        (b"a,1 0 0\nb,0 1 0\n", "comma"),
        (b"import numpy as np\n\nprint(1)\n", "not a file of vectors"),
        ("a 1 2\n".encode("utf-16"), "UTF-16"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "LFS"),
    ],
)
def test_what_is_no_file_of_vectors_is_refused_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "v.txt"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=reason):
        open_vectors(path)
