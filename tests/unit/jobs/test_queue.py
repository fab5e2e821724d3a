"""The queue: order, turns, joining, stopping, crashes, and servers that come and go."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from core.errors import WorkspaceError
from core.jobs import Jobs, JobState, process
from core.messages import _, pack, speaking

from .scripted import ended, known, order, printed, state_of, wait_until

Open = Callable[..., Jobs]


def test_a_job_runs_and_gives_what_it_printed(jobs: Jobs, tmp_path: Path) -> None:
    job = jobs.submit(replace(order("a"), base=str(tmp_path)), "anna")
    status = ended(jobs, job)
    assert (status.state, status.place, status.ahead, status.error) == (JobState.DONE, 0, 0, None)
    assert printed(jobs, job)["cwd"] == str(tmp_path) and printed(jobs, job)["language"] == "en"


def test_there_is_no_job_of_an_unknown_or_malformed_id(jobs: Jobs) -> None:
    assert jobs.status("0" * 32) is None and jobs.status("../x") is None and jobs.result("0" * 32) is None


def test_owners_take_turns_and_each_one_s_jobs_keep_their_order(jobs: Jobs, tmp_path: Path) -> None:
    go, begun = tmp_path / "go", tmp_path / "begun"

    def ask(name: str, owner: str) -> str:
        return jobs.submit(order(name, until=go, begun=begun), owner)

    first = ask("a1", "anna")
    wait_until(lambda: state_of(jobs, first) is JobState.RUNNING)
    ids = {name: ask(name, owner) for name, owner in [("a2", "anna"), ("a3", "anna"), ("b1", "ben"), ("c1", "cleo")]}
    places = {name: known(jobs, job).place for name, job in ids.items()}
    assert places == {"b1": 1, "c1": 2, "a2": 3, "a3": 4}
    assert known(jobs, ids["b1"]).ahead == 1 and known(jobs, first).place == 0
    go.touch()
    wait_until(lambda: all(state_of(jobs, job) is JobState.DONE for job in ids.values()))
    assert begun.read_text().split() == ["a1", "b1", "c1", "a2", "a3"]


def test_no_more_run_at_once_than_there_are_slots(open_jobs: Open, tmp_path: Path) -> None:
    jobs, go = open_jobs(slots=2), tmp_path / "go"
    ids = [jobs.submit(order(name, until=go), name) for name in "abcd"]
    wait_until(lambda: [state_of(jobs, job) for job in ids].count(JobState.RUNNING) == 2)
    assert [known(jobs, job).place for job in ids] == [0, 0, 1, 2]
    go.touch()
    assert all(ended(jobs, job).state is JobState.DONE for job in ids)


def test_equal_work_is_joined_and_each_owner_leaves_alone(jobs: Jobs, tmp_path: Path) -> None:
    spec = order("same", until=tmp_path / "never")
    job = jobs.submit(spec, "anna")
    wait_until(lambda: state_of(jobs, job) is JobState.RUNNING)
    assert jobs.submit(spec, "ben") == job and jobs.submit(spec, "ben") == job
    assert known(jobs, job).owners == 2
    jobs.stop(job, "cleo")
    jobs.stop(job, "anna")
    assert (known(jobs, job).owners, known(jobs, job).state) == (1, JobState.RUNNING)
    jobs.stop(job, "ben")
    assert ended(jobs, job).state is JobState.STOPPED


def test_done_work_is_taken_again_only_while_its_result_is_there(jobs: Jobs, tmp_path: Path) -> None:
    made = tmp_path / "made"
    spec = order("a", makes=made, result=made)
    job = jobs.submit(spec, "anna")
    ended(jobs, job)
    assert jobs.submit(spec, "ben") == job
    made.unlink()
    again = jobs.submit(spec, "ben")
    assert again != job and ended(jobs, again).state is JobState.DONE
    free = jobs.submit(order("free"), "anna")
    ended(jobs, free)
    assert jobs.submit(order("free"), "anna") != free


def test_five_jobs_of_one_owner_are_the_most(jobs: Jobs, tmp_path: Path) -> None:
    never = tmp_path / "never"
    for n in range(5):
        jobs.submit(order(f"job {n}", until=never), "anna")
    with pytest.raises(WorkspaceError, match=r"5 jobs.*stop one"):
        jobs.submit(order("one more", until=never), "anna")
    assert jobs.submit(order("job 3", until=never), "anna")
    assert jobs.submit(order("one more", until=never), "ben")


def test_a_job_that_waits_is_stopped_without_ever_starting(jobs: Jobs, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    first = jobs.submit(order("a", until=tmp_path / "go", begun=begun), "anna")
    second = jobs.submit(order("b", begun=begun), "anna")
    jobs.stop(second, "anna")
    assert known(jobs, second).state is JobState.STOPPED
    (tmp_path / "go").touch()
    ended(jobs, first)
    assert begun.read_text().split() == ["a"]


def test_work_that_does_not_listen_is_killed_and_begins_anew_only_then(jobs: Jobs, tmp_path: Path) -> None:
    spec = order("deaf", until=tmp_path / "go", deaf=1)
    job = jobs.submit(spec, "anna")
    wait_until(lambda: state_of(jobs, job) is JobState.RUNNING)
    jobs.stop(job, "anna")
    again = jobs.submit(spec, "anna")
    assert again != job and known(jobs, again).state is JobState.QUEUED
    assert ended(jobs, job).state is JobState.STOPPED
    (tmp_path / "go").touch()
    assert ended(jobs, again).state is JobState.DONE


def test_a_failure_tells_what_where_and_what_to_do(jobs: Jobs) -> None:
    status = ended(jobs, jobs.submit(order("a", code=1), "anna"))
    assert status.state is JobState.FAILED
    assert status.error == {"kind": "SourceError", "what": "broken", "where": "f.txt", "fix": "Mend it."}


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_crash_tells_its_cause_in_the_reader_s_language_and_the_last_lines(jobs: Jobs) -> None:
    job = jobs.submit(order("a", die=int(signal.SIGKILL)), "anna")
    status = ended(jobs, job)
    assert status.state is JobState.CRASHED and status.log == "something was odd"
    assert "memory" in status.error["what"] and "SIGKILL" in status.error["what"]
    other = ended(jobs, jobs.submit(order("b", die=int(signal.SIGSEGV)), "anna"))
    assert "SIGSEGV" in other.error["what"]
    silent = ended(jobs, jobs.submit(order("c", code=3), "anna"))
    assert silent.state is JobState.CRASHED and "exit code 3" in silent.error["what"]


def test_what_can_t_be_started_has_crashed(jobs: Jobs, tmp_path: Path) -> None:
    status = ended(jobs, jobs.submit(replace(order("a"), base=str(tmp_path / "gone")), "anna"))
    assert status.state is JobState.CRASHED and "could not be started" in status.error["what"]


def test_progress_is_told_in_the_reader_s_language_with_the_time_left(jobs: Jobs, tmp_path: Path) -> None:
    now = time.time()
    told = {"stage": pack(_("Looking up"))}
    events = [
        {"t": now - 30, "stage": "Reading", "done": 5, "total": 5},
        {"t": now - 20, "stage": "Looking up", "done": 0, "total": 40, "unit": "words", "told": told},
        {"t": now, "stage": "Looking up", "done": 20, "total": 40, "unit": "words", "told": told},
    ]
    go = tmp_path / "go"
    job = jobs.submit(order("a", tell=json.dumps(events), until=go), "anna")
    status = wait_until(lambda: (s := jobs.status(job)) and s.done == 20 and s)
    assert (status.stage, status.done, status.total, status.unit) == ("Looking up", 20, 40, "words")
    assert 5 < status.seconds_left <= 20.01
    with speaking("zh_CN"):
        assert known(jobs, job).stage == _("Looking up") != "Looking up"
    go.touch()
    assert ended(jobs, job).seconds_left is None


def test_a_title_is_told_in_the_reader_s_language(jobs: Jobs) -> None:
    with speaking("zh_CN"):
        job = jobs.submit(replace(order("a"), title=_("Stopped.")), "anna")
        assert known(jobs, job).title != "Stopped."
    assert known(jobs, job).title == "Stopped."


def test_another_server_adopts_what_runs_and_sees_its_progress_and_end(open_jobs: Open, tmp_path: Path) -> None:
    first, go = open_jobs(), tmp_path / "go"
    events = json.dumps([{"stage": "Reading", "done": 3, "total": 9}])
    job = first.submit(order("a", until=go, tell=events), "anna")
    wait_until(lambda: state_of(first, job) is JobState.RUNNING)
    waiting = first.submit(order("b"), "anna")
    first.close()
    second = open_jobs()
    second.recover()
    assert wait_until(lambda: known(second, job).done == 3)
    assert (known(second, job).state, known(second, waiting).place) == (JobState.RUNNING, 1)
    go.touch()
    assert ended(second, job).state is JobState.DONE
    assert ended(second, waiting).state is JobState.DONE


SERVER = """
import sys, time
from pathlib import Path
from core.jobs import Jobs, JobSpec
folder, script, *arguments = sys.argv[1:]
jobs = Jobs(Path(folder), slots=1, program=(sys.executable, script))
id = jobs.submit(JobSpec("test", tuple(arguments), "k", "t"), "anna")
while jobs.status(id).state != "running":
    time.sleep(0.01)
print(id, flush=True)
"""


@pytest.mark.parametrize(("orders", "state"), [([], JobState.DONE), (["die=9"], JobState.CRASHED)])
def test_a_job_outlives_its_server_and_the_next_one_sees_its_end(
    open_jobs: Open, tmp_path: Path, orders: list[str], state: JobState
) -> None:
    jobs, go = open_jobs(), tmp_path / "go"
    command = [sys.executable, "-c", SERVER, tmp_path / "jobs", tmp_path / "work.py", f"until={go}", *orders]
    job = subprocess.run(command, check=True, capture_output=True, text=True, cwd=process.ROOT).stdout.strip()
    assert known(jobs, job).state is JobState.RUNNING
    jobs.recover()
    go.touch()
    status = ended(jobs, job)
    assert status.state is state
    assert state is JobState.DONE or "nobody saw why" in status.error["what"]


def test_a_process_whose_job_is_gone_is_ended(open_jobs: Open, tmp_path: Path) -> None:
    jobs = open_jobs()
    job = jobs.submit(order("a", until=tmp_path / "never", deaf=1), "anna")
    wait_until(lambda: state_of(jobs, job) is JobState.RUNNING)
    identity = process.find((tmp_path / "jobs").resolve())[job]
    jobs.close()
    (tmp_path / "jobs" / job / "job.json").unlink()
    open_jobs().recover()
    assert not process.is_running(identity)


def test_a_server_that_died_before_it_noted_the_start_has_not_lost_the_process(open_jobs: Open, tmp_path: Path) -> None:
    jobs, begun = open_jobs(), tmp_path / "begun"
    job = jobs.submit(order("a", until=tmp_path / "go", begun=begun), "anna")
    wait_until(begun.exists)
    jobs.close()
    card = tmp_path / "jobs" / job / "job.json"
    table = json.loads(card.read_text())
    card.write_text(json.dumps({**table, "state": "queued", "process": None, "started": None}))
    second = open_jobs()
    second.recover()
    assert known(second, job).state is JobState.RUNNING
    (tmp_path / "go").touch()
    assert ended(second, job).state is JobState.DONE
    assert begun.read_text().split() == ["a"]


def test_two_queues_on_one_folder_start_each_job_once(open_jobs: Open, tmp_path: Path) -> None:
    queues, begun = [open_jobs(slots=3), open_jobs(slots=3)], tmp_path / "begun"
    ids: list[str] = []

    def ask(number: int) -> None:
        ids.append(queues[number % 2].submit(order(f"n{number // 2}", begun=begun, code=0), f"owner {number}"))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for job in ids:
        ended(queues[0], job)
    # Equal work asked for after the first was done may run again; no job has run twice.
    assert len(begun.read_text().split()) == len(set(ids))


def test_jobs_share_the_cores_unless_a_count_is_set(
    open_jobs: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(process, "cores", lambda: 8)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    jobs = open_jobs(slots=3, environment={"LEXILOOM_HOME": "/somewhere"})
    job = jobs.submit(order("a"), "anna")
    ended(jobs, job)
    assert printed(jobs, job)["threads"] == "2" and printed(jobs, job)["home"] == "/somewhere"
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    again = jobs.submit(order("b"), "anna")
    ended(jobs, again)
    assert printed(jobs, again)["threads"] == "7"
    assert process.environment(100, {})["NUMBA_NUM_THREADS"] == "1"


def test_old_jobs_are_swept_and_young_ones_kept(jobs: Jobs, tmp_path: Path) -> None:
    job = jobs.submit(order("a"), "anna")
    ended(jobs, job)
    jobs.sweep(1)
    assert jobs.status(job) is not None
    jobs.sweep(-1)
    assert jobs.status(job) is None and not (tmp_path / "jobs" / job).exists()


def test_a_status_costs_little_however_many_jobs_there_are(jobs: Jobs, tmp_path: Path, monkeypatch: Any) -> None:
    job = jobs.submit(order("a", until=tmp_path / "go"), "anna")
    waiting = [jobs.submit(order(f"b{n}"), f"owner {n}") for n in range(20)]
    wait_until(lambda: state_of(jobs, job) is JobState.RUNNING)
    began = time.perf_counter()
    for _round in range(10):
        for one in [job, *waiting]:
            jobs.status(one)
    assert time.perf_counter() - began < 2.1  # 10 ms each, on any machine


def test_a_process_is_known_by_its_birth_not_by_its_number_alone() -> None:
    me = psutil.Process()
    assert process.is_running(process.Identity(me.pid, me.create_time()))
    assert not process.is_running(process.Identity(me.pid, me.create_time() - 60))
    assert process.default_slots() >= 1
