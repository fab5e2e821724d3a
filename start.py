"""The one door: `python3 start.py app` runs Lexiloom, `python3 start.py test` passes its tests.

Both make `.venv` beside this file and install into it first, when that is needed. Standard library
only, on any operating system. `python3 start.py` alone lists all commands.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "lexiloom.json"
PIP_LOG = VENV / "pip.log"
LOCK = ROOT / "requirements.lock"

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHINESE_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")

OLDEST = (3, 11)
NEWEST = (3, 13)  # the newest Python for which every locked package has a wheel (gensim decides)
TESTED = f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"

USAGE = """\
python3 start.py COMMAND

  app [ARGUMENTS]     install what is needed, then start the web app: app --port 8600
  test [ARGUMENTS]    install the development tools too, then run every check and test;
                      with arguments only pytest runs, and gets them: test -k coverage
  check               ruff, pyright and import-linter alone
  bench [ARGUMENTS]   benchmarks/lookup.py: whole builds side by side with gensim
  lock                resolve the newest versions of all dependencies into requirements.lock

Downloads go through pip, so pip's own settings hold: PIP_INDEX_URL for a mirror,
PIP_EXTRA_INDEX_URL for PyTorch's CPU index, PIP_FIND_LINKS for a folder of wheels."""

LOCK_HEAD = """\
# The exact version of everything that Lexiloom and its tests install, on any system (a package that
# a system does not need is not installed there). start.py gives this file to pip as constraints:
#     pip install -c requirements.lock -e .          to run it
#     pip install -c requirements.lock -e ".[dev]"   to test it
# Made by `python3 start.py lock` from the dependencies in pyproject.toml; not edited by hand.
# torch stands without +cpu or +cu: the index that pip is given decides which build it is.
"""
# Needed on other systems than the one that makes the lock.
ELSEWHERE = ("colorama",)
# torch names the exact versions of its own CUDA packages.
NOT_LOCKED = re.compile(r"lexiloom$|pip$|nvidia-|cuda-|triton")


class Stop(Exception):
    """A reason to end that is told in a sentence, without a traceback."""


def main(arguments: list[str]) -> int:
    """Carry out one command and return its exit code."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    commands = {"app": app, "test": test, "check": check, "bench": bench, "lock": lock}
    if command in ("help", "-h", "--help"):
        print(USAGE)
        return 0
    if command not in commands:
        print(f"start.py: there is no command {command!r}.\n\n{USAGE}", file=sys.stderr)
        return 2
    try:
        if sys.version_info[:2] < OLDEST:
            return subprocess.run([*find_python(), str(ROOT / "start.py"), *arguments], check=False).returncode
        return commands[command](rest)
    except Stop as reason:
        print(f"\nstart.py: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstart.py: interrupted. The same command goes on from here.", file=sys.stderr)
        return 130


# The commands


def app(rest: list[str]) -> int:
    """Install without the development tools and start the web app; `rest` goes to `lexiloom app`."""
    install(dev=False)
    return run("-m", "core.cli", "app", *rest)


def test(rest: list[str]) -> int:
    """Run the checks and all tests with branch coverage; or only pytest, with `rest`."""
    install(dev=True)
    install_browser()
    if rest:
        return run("-m", "pytest", *rest)
    begun = time.monotonic()
    failed = checks()
    say("Tests")
    workers = str(max(2, min(4, os.cpu_count() or 2)))
    if run("-m", "pytest", "-n", workers, "--cov", "--cov-branch", "--cov-report=term"):
        failed.append("tests")
    return conclude(failed, begun)


def check(rest: list[str]) -> int:
    """Format, lint, types and layers."""
    begun = time.monotonic()
    install(dev=True)
    return conclude(checks(), begun)


def bench(rest: list[str]) -> int:
    """Measure whole builds side by side with gensim; `rest` goes to benchmarks/lookup.py."""
    install(dev=True)
    return run("benchmarks/lookup.py", *rest)


def lock(rest: list[str]) -> int:
    """Write the newest versions that fit together into requirements.lock."""
    make_venv()
    say("Resolving the newest versions of all dependencies")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        newest = ["--dry-run", "--ignore-installed", "--quiet", "--report", str(report)]
        pip("install", *newest, "-e", ".[dev]", *ELSEWHERE)
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
    versions = {re.sub(r"[-_.]+", "-", i["metadata"]["name"]).lower(): i["metadata"]["version"] for i in found}
    lines = [f"{n}=={v.split('+')[0]}\n" for n, v in sorted(versions.items()) if not NOT_LOCKED.match(n)]
    LOCK.write_text(LOCK_HEAD + "".join(lines), encoding="utf-8", newline="\n")
    print(f"{LOCK.name}: {len(lines)} packages. `python3 start.py test` installs and tests them.")
    return 0


def checks() -> list[str]:
    """Run every static check and return the names of those that failed."""
    import_linter = "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"
    failed = []
    for name, command in {
        "format (ruff)": ("-m", "ruff", "format", "--check", "--quiet", "."),
        "lint (ruff)": ("-m", "ruff", "check", "."),
        "types (pyright)": ("-m", "pyright", "--pythonpath", str(PYTHON)),
        "layers (import-linter)": ("-c", import_linter),
    }.items():
        say(name[0].upper() + name[1:])
        if run(*command):
            failed.append(name)
    return failed


def conclude(failed: list[str], begun: float) -> int:
    """Say what failed, or that nothing did, and return the exit code."""
    minutes, seconds = divmod(round(time.monotonic() - begun), 60)
    say(f"Failed: {', '.join(failed)}" if failed else f"All is well ({minutes} min {seconds} s)")
    return 1 if failed else 0


# The environment


def install(*, dev: bool) -> None:
    """Bring `.venv` up to date with pyproject.toml and requirements.lock; at once when it is."""
    stamp = read_stamp()
    dev = dev or bool(stamp.get("dev"))
    wanted = {"digest": digest(), "root": str(ROOT), "dev": dev}
    if stamp == wanted and working(PYTHON):
        return
    make_venv()
    STAMP.unlink(missing_ok=True)
    say("Installing Lexiloom" + (" and its development tools" if dev else "") + " into .venv (PyTorch is large)")
    pip("install", "-c", LOCK.name, "-e", ".[dev]" if dev else ".")
    # As pip does for packages: without, every start of the command line compiles the engine again where
    # Python may not write byte code.
    run("-m", "compileall", "-q", "core")
    say("Compiling the file readers (once)")
    if run("-c", "from core.formats.native import kernels; kernels()"):
        raise Stop("the file readers can't be compiled; the error stands above.")
    say("Compiling neighbors and maps (once, up to a minute or two)")
    if run("-m", "core.projection.ahead"):
        raise Stop("what draws maps can't be compiled; the error stands above.")
    # Last of all, so that an interrupted installation is taken up again.
    STAMP.write_text(json.dumps(wanted), encoding="utf-8")


def install_browser() -> None:
    """Install Debian's Chromium and Chinese fonts for the browser tests, where that is possible and needed."""
    missing = [] if any(map(shutil.which, BROWSERS)) else ["chromium"]
    missing += [] if CHINESE_FONT.exists() else ["fonts-noto-cjk"]
    if not missing or not shutil.which("apt-get") or os.geteuid():
        return
    say(f"Installing {' and '.join(missing)} for the browser tests")
    quiet = {"stdout": subprocess.DEVNULL, "env": {**environment(), "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], check=False, **quiet)


def read_stamp() -> dict[str, object]:
    """What the last complete installation was made from, or nothing."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def digest() -> str:
    """Changes when another installation is needed, and not when a tool's settings change."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = json.dumps([project["project"], project["build-system"]], sort_keys=True)
    return hashlib.sha256(wanted.encode() + LOCK.read_bytes()).hexdigest()


def make_venv() -> None:
    """Make `.venv` where it is missing, half made, or of a Python that is gone or too old."""
    if working(PYTHON):
        return
    if VENV.exists():
        if not (VENV / "pyvenv.cfg").is_file() and any(VENV.iterdir()):
            raise Stop(f"{VENV} is in the way: it is no virtual environment. Move it elsewhere.")
        say("Removing .venv, whose Python no longer works or is too old")
        shutil.rmtree(VENV)
    python = find_python()
    say(f"Making .venv with {' '.join(python)}")
    if subprocess.run([*python, "-m", "venv", str(VENV)], env=environment(), check=False).returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Stop("the virtual environment can't be made. On Debian and Ubuntu: sudo apt install python3-venv")


def find_python() -> list[str]:
    """The command of a suitable Python: this one, or else the newest suitable one on the path."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return [sys.executable]
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        for command in (["py", f"-3.{minor}"],) if os.name == "nt" else ([f"python3.{minor}"],):
            if shutil.which(command[0]) and working(*command, needs="ensurepip"):
                return command
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if sys.version_info[:2] < OLDEST:
        raise Stop(f"this is Python {here}; Lexiloom needs {TESTED}. Install one of them.")
    say(f"Python {here} is newer than some packages; if the installation fails, install Python 3.{NEWEST[1]}")
    return [sys.executable]


def working(*command: str | Path, needs: str = "pip") -> bool:
    """Whether this Python runs, is new enough and has the module `needs`."""
    asked = f"import sys, {needs}; sys.exit(sys.version_info[:2] < {OLDEST})"
    try:
        done = subprocess.run([*map(str, command), "-c", asked], env=environment(), capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def environment() -> dict[str, str]:
    """The environment less what would lead a virtual environment's Python or pip elsewhere."""
    astray = {"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"}
    return {name: value for name, value in os.environ.items() if name not in astray}


def run(*arguments: str) -> int:
    """Run `.venv`'s Python in the checkout and return its exit code."""
    return subprocess.run([str(PYTHON), *arguments], cwd=ROOT, env=environment(), check=False).returncode


def pip(*arguments: str) -> None:
    """Run `.venv`'s pip; where it fails, say why and what to do."""
    PIP_LOG.unlink(missing_ok=True)
    always = ["--disable-pip-version-check", "--no-input", "--log", str(PIP_LOG)]
    if run("-m", "pip", *always, *arguments):
        text = PIP_LOG.read_text(encoding="utf-8", errors="replace") if PIP_LOG.exists() else ""
        raise Stop(next(advice for pattern, advice in PIP_FAILURES if re.search(pattern, text)))


PIP_FAILURES = (
    (r"No space left|Errno 28", "the disk is full. The installation needs 2 GB, with PyTorch's CUDA build 8 GB."),
    (
        # flit_core comes first of all: where not even that is found, it is the index.
        r"NewConnectionError|NameResolution|ConnectTimeout|Read timed out|ProxyError|ConnectionReset|for flit_core",
        "the package index can't be reached. Check the network, or set PIP_INDEX_URL to a mirror's address\n"
        + "or PIP_FIND_LINKS to a folder of wheels. What is already downloaded is kept.",
    ),
    (
        r"No matching distribution found for torch",
        "there is no PyTorch 2.13.0 for this system (there is none for Macs with Intel processors, nor for\n"
        + f"32 bits), or none for this Python: Lexiloom is tested with {TESTED}.",
    ),
    (
        r"No matching distribution found|Failed building wheel|Failed to build|subprocess-exited-with-error",
        "a package has no ready-made build for this system and Python. Lexiloom is tested with Python\n"
        + f"{TESTED}: install one of them, delete .venv, and run this again with it.",
    ),
    (r"", "pip failed; its message stands above."),
)


def say(text: str) -> None:
    """One step of the work, on a line of its own."""
    print(f"\n== {text}", flush=True)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a path may hold letters that the terminal can't show
    sys.exit(main(sys.argv[1:]))
