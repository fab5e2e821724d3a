"""Which source suits my vocabulary: several asked for its words before anything is built."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.jobs import JobState
from core.messages import _, number, percent, retold
from core.recipe import paths_in
from core.snippets import naming
from core.sources import list_builtin, list_catalog, parse_source
from core.sources.catalog import is_fetched
from core.sources.protocol import Context

from . import cached, jobs_of, server
from .names import source_name
from .panels import job, place_error, plain_text, why
from .state import Visit


def ranking(visit: Visit) -> None:
    """The candidates, the job that asks them, and what came of it."""
    path = getattr(visit.draft.vocabulary, "path", "")
    if not path or visit.base is None:
        return
    with st.expander(_("Which one suits my vocabulary?"), icon=":material/leaderboard:"):
        names = _candidates(visit)
        chosen = st.multiselect(
            _("Sources to compare"),
            list(names),
            default=list(names)[: max(2, len(visit.draft.sources))],
            format_func=lambda one: names[one],
            key=f"rank-candidates:{' '.join(naming(spec) for spec in visit.draft.sources)}",
            disabled=visit.read_only,
        )
        if len(chosen) < 2:
            st.caption(_("Choose two or more."))
            return
        stage = "rank"
        stamps = [cached.stamp(visit.base / one) for one in (path, *(p for s in chosen for p in _paths(s)))]
        status = job(
            visit,
            stage,
            lambda: jobs_of.rank(visit, path, chosen, stamps),
            label=_("Compare"),
            note=_("Coverage, size, licence, and how well each agrees with people on the word pairs all of them have."),
            main=False,
        )
        place_error(stage)
        if status is not None and status.state is JobState.DONE and (told := server.jobs().result(status.id)):
            _told(told)


def _paths(text: str) -> list[str]:
    return paths_in(parse_source(text))


def _candidates(visit: Visit) -> dict[str, str]:
    """spec string -> display name: what was chosen, what comes with Lexiloom, what is downloaded, then the catalog."""
    here = Context(workspace=server.home())
    found = {naming(spec): source_name(spec) for spec in visit.draft.sources if naming(spec)}
    found |= {about["spec"]: about["spec"] for about in list_builtin()}
    catalog = sorted(list_catalog(), key=lambda entry: not is_fetched(entry, here))
    return found | {entry.spec: entry.title for entry in catalog if entry.spec not in found}


def _told(told: dict[str, Any]) -> None:
    plain_text(str(retold(told["verdict"])))
    rows = [_row(one) for one in told["candidates"]]
    st.dataframe(rows, hide_index=True, height="content", key="ranking", placeholder="", column_config=_columns())
    if told["sets"]:
        sets = ", ".join(f"{one['title']} {one['pairs']}/{one['total']}" for one in told["sets"])
        st.caption(_("similarity: mean of Spearman's rho on the shared pairs of {sets}").format(sets=sets))
    if told["common"]:
        words = ", ".join(told["common_words"])
        plain_text(_("in none of them, {n} words: {words}").format(n=number(told["common"]), words=words))


def _row(one: dict[str, Any]) -> dict[str, Any]:
    return {
        _("source"): one["name"],
        _("words"): None if one["types"] is None else 100 * one["types"],
        _("text"): None if one["tokens"] is None else 100 * one["tokens"],
        _("from pieces"): percent(one["composed"]) if one["composed"] else "",
        _("missing"): one["missing"],
        _("similarity"): one["score"],
        _("dimensions"): one["dim"],
        _("rows"): one["size"],
        _("seconds"): one["seconds"],
        _("licence"): one["licence"],
        _("note"): str(retold(one["note"])),
    }


def _columns() -> dict[Any, Any]:
    share = {"format": "%.1f %%", "min_value": 0, "max_value": 100}
    return {
        _("words"): st.column_config.ProgressColumn(help=why("type_coverage"), **share),
        _("text"): st.column_config.ProgressColumn(help=why("token_coverage"), **share),
        _("similarity"): st.column_config.NumberColumn(format="%.3f"),
        _("seconds"): st.column_config.NumberColumn(format="%.2f"),
    }
