"""Which source suits my vocabulary: several asked for its words before anything is built."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.draft import Draft
from core.jobs import JobState
from core.messages import _, as_told, number, percent, size
from core.snippets import naming
from core.sources import list_builtin, list_catalog
from core.sources.catalog import is_fetched
from core.sources.protocol import Context

from . import cached, jobs_of, server
from .names import source_name
from .panels import escaped, job, place_error, plain_text, why
from .state import Visit


def ranking(visit: Visit) -> None:
    """The candidates, the job that asks them, and what came of it."""
    if visit.draft.vocabulary is None or visit.base is None:
        return
    with st.expander(_("Which one suits my vocabulary?"), icon=":material/leaderboard:"):
        names = _candidates(visit)
        own = [naming(spec) for spec in visit.draft.sources]
        chosen = st.multiselect(
            _("Sources to compare"),
            list(names),
            default=list(names)[: max(2, len(own))],
            format_func=lambda one: names[one],
            key=f"rank-candidates:{' '.join(own)}",
            disabled=visit.read_only,
        )
        if len(chosen) < 2:
            st.caption(_("Choose two or more."))
            return
        # What was chosen comes with its options; the others are as they stand in the list.
        kept = tuple(spec for spec in visit.draft.sources if naming(spec) in chosen)
        draft = Draft(vocabulary=visit.draft.vocabulary, ladder=visit.draft.ladder, sources=kept)
        more = [one for one in chosen if one not in own]
        key = cached.ranking_key(draft, visit.base, more)
        stage = f"rank:{key}"  # other words, options or candidates are another question
        status = job(
            visit,
            stage,
            lambda: jobs_of.rank(visit, draft, more, key),
            label=_("Compare"),
            note=_("Coverage, size, licence, and how well each agrees with people on the word pairs all of them have."),
            main=False,
        )
        place_error(stage)
        if status is not None and status.state is JobState.DONE and (told := server.jobs().result(status.id)):
            _told(as_told(told))


def _candidates(visit: Visit) -> dict[str, str]:
    """spec string -> display name: what was chosen, what comes with Lexiloom, what is downloaded, then the catalog."""
    here = Context(workspace=server.home())
    found = {naming(spec): source_name(spec) for spec in visit.draft.sources if naming(spec)}
    found |= {about["spec"]: about["spec"] for about in list_builtin()}
    catalog = sorted(list_catalog(), key=lambda entry: not is_fetched(entry, here))
    return found | {entry.spec: entry.title for entry in catalog if entry.spec not in found}


def _told(told: dict[str, Any]) -> None:
    st.text(told["verdict"])
    rows = [_row(one) for one in told["candidates"]]
    filled = [name for name in rows[0] if any(row[name] not in (None, "") for row in rows)]
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        key="ranking",
        placeholder="",
        column_config=_columns(),
        column_order=filled,
    )
    if told["sets"]:
        sets = ", ".join(f"{one['title']} {one['pairs']}/{one['total']}" for one in told["sets"])
        st.caption(
            escaped(_("similarity: mean of Spearman's rho on the shared pairs of {sets}").format(sets=sets), None)
        )
    if told["common"]:
        words = ", ".join(told["common_words"]) + (", …" if told["common"] > len(told["common_words"]) else "")
        plain_text(_("in none of them, {n} words: {words}").format(n=number(told["common"]), words=words), 1000)


def _row(one: dict[str, Any]) -> dict[str, Any]:
    return {
        _("source"): one["name"],
        _("note"): one["note"],
        _("words"): None if one["types"] is None else 100 * one["types"],
        _("text"): None if one["tokens"] is None else 100 * one["tokens"],
        _("from pieces"): percent(one["composed"]) if one["composed"] else "",
        _("missing"): one["missing"],
        _("similarity"): one["score"],
        _("dimensions"): one["dim"],
        _("rows"): one["size"],
        _("download"): size(one["bytes"]) if one["bytes"] else "",
        _("seconds"): one["seconds"],
        _("licence"): one["licence"],
    }


def _columns() -> dict[Any, Any]:
    share = {"format": "%.1f %%", "min_value": 0, "max_value": 100}
    whole = st.column_config.NumberColumn(format="localized")
    return {
        _("words"): st.column_config.ProgressColumn(help=why("type_coverage"), **share),
        _("text"): st.column_config.ProgressColumn(help=why("token_coverage"), **share),
        _("missing"): whole,
        _("rows"): whole,
        _("similarity"): st.column_config.NumberColumn(format="%.3f"),
        _("seconds"): st.column_config.NumberColumn(format="%.2f"),
    }
