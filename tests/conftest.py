"""What every test gets: a Lexiloom home of its own, and the real data where it exists."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# The machines that run the tests differ a hundredfold in speed, so no example has a deadline.
RELAXED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("here", deadline=None, suppress_health_check=RELAXED)
settings.register_profile("ci", settings.get_profile("here"), derandomize=True, print_blob=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(autouse=True)
def lexiloom_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty LEXILOOM_HOME for this test alone, and messages in English whatever the machine's language."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LEXILOOM_HOME", str(home))
    monkeypatch.setenv("LEXILOOM_LANG", "en")
    return home


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """What a command that is run inside this process does with signals ends with the test."""
    usual = [(number, signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM)]
    hook = sys.unraisablehook
    yield
    for number, handler in usual:
        signal.signal(number, handler)
    sys.unraisablehook = hook


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real vectors, corpora and lists: LEXILOOM_DATA, or `shared/data` beside the checkout."""
    folder = Path(os.environ.get("LEXILOOM_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; LEXILOOM_DATA says where it lies")
    return folder
