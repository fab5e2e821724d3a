"""Packed texts: read like plain ones in every kind of vocabulary, and never half."""

from __future__ import annotations

import bz2
import gzip
import io
import tracemalloc
from pathlib import Path

import pytest
import zstandard

from core.errors import VocabularyError
from core.vocabulary import CorpusSpec, TableSpec, WordsSpec, read_vocabulary
from core.vocabulary.lines import TextFile
from core.vocabulary.packed import packing_of, unpacked

from .written import counts_of, read, words_of, write

ZSTD = zstandard.ZstdCompressor()
PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "zst": ZSTD.compress}
TEXT = "the sea\nthe lake\n" * 50_000
SKIPPED = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"  # a frame that holds no data


def streamed(content: bytes) -> bytes:
    """A frame whose head does not say how long its content is."""
    packer = ZSTD.compressobj()
    return packer.compress(content) + packer.flush()


@pytest.mark.parametrize("kind", PACKERS)
class TestReading:
    def test_corpora_lists_and_tables(self, kind: str, tmp_path: Path) -> None:
        pack = PACKERS[kind]
        corpus = read(tmp_path, pack(TEXT.encode("utf-16")), "odd.name", spec=CorpusSpec)
        assert words_of(corpus) == ["the", "lake", "sea"] and counts_of(corpus) == [100_000, 50_000, 50_000]
        assert words_of(read(tmp_path, pack(b"sea\nlake\n"), f"a.{kind}", spec=WordsSpec)) == ["sea", "lake"]
        table = read(tmp_path, pack(b"word,count\nsea,3\n"), f"a.csv.{kind}", spec=TableSpec)
        assert words_of(table) == ["sea"] and counts_of(table) == [3]

    def test_a_folder_of_them(self, kind: str, tmp_path: Path) -> None:
        write(tmp_path, PACKERS[kind](b"the sea\n"), f"A.TXT.{kind.upper()}")
        assert words_of(read_vocabulary(CorpusSpec(path=str(tmp_path), specials=()))) == ["sea", "the"]

    def test_several_members_are_one_text(self, kind: str, tmp_path: Path) -> None:
        content = PACKERS[kind](b"the sea\n") + PACKERS[kind](b"the lake\n")
        assert counts_of(read(tmp_path, content, "a", spec=CorpusSpec)) == [2, 1, 1]

    @pytest.mark.parametrize("lost", [1, 9, 100])
    def test_one_that_is_cut_off_is_an_error(self, kind: str, lost: int, tmp_path: Path) -> None:
        content = PACKERS[kind]("".join(f"{n} {n * n}\n" for n in range(50_000)).encode())
        with pytest.raises(VocabularyError, match=r"a: can't be read: .*damaged or cut off"):
            read(tmp_path, content[:-lost], "a", spec=CorpusSpec)

    def test_one_that_is_damaged_is_an_error(self, kind: str, tmp_path: Path) -> None:
        content = bytearray(PACKERS[kind]("".join(f"{n} {n * n}\n" for n in range(50_000)).encode()))
        content[9:99] = bytes(90)
        with pytest.raises(VocabularyError, match="can't be read"):
            read(tmp_path, bytes(content), "a", spec=CorpusSpec)

    def test_one_that_expands_too_far_is_refused(self, kind: str, tmp_path: Path) -> None:
        path = write(tmp_path, PACKERS[kind](b"sea\n" * (1 << 19)), "a")
        with pytest.raises(VocabularyError, match="expands to more"):
            TextFile(path, expanded=1 << 20).lines()


class TestZstandard:
    @pytest.mark.parametrize("pack", [ZSTD.compress, streamed])
    def test_frames_follow_each_other(self, pack) -> None:
        content = TEXT.encode()
        packed = SKIPPED + pack(content) + SKIPPED + pack(b"") + pack(b"end")
        assert unpacked(io.BytesIO(packed), "zst").read() == content + b"end"
        for lost in (1, 3):
            with pytest.raises(EOFError):
                unpacked(io.BytesIO(packed[:-lost]), "zst").read()

    def test_what_stands_behind_the_last_frame_is_an_error(self) -> None:
        with pytest.raises(zstandard.ZstdError):
            unpacked(io.BytesIO(ZSTD.compress(b"sea") + b"garbage"), "zst").read()

    def test_a_bomb_is_unpacked_in_bounded_memory(self) -> None:
        bomb = ZSTD.compress(bytes(1 << 28))
        stream, held = unpacked(io.BytesIO(bomb), "zst"), 0
        tracemalloc.start()
        try:
            while content := stream.read(1 << 20):
                held += len(content)
            assert held == 1 << 28 and tracemalloc.get_traced_memory()[1] < 1 << 26
        finally:
            tracemalloc.stop()


def test_what_is_not_packed_is_left_as_it_is() -> None:
    raw = io.BytesIO(b"sea")
    assert packing_of(b"sea") == packing_of(b"") == "" and unpacked(raw, "") is raw
