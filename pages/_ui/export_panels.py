"""The ways to take a build away: everything at once, or in the form that one program reads."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.exports import EXPORTS, SavedBuild, Target, estimate_bytes, snippet
from core.jobs import JobState
from core.messages import _, size

from . import jobs_of, server, state
from .build_panels import address
from .panels import job, place_error
from .state import Visit

FOLDER_FILES = (
    "matrix.safetensors",
    "weights.npy",
    "words.json",
    "rows.parquet",
    "recipe.toml",
    "build.json",
    "card.md",
)
LOAD_BUILD = """\
import json
from pathlib import Path

import torch
from safetensors.torch import load_file

vectors = load_file("matrix.safetensors")["vectors"]
words = json.loads(Path("words.json").read_text("utf-8"))
embedding = torch.nn.Embedding.from_pretrained(vectors)
"""


def everything(visit: Visit, key: str) -> None:
    """The build's folder, whole and file by file."""
    st.subheader(_("Take it away"), anchor=False)
    folder = server.home().builds / key
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.link_button(
                _("Everything as a zip"),
                address(visit, key, "everything.zip"),
                type="primary",
                icon=":material/folder_zip:",
                key="zip",
                help=_(
                    "The build, its recipe, and the files the recipe names: unpack it, and “lexiloom run recipe.toml” "
                    "builds it again."
                ),
            )
            for name in FOLDER_FILES:
                if (folder / name).is_file():
                    told = f"{name} ({size((folder / name).stat().st_size)})"
                    st.link_button(told, address(visit, key, name), type="tertiary", key=f"file-{name}")
        st.code(LOAD_BUILD, language="python", wrap_lines=True)


def targets(visit: Visit, key: str, saved: SavedBuild) -> None:
    """Every other form, prepared when it is asked for."""
    st.subheader(_("For another program"), anchor=False)
    kinds = list(EXPORTS)
    for first in range(0, len(kinds), 2):
        for column, kind in zip(st.columns(2), kinds[first : first + 2], strict=False):
            with column, st.container(border=True, height="stretch"):
                _target(visit, key, saved, kind, EXPORTS[kind])


def _target(visit: Visit, key: str, saved: SavedBuild, kind: str, target: Target) -> None:
    st.markdown(f"**{_(target.title)}**")
    out = server.home().builds / f"{key}.exports" / kind
    files = sorted(out.iterdir()) if out.is_dir() else []
    main = next((file for file in files if file.name == target.file), None)
    stage = f"export:{key}:{kind}"
    if main is None:
        st.caption(_("about {bytes}").format(bytes=size(estimate_bytes(saved.matrix, kind))))
        spaces = _spaces(saved, kind, target, visit)
        status = job(
            visit,
            stage,
            lambda: jobs_of.export(key, kind, target.file, spaces),
            label=_("Prepare"),
            main=False,
        )
        place_error(stage)
        if status is not None and status.state is JobState.DONE:
            st.caption(_("Its files are gone again: prepare it anew."))
        return
    _links(visit, key, kind, files)
    words = next((file.name for file in files if file != main), main.name)
    st.code(snippet(kind, main.name, words), language="python", wrap_lines=True)


def _links(visit: Visit, key: str, kind: str, files: list[Path]) -> None:
    with st.container(horizontal=True):
        for file in files:
            st.link_button(
                f"{file.name} ({size(file.stat().st_size)})",
                address(visit, key, f"exports/{kind}/{file.name}"),
                icon=":material/download:",
                key=f"export-{kind}-{file.name}",
            )


def _spaces(saved: SavedBuild, kind: str, target: Target, visit: Visit) -> str:
    """Words with white space, where the format has no place for it."""
    if not target.ends or not any(c in word for word in saved.matrix.vocabulary.words for c in target.ends):
        return "refuse"
    joined = st.toggle(
        _("Join words with spaces by underscores"),
        value=True,
        key=state.key(f"spaces-{kind}"),
        disabled=visit.read_only,
    )
    return "underscore" if joined else "refuse"
