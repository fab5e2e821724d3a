"""A text as numbers: those of its sentences, whoever cuts it, here or in processes; and these end with the work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Cancelled
from core.progress import ignore
from core.training import crew
from core.training.contract import TrainingError
from core.training.crew import Crew, Cut, crew_size
from core.training.cutter import Cutter
from core.training.cutting import STOP, Sentences
from core.training.numbered import Apart, Here, add_slices
from core.training.numbering import END, GONE, Numbering
from core.training.texts import Texts
from core.training.tokens import read_corpus
from core.vocabulary.segmenting import Segmenter, Tokenization

from .written import spec_of, write

TOLD = {"base": None, "language": "en", "unit": "line", "wrapped": False}


def cutting(unit: Any = "line") -> Sentences:
    return Sentences(Segmenter("en", Tokenization(), None), unit, wrapped=True, lower=False)


class Pretended:
    """A crew whose members cut in this process."""

    def __init__(self, unit: Any, size: int) -> None:
        self.members: Any = [Cutter(cutting(unit)) for _member in range(size)]

    def cut(self, slices: Iterable[str]) -> Iterator[tuple[Any, Cut]]:
        cut = [(member, member.cut(text)) for member, text in zip(cycle(self.members), slices, strict=False)]
        for member, (told, ids) in cut:
            yield member, Cut(np.frombuffer(ids, "<i4"), **told)


def read(folder: Path, unit: Any, texts: list[list[str]], members: int = 0) -> tuple[list[str | int], Numbering]:
    """The text as words and the marks between them."""
    with Numbering(folder) as numbering:
        sentences, pretended = cutting(unit), Pretended(unit, members)
        cut = Apart(numbering, pretended) if members else Here(sentences, numbering)  # type: ignore[arg-type]
        add_slices(cut.ids(one for text in texts for one in (*sentences.slices(text), f" {STOP} ")), numbering)
        numbering.close()
        words = list(numbering.index)
        return [words[i] if i >= 0 else i for block in numbering.blocks() for i in block.tolist()], numbering


def members(of: int | None = None) -> list[psutil.Process]:
    """The processes that cut; other tests may have started others here."""
    found = []
    for child in psutil.Process(of).children():
        with suppress(psutil.Error):  # one that has ended meanwhile
            if "core.training.cutter" in child.cmdline():
                found.append(child)
    return found


TEXTS = st.lists(st.text(alphabet="abcd'. \n\r", max_size=99), min_size=1, max_size=3)


@given(TEXTS, st.integers(1, 9), st.sampled_from(["sentence", "line", "paragraph"]), st.integers(1, 5))
def test_numbers_are_those_of_the_sentences(tmp_path_factory, texts: list[str], size: int, unit, longest: int) -> None:
    cut_up = [[text[at : at + size] for at in range(0, len(text), size)] for text in texts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.training.cutting.LONGEST_SENTENCE", longest)
        patch.setattr("core.training.numbered.LONGEST_SENTENCE", longest)
        patch.setattr("core.training.cutting.SLICE", size)
        wanted = [sentence for pieces in cut_up for sentence in cutting(unit).of(pieces)]
        found, numbering = read(tmp_path_factory.getbasetemp(), unit, cut_up)
    assert found == [word for sentence in wanted for word in (*sentence, END)]
    assert (numbering.sentences, numbering.tokens) == (len(wanted), sum(map(len, wanted)))


@given(TEXTS, st.integers(1, 9), st.integers(1, 3), st.integers(1, 12), st.integers(0, 6))
def test_a_crew_gives_every_word_the_same_number(
    tmp_path_factory, texts: list[str], size: int, members: int, most: int, remembered: int
) -> None:
    """Also when rare words go meanwhile, and when a member forgets."""
    folder = tmp_path_factory.getbasetemp()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.training.cutting.SLICE", size)
        patch.setattr("core.training.numbering.HELD", 9)
        patch.setattr("core.training.numbering.MOST_TYPES", most)
        patch.setattr("core.training.cutter.MOST_WORDS", remembered)
        here, alone = read(folder, "line", [[text] for text in texts])
        apart, crew_made = read(folder, "line", [[text] for text in texts], members)
    assert apart == here and list(crew_made.index) == list(alone.index)
    assert crew_made.counts.tolist() == alone.counts.tolist() and crew_made.gone == alone.gone


def test_rare_words_that_go_meanwhile_are_given_new_numbers(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("core.training.cutting.SLICE", 100)
    monkeypatch.setattr("core.training.numbering.HELD", 50)
    monkeypatch.setattr("core.training.numbering.MOST_TYPES", 20)
    found, numbering = read(tmp_path, "line", [["".join(f"often once{n} seen.\n" for n in range(1000))]])
    counted = dict(zip(numbering.index, numbering.counts.tolist(), strict=True))
    assert counted["often"] == counted["seen"] == 1000
    assert [word for word in found if word in ("often", "seen")] == ["often", "seen"] * 1000
    assert found.count(GONE) > 900 and found.count(END) == numbering.sentences == 1000


class TestProcesses:
    TEXT = (
        "The Sea, 我们在银行工作。naïve “don't” 1,234.5 AA制 x@y.org\n\nof the moon \U0001f600 " + "long" * 300 + "\n"
    )

    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(crew, "LEAST", 1)
        monkeypatch.setattr(crew, "LEAST_CHINESE", 1)
        monkeypatch.setattr("core.training.cutting.SLICE", 500)
        monkeypatch.setattr("core.training.texts.SLICE", 500)

    @pytest.mark.parametrize("options", [{}, {"lower": False, "unit": "sentence"}, {"stop_words": True}])
    def test_they_cut_as_one_does(self, options: dict[str, Any], tmp_path: Path) -> None:
        paths = [write(tmp_path, self.TEXT * 30 + f"one{n}\n", f"texts/{n}.txt") for n in range(3)]
        write(tmp_path, "银行工作 9\n", "user.txt")
        spec = spec_of(paths[0].parent, user_dictionary="user.txt", **options)
        made = [
            read_corpus(spec, tmp_path / f"out{n}", base=tmp_path, min_count=1, max_size=None, workers=n)
            for n in (1, 3)
        ]
        assert "银行工作" in made[0].words and made[0].words == made[1].words and made[0].notes == made[1].notes
        assert "no word" in made[0].notes[-1] and made[0].ids().tolist() == made[1].ids().tolist()
        assert made[0].digest == made[1].digest and not members()

    def test_the_work_is_told_and_stopped(self, tmp_path: Path) -> None:
        path, calls = write(tmp_path, self.TEXT * 90), []

        def stop(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
            calls.append(done)
            if len(calls) == 20:
                raise Cancelled

        with pytest.raises(Cancelled):
            read_corpus(spec_of(path), tmp_path / "out", min_count=1, max_size=None, workers=2, progress=stop)
        assert calls == sorted(calls) and not members() and not (tmp_path / "out").exists()

    def test_one_that_is_killed_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = write(tmp_path, self.TEXT * 90)

        def kill(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
            for child in members():
                child.kill()

        with pytest.raises(TrainingError, match=r"process that cuts the text has ended.*--workers 1"):
            read_corpus(spec_of(path), tmp_path / "out", min_count=1, max_size=None, workers=2, progress=kill)
        assert not members() and not (tmp_path / "out").exists()

    def test_without_room_for_one_it_is_cut_here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_arguments: Any, **_options: Any) -> None:
            raise OSError("Resource temporarily unavailable")

        monkeypatch.setattr(crew.subprocess, "Popen", refuse)
        made = read_corpus(
            spec_of(write(tmp_path, "a b\n" * 9)), tmp_path / "out", min_count=1, max_size=None, workers=2
        )
        assert made.tokens == 18

    def test_they_end_with_the_one_that_started_them(self) -> None:
        program = (
            "import sys, time; from core.training.crew import Crew; "
            f"crew = Crew(2, {TOLD | {'spec': spec_of('a').model_dump(mode='json')}!r}); "
            "[cut for cut in crew.cut(['one two'] * 2)]; print('ready', flush=True); time.sleep(60)"
        )
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        started = members(process.pid)
        assert len(started) == 2
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        _gone, alive = psutil.wait_procs(started, 20)
        assert not alive

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_what_stops_a_job_is_left_to_the_one_that_started_them(self, number: int) -> None:
        with Crew(1, TOLD | {"spec": spec_of("a").model_dump(mode="json")}) as one:
            assert next(one.cut(["one two one"]))[1].words == ["one", "two"]
            members()[0].send_signal(number)
            time.sleep(0.1)
            assert next(one.cut(["two three"]))[1].words == ["three"]


def test_a_short_text_is_cut_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "processors", lambda: 64)
    assert crew_size(crew.LEAST - 1, "en", 8) == crew_size(crew.LEAST_CHINESE - 1, "zh", 8) == 0
    assert crew_size(crew.LEAST, "en", 8) == crew_size(crew.LEAST_CHINESE, "en+zh", 8) == 8
    assert crew_size(crew.LEAST, "en", 1) == 0 and crew_size(crew.LEAST, "en", 0) == crew.MOST
    monkeypatch.setattr(crew, "sys", SimpleNamespace(executable=""))
    assert crew_size(crew.LEAST, "en", 8) == 0


def test_texts_of_many_files_are_cut_with_one_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(20):
        write(tmp_path, "sea moon\n" * 9, f"texts/{n}.txt")
    calls: list[str] = []
    usual = Sentences.cut
    monkeypatch.setattr(Sentences, "cut", lambda self, run: calls.append(run) or usual(self, run))
    with Numbering(tmp_path) as numbering:
        Texts(spec_of(tmp_path / "texts")).number(numbering, ignore)
    assert len(calls) == 3
