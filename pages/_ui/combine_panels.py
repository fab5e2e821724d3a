"""How several sources become one, and what hinders it."""

from __future__ import annotations

import streamlit as st

from core.errors import LexiloomError
from core.lock import mixed_spaces
from core.messages import N_, _, retold

from . import cached, fields, state
from .panels import escaped, place_error
from .state import Visit

# kind -> what it is called, and what a row then is.
COMBINED = {
    "chain": (N_("Chain"), N_("The first source that has a word gives its row: for sources of one space.")),
    "align": (N_("Align"), N_("The same, and rows of the later sources are mapped into the space of the first.")),
    "concatenate": (N_("Side by side"), N_("The rows of all sources beside each other: wider, and the best scores.")),
    "average": (N_("Average"), N_("The mean of the rows of all sources.")),
}

OPTIONS = {"align": ["map", "min_overlap"], "concatenate": ["partial"], "average": ["partial"]}


def combined(visit: Visit) -> None:
    """How several sources become one."""
    if len(visit.draft.sources) < 2:
        return
    chosen = visit.draft.combine.kind
    kinds = list(COMBINED)
    key = state.key("combine.kind")
    st.segmented_control(
        _("Several sources"),
        kinds,
        default=chosen,
        format_func=lambda kind: str(_(COMBINED[kind][0])),
        key=key,
        on_change=state.on_change("combine", key, lambda kind: {"kind": kind or "chain"}),
        disabled=visit.read_only,
    )
    place_error("combine")
    st.caption(_(COMBINED[chosen][1]))
    if names := OPTIONS.get(chosen):
        with st.popover(_("Options"), icon=":material/tune:"):
            fields.edit(visit.draft.combine, "combine", names, disabled=visit.read_only)


def fits(visit: Visit) -> bool:
    """Whether the sources can be chained; says what hinders it: different widths, or spaces that are not one."""
    if visit.draft.combine.kind != "chain":
        return True
    assert visit.base is not None
    try:
        infos = [cached.source(spec, visit.base, visit.draft.vocabulary).info for spec in visit.draft.sources]
    except (cached.NotReady, LexiloomError):
        return True
    one_width = len({info.dim for info in infos}) <= 1
    if not one_width:
        st.error(
            _("Sources of different width can't be chained: align them, put them side by side, or average them."),
            icon=":material/error:",
        )
    for warning in mixed_spaces(infos):
        st.warning(escaped(retold(warning["text"]), None), icon=":material/warning:")
    return one_width
