"""What a text looks like to a training: its first stretches as words, before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import LexiloomError
from core.messages import _, number, retold, size
from core.training.spec import TextsSpec

from . import cached_training
from .names import language_name
from .panels import escaped, plain_text, problem
from .state import Visit
from .train_fields import TOLD

if TYPE_CHECKING:
    from core.training.preview import Preview

STRETCHES = 8
TOKENS = 24


def show(visit: Visit, texts: TextsSpec) -> Preview | None:
    """The first stretches with a bar between their words, and how they were read; None where they can't be."""
    assert visit.base is not None
    try:
        with st.spinner(_("Reading the text")):
            found = cached_training.preview(texts, visit.base)
    except LexiloomError as error:
        problem(error)
        return None
    st.markdown(f"**{_('First stretches, as they are cut')}**", help=_("A window never reaches beyond a stretch."))
    with st.container(border=True, key="train-preview", gap="xsmall"):
        for stretch in found.sentences[:STRETCHES]:
            more = " …" if len(stretch) > TOKENS else ""
            plain_text(" ｜ ".join(stretch[:TOKENS]) + more, 600)
    _facts(found)
    return found


def _facts(found: Preview) -> None:
    """How the files were read."""
    told = [f"{Path(name).name} ({size(taken)})" for name, taken in found.files]
    told += [found.encoding] if found.encoding else []
    told += [_(", ").join(language_name(one) for one in found.language.split("+"))] if found.language else []
    told.append(_("windows end at: {unit}").format(unit=_(TOLD[found.unit]) if found.unit in TOLD else found.unit))
    if len(told) > 12:
        told = [_("{n} files").format(n=number(len(found.files))), *told[len(found.files) :]]
    st.caption(escaped(" · ".join(told), None))
    if found.notes:
        st.caption("  \n".join(f":material/info: {escaped(retold(note), None)}" for note in found.notes), width=900)
