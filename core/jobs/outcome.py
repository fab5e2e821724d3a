"""What the end of a process means: done, stopped, failed, or crashed and of what."""

from __future__ import annotations

import signal
from typing import Any

from ..messages import N_, _, pack
from .records import JobState

INTERRUPTED, TERMINATED, WRONG_USE = 130, 143, 2
# What signals mean to somebody who does not know their names.
CAUSES = {
    "SIGKILL": N_("it was killed, perhaps because memory ran out"),
    "SIGTERM": N_("the system ended it"),
    "SIGHUP": N_("the system ended it"),
    "SIGSEGV": N_("a library crashed"),
    "SIGBUS": N_("a library crashed"),
    "SIGILL": N_("a library crashed: it asks for a newer processor"),
    "SIGABRT": N_("a library gave up"),
    "SIGXCPU": N_("it used up the processor time that it may use"),
}


def outcome(code: int | None, end: dict[str, Any] | None, *, stopping: bool) -> tuple[JobState, dict[str, Any] | None]:
    """The state and the (packed) error that an ended process leaves.

    code      its exit code, negative for a signal; None where nobody knows
    end       the last event, None where it wrote none
    stopping  it was asked to stop
    """
    if code is None and end is not None:
        code = end["code"]
    if code == 0:
        return JobState.DONE, None
    if code == INTERRUPTED or (stopping and (code is None or code < 0 or code == TERMINATED)):
        return JobState.STOPPED, None
    error = end.get("error") if end else None
    if error and code in (1, WRONG_USE):
        return JobState.FAILED, error
    return JobState.CRASHED, crash(code)


def crash(code: int | None) -> dict[str, Any]:
    """The error of a process that broke off."""
    if code is not None and (code < 0 or code == TERMINATED):
        number = -code if code < 0 else int(signal.SIGTERM)
        try:
            name = signal.Signals(number).name
        except ValueError:
            name = str(number)
        reason = _(CAUSES[name]) if name in CAUSES else _("it got a signal")
        what = _("The work broke off: {reason} ({name}).").format(reason=reason, name=name)
    elif code is None:
        what = _("The work broke off; nobody saw why.")
    else:
        what = _("The work broke off with exit code {code}.").format(code=code)
    fix = _("Start it again; a smaller vocabulary or fewer dimensions need less memory.")
    return {"kind": "Crash", "what": pack(what), "fix": pack(fix)}


def not_started(error: OSError) -> dict[str, Any]:
    """The error of a process that could not be started."""
    what = _("The work could not be started: {reason}").format(reason=error.strerror or str(error))
    return {"kind": "OSError", "what": pack(what), "where": str(error.filename or "") or None}
