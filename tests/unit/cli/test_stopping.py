"""`--stop` and the last event: how another program ends the work, and learns how it ended."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.cli import main
from core.cli.progress import STOP_SECONDS, watched
from core.errors import Cancelled
from core.jobs import Jobs, JobSpec, JobState
from core.messages import speaking, unpack
from tests.acceptance.commands import ROOT
from tests.unit.formats import vector_files as files
from tests.unit.jobs.scripted import ended, known, printed, wait_until


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text("the\t9\nParis\t5\n", encoding="utf-8")
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return files.glove(tmp_path / "vectors.txt", ["the", "paris"], files.matrix(2, 5))


def end_of(events: Path) -> dict[str, Any]:
    lines = [json.loads(line) for line in events.read_text("utf-8").splitlines()]
    assert [line["stage"] for line in lines].count("end") == 1
    return lines[-1]


def commands(words: Path, source: Path, out: Path) -> dict[str, list[object]]:
    both = ["--vocab", words, "--source", source]
    return {
        "build": ["build", *both, "--out", out],
        "coverage": ["coverage", *both],
        "inspect": ["inspect", source],
        "vocabulary": ["vocabulary", words],
        "index": ["index", source],
    }


@pytest.mark.parametrize("verb", ["build", "coverage", "inspect", "vocabulary", "index"])
def test_every_long_command_stops_when_the_file_is_there_and_says_so_last(
    verb: str, words: Path, source: Path, tmp_path: Path
) -> None:
    events, out = tmp_path / "events.jsonl", tmp_path / "out"
    arguments = [*commands(words, source, out)[verb], "--events", events]
    stop = tmp_path / "stop"
    assert main([*map(str, arguments), "--stop", str(stop)]) == 0
    assert end_of(events)["code"] == 0 and "error" not in end_of(events)
    events.unlink()
    stop.touch()
    source.write_text("a 1 2\n")  # no index of it yet
    before = sorted(tmp_path.iterdir())
    assert main([*map(str, arguments), "--stop", str(stop)]) == 130
    end = end_of(events)
    assert end["code"] == 130 and end["error"]["kind"] == "Cancelled"
    assert sorted(tmp_path.iterdir()) == sorted([*before, events])


def test_an_export_stops_too_and_writes_nothing(words: Path, source: Path, tmp_path: Path) -> None:
    out, stop, events = tmp_path / "out", tmp_path / "stop", tmp_path / "events.jsonl"
    assert main([*map(str, commands(words, source, out)["build"]), "--quiet"]) == 0
    stop.touch()
    files_of = ["--out", str(tmp_path / "e.npy"), "--events", str(events), "--stop", str(stop)]
    assert main(["export", str(out), "--format", "npy", *files_of]) == 130
    assert not (tmp_path / "e.npy").exists() and end_of(events)["code"] == 130
    stop.unlink()
    events.unlink()
    assert main(["export", str(out), "--format", "npy", *files_of]) == 0
    assert (tmp_path / "e.npy").exists() and end_of(events)["code"] == 0


def test_the_last_event_tells_an_error_in_another_reader_s_language(source: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    assert main(["inspect", str(tmp_path / "nosuch.txt"), "--events", str(events)]) == 1
    error = end_of(events)["error"]
    assert error["kind"] == "SourceError" and error["where"].endswith("nosuch.txt")
    assert unpack(error["fix"]) == "Check the path."
    with speaking("zh_CN"):
        assert unpack(error["fix"]) != "Check the path."


def test_wrong_use_is_a_last_event_too(source: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    assert main(["index", str(source), "--on-fault", "x", "--events", str(events)]) == 2
    assert end_of(events)["code"] == 2 and unpack(end_of(events)["error"]["what"]) == "choose refuse or skip"


def test_the_stop_file_is_seen_within_its_time(tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    with watched(stop=stop) as progress:
        progress("Working", 0)
        stop.touch()
        deadline = time.monotonic() + 20 * STOP_SECONDS

        def work() -> None:
            while time.monotonic() < deadline:
                progress("Working", 1)

        with pytest.raises(Cancelled):
            work()


# Between two reports it waits for something that never comes.
SILENT = """
import sys, threading
from pathlib import Path
from core.cli.console import guard
from core.cli.progress import watched

with guard(events=Path(sys.argv[2])), watched(stop=Path(sys.argv[1])):
    print("begun", flush=True)
    threading.Event().wait(60)
"""


def test_work_that_reports_nothing_is_interrupted(tmp_path: Path) -> None:
    stop, events = tmp_path / "stop", tmp_path / "events.jsonl"
    command = [sys.executable, "-c", SILENT, stop, events]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as silent:
        assert silent.stdout and silent.stdout.readline().strip() == b"begun"
        stop.touch()
        began = time.monotonic()
        _out, errors = silent.communicate(timeout=120)
    assert errors.startswith(b"Stopped.") and time.monotonic() - began < 50
    assert end_of(events)["code"] == 130


# The signal comes while an object is being destroyed, where Python prints exceptions and goes on.
DEAF = """
import os, signal, sys, time
import typer
from core.cli import app, console

class Deaf:
    def __del__(self):
        os.kill(os.getpid(), int(sys.argv[1]))
        time.sleep(0.1)

def work(args, prog_name):
    with console.guard():
        Deaf()
        time.sleep(60)

app.app = work
raise SystemExit(console.entrance())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number, code, text", [(2, 130, "Stopped."), (15, 143, "Ended by the system.")])
def test_a_signal_that_python_forgets_is_heard_again(number: int, code: int, text: str) -> None:
    command = [sys.executable, "-c", DEAF, str(number)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50)
    assert (done.returncode, done.stderr.partition(".")[0] + ".") == (code, text)
    assert "ignored" not in done.stderr


@pytest.fixture
def jobs(tmp_path: Path, lexiloom_home: Path):
    made = Jobs(tmp_path / "jobs", slots=1)
    yield made
    made.close()


def job(verb: str, *arguments: object, base: Path) -> JobSpec:
    return JobSpec(verb, (verb, *map(str, arguments), "--json"), verb, verb, base=str(base))


def test_a_job_is_a_command_that_runs_in_the_visitor_s_folder(jobs: Jobs, words: Path, source: Path) -> None:
    base = words.parent
    # What lies in the working directory is never imported.
    (base / "core").mkdir()
    (base / "core" / "__init__.py").write_text("raise SystemExit(99)")
    (base / "numpy.py").write_text("raise SystemExit(99)")
    counted = jobs.submit(job("vocabulary", "words.txt", base=base), "anna")
    assert ended(jobs, counted).state is JobState.DONE
    assert printed(jobs, counted)["words"] == 4
    failed = ended(jobs, jobs.submit(job("index", "nosuch.txt", base=base), "anna"))
    assert failed.state is JobState.FAILED and failed.error["where"] == "nosuch.txt"
    wrong = ended(jobs, jobs.submit(job("index", "vectors.txt", "--on-fault", "x", base=base), "anna"))
    assert wrong.state is JobState.FAILED and "refuse" in wrong.error["what"]


@pytest.mark.slow
def test_stopping_a_build_leaves_nothing_half_written(jobs: Jobs, tmp_path: Path, lexiloom_home: Path) -> None:
    rows = 200_000
    numbers = np.random.default_rng(0).standard_normal((rows, 50)).astype("f4")
    source = files.glove(tmp_path / "v.txt", [f"word{i}" for i in range(rows)], numbers)
    (tmp_path / "words.txt").write_text("".join(f"word{i}\n" for i in range(rows)))
    arguments = ["--vocab", "words.txt", "--source", source, "--out", tmp_path / "out", "--fill", "normal"]
    running = jobs.submit(job("build", *arguments, base=tmp_path), "anna")
    wait_until(lambda: known(jobs, running).stage)
    jobs.stop(running, "anna")
    status = ended(jobs, running)
    assert status.state is JobState.STOPPED, status
    assert not [path.name for path in tmp_path.iterdir() if path.name not in ("v.txt", "words.txt", "jobs")]
    indexes = lexiloom_home / "indexes"
    assert not indexes.exists() or not [path for path in indexes.iterdir() if path.name.startswith(".")]
