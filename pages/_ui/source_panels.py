"""The chain of sources that was chosen, and the shelf of those that may be."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import streamlit as st

from core.combining import Chain
from core.errors import LexiloomError
from core.messages import Text, _, number, retold, size
from core.presets import distilled
from core.snippets import naming
from core.sources import list_builtin, parse_source
from core.sources.protocol import SourceInfo

from . import cached, catalog_panels, combine_panels, fields, jobs_of, server, state, train_shelf
from .inspect_panels import inspection
from .names import language_name, source_name
from .panels import escaped, job, problem
from .state import Visit

OPTIONS = {
    "random": ["dim", "distribution"],
    "hf": ["layers", "pooling", "template", "precision"],
    "hf-context": ["layers", "pooling", "sentences", "corpus", "precision"],
    "hf-input": ["compose"],
}


def chain(visit: Visit) -> bool:
    """What was chosen, in its order, with what each source is. Whether all of it can be used."""
    sources = visit.draft.sources
    if not sources:
        st.info(_("No source is chosen yet. The built-in ones work at once."), icon=":material/info:")
        return False
    st.subheader(_("Chosen"), anchor=False)
    ready = True
    for place, spec in enumerate(sources):
        with st.container(border=True):
            ready = _chosen(visit, place, spec) and ready
    combine_panels.combined(visit)
    return combine_panels.fits(visit) and ready


def _chosen(visit: Visit, place: int, spec: Any) -> bool:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{place + 1}.  {source_name(spec)}")
        st.space("stretch")
        if not visit.read_only:
            _arrows(place, visit.draft.sources)
    assert visit.base is not None
    try:
        info = cached.source(spec, visit.base, visit.draft.vocabulary).info
    except cached.NotReady as need:
        _made_ready(visit, place, need.what)
        return False
    except LexiloomError as error:
        problem(error)
        names = OPTIONS.get(spec.kind, ["member", "on_fault"])  # one of them may be what is wrong
        fields.edit(spec, f"sources.{place}", names, disabled=visit.read_only)
        return False
    _about(info)
    inspection(visit, spec)
    if names := OPTIONS.get(spec.kind):
        with st.popover(_("Options"), icon=":material/tune:"):
            fields.edit(spec, f"sources.{place}", names, disabled=visit.read_only)
            if spec.kind == "hf":
                _distill(visit, place, spec)
    return True


def _made_ready(visit: Visit, place: int, spec: Any) -> None:
    """The job after which a source can be opened at once."""
    if spec.kind == "file":
        job(
            visit,
            f"index:{place}:{Path(spec.path).name}",
            lambda: jobs_of.index(visit, spec.path, spec.member, spec.on_fault),
            label=_("Scan the file"),
            note=_("A large file is scanned once; then every look-up in it is instant."),
        )
        return
    name = naming(spec)
    job(
        visit,
        f"index:{place}:{source_name(spec)}",
        lambda: jobs_of.prepare(visit, name, source_name(spec)),
        label=_("Get it ready"),
        note=_(
            "It is downloaded where it is not here yet, and examined. Nothing of it is run, only its numbers are read."
        ),
    )


def _distill(visit: Visit, place: int, spec: Any) -> None:
    """The preset as a button: options of this source, of the transforms and the weights, all at once."""
    st.caption(_("Distill: the best vectors for single words in 256 dimensions, and weights for texts beside them."))
    done = distilled(visit.draft, place)
    if visit.draft == done:
        st.caption(_("Done: PCA and the weights stand on the Coverage page, under “In the end”."))
    elif st.button(_("Distill"), key=f"distill-{place}", icon=":material/filter_alt:", disabled=visit.read_only):
        state.save(done, rebuild=True)
        st.rerun()


def _about(info: SourceInfo) -> None:
    told = [
        _("any word × {dim} dimensions").format(dim=number(info.dim))
        if info.size is None
        else _("{rows} rows × {dim} dimensions").format(rows=number(info.size), dim=number(info.dim)),
        retold(info.format) if isinstance(info.format, Text) else _(info.format),
    ]
    told += [", ".join(language_name(code) for code in info.languages)]
    told += [_("licence: {licence}").format(licence=info.licence) if info.licence else ""]
    told += [_("makes vectors for any word from its n-grams") if info.composes else ""]
    st.caption(escaped(" · ".join(part for part in told if part)))
    if info.faults:
        faults = ", ".join(f"{_(name)}: {number(n)}" for name, n in info.faults.items())
        st.warning(escaped(_("Faults: {faults}").format(faults=faults)), icon=":material/report:")


def _arrows(place: int, shown: tuple[Any, ...]) -> None:
    told: list[dict[str, Any]] = [
        {"icon": ":material/arrow_upward:", "key": f"up-{place}", "disabled": place == 0, "help": _("Try it earlier")},
        {
            "icon": ":material/arrow_downward:",
            "key": f"down-{place}",
            "disabled": place == len(shown) - 1,
            "help": _("Try it later"),
        },
        {"icon": ":material/close:", "key": f"remove-{place}", "help": _("Take it out")},
    ]
    with st.container(horizontal=True, gap="small", width="content"):
        for one, to in zip(told, (place - 1, place + 1, None), strict=True):
            st.button("", **one, on_click=_move, args=(shown, place, to))


def _move(shown: tuple[Any, ...], place: int, to: int | None) -> None:
    """Move a source of the chain that was shown, or take it out; not where another tab has changed the chain."""
    sources = list(shown)
    moved = sources.pop(place)
    if to is not None:
        sources.insert(to, moved)
    if state.visit().draft.sources == shown:
        _keep(sources)


def _keep(sources: list[Any]) -> None:
    draft = state.visit().draft.with_(sources=tuple(sources))
    # What joins several says nothing of one, and would still change its rows.
    state.save(draft if len(sources) > 1 else draft.with_(combine=Chain()), rebuild=True)


def add(spec: Any) -> None:
    """Add a source at the end of the chain."""
    state.own_workspace()
    sources = state.visit().draft.sources
    if spec not in sources:
        _keep([*sources, spec])


def use(spec: Any, *, alone: bool) -> None:
    """Add a source at the end of the chain; `alone`: instead of all that is there."""
    if alone:
        state.own_workspace()
        _keep([spec])
    else:
        add(spec)


def shelf(visit: Visit) -> None:
    """Everything that may be chosen."""
    st.subheader(_("Built in"), anchor=False)
    for column, about in zip(st.columns(2), list_builtin(), strict=True):
        with column, st.container(border=True, height="stretch"):
            _builtin(visit, about)
    train_shelf.shelf(visit, add)
    st.subheader(_("More"), anchor=False)
    ways = {
        _("Catalog"): lambda: catalog_panels.shelf(visit, add),
        _("Model"): lambda: catalog_panels.model(visit, add),
        _("Upload"): _upload,
        _("Data folder"): lambda: _folder(visit),
        _("Path"): _path,
        _("Random vectors"): _random,
    }
    if not server.is_local():  # others' paths are none of a visitor's business
        del ways[_("Path")]
    for tab, draw in zip(st.tabs(list(ways)), ways.values(), strict=True):
        with tab:
            draw()


def _builtin(visit: Visit, about: dict[str, Any]) -> None:
    spec = parse_source(about["spec"])
    st.markdown(f":material/inventory_2: **{', '.join(language_name(code) for code in about['languages'])}**")
    st.caption(
        escaped(
            _("{rows} rows × {dim} dimensions, {licence}").format(
                rows=number(about["rows"]), dim=number(about["dim"]), licence=about["licence"]
            )
        )
    )
    with st.container(horizontal=True):
        if st.button(
            _("Chosen") if spec in visit.draft.sources else _("Use it"),
            key=f"use-{about['spec']}",
            disabled=spec in visit.draft.sources,
            icon=":material/add:",
        ):
            add(spec)
            st.rerun()
        with st.popover(_("About it"), icon=":material/description:", type="tertiary"):
            st.markdown((Path(about["folder"]) / "card.md").read_text(encoding="utf-8"))


def _upload() -> None:
    given = st.file_uploader(
        _("A file of vectors, up to 200 MB"),
        key=state.fresh("source"),
        max_upload_size=200,
        help=_("GloVe, word2vec, fastText, .npy, .npz, safetensors; also compressed. Told by its bytes, not its name."),
    )
    if given is None:
        return
    try:
        here = state.own_workspace()
        add(parse_source(f"file:{here.add_upload(given.name, given)}"))
    except LexiloomError as error:
        problem(error)
        return
    state.renew("source")
    st.rerun()


def _folder(visit: Visit) -> None:
    folder = server.data_folder()
    if folder is None:
        st.caption(_("Whoever runs this server can open a folder of vector files: lexiloom app --data FOLDER"))
        return
    files = server.access(visit.base or folder).files(folder)
    if not files:
        st.caption(_("The data folder is empty."))
        return
    chosen = st.selectbox(
        _("File"),
        files,
        index=None,
        key="data-file",
        format_func=lambda path: f"{path.relative_to(folder).as_posix()} ({size(path.stat().st_size)})",
    )
    if st.button(_("Use it"), key="use-data-file", disabled=chosen is None, icon=":material/add:"):
        try:
            add(parse_source(f"file:{chosen}"))
        except LexiloomError as error:
            problem(error)
        else:
            st.rerun()


def _path() -> None:
    given = st.text_input(_("Path of a file of vectors, or of a build's folder"), key="source-path")
    if st.button(_("Use it"), key="use-path", disabled=not given.strip(), icon=":material/add:"):
        try:
            spec = parse_source(given.strip())
            path = getattr(spec, "path", "")
            if path and not Path(os.path.expanduser(path)).exists():
                raise LexiloomError(_("there is no such file"), where=path, fix=_("Check the path."))
            add(spec)
        except LexiloomError as error:
            problem(error)
        else:
            st.rerun()


def _random() -> None:
    st.caption(_("The baseline: rows that know nothing about their words."))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        dim = st.number_input(_("Dimensions"), 1, 65_536, 300, key="random-dim", width=160)
        if st.button(_("Use it"), key="use-random", icon=":material/add:"):
            add(parse_source(f"random:{dim}"))
            st.rerun()
