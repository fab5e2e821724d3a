"""The command line as a user runs it: a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def start(*arguments: object, home: Path, warnings: str = "error", **options: Any) -> subprocess.Popen[str]:
    """`lexiloom ARGUMENTS`, running."""
    environment = {**os.environ, "LEXILOOM_HOME": str(home), "PYTHONWARNINGS": warnings}
    return subprocess.Popen(
        [sys.executable, "-m", "core.cli", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        **options,
    )


def lexiloom(*arguments: object, home: Path, code: int = 0, **options: Any) -> str:
    """`lexiloom ARGUMENTS`, finished with the exit code that is expected: what it printed, or its error."""
    process = start(*arguments, home=home, **options)
    out, errors = process.communicate(timeout=280)
    assert process.returncode == code, f"exit code {process.returncode}\n{out}\n{errors}"
    assert "Traceback" not in errors
    return out if code == 0 else errors


def lexiloom_json(*arguments: object, home: Path) -> Any:
    """What `lexiloom … --json` printed, parsed."""
    return json.loads(lexiloom(*arguments, "--json", home=home))
