"""The texts that a matrix is tuned on: files, columns, and what they are like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import LexiloomError
from core.evaluation.labelled_file import LabelledFile
from core.figures.tuning import MOST_CLASSES, class_balance, token_shares
from core.messages import N_, _, number, percent, retold
from core.tuning.data_spec import DataSpec

from . import cached_tuning, server, state
from .cached_tuning import Columns, Preview
from .explore_choices import Chosen
from .panels import escaped, figure, metric, plain_text, problem, why
from .state import Visit

MEGABYTES = 200
ENDINGS = N_("Lines of a label and a text, or a .csv, .tsv, .jsonl or .parquet file with a column of each.")
LABELS = {"text": N_("Column of texts"), "label": N_("Column of labels"), "second": N_("Column of second texts")}
PARTS = {"train": N_("to train on"), "valid": N_("for validation"), "test": N_("for the test")}
FILES = {"path": N_("Texts to train on"), "test_path": N_("Test texts, if they lie apart")}


def choose(visit: Visit, spec: DataSpec, role: str) -> tuple[DataSpec, bool]:
    """The files and their columns, and whether they can be read; `spec` is how they were left."""
    left, right = st.columns(2, gap="large")
    with left:
        path = _file(visit, "path", spec.path, role)
    with right:
        test_path = "" if role == "texts" or not path else _file(visit, "test_path", spec.test_path, role)
    if path != spec.path:
        spec = DataSpec(path=path, **spec.model_dump(include={"valid_share", "test_share", "split_seed"}))
    spec = spec.model_copy(update={"test_path": test_path})
    if not path or visit.base is None:
        return spec, True
    try:  # before anything of them is shown: a path may have been kept while more was allowed
        server.access(visit.base, visit.workspace.builds if visit.workspace else ()).check_all(
            [one for one in (path, test_path) if one]
        )
    except LexiloomError as error:
        problem(error)
        return spec, False
    return _columns(visit, spec, role)


def _file(visit: Visit, name: str, before: str, role: str) -> str:
    """An uploaded file's path, "" for none."""
    given = state.recall(f"{state.fresh('finetune')}-{name}", before)
    if given:
        st.markdown(f"**{_(FILES[name])}**")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(Path(given).name)
            if not visit.read_only:
                st.button(
                    "",
                    icon=":material/close:",
                    key=f"finetune-drop-{name}",
                    on_click=_take,
                    args=(name, ""),
                    help=_("Take it out"),
                )
        return given
    if visit.read_only:
        return ""
    file = st.file_uploader(
        _(FILES[name]), key=state.fresh(f"finetune-{name}"), max_upload_size=MEGABYTES, help=_(ENDINGS)
    )
    if file is not None and (path := _uploaded(file, role)):
        _take(name, path)
        state.renew(f"finetune-{name}")
        st.rerun()
    if name == "path":
        _others(visit)
    return ""


def _others(visit: Visit) -> None:
    """Files that are there already: uploaded before, or anywhere on the reader's own machine."""
    uploads = [one.path for one in visit.workspace.uploads()] if visit.workspace else []
    if not uploads and not server.is_local():
        return
    with st.popover(_("A file that is there already"), icon=":material/folder_open:", type="tertiary"):
        if uploads:
            chosen = st.selectbox(
                _("Uploaded before"),
                uploads,
                None,
                format_func=lambda path: Path(path).name,
                key=state.fresh("finetune-uploaded"),
            )
            if chosen:
                _take("path", chosen)
                state.renew("finetune-uploaded")
                st.rerun()
        if server.is_local():  # others' paths are none of a visitor's business
            path = st.text_input(_("Path of a file on this machine"), key=state.fresh("finetune-local")).strip()
            if path and not Path(path).expanduser().is_file():
                problem(LexiloomError(_("there is no such file"), where=path, fix=_("Check the path.")))
            elif path:
                _take("path", path)
                state.renew("finetune-local")
                st.rerun()


def _take(name: str, path: str) -> None:
    """A file is taken for the texts, or none; another file has other columns."""
    state.remember(f"{state.fresh('finetune')}-{name}", path)
    state.renew("finetune-columns")


def _uploaded(file: Any, role: str) -> str:
    """The path under which an upload is kept, read once to see that it is sound; "" with an error shown."""
    try:
        here = state.own_workspace()
        path = here.add_upload(file.name, file)
        LabelledFile(here.folder / path, role=role, name=file.name)  # type: ignore[arg-type]
    except LexiloomError as error:
        problem(error)
        return ""
    return path


def _columns(visit: Visit, spec: DataSpec, role: str) -> tuple[DataSpec, bool]:
    """Which columns hold what; nothing is asked where there is no choice."""
    assert visit.base is not None
    try:
        found = cached_tuning.columns(spec, visit.base, role)
    except LexiloomError:
        spec = spec.model_copy(update={"text": "", "label": "", "second": ""})
        try:
            found = cached_tuning.columns(spec, visit.base, role)
        except LexiloomError as error:
            problem(error)
            return spec, False
    asked = {"labelled": ("text", "label"), "pairs": ("text", "second"), "texts": ("text",)}[role]
    if found.lined or len(found.names) < 2:
        return spec, True
    columns, given = st.columns(len(asked)), {}
    for column, name in zip(columns, asked, strict=True):
        with column:
            given[name] = _column(name, found, visit.read_only)
    return spec.model_copy(update=given), True


def _column(name: str, found: Columns, disabled: bool) -> str:
    taken = getattr(found, name)
    key = f"{state.fresh('finetune')}-{state.fresh('finetune-columns')}-{name}"
    names = list(found.names)
    if name == "text":
        chosen = st.multiselect(
            _(LABELS[name]),
            names,
            [one for one in ([taken] if taken in names else taken.split("+")) if one in names],
            key=key,
            disabled=disabled,
            help=_("Several are joined."),
        )
        return "+".join(chosen) or taken
    at = names.index(taken) if taken in names else 0
    return st.selectbox(_(LABELS[name]), names, at, key=key, disabled=disabled) or taken


def preview(visit: Visit, base: Chosen, spec: DataSpec, role: str) -> None:
    """What the texts are like, seen through the matrix."""
    assert visit.base is not None
    if not cached_tuning.is_quick(spec, visit.base):
        st.caption(_("The file is large: what its texts are like is told when they have been read for training."))
        return
    try:
        with st.spinner(_("Reading the texts")):
            found = cached_tuning.preview(base.key, base.saved, spec, visit.base, role)
    except LexiloomError as error:
        problem(error)
        return
    _figures(found)
    described(found.described)
    notes = [*found.described.notes, *found.notes]
    st.caption("  \n".join(f":material/info: {escaped(retold(note), None)}" for note in notes), width=900)


def _figures(found: Preview) -> None:
    told = found.described
    columns = st.columns(4)
    parts = " · ".join(f"{number(n)} {_(PARTS[name])}" for name, n in found.parts.items() if n)
    with columns[0]:
        metric(_("Texts"), number(told.texts), "tuning_texts")
    with columns[1]:
        metric(_("Classes"), number(len(told.classes)) if told.classes else "–", "tuning_classes")
    with columns[2]:
        longest = _("95 % have at most {n}").format(n=number(told.lengths["p95"], 0))
        metric(_("Tokens in a text"), number(told.lengths["median"], 0), "tuning_lengths", longest)
    with columns[3]:
        share = told.covered / told.tokens if told.tokens else 0.0
        metric(_("Tokens with a row"), percent(share), "tuning_covered")
    if parts:
        st.caption(parts)


def described(told: Any) -> None:
    """Class balance, and how the rows of the texts' tokens came about."""
    left, right = st.columns(2, gap="large")
    with left if told.classes else right:
        if told.classes:
            alt = _("Number of texts of each class")
            figure(_("Classes"), _balance, told, "class_balance", alt, "finetune-classes")
            if len(told.classes) > MOST_CLASSES:
                st.caption(_("The {n} commonest of {all}").format(n=MOST_CLASSES, all=number(len(told.classes))))
    with right:
        figure(_("Rows of the tokens"), _shares, told, "token_shares", _("Tokens by origin"), "finetune-tokens")
        if told.missing:
            st.markdown(f"**{_('Commonest tokens without a row')}**", help=why("tuning_covered"))
            plain_text(", ".join(f"{token} ({number(n)})" for token, n in told.missing[:15]), 600)


def _balance(told: Any) -> Any:
    return class_balance(told.classes)


def _shares(told: Any) -> Any:
    return token_shares(told.by_origin)
