"""What is tuned, on which texts, and how: as widgets."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.messages import N_, _
from core.tuning.kinds import KINDS, TASKS, TITLES

from . import fields, finetune_data, finetune_kept, state
from .explore_choices import Chosen
from .finetune_kept import Asked
from .state import Visit

TASK_NAMES = {
    "labelled": (N_("Texts with labels"), ":material/label:"),
    "pairs": (N_("Pairs of texts"), ":material/compare_arrows:"),
    "texts": (N_("Running text"), ":material/notes:"),
}
WHAT = {
    "full": N_("All rows that occur in the texts move with the classifier. Gives a matrix of the same shape."),
    "anchored": N_(
        "As full, but rows are held to where they started, so that less is forgotten. Gives the same shape."
    ),
    "gradual": N_("The classifier first, then a layer, then the rows, slowly. Gives a matrix of the same shape."),
    "project": N_("Rows stay; a projection is learned with the classifier. Gives a matrix with fewer dimensions."),
    "probe": N_(
        "Only a classifier is trained: how well the rows tell the classes as they are. Gives figures, no matrix."
    ),
    "pairs": N_("Texts that belong together come close, others apart. Gives a matrix of the same shape."),
    "skipgram": N_("Rows learn on from the words around them in your field's text. Gives a matrix of the same shape."),
}
MAIN = (
    "epochs",
    "rate",
    "strength",
    "width",
    "rows_from",
    "scale",
    "window",
    "weights",
    "rows",
    "seeds",
    "class_weights",
)
SHARES = ("valid_share", "test_share", "split_seed")
NOT_NUMBERS = ("data", "kind", "watch", "suite_dir", "baselines")
# Options of rows, where no row moves.
IDLE = ("rate", "rows", "filled_rate")
BASELINES = {
    "majority": N_("the commonest class"),
    "tfidf": N_("TF-IDF with logistic regression"),
    "svm": N_("linear SVM"),
    "forest": N_("random forest"),
    "frozen": N_("logistic regression"),
    "random": N_("random vectors, tuned"),
}


def setup(visit: Visit, found: list[Chosen]) -> Asked:
    """All choices, out of the way while they are trained and where there is a result of them."""
    before = finetune_kept.last(visit, found)
    settled = finetune_kept.finished(before) is not None or finetune_kept.is_running(visit, before)
    # Another key for each: a box with one key stays as open as it was.
    key = "finetune-setup-settled" if settled else "finetune-setup"
    with st.expander(_("What is tuned, and how"), expanded=not settled, icon=":material/checklist:", key=key):
        asked = _choose(visit, found, before)
    finetune_kept.keep(visit, asked)
    return asked


def _choose(visit: Visit, found: list[Chosen], before: Asked) -> Asked:
    """The choices as widgets, as they were left."""
    spec, disabled = before.spec, visit.read_only
    left, right = st.columns(2, gap="large")
    with left:
        base = _matrix(found, before.base.key, disabled)
    with right:
        kind = _task(spec.kind, disabled)
    spec = spec if spec.kind == kind else finetune_kept.start(kind, spec.data)
    data, sound = finetune_data.choose(visit, spec.data, TASKS[kind])
    spec = spec.model_copy(update={"data": data})
    if data.path and sound:
        finetune_data.preview(visit, base, data, TASKS[kind])
    if TASKS[kind] == "labelled":
        kind = _kind(kind, disabled)
        spec = spec if spec.kind == kind else finetune_kept.start(kind, data)
    else:
        st.caption(_(WHAT[kind]), width=720)
    return finetune_kept.asked_for(visit, base, _options(spec, disabled))


def _matrix(found: list[Chosen], before: str, disabled: bool) -> Chosen:
    keys, names = [one.key for one in found], {one.key: one.name for one in found}
    chosen = st.selectbox(
        _("Matrix to tune"),
        keys,
        keys.index(before) if before in keys else 0,
        format_func=lambda key: names.get(key, str(key)),
        key=state.fresh("finetune") + "-matrix",
        disabled=disabled,
    )
    return next((one for one in found if one.key == chosen), found[0])


def _task(kind: str, disabled: bool) -> str:
    """The kind of the chosen task: the one there was if it fits, else the task's first."""
    task = st.segmented_control(
        _("Tuned on"),
        list(TASK_NAMES),
        default=TASKS[kind],
        required=True,
        format_func=lambda one: f"{TASK_NAMES[one][1]} {_(TASK_NAMES[one][0])}",
        key=state.key(state.fresh("finetune") + "-task"),
        disabled=disabled,
    )
    return kind if TASKS[kind] == task else next(one for one in KINDS if TASKS[one] == task)


def _kind(kind: str, disabled: bool) -> str:
    kinds = [one for one in KINDS if TASKS[one] == "labelled"]
    chosen = st.radio(
        _("Recipe"),
        kinds,
        kinds.index(kind) if kind in kinds else 0,
        format_func=lambda one: _(TITLES[one]),
        captions=[_(WHAT[one]) for one in kinds],
        key=state.key(state.fresh("finetune") + "-kind"),
        disabled=disabled,
    )
    return chosen if chosen in kinds else kinds[0]


def _options(spec: Any, disabled: bool) -> Any:
    """All options of the kind: the telling ones first."""
    key = f"{state.fresh('finetune')}-{spec.kind}"
    with st.expander(_("Options"), icon=":material/tune:"):
        idle = IDLE if spec.plan().rows_from is None else ("seeds",) if spec.kind == "skipgram" else ()
        every = [name for name in type(spec).model_fields if name not in (*NOT_NUMBERS, *idle)]
        main = [name for name in MAIN if name in every]
        spec = _in_columns(spec, main, key, disabled)
        st.divider()
        spec = spec.model_copy(update={"data": _in_columns(spec.data, list(SHARES), key, disabled)})
        spec = _in_columns(spec, [name for name in every if name not in main], key, disabled)
        return _lists(spec, key, disabled)


def _in_columns(spec: Any, names: list[str], key: str, disabled: bool) -> Any:
    columns = st.columns(3)
    for n, name in enumerate(names):
        with columns[n % 3]:
            spec = fields.choose(spec, [name], key, disabled=disabled)
    return spec


def _lists(spec: Any, key: str, disabled: bool) -> Any:
    """What it is compared with, and whose way is drawn."""
    given: dict[str, Any] = {}
    if hasattr(spec, "baselines"):
        field = type(spec).model_fields["baselines"]
        given["baselines"] = tuple(
            st.pills(
                _(field.title or ""),
                list(BASELINES),
                selection_mode="multi",
                default=list(spec.baselines),
                format_func=lambda one: _(BASELINES[one]),
                key=state.key(f"{key}-baselines"),
                help=_(field.description or ""),
                disabled=disabled,
            )
        )
    field = type(spec).model_fields["watch"]
    listed = st.text_input(
        _(field.title or ""),
        " ".join(spec.watch),
        key=f"{key}-watch",
        placeholder=_("chosen by what they say for the classes"),
        help=_(field.description or ""),
        max_chars=2000,
        disabled=disabled,
    )
    words = listed.replace("，", " ").replace("、", " ").replace(",", " ").split()
    return spec.model_copy(update={**given, "watch": tuple(dict.fromkeys(words))})
