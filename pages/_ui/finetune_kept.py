"""What is asked for on the Fine-tune page, and what was found before: kept beside the visitor's files.

A refresh finds the choices again, a training that runs, and every earlier result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st
from pydantic import TypeAdapter, ValidationError

from core.errors import LexiloomError
from core.messages import _, number
from core.settings import plain
from core.tuned import refuse_tuned
from core.tuning.data_spec import DataSpec
from core.tuning.kinds import KINDS, TASKS, TITLES, TuningSpec
from core.tuning.report import Report
from core.tuning.tune import check_spec
from core.validation import explain
from core.workspace.state_files import read_json, write_json

from . import cached, cached_tuning, server, state
from .explore_choices import Chosen
from .panels import escaped
from .state import Visit

KEPT = "finetune.json"
EARLIER = 30  # results that are listed
SPECS: TypeAdapter[Any] = TypeAdapter(TuningSpec)


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    base   the build that is tuned
    key    names the tuning: equal choices on equal files have the same; "" while there is no file of texts
    why    what is wrong with the choices, None where they can be run
    """

    base: Chosen
    spec: Any
    key: str
    why: LexiloomError | None = None


def kept(visit: Visit) -> dict[str, Any]:
    """What was chosen last, and earlier results: {"matrix", "spec", "earlier": [{"key", "matrix", "spec"}]}."""
    found = (read_json(visit.base / KEPT) if visit.base else None) or {}
    return {**found, **(state.recall("finetune-looked-at") or {})} if visit.read_only else found


def keep(visit: Visit, asked: Asked, *, done: bool = False) -> None:
    """Keep the choices, and with `done` that there is a result of them. Raises WorkspaceError."""
    if visit.read_only or visit.base is None:
        return
    before, now = kept(visit), {"matrix": asked.base.key, "spec": plain(asked.spec)}
    earlier = before.get("earlier", [])
    if done and all(one["key"] != asked.key for one in earlier):
        earlier = [{"key": asked.key, **now}, *earlier][:EARLIER]
    if {**now, "earlier": earlier} != before:
        write_json(visit.base / KEPT, {**now, "earlier": earlier})


def spec_of(before: dict[str, Any]) -> Any:
    """The spec that was kept; without one, or with one of another version, that of a full tuning without texts."""
    try:
        return SPECS.validate_python(before["spec"])
    except (KeyError, ValidationError):
        return start("full", DataSpec(path=""))


def start(kind: str, data: DataSpec) -> Any:
    """A kind's own options, and the texts as they were chosen."""
    return KINDS[kind](data=data)


def last(visit: Visit, found: list[Chosen]) -> Asked:
    """What was asked for last."""
    before = kept(visit)
    base = next((one for one in found if one.key == before.get("matrix")), found[0])
    return asked_for(visit, base, spec_of(before))


def asked_for(visit: Visit, base: Chosen, spec: Any) -> Asked:
    """These choices with their name, and what is wrong with them."""
    folder = server.data_folder()
    spec = spec.model_copy(update={"suite_dir": str(folder) if folder else ""})
    if visit.base is None or not spec.data.path:
        return Asked(base, spec, "")
    key = cached.told(base.key, plain(spec), cached_tuning.stamps(spec.data, visit.base))[:32]
    paths = [path for path in (spec.data.path, spec.data.test_path) if path]
    try:
        spec = SPECS.validate_python(spec.model_dump())
        check_spec(base.saved.matrix, spec)
        refuse_tuned(base.saved.lock, spec.kind)
        server.access(visit.base, visit.workspace.builds if visit.workspace else ()).check_all(paths)
    except ValidationError as error:
        return Asked(base, spec, key, explain(error, plain(spec), type(spec), where=_("options")))
    except LexiloomError as error:
        return Asked(base, spec, key, error)
    return Asked(base, spec, key)


def finished(asked: Asked) -> Report | None:
    """The result of these choices, None where there is none (any more)."""
    report = cached_tuning.report(asked.key) if asked.key else None
    there = report is not None and (not report.changed or cached.build(asked.key) is not None)
    return report if there else None


def is_running(visit: Visit, asked: Asked) -> bool:
    """Whether these choices are being trained, or wait for their turn."""
    job = visit.workspace.jobs.get(f"{server.FINETUNE}:{asked.key}") if visit.workspace and asked.key else None
    status = server.jobs().status(job) if job else None
    return status is not None and not status.state.finished


def earlier(visit: Visit, asked: Asked) -> None:
    """Results of other choices, each one click away."""
    others = [one for one in kept(visit).get("earlier", ()) if one["key"] != asked.key]
    listed = [(one, cached_tuning.report(one["key"])) for one in others]
    there = [(one, report) for one, report in listed if report is not None]
    if not there:
        return
    st.subheader(_("Earlier results"), anchor=False)
    for one, report in there:
        with st.container(horizontal=True, vertical_alignment="center", key=f"finetune-earlier-{one['key']}"):
            st.button(
                _("Show"),
                key=f"finetune-show-{one['key']}",
                on_click=_show,
                args=(visit, one),
                icon=":material/history:",
            )
            st.markdown(escaped(_line(report)))


def _line(report: Report) -> str:
    """A result in a line."""
    spec = report.spec
    told = [str(_(TITLES.get(str(spec.get("kind")), ""))), str(report.data.get("name", "")).rpartition("/")[2]]
    measure = "mrr" if TASKS.get(str(spec.get("kind"))) == "pairs" else "accuracy"
    if (score := report.scores.get(measure, {}).get("mean")) is not None:
        label = _("accuracy {n}") if measure == "accuracy" else _("mean reciprocal rank {n}")
        told.append(label.format(n=number(score, 3)))
    return " · ".join(part for part in told if part)


def _show(visit: Visit, one: dict[str, Any]) -> None:
    """Take the choices of an earlier result; a callback."""
    chosen = {"matrix": one["matrix"], "spec": one["spec"]}
    if visit.read_only:
        state.remember("finetune-looked-at", chosen)
    elif visit.base is not None:
        write_json(visit.base / KEPT, {**kept(visit), **chosen})
    state.renew("finetune")
