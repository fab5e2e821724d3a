"""How the command line begins and ends: signals, exit codes, error texts, and the one JSON document."""

from __future__ import annotations

import gc
import io
import json as _json
import math
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import typer

from ..errors import Cancelled, LexiloomError
from ..messages import _, translated
from .progress import write_end
from .text import visible

FAILED, WRONG_USE, INTERRUPTED, TERMINATED = 1, 2, 130, 143


class Terminated(BaseException):
    """The system asked the process to end (SIGTERM). No KeyboardInterrupt: Typer would take it for one."""


# The signals that were heard. What breaks after one is its doing: an import that it cut short, for example,
# ends in an ImportError that means nothing.
_heard: list[int] = []
# Set while a lost signal is being taken up: one that is heard then would be lost as well.
_too_early = threading.Event()
AGAIN_SECONDS = 0.01


def entrance(arguments: Sequence[str] | None = None) -> int:
    """Parse `arguments` (default: the process's), run the command, return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A word may hold what a terminal's encoding can't show: show it escaped rather than fail.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # A build makes many small objects that all live to the end: looking for garbage among them often is
    # a tenth of a short run.
    gc.set_threshold(200_000)
    _hear_signals()
    code = FAILED
    try:
        with guard():
            from .app import app

            app(args=None if arguments is None else list(arguments), prog_name="lexiloom")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else FAILED
    except typer.Exit as end:
        code = end.exit_code
    return _flush(code)


def _flush(code: int) -> int:
    try:
        sys.stdout.flush()
    except OSError:
        # The reader of our output has gone (`| head`): nothing is left to say, also at shutdown.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _hear_signals() -> None:
    _heard.clear()

    def end(number: int, frame: FrameType | None) -> None:
        if _too_early.is_set():
            return
        _heard.append(number)
        signal.signal(number, signal.SIG_IGN)  # cleaning up takes place once, undisturbed
        raise KeyboardInterrupt if number == signal.SIGINT else Terminated

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        # A shell's background job is started with SIGINT ignored, and nohup with SIGHUP: that stays.
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is not signal.SIG_IGN:
            signal.signal(getattr(signal, name), end)
    _hear_again_what_is_lost(end)


def _hear_again_what_is_lost(end: Callable[[int, FrameType | None], None]) -> None:
    """Send a signal once more whose exception fell where Python can only print and forget it.

    That is so in a `__del__` and in a weak reference's callback, as importing runs for every module: without
    this, the work would go on as if nobody had asked it to end.
    """
    usual = sys.unraisablehook

    def lost(unraisable: Any) -> None:
        if not _heard or not issubclass(unraisable.exc_type, (KeyboardInterrupt, Terminated)):
            usual(unraisable)
            return
        number = _heard[-1]
        _too_early.set()
        signal.signal(number, end)
        # Raised here it would be lost again: a moment later, the main thread is out of that place.
        threading.Thread(target=_send_until_heard, args=(number,), daemon=True).start()
        _too_early.clear()

    sys.unraisablehook = lost


def _send_until_heard(number: int) -> None:
    while signal.getsignal(number) is not signal.SIG_IGN:  # which it is from when it is heard
        time.sleep(AGAIN_SECONDS)
        _send_to_main_thread(number)


def _send_to_main_thread(number: int) -> None:
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, number)  # it also wakes it
    else:
        signal.raise_signal(number)


@contextmanager
def guard(*, as_json: bool = False, events: Path | None = None, kept: str | Callable[[], str] = "") -> Iterator[None]:
    """Turn what goes wrong inside into a short text on stderr, an exit code and the last line of `events`.

    `kept` says what stays where the work is stopped, or finds it out then; without it, that nothing half made does.
    """
    try:
        yield
    except (KeyboardInterrupt, Terminated, Cancelled):
        _stop(as_json, events, kept)
    except Exception as error:
        if type(error).__module__.partition(".")[0] in ("typer", "click"):
            # Wrong use, help shown, an exit code: Typer's own business.
            if told := getattr(error, "message", None):
                write_end(events, getattr(error, "exit_code", WRONG_USE), {"kind": "WrongUse", "what": told})
            raise
        if _heard:
            _stop(as_json, events, kept)
        _tell(error, as_json, events)
    else:
        write_end(events, 0)


def _tell(error: Exception, as_json: bool, events: Path | None) -> None:
    """Say what went wrong, and exit."""
    try:
        raise error
    except LexiloomError as error:
        parts = {"kind": type(error).__name__, "what": error.what, "where": error.where, "fix": error.fix}
        _fail(str(error), parts, as_json, events)
    except BrokenPipeError:
        raise typer.Exit(FAILED) from None
    except OSError as error:
        reason = error.strerror or str(error)
        where = str(error.filename) if error.filename else None
        parts = {"kind": "OSError", "what": reason, "where": where}
        _fail(f"{where}: {reason}" if where else reason, parts, as_json, events)
    except MemoryError:
        what = _("There is not enough memory for this. A smaller vocabulary or fewer dimensions need less.")
        _fail(what, {"kind": "MemoryError", "what": what}, as_json, events)
    except Exception as error:
        if os.environ.get("LEXILOOM_DEBUG") == "1":
            traceback.print_exc()
        what = _("{kind}: {reason} (a fault of Lexiloom's; LEXILOOM_DEBUG=1 shows where, for a report)").format(
            kind=type(error).__name__, reason=error
        )
        _fail(what, {"kind": type(error).__name__, "what": str(error)}, as_json, events)


def _fail(text: str, parts: dict[str, Any], as_json: bool, events: Path | None) -> None:
    write_end(events, FAILED, parts)
    if as_json:
        print_json({"error": {name: value for name, value in parts.items() if value is not None}})
    print(_("Error: {text}").format(text=visible(text)), file=sys.stderr)
    raise typer.Exit(FAILED) from None


def _stop(as_json: bool, events: Path | None, kept: str | Callable[[], str]) -> None:
    """Say that the work was stopped, and exit."""
    terminated = any(number != signal.SIGINT for number in _heard)
    first = _("Ended by the system.") if terminated else _("Stopped.")
    told = (kept() if callable(kept) else kept) or _("What was being written has been removed.")
    text = _("{sentence} {next}").format(sentence=first, next=told)
    code = TERMINATED if terminated else INTERRUPTED
    write_end(events, code, {"kind": "Cancelled", "what": text})
    if as_json:
        print_json({"error": {"kind": "Cancelled", "what": text}})
    print(text, file=sys.stderr)
    raise typer.Exit(code) from None


def print_json(document: Any) -> None:
    """`document` on stdout, in ASCII and English, with null for what is not a finite number."""
    print(_json.dumps(_finite(translated(document, "en")), indent=2))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(name): _finite(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(inner) for inner in value]
    return value
