"""A file of vectors looked over whole: every row, every value, every fault with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from core.jobs import JobState
from core.messages import _, number

from . import jobs_of, server
from .panels import job, place_error, plain_text
from .state import Visit


def inspection(visit: Visit, spec: Any) -> None:
    """The button that starts it, its progress, and what it found."""
    if spec.kind != "file" or getattr(spec, "member", ""):
        return
    stage = f"inspect:{Path(spec.path).name}"
    with st.expander(_("Check every value of the file"), icon=":material/troubleshoot:"):
        status = job(
            visit,
            stage,
            lambda: jobs_of.inspect(visit, spec.path),
            label=_("Check it"),
            note=_("Reads the whole file: rows of the wrong width, values that are no numbers, doubles, lengths."),
            main=False,
        )
        place_error(stage)
        if status is not None and status.state is JobState.DONE and (found := server.jobs().result(status.id)):
            _told(found)


def _told(found: dict[str, Any]) -> None:
    told = _("{rows} rows × {dim} dimensions").format(rows=number(found["rows"]), dim=number(found["dim"]))
    if found["norms"]:
        norms = ", ".join(f"{_(name)} {value:.4g}" for name, value in found["norms"].items())
        told += " · " + _("length of the vectors: {norms}").format(norms=norms)
    st.caption(told)
    plain_text(_("first words: {words}").format(words=", ".join(found["words"])))
    if not found["faults"]:
        st.success(_("No faults: every row and every value was read."), icon=":material/check_circle:")
        return
    places = [
        {
            _("fault"): str(_(fault)),
            _("times"): number(n),
            _("line"): place.get("line"),
            _("byte"): place.get("byte"),
            _("word"): str(place.get("word", "")),
        }
        for fault, n in found["faults"].items()
        for place in found["places"].get(fault) or [{}]
    ]
    st.dataframe(places, hide_index=True, height="content", key=f"faults-{found['digest']}", placeholder="")
