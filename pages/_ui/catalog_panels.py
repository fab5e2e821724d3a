"""The catalog of pretrained sources, and models by name or folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import LexiloomError
from core.messages import N_, _, ngettext, number
from core.sources import list_catalog, parse_source
from core.sources.catalog import CatalogEntry, is_fetched
from core.sources.protocol import Context

from . import server
from .names import language_name
from .panels import escaped, plain_text, problem
from .state import Visit

Add = Callable[[Any], None]
# A model's kind as a spec string has it -> what it is called, and when it is the one to take.
KINDS = {
    "hf": (N_("Each word by itself"), N_("The model reads the word alone; a good first choice.")),
    "hf-context": (
        N_("In context"),
        N_("The model reads sentences of your text with the word in them; words without one get made-up sentences."),
    ),
    "hf-input": (N_("Input table"), N_("The table that the word's pieces enter by: fastest and weakest.")),
    "model2vec": (N_("Static model"), N_("model2vec and StaticEmbedding models: a table of pieces, no transformer.")),
}


def shelf(visit: Visit, add: Add) -> None:
    """What the catalog lists, searched; the chosen one told of, and taken."""
    left, right = st.columns([1, 2])
    with left:
        language = st.selectbox(
            _("Language"),
            ["", "en", "zh", "de", "fr", "es", "it", "ja", "ko", "ru", "pt", "ar", "hi"],
            format_func=lambda code: str(language_name(code)) if code else _("any"),
            key="catalog-language",
        )
    with right:
        search = st.text_input(_("Search"), key="catalog-search", placeholder="GloVe, fastText, BERT, …")
    found = list_catalog([language] if language else (), search.strip())
    if not found:
        st.caption(_("The catalog has nothing of this."))
        return
    chosen = st.selectbox(
        ngettext("{n} source", "{n} sources", len(found)).format(n=number(len(found))),
        [entry.name for entry in found],
        index=None,
        format_func=lambda name: _line(next(entry for entry in found if entry.name == name)),
        key="catalog-entry",
        placeholder=_("Choose one"),
    )
    entry = next((one for one in found if one.name == chosen), None)
    if entry is not None:
        _entry(visit, entry, add)


def _line(entry: CatalogEntry) -> str:
    parts = [entry.title]
    if entry.dim is not None and f"{entry.dim} dim" not in entry.title:
        parts.append(_("{n} dimensions").format(n=number(entry.dim)))
    if size := _megabytes(entry):
        parts.append(size)
    return " · ".join(parts)


def _megabytes(entry: CatalogEntry) -> str:
    return f"{number(entry.megabytes)} MB" if entry.megabytes else ""


def _entry(visit: Visit, entry: CatalogEntry, add: Add) -> None:
    with st.container(border=True):
        st.markdown(f"**{escaped(entry.title)}**")
        plain_text(_("Trained on: {text}").format(text=entry.trained_on))
        languages = ", ".join(str(language_name(code)) for code in entry.languages[:6])
        told = [
            languages + (", …" if len(entry.languages) > 6 else ""),
            _("{n} dimensions").format(n=number(entry.dim)) if entry.dim else "",
            _("{n} rows").format(n=number(entry.rows)) if entry.rows else "",
            _("licence: {licence}").format(licence=entry.licence),
            _("download: {size}").format(size=_megabytes(entry) or _("size not stated")),
            _("already here") if is_fetched(entry, Context(workspace=server.home())) else "",
        ]
        st.caption(escaped(" · ".join(part for part in told if part)))
        if entry.citation:
            st.caption(escaped(_("Cite: {text}").format(text=entry.citation)))
        spec = parse_source(entry.spec)
        with st.container(horizontal=True):
            taken = spec in visit.draft.sources
            if st.button(
                _("Chosen") if taken else _("Use it"), key="use-catalog", disabled=taken, icon=":material/add:"
            ):
                add(spec)
                st.rerun()
            st.link_button(_("Its home page"), entry.home, icon=":material/open_in_new:", type="tertiary")


def model(visit: Visit, add: Add) -> None:
    """A model of the Hugging Face hub, or a folder of one on this machine; and what of it is read."""
    kind = st.segmented_control(
        _("What is read of it"),
        list(KINDS),
        default="hf",
        format_func=lambda one: str(_(KINDS[one][0])),
        key="model-kind",
        required=True,
    )
    st.caption(_(KINDS[str(kind or "hf")][1]))
    local = server.is_local()
    name = st.text_input(
        _("Name on the Hugging Face hub, or a folder") if local else _("Name on the Hugging Face hub"),
        key="model-name",
        placeholder="sentence-transformers/all-MiniLM-L6-v2",
    ).strip()
    if not st.button(_("Use it"), key="use-model", disabled=not name, icon=":material/add:"):
        return
    try:
        spec: Any = parse_source(f"{kind or 'hf'}:{_bare(name)}")
        if spec.path and not local:  # others' folders are none of a visitor's business
            raise LexiloomError(
                _("this is no name of the hub"), where=name, fix=_("Write owner/model, as its page is called.")
            )
        if spec.path and not Path(spec.path).expanduser().is_dir():
            raise LexiloomError(
                _("there is no such folder"), where=name, fix=_("Name a model's folder, or a hub's owner/model.")
            )
        if spec in visit.draft.sources:
            st.caption(_("It is chosen already."))
            return
        add(spec)
    except LexiloomError as error:
        problem(error)
    else:
        st.rerun()


def _bare(name: str) -> str:
    """The model's name out of what people paste: its page's address, or a spec string."""
    page = re.match(r"https?://[^/]+/([\w.-]+/[\w.-]+)(?:/tree/([\w.-]+))?", name)
    if page:
        return f"{page[1]}@{page[2]}" if page[2] and page[2] != "main" else page[1]
    return name.split(":", 1)[1] if name.split(":", 1)[0] in KINDS and ":" in name else name
