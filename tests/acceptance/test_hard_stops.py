"""What happens when a build is killed, interrupted, out of disk, or not alone."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from core.exports import read_build
from tests.acceptance.commands import lexiloom, start
from tests.unit.formats import vector_files as files

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")]
ROWS = 20_000


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    rng = np.random.default_rng(0)
    return files.glove(
        folder / "v.txt", [f"word{i}" for i in range(ROWS)], rng.standard_normal((ROWS, 50)).astype("f4")
    )


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("words") / "words.txt"
    path.write_text("".join(f"word{i}\n" for i in range(0, 2 * ROWS, 2)))
    return path


def build(words: Path, source: Path, out: Path) -> list[object]:
    return ["build", "--vocab", words, "--source", source, "--fill", "normal", "--out", out]


def litter(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.name not in ("build", "home"))


def test_a_kill_at_any_point_leaves_a_whole_build_or_none(words: Path, source: Path, tmp_path: Path) -> None:
    out, home = tmp_path / "build", tmp_path / "home"
    begin = time.perf_counter()
    lexiloom(*build(words, source, out), home=home)
    usual = time.perf_counter() - begin
    whole = read_build(out).matrix.id
    luck = random.Random(0)
    for _ in range(8):
        process = start(*build(words, source, out), home=home)
        time.sleep(luck.uniform(0.3, 1.1) * usual)
        process.kill()
        process.communicate()
        if out.exists():
            assert read_build(out).matrix.id == whole
    lexiloom(*build(words, source, out), home=home)
    assert read_build(out).matrix.id == whole
    assert litter(tmp_path) == []


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_cleans_up_and_says_so(number: int, code: int, words: Path, source: Path, tmp_path: Path) -> None:
    out, home = tmp_path / "build", tmp_path / "home"
    luck = random.Random(1)
    stopped = 0
    # A signal that falls inside an import leaves Python's own file object to the garbage collector.
    calm = "error,ignore::ResourceWarning"
    for _ in range(6):
        process = start(*build(words, source, out), home=home, warnings=calm)
        time.sleep(luck.uniform(0.7, 1.5))
        process.send_signal(number)
        _text, errors = process.communicate()
        assert process.returncode in (0, code, -number), errors
        assert "Traceback" not in errors or process.returncode == -number, errors
        stopped += process.returncode != 0
        assert litter(tmp_path) == []
        if out.exists():
            read_build(out)
    assert stopped


def test_two_processes_building_into_one_folder_leave_a_whole_build(words: Path, source: Path, tmp_path: Path) -> None:
    out, home = tmp_path / "build", tmp_path / "home"
    both = [start(*build(words, source, out), home=home) for _ in range(2)]
    results = [process.communicate()[1] for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes in ([0, 0], [0, 1]), results
    assert not any("Traceback" in text for text in results)
    read_build(out)
    assert litter(tmp_path) == []


def test_a_disk_that_fills_is_an_error_and_leaves_nothing(words: Path, source: Path, tmp_path: Path) -> None:
    import resource

    out, home = tmp_path / "build", tmp_path / "home"
    lexiloom(*build(words, source, tmp_path / "first"), home=home)

    def little_room() -> None:
        # Files larger than 1 MB fail to grow, as on a full disk.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    text = lexiloom(*build(words, source, out), home=home, code=1, preexec_fn=little_room)
    assert text.startswith("Error:")
    assert not out.exists()
    assert litter(tmp_path) == ["first"]


def test_a_folder_of_somebody_else_is_refused_before_the_work(words: Path, source: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    text = lexiloom(*build(words, source, tmp_path / "mine"), home=tmp_path / "home", code=1)
    assert "mine" in text
    assert os.listdir(tmp_path / "mine") == ["thesis.txt"]
