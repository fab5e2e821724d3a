"""The project's own papers: start.py, the locked versions, and that they agree."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import start

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKED = [
    line for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_is_locked_to_one_version() -> None:
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line) for line in LOCKED)
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    names = {normal(re.match(r"[\w.-]+", one)[0]) for one in wanted}  # type: ignore[index]
    assert names <= {line.partition("==")[0] for line in LOCKED}


def test_the_pytorch_that_is_locked_is_the_one_that_is_asked_for() -> None:
    assert "torch==2.13.0" in LOCKED
    assert "torch==2.13.0" in PROJECT["dependencies"]


def test_start_is_understood_by_old_pythons_so_that_it_can_tell_them_what_is_needed() -> None:
    source = (ROOT / "start.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
    outside = {
        name.partition(".")[0]
        for node in ast.parse(source).body
        for name in ([a.name for a in node.names] if isinstance(node, ast.Import) else [])
    }
    assert outside <= set(sys.stdlib_module_names)


def test_an_unknown_command_is_wrong_use_and_lists_the_known_ones() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "start.py"), "tset"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "'tset'" in done.stderr
    assert "test [ARGUMENTS]" in done.stderr


def test_nothing_is_installed_again_when_only_a_tool_is_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setattr(start, "LOCK", tmp_path / "requirements.lock")
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    def digest(project: str, lock: str) -> str:
        (tmp_path / "pyproject.toml").write_text(project, encoding="utf-8")
        (tmp_path / "requirements.lock").write_text(lock, encoding="utf-8")
        return start.digest()

    first = digest(text, "a==1\n")
    assert digest(text.replace("line-length = 120", "line-length = 100"), "a==1\n") == first
    assert digest(text, "a==2\n") != first
    assert digest(text.replace('"rich>=', '"richer>='), "a==1\n") != first


@pytest.mark.parametrize(
    ("log", "advice"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("NewConnectionError(… Failed to establish a new connection)", "can't be reached"),
        ("ERROR: No matching distribution found for flit_core==4.2.0", "can't be reached"),
        ("ERROR: No matching distribution found for torch==2.13.0", "no PyTorch"),
        ("ERROR: Failed building wheel for gensim", "no ready-made build"),
        ("something else", "stands above"),
    ],
)
def test_a_failed_installation_ends_with_what_to_do(log: str, advice: str) -> None:
    assert advice in next(text for pattern, text in start.PIP_FAILURES if re.search(pattern, log))


def test_a_folder_that_is_no_environment_is_not_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "VENV", tmp_path)
    monkeypatch.setattr(start, "PYTHON", tmp_path / "bin" / "python")
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(start.Stop, match="in the way"):
        start.make_venv()
    assert (tmp_path / "thesis.txt").exists()


def test_ci_runs_what_a_user_runs() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == "exec python3 start.py test"
