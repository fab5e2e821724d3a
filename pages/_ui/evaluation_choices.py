"""What is scored, on which sets, and how missing words are treated."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import LexiloomError
from core.evaluation.command import arguments_of
from core.evaluation.sets import parse_set, read_set
from core.evaluation.spec import EvaluateSpec, ItemsFile
from core.messages import N_, _
from core.recipe import resolved_path
from core.snippets import source_text
from core.sources import is_ready, list_builtin, open_source, parse_source

from . import cached, server, state
from .names import language_name, source_name
from .panels import place_error, problem
from .state import Visit

POLICIES = {
    "covered": N_("leave them out"),
    "mean": N_("count them as average"),
    "fills": N_("fill them first"),
}
POLICY_HELP = N_(
    "A pair or question with a missing word can be left out, scored as an average one, or scored with the vectors that "
    "our fills make. Scores under different choices do not compare."
)
SUITES = {
    "auto": N_("fitting the source"),
    "en": N_("English"),
    "zh": N_("Chinese"),
    "all": N_("all"),
    "none": N_("none"),
}
METHODS = {"3cosadd": "3CosAdd", "3cosmul": "3CosMul", "pairdirection": "PairDirection"}
TASKS = {
    "similarity": N_("word similarity"),
    "analogy": N_("analogies"),
    "categorization": N_("categories"),
    "outliers": N_("odd one out"),
    "bias": N_("associations (WEAT)"),
    "probe": N_("text classification"),
}
BASELINE = "random:300"


@dataclass(frozen=True)
class Asked:
    """What is to be evaluated: the arguments of `lexiloom evaluate`.

    key     names the result: other choices or other files give another one
    stamps  what tells changed files from those that were scored
    """

    subjects: tuple[str, ...]
    spec: EvaluateSpec
    vocabulary: str
    key: str
    stamps: Any

    @property
    def arguments(self) -> list[str]:
        """The command's arguments."""
        return arguments_of(self.subjects, self.spec, self.vocabulary)


def choose(visit: Visit) -> Asked:
    """The choices as widgets. Raises LexiloomError where nothing can be scored."""
    spec = visit.draft.evaluate or EvaluateSpec()
    left, right = st.columns(2, gap="large")
    with left:
        subjects = _subjects(visit, spec)
    with right:
        _sets(visit, spec)
    _policy(visit, spec)
    _options(visit, spec)
    return _asked(visit, subjects)


def _asked(visit: Visit, subjects: list[str]) -> Asked:
    assert visit.base is not None
    given = visit.draft.evaluate or EvaluateSpec()
    spec = given.model_copy(update={"against": (), "only_vocabulary": False})
    folder = server.data_folder()
    if folder is not None and not spec.suite_dir and _holds_sets(folder):
        spec = spec.model_copy(update={"suite_dir": str(folder)})
    vocabulary = str(getattr(visit.draft.vocabulary, "path", "")) if given.only_vocabulary else ""
    named = [one.partition("=")[2].removeprefix("build:") or one.partition(":")[2] for one in subjects]
    paths = [path for path in (*named, *_files(spec), vocabulary) if path]
    stamps = [cached.stamp(visit.base / os.path.expanduser(path)) for path in paths]
    told = json.dumps([subjects, spec.model_dump(mode="json"), vocabulary, stamps], sort_keys=True)
    return Asked(tuple(subjects), spec, vocabulary, hashlib.sha256(told.encode()).hexdigest()[:24], stamps)


def _holds_sets(folder: Path) -> bool:
    return any(found.path is not None and folder in found.path.parents for found in cached.sets(folder))


def _files(spec: EvaluateSpec) -> list[str]:
    return [path for one in spec.sets for path in (getattr(one, "path", ""), getattr(one, "test_path", "")) if path]


def _subjects(visit: Visit, spec: EvaluateSpec) -> list[str]:
    """What is scored: the matrix if it is built, its sources, and what it is compared with."""
    st.markdown(f"**{_('What is scored')}**")
    own: dict[str, str] = {}
    if not visit.draft.lacks:
        try:
            key = cached.build_key(visit.draft, visit.base)  # type: ignore[arg-type]
        except (cached.NotReady, LexiloomError):
            key = ""
        if key and cached.build(key) is not None:
            own[f"matrix={server.home().builds / key}"] = _("the matrix")
    for source in visit.draft.sources:
        if (text := source_text(source)) is not None:
            own[text] = source_name(source)
    for name in own.values():
        st.text(f"•  {name}")
    others = _others(visit, spec)
    offered = [text for text in others if text not in own and text.removesuffix(",normal") not in own]
    chosen = [text for one in spec.against if (text := _text(one)) in offered]
    widget = state.key("evaluate-against")
    given = st.multiselect(
        _("Compared with"),
        offered,
        default=chosen,
        format_func=lambda text: others[text],
        key=widget,
        disabled=visit.read_only,
        placeholder=_("Choose further sources"),
        on_change=_keep_against,
        args=(widget,),
        help=_("Random vectors are the baseline: what rows reach that know nothing."),
    )
    if not visit.read_only:
        _further()
    return [*own, *(f"{others[text]}={text}" if text.startswith("build:") else text for text in given)]


def _text(spec: Any) -> str:
    return source_text(spec) or ""


def _others(visit: Visit, spec: EvaluateSpec) -> dict[str, str]:
    """What may be compared with, by its spec string: its name."""
    texts = [one["spec"] for one in list_builtin()] + [_text(parse_source(BASELINE))]
    texts += [_text(one) for one in spec.against]
    others = {text: source_name(parse_source(text)) for text in texts if text}
    builds = server.home().builds
    for key in visit.workspace.builds if visit.workspace else ():
        if cached.build(key) is not None:
            others[f"build:{builds / key}"] = _("build {id}").format(id=key[:6]).replace(" ", "-")
    folder = server.data_folder()
    if folder is not None:
        files = server.access(visit.base or folder).files(folder)
        others |= {f"file:{path}": path.name for path in files if _is_vectors(path)}
    return others


def _further() -> None:
    """Another file of vectors, to be compared with."""
    with st.popover(_("Add a file of vectors"), icon=":material/add:", type="tertiary"):
        given = st.file_uploader(
            _("A file of vectors, up to 200 MB"), key=state.fresh("evaluate-vectors"), max_upload_size=200
        )
        path = ""
        if server.is_local():  # others' paths are none of a visitor's business
            path = st.text_input(_("Path of a file of vectors, or of a build's folder"), key="evaluate-path").strip()
        if st.button(_("Add"), key="evaluate-add-vectors", type="primary", disabled=given is None and not path):
            try:
                text = f"file:{state.own_workspace().add_upload(given.name, given)}" if given else path
                new = parse_source(text)
                read = new if given is None else resolved_path(new, state.own_workspace().folder)
                if is_ready(read):
                    open_source(read)  # what is wrong with it is told here
                spec = state.visit().draft.evaluate or EvaluateSpec()
                against = (*(one for one in spec.against if one != new), new)
                spec = spec.model_copy(update={"against": against})
                state.save(state.visit().draft.with_(evaluate=spec), rebuild=True)
            except LexiloomError as error:
                problem(error)
            else:
                state.renew("evaluate-vectors")
                st.rerun()


def _is_vectors(path: Path) -> bool:
    return path.suffix.lower() in (".bin", ".vec", ".npz", ".safetensors") or "glove" in path.name.lower()


def _keep_against(widget: str) -> None:
    _change("against", [parse_source(text) for text in state.value(widget)])


def _change(name: str, value: Any) -> None:
    spec = state.visit().draft.evaluate or EvaluateSpec()
    try:
        state.save(state.visit().draft.with_(evaluate=spec.model_copy(update={name: _plain(value)})))
        state.remember("error:evaluate", None)
    except LexiloomError as error:
        state.remember("error:evaluate", str(error))


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _keep(name: str, widget: str) -> None:
    # Without any method there is nothing to ask: the first one stays.
    _change(name, state.value(widget) or [next(iter(METHODS))] if name == "methods" else state.value(widget))


def _sets(visit: Visit, spec: EvaluateSpec) -> None:
    st.markdown(f"**{_('On which sets')}**")
    widget = state.key("evaluate-suite")
    st.selectbox(
        _("Published sets"),
        list(SUITES),
        index=list(SUITES).index(spec.suite),
        format_func=lambda one: _(SUITES[one]),
        key=widget,
        disabled=visit.read_only,
        on_change=_keep,
        args=("suite", widget),
        help=_("Sets come with Lexiloom and gensim; others are read from the server's data folder or uploaded."),
    )
    own = [one for one in spec.sets if isinstance(one, ItemsFile) or one.kind == "probe"]
    for k, one in enumerate(own):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"•  {Path(one.path).name} ({_(TASKS[one.kind])})")
            if not visit.read_only:
                st.button(
                    "", icon=":material/close:", key=f"drop-set-{k}", on_click=_drop, args=(one,), help=_("Take it out")
                )
    with st.container(horizontal=True):
        _catalog(spec)
        if not visit.read_only:
            _own_sets(visit)
    place_error("evaluate")


def _drop(one: Any) -> None:
    spec = state.visit().draft.evaluate or EvaluateSpec()
    _change("sets", [other for other in spec.sets if other != one])


def _catalog(spec: EvaluateSpec) -> None:
    """All published sets: at hand or where they are had."""
    with st.popover(_("Published sets"), icon=":material/library_books:", type="tertiary"):
        folder = server.data_folder()
        rows = [
            {
                _("set"): found.known.title,
                _("task"): str(_(TASKS[found.known.task])),
                _("language"): str(language_name(found.known.language)),
                _("items"): found.known.items or None,
                _("at hand"): found.path is not None,
                _("where it is had"): found.known.home or "Lexiloom",
                _("licence"): str(_(found.known.licence)),
            }
            for found in cached.sets(folder)
        ]
        st.dataframe(
            rows, hide_index=True, height="content", column_config={_("where it is had"): st.column_config.LinkColumn()}
        )


def _own_sets(visit: Visit) -> None:
    """Sets of the visitor's own: uploaded or pasted."""
    with st.popover(_("Add your own"), icon=":material/add:", type="tertiary"):
        st.caption(
            _(
                "Word pairs with scores (word, word, number), analogies (four words a line), words with categories "
                "(word, category), or texts with labels (.csv, .tsv, .jsonl: chosen below)."
            )
        )
        texts = st.toggle(_("These are texts with labels"), key="evaluate-texts")
        files = st.file_uploader(
            _("Files of sets"), accept_multiple_files=True, key=state.fresh("evaluate-sets"), max_upload_size=50
        )
        pasted = st.text_area(
            _("Or paste a table"), key=state.fresh("evaluate-pasted"), placeholder="cat\tdog\t7.5", height=100
        )
        if st.button(_("Add"), key="evaluate-add", disabled=not files and not pasted.strip(), type="primary"):
            given: list[tuple[str, Any]] = [(file.name, file) for file in files or []]
            if pasted.strip():
                given.append(("pasted.tsv", pasted.encode("utf-8", "surrogatepass")))
            if _added(given, texts):
                state.renew("evaluate-sets")
                state.renew("evaluate-pasted")
                st.rerun()


def _added(files: list[tuple[str, Any]], texts: bool) -> bool:
    """Keep the files, read them once to see that they are sound, and add them to the sets."""
    try:
        here = state.own_workspace()
        spec = state.visit().draft.evaluate or EvaluateSpec()
        new = []
        for name, data in files:
            path = here.add_upload(name, data)
            parsed = parse_set(f"probe:{here.folder / path}" if texts else str(here.folder / path))
            read_set(parsed)
            new.append(parsed.model_copy(update={"path": path}))
        kept = [one for one in spec.sets if one not in new]
        state.save(state.visit().draft.with_(evaluate=spec.model_copy(update={"sets": (*kept, *new)})))
    except LexiloomError as error:
        problem(error)
        return False
    return True


def _policy(visit: Visit, spec: EvaluateSpec) -> None:
    widget = state.key("evaluate-policy")
    st.segmented_control(
        _("Items with missing words"),
        list(POLICIES),
        default=spec.policy,
        format_func=lambda one: _(POLICIES[one]),
        key=widget,
        disabled=visit.read_only,
        required=True,
        on_change=_keep,
        args=("policy", widget),
        help=_(POLICY_HELP),
    )


def _options(visit: Visit, spec: EvaluateSpec) -> None:
    """Further options."""
    with st.expander(_("Options"), icon=":material/tune:"):
        widget = state.key("evaluate-methods")
        st.pills(
            _("How analogies are answered"),
            list(METHODS),
            selection_mode="multi",
            default=list(spec.methods),
            format_func=METHODS.__getitem__,
            key=widget,
            disabled=visit.read_only,
            on_change=_keep,
            args=("methods", widget),
        )
        switches = {
            "geometry": _("Measure the shape of the vectors too: isotropy, hubness, norms"),
            "dimensions": _("How many dimensions? Score at fewer of them too, by PCA"),
        }
        if getattr(visit.draft.vocabulary, "path", ""):
            switches["only_vocabulary"] = _("Only items whose words are all in my vocabulary")
        for name, label in switches.items():
            widget = state.key(f"evaluate-{name}")
            st.toggle(
                label,
                value=getattr(spec, name),
                key=widget,
                disabled=visit.read_only,
                on_change=_keep,
                args=(name, widget),
            )
