"""What is trained, on which text, and how: as widgets."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import LexiloomError
from core.messages import _
from core.snippets import source_text
from core.sources import parse_source
from core.training.spec import MOST_WATCHED

from . import cached, cached_training, state, train_fields, train_kept, train_methods, train_preview, train_texts
from .names import source_name
from .panels import problem
from .state import Visit
from .train_kept import Asked

# What stays when another model is taken.
COMMON = ("dim", "min_count", "max_size", "workers", "seed", "start", "watch")
MAIN = ("dim", "epochs", "window", "min_count")
NOT_SHOWN = ("texts", "kind", "model", "watch", "start", *MAIN)


def setup(visit: Visit) -> Asked:
    """All choices, out of the way while they are trained and where there is a result of them."""
    before = train_kept.last(visit)
    settled = train_kept.finished(visit, before.name) is not None or train_kept.is_running(visit, before.name)
    # Another key for each: a box with one key stays as open as it was.
    key = "train-setup-settled" if settled else "train-setup"
    with st.expander(_("What is trained, and how"), expanded=not settled, icon=":material/checklist:", key=key):
        asked = _choose(visit, before)
    train_kept.keep(visit, asked)
    return asked


def _choose(visit: Visit, before: Asked) -> Asked:
    """The text on the left, how it is learned from on the right."""
    left, right = st.columns(2, gap="large")
    with left:
        texts = train_texts.choose(visit, before.spec.texts)
        spec = before.spec.model_copy(update={"texts": texts})
        found = _seen(visit, spec) if texts.paths else None
    with right:
        spec = train_methods.choose(spec, COMMON, visit.read_only)
        numbers, watch = st.container(), st.container()
        spec = _more(visit, spec)  # the source to start from says how many dimensions there are
        with numbers:
            spec = _numbers(visit, spec)
        with watch:
            spec = _watched(spec, cached_training.telling(found) if found else (), visit.read_only)
    return train_kept.asked_for(visit, spec) if found else Asked(spec, "")


def _seen(visit: Visit, spec: Any) -> Any:
    """The text's first stretches; None where it can't be read, which is told."""
    try:  # before anything of it is shown: a path may have been kept while more was allowed
        train_kept.check(visit, spec)
    except LexiloomError as error:
        problem(error)
        return None
    return train_preview.show(visit, spec.texts)


def _key(name: str, spec: Any) -> str:
    """A widget's key: what all models have keeps its value from one to the other."""
    return state.fresh("train") if name in COMMON else f"{state.fresh('train')}-{spec.kind}"


def _numbers(visit: Visit, spec: Any) -> Any:
    columns = st.columns(len(MAIN), vertical_alignment="bottom")
    for column, name in zip(columns, MAIN, strict=True):
        with column:
            if name == "dim" and spec.start:
                spec = _given_dim(visit, spec)
            else:
                spec = train_fields.choose(spec, [name], _key(name, spec), columns=1, disabled=visit.read_only)
    return spec


def _given_dim(visit: Visit, spec: Any) -> Any:
    """As many dimensions as the source has that training starts from."""
    assert visit.base is not None
    label, told = _("Dimensions"), _("As the source has that training starts from.")
    try:
        dim = cached.source(parse_source(spec.start), visit.base, visit.draft.vocabulary).info.dim
    except (cached.NotReady, LexiloomError):
        dim = spec.dim  # what is wrong with it is told when it is opened
    st.number_input(label, value=dim, key=f"{state.fresh('train')}-dim-{dim}", help=told, disabled=True)
    return spec.model_copy(update={"dim": dim})


def _watched(spec: Any, offered: tuple[str, ...], disabled: bool) -> Any:
    field = type(spec).model_fields["watch"]
    given = st.multiselect(
        _(field.title),
        list(dict.fromkeys([*spec.watch, *offered])),
        list(spec.watch),
        accept_new_options=True,
        max_selections=MOST_WATCHED,
        key=f"{state.fresh('train')}-watch",
        placeholder=_("Frequent words; type others and press Enter"),
        help=_(field.description),
        disabled=disabled,
    )
    words = [word for one in given for word in one.replace("，", " ").replace("、", " ").replace(",", " ").split()]
    return spec.model_copy(update={"watch": tuple(dict.fromkeys(words))[:MOST_WATCHED]})


def _more(visit: Visit, spec: Any) -> Any:
    """All further options of the method."""
    with st.expander(_("More options"), icon=":material/tune:"):
        spec = _start(visit, spec)
        for name in type(spec).model_fields:
            if name not in NOT_SHOWN:
                spec = train_fields.choose(spec, [name], _key(name, spec), columns=1, disabled=visit.read_only)
    return spec


def _start(visit: Visit, spec: Any) -> Any:
    """A source of the draft that training starts from, or none."""
    named = {text: source_name(one) for one in visit.draft.sources if (text := source_text(one))}
    if spec.start and spec.start not in named:
        named[spec.start] = spec.start
    field, options = type(spec).model_fields["start"], ["", *named]
    chosen = st.selectbox(
        _(field.title),
        options,
        options.index(spec.start),
        format_func=lambda text: named.get(text) or _("random vectors"),
        key=f"{state.fresh('train')}-start",
        help=_("Words that a chosen source has start with its vectors, the rest at random."),
        disabled=visit.read_only,
    )
    return spec.model_copy(update={"start": chosen or ""})
