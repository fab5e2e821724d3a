"""Small vocabularies that come with Lexiloom, each with the sources that suit it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.draft import Draft
from core.messages import N_, _
from core.sources import parse_source
from core.vocabulary import sniff_vocabulary

from . import frame, server, state
from .panels import problem
from .state import Visit

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "samples"


@dataclass(frozen=True)
class Sample:
    """A file of FOLDER, how it is told, and its sources."""

    file: str
    icon: str
    title: str
    text: str
    sources: tuple[str, ...]


SAMPLES = (
    Sample(
        "reviews.txt",
        ":material/reviews:",
        N_("English product reviews"),
        N_("Words and counts from made-up reviews: brands, slips of the pen, contractions."),
        ("builtin:english",),
    ),
    Sample(
        "news_zh.txt",
        ":material/newspaper:",
        N_("Chinese news"),
        N_("Words and counts from made-up news: names, compounds, traditional spellings."),
        ("builtin:chinese",),
    ),
    Sample(
        "mixed.txt",
        ":material/translate:",
        N_("Both languages, one matrix"),
        N_("A shop's list in English and Chinese: two sources of one space as a chain."),
        ("builtin:english", "builtin:chinese"),
    ),
)


def tiles(visit: Visit) -> None:
    """A tile for each sample; a click makes everything ready up to the coverage."""
    for column, sample in zip(st.columns(len(SAMPLES)), SAMPLES, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"{sample.icon} **{_(sample.title)}**")
            st.caption(_(sample.text))
            if st.button(_("Open"), key=f"sample-{sample.file}", icon=":material/play_arrow:"):
                _open(visit, sample)


def _open(visit: Visit, sample: Sample) -> None:
    """Start afresh where there is work already: a sample never replaces it."""
    if visit.workspace is not None and (visit.read_only or visit.draft.vocabulary is not None):
        state.forget()
    here = state.own_workspace()
    path = here.add_upload(sample.file, (FOLDER / sample.file).read_bytes())
    if not here.name:
        here.rename(_(sample.title))
    spec = sniff_vocabulary(here.folder / path).model_copy(update={"path": path})
    state.save(Draft(vocabulary=spec, sources=tuple(map(parse_source, sample.sources))), rebuild=True)
    frame.switch("coverage")


def class_entry(visit: Visit) -> None:
    """What a student of a class sees first: the teacher's build, to look at and to copy."""
    import os

    from core.errors import WorkspaceError

    given = os.environ.get("LEXILOOM_CLASS_WORKSPACE", "")
    if not given or (visit.workspace is not None and visit.workspace.id == given):
        return
    try:
        teacher = server.workspaces().open(given)
    except WorkspaceError as error:
        problem(error)
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(":material/school: " + _("**Your class** works on a build of the teacher's."))
        if st.button(_("Look at it"), key="class-look"):
            state.look(teacher.token)
            frame.switch("coverage")
        if st.button(_("Make my own copy"), type="primary", icon=":material/fork_right:", key="class-fork"):
            state.enter(server.workspaces().duplicate(teacher, teacher.name))
            frame.switch("coverage")
