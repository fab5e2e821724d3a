"""A corpus on disk: its ids are its sentences, what is left out of them, and what can't be trained on."""

from __future__ import annotations

import errno
import json
import os
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Cancelled, WorkspaceError
from core.training import numbering
from core.training.contract import TrainingError
from core.training.tokens import Corpus, key_of, read_corpus

from .written import PACKERS, sentences_of, spec_of, write

WORD = st.sampled_from(["a", "b", "c", "d", "词", "e'f"])
SENTENCES = st.lists(st.lists(WORD, max_size=5), max_size=20)


def decoded(corpus: Corpus) -> list[list[str]]:
    """The sentences that the ids spell."""
    found: list[list[str]] = [[]]
    for number in corpus.ids().tolist():
        if number == -1:
            found.append([])
        else:
            found[-1].append(corpus.words[number])
    assert found.pop() == []
    return found


def wanted_of(sentences: list[list[str]], min_count: int, max_size: int | None) -> tuple[list[str], list[list[str]]]:
    """The words by falling count and the sentences of them, spelled out plainly."""
    counts = Counter(chain.from_iterable(sentences))
    words = sorted((w for w, n in counts.items() if n >= min_count), key=lambda w: (-counts[w], w))[:max_size]
    return words, [kept for one in sentences if (kept := [w for w in one if w in words])]


class TestMade:
    @given(SENTENCES, st.integers(1, 3), st.sampled_from([None, 2, 3]), st.integers(1, 7))
    def test_its_ids_are_its_sentences_and_its_counts_add_up(self, tmp_path_factory, sentences, least, most, block):
        folder = tmp_path_factory.mktemp("corpus")
        words, wanted = wanted_of(sentences, least, most)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(numbering, "BLOCK", block)
            patch.setattr(numbering, "HELD", block)
            patch.setattr("core.training.tokens.BLOCK", block)
            if len(words) < 2 or max(map(len, wanted), default=0) < 2:
                with pytest.raises(TrainingError):
                    Corpus.made(folder, sentences, min_count=least, max_size=most)
                assert not list(folder.iterdir())
                return
            corpus = Corpus.made(folder, sentences, min_count=least, max_size=most)
            assert corpus.sample(len(wanted)) == wanted
        assert list(corpus.words) == words and decoded(corpus) == wanted
        assert corpus.tokens == corpus.counts.sum() == sum(map(len, wanted))
        assert corpus.counts.tolist() == np.bincount(corpus.ids()[corpus.ids() >= 0]).tolist()
        assert corpus.raw_tokens == sum(map(len, sentences)) and corpus.sentences == len(wanted)
        assert {path.name for path in folder.iterdir()} == {"ids.bin", "tokens.json"}

    def test_the_ids_are_a_map_that_can_not_be_written_to(self, tmp_path: Path) -> None:
        ids = Corpus.made(tmp_path, [["a", "b"]]).ids()
        assert isinstance(ids, np.memmap) and ids.dtype == "<i4" and not ids.flags.writeable

    def test_a_sample_is_spread_evenly(self, tmp_path: Path) -> None:
        corpus = Corpus.made(tmp_path, [[f"w{n}", "x"] for n in range(101)])
        assert [one[0] for one in corpus.sample(5)] == ["w0", "w25", "w50", "w75", "w100"]
        assert corpus.sample(0) == [] and len(corpus.sample(500)) == 101

    def test_the_digest_tells_sentences_apart(self, tmp_path: Path) -> None:
        texts = [[["a", "b"], ["c"]], [["a", "b", "c"]], [["a", "b"], ["d"]]]
        assert len({Corpus.made(tmp_path / str(n), one).digest for n, one in enumerate(texts)}) == 3


class TestRead:
    @pytest.mark.parametrize("suffix", PACKERS)
    def test_it_is_the_sentences_of_the_texts(self, suffix: str, tmp_path: Path) -> None:
        path = write(tmp_path, "The sea and the moon.\n\nA sea!\nthe end\n" * 9, f"a.txt{suffix}")
        corpus = read_corpus(spec_of(path), tmp_path / "out", min_count=1, max_size=None)
        assert decoded(corpus) == sentences_of(path) and corpus.language == "en" and len(corpus.digest) == 64
        assert corpus.words[:2] == ("the", "sea") and corpus.counts[:2].tolist() == [27, 18]

    def test_what_is_left_out_is_told(self, tmp_path: Path) -> None:
        path = write(tmp_path, "a b c d\n" + "a b c\n" * 4)
        corpus = read_corpus(spec_of(path), tmp_path / "out", min_count=5, max_size=2)
        assert corpus.notes == ("1 word that occurs less than 5 times left out", "cut to 2 words of 3")
        assert (corpus.tokens, corpus.raw_tokens, corpus.sentences) == (10, 16, 5)

    def test_two_languages(self, tmp_path: Path) -> None:
        path = write(tmp_path, "the sea\n我们在银行工作\n" * 9)
        assert read_corpus(spec_of(path), tmp_path / "out", min_count=1, max_size=None).language == "en+zh"

    def test_progress_is_in_bytes(self, tmp_path: Path) -> None:
        path = write(tmp_path, "the sea\n" * 9)
        told: dict[str, list[tuple[int, int | None, str]]] = {}

        def progress(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
            told.setdefault(stage, []).append((done, total, unit))

        read_corpus(spec_of(path), tmp_path / "out", min_count=1, max_size=None, progress=progress)
        assert list(told) == ["Reading the text", "Writing the text as numbers"]
        assert told["Reading the text"][-1] == (72, 72, "bytes")


class TestManyWords:
    @given(st.lists(st.lists(st.integers(0, 30), max_size=6), max_size=40), st.integers(1, 8))
    def test_frequent_words_stay_and_the_ids_stay_in_step(self, tmp_path_factory, numbers, block) -> None:
        sentences = [["often", "seen", *(f"w{n}" for n in one)] for one in numbers] or [["often", "seen"]]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(numbering, "BLOCK", block)
            patch.setattr(numbering, "HELD", block)
            patch.setattr(numbering, "MOST_TYPES", 8)
            corpus = Corpus.made(tmp_path_factory.mktemp("many"), sentences)
        assert {"often", "seen"} <= set(corpus.words)
        assert corpus.counts[corpus.words.index("often")] == len(sentences) == corpus.sentences
        for found, given_ in zip(decoded(corpus), sentences, strict=True):
            left = iter(given_)
            assert all(word in left for word in found)  # in their order
        assert corpus.tokens == corpus.counts.sum() and corpus.raw_tokens == sum(map(len, sentences))

    def test_it_is_told_that_the_rarest_were_dropped(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setattr(numbering, "BLOCK", 50)
        monkeypatch.setattr(numbering, "HELD", 50)
        monkeypatch.setattr(numbering, "MOST_TYPES", 20)
        corpus = Corpus.made(tmp_path, [["often", "seen", f"once{n}"] for n in range(1000)])
        assert len(corpus.words) < 100 and corpus.counts[0] == 1000
        assert "those seen once" in corpus.notes[0]


class TestReopened:
    def test_it_is_the_same_corpus(self, tmp_path: Path) -> None:
        spec = spec_of(write(tmp_path, "the sea\nthe 海\n" * 9))
        made = read_corpus(spec, tmp_path / "out", min_count=2, max_size=9)
        again = Corpus.reopened(tmp_path / "out", key_of(spec, min_count=2, max_size=9))
        assert again is not None and again.counts.tolist() == made.counts.tolist()
        assert (again.words, again.notes, again.digest) == (made.words, made.notes, made.digest)
        assert decoded(again) == decoded(made) and again.counts.dtype == np.int64

    def test_the_key_tells_a_changed_spec_or_file(self, tmp_path: Path) -> None:
        path, other = write(tmp_path, "the sea\n"), write(tmp_path, "moon\n", "user.txt")
        options = [{}, {"lower": False}, {"unit": "line"}, {"user_dictionary": str(other)}]
        keys = {key_of(spec_of(path, **one), min_count=2, max_size=None) for one in options}
        keys |= {key_of(spec_of(path), min_count=least, max_size=most) for least, most in ((1, None), (2, 9))}
        os.utime(path, ns=(1, 1))
        keys.add(key_of(spec_of(path), min_count=2, max_size=None))
        assert len(keys) == 7

    @pytest.mark.parametrize("harm", ["key", "ids", "json", "words", "none", "version"])
    def test_what_is_harmed_is_read_anew(self, harm: str, tmp_path: Path) -> None:
        spec = spec_of(write(tmp_path, "the sea\n" * 9))
        read_corpus(spec, tmp_path / "out", min_count=1, max_size=None)
        key = key_of(spec, min_count=1, max_size=None)
        kept = tmp_path / "out" / "tokens.json"
        match harm:
            case "key":
                key = key_of(spec, min_count=2, max_size=None)
            case "ids":
                (tmp_path / "out" / "ids.bin").write_bytes(b"1234")
            case "json":
                kept.write_text(kept.read_text()[:-9])
            case "words" | "version":
                content = json.loads(kept.read_text())
                kept.write_text(json.dumps({**content, harm: None}))
            case _:
                kept.unlink()
        assert Corpus.reopened(tmp_path / "out", key) is None
        assert Corpus.reopened(tmp_path / "out", "") is None

    def test_a_corpus_that_was_made_has_no_key(self, tmp_path: Path) -> None:
        Corpus.made(tmp_path, [["a", "b"]])
        assert Corpus.reopened(tmp_path, "") is None


class TestBadCorpora:
    @pytest.mark.parametrize(
        ("text", "least", "most", "message"),
        [
            (" \n\t\n", 1, None, r"text\.txt: there is no word in it"),
            ("...!\n", 1, None, "there is no word in it"),
            ("sea sea\nsea\n", 1, None, "all of it is one word, 'sea': there is nothing to predict"),
            ("sea sea sea moon\n", 5, None, "'sea', occurs 3 times.*a minimum count of 1 or less"),
            ("sea moon\n", 5, None, "no word occurs 5 times: the most frequent, 'sea', occurs once"),
            ("sea sea moon\n", 2, None, "one word is left"),
            ("sea moon\n", 1, 1, "one word is left"),
            ("sea\nmoon\nsea\nmoon", 2, None, "no sentence has two words that occur 2 times or more"),
        ],
    )
    def test_what_nothing_can_be_learned_from(self, text, least, most, message, tmp_path: Path) -> None:
        path = write(tmp_path, text)
        with pytest.raises(TrainingError, match=message):
            read_corpus(spec_of(path, unit="line"), tmp_path / "out", min_count=least, max_size=most)
        assert not (tmp_path / "out").exists()

    def test_being_stopped_at_any_time_leaves_nothing(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setattr(numbering, "BLOCK", 20)
        monkeypatch.setattr(numbering, "HELD", 20)
        spec = spec_of(write(tmp_path, "new york is new york and not rome\n" * 30), phrases=True)
        calls: Iterator[int] = iter(())
        stops = 0

        def progress(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
            if next(calls, None) is None:
                raise Cancelled

        for n in range(10_000):
            calls = iter(range(n))
            try:
                read_corpus(spec, tmp_path / "out", min_count=1, max_size=None, progress=progress)
                break
            except Cancelled:
                stops += 1
                assert not (tmp_path / "out").exists()
        assert stops > 10 and (tmp_path / "out" / "tokens.json").exists()

    def test_a_failed_reading_takes_the_older_one_along(self, tmp_path: Path) -> None:
        path, out = write(tmp_path, "the sea\n"), tmp_path / "out"
        read_corpus(spec_of(path), out, min_count=1, max_size=None)
        (out / "mine").touch()
        with pytest.raises(TrainingError):
            read_corpus(spec_of(path), out, min_count=9, max_size=None)
        assert [one.name for one in out.iterdir()] == ["mine"]

    def test_a_full_disk_is_told_and_leaves_nothing(self, tmp_path: Path, monkeypatch) -> None:
        path = write(tmp_path, "the sea\n" * 99)

        def full(self: numbering.Numbering) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(numbering.Numbering, "_flush", full)
        with pytest.raises(WorkspaceError, match="the disk is full"):
            read_corpus(spec_of(path), tmp_path / "out", min_count=1, max_size=None)
        assert not (tmp_path / "out").exists()

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
    def test_a_device_without_room(self, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / ".numbers.bin").symlink_to("/dev/full")
        with pytest.raises(WorkspaceError, match="the disk is full"):
            Corpus.made(tmp_path / "out", [["a", "b"]])
        assert not list((tmp_path / "out").iterdir())

    def test_a_folder_that_can_not_be_made(self, tmp_path: Path) -> None:
        path = write(tmp_path, "the sea\n")
        with pytest.raises(WorkspaceError, match="can't be written"):
            read_corpus(spec_of(path), path / "out", min_count=1, max_size=None)


@pytest.mark.realdata
class TestRealTexts:
    def test_english(self, data_folder: Path, tmp_path: Path) -> None:
        path = data_folder / "corpora_en" / "bronte.txt"
        corpus = read_corpus(spec_of(path), tmp_path, min_count=5, max_size=None)
        assert 680_000 < corpus.raw_tokens < 690_000 and 8_500 < len(corpus.words) < 9_000
        assert corpus.language == "en" and corpus.words[:3] == ("the", "and", "i") and corpus.sentences > 10_000

    def test_chinese(self, data_folder: Path, tmp_path: Path) -> None:
        path = data_folder / "corpora_zh" / "hongloumeng.txt"
        corpus = read_corpus(spec_of(path, unit="sentence"), tmp_path, min_count=5, max_size=None)
        assert 400_000 < corpus.raw_tokens < 500_000 and {"宝玉", "黛玉", "贾母"} <= set(corpus.words[:200])
        assert corpus.language == "zh" and 8 < corpus.tokens / corpus.sentences < 20
