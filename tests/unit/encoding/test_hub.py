"""Models from a hub: fetched once, through a mirror, and refused with the reason."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import open_source
from core.errors import SourceError
from core.sources import is_ready, parse_source
from core.sources.protocol import Context
from core.workspace.workspace import Workspace
from tests import models
from tests.unit.encoding.fake_hub import COMMIT, FakeHub

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeHub]:
    folder = models.bert(tmp_path_factory.mktemp("hub") / "bert")
    (folder / "modeling_evil.py").write_text("raise SystemExit('this code was run')")
    made = FakeHub({"someone/tiny-bert": folder}, gated=("someone/gated",))
    yield made
    made.close()


def asked(source: str, home: Path, endpoint: str, **environment: str) -> tuple[int, str]:
    """The command line in a process of its own: huggingface_hub reads its settings once."""
    import os

    given = {
        **os.environ,
        "LEXILOOM_HOME": str(home),
        "HF_HOME": str(home / "hf"),
        "HF_ENDPOINT": endpoint,
        "HF_HUB_DISABLE_XET": "1",
        **environment,
    }
    command = [sys.executable, "-m", "core.cli", "index", source, "--json"]
    done = subprocess.run(command, env=given, cwd=ROOT, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_a_model_is_fetched_through_a_mirror_once_and_its_code_never(hub: FakeHub, tmp_path: Path) -> None:
    code, told = asked("hf:someone/tiny-bert", tmp_path, hub.url)
    assert code == 0, told
    assert "hf:someone/tiny-bert" in told
    assert not any(".py" in one for one in hub.seen)
    before = len(hub.seen)
    assert asked("hf:someone/tiny-bert", tmp_path, hub.url, LEXILOOM_OFFLINE="1")[0] == 0
    assert len(hub.seen) == before
    snapshot = tmp_path / "hf" / "hub" / "models--someone--tiny-bert" / "snapshots" / COMMIT
    assert (snapshot / "model.safetensors").exists() and not (snapshot / "modeling_evil.py").exists()


@pytest.mark.parametrize(
    "name, told",
    [
        ("someone/gated", "gated"),
        ("someone/none", "there is no such model"),
        ("someone/tiny-bert@nope", "no such revision"),
    ],
)
def test_a_refusal_says_which_it_is_and_names_a_way(name: str, told: str, hub: FakeHub, tmp_path: Path) -> None:
    code, said = asked(f"hf:{name}", tmp_path, hub.url)
    assert code == 1 and told in said
    assert "hf:./FOLDER" in said or "revision" in told


def test_no_network_and_a_network_switched_off_are_told_apart(tmp_path: Path) -> None:
    code, said = asked("hf:someone/else", tmp_path, "http://127.0.0.1:9")
    assert code == 1 and "the hub can't be reached" in said and "HF_ENDPOINT" in said
    code, said = asked("hf:someone/else", tmp_path, "http://127.0.0.1:9", HF_HUB_OFFLINE="1")
    assert code == 1 and "the network is switched off" in said


def test_a_name_that_is_neither_is_refused(tmp_path: Path) -> None:
    for text in ("hf:", "hf:./not/there", "hf:a b c"):
        with pytest.raises(SourceError):
            open_source(text, Context(workspace=Workspace(tmp_path)))


def test_a_folder_is_ready_once_it_was_examined(tmp_path: Path) -> None:
    folder, context = models.bert(tmp_path / "bert"), Context(workspace=Workspace(tmp_path / "home"))
    spec = parse_source(f"hf:{folder}")
    assert not is_ready(spec, context)
    open_source(spec, context)
    assert is_ready(spec, context)
    (folder / "config.json").write_text((folder / "config.json").read_text() + "\n")
    assert not is_ready(spec, context)
