"""The only caches of the app: what the engine found, keyed by what it was asked, shared by all visitors."""

from __future__ import annotations

import hashlib
import json
import os
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from core.coverage import measure_coverage
from core.draft import Draft
from core.errors import LexiloomError
from core.evaluation.catalog import Found, find_sets
from core.exports import SavedBuild, read_build
from core.fixes import Fixes, Worklist, apply_fixes
from core.listing import Listing
from core.messages import current_language
from core.neighbors import informed, nearest
from core.pipeline import Cover, Gain, cover_opened, is_quick_to_read, read, unused_words
from core.recipe import Recipe, fingerprints, paths_in, resolved_path
from core.sanity import Sanity, examine, telling_rows
from core.sources import is_ready, open_source, parse_source
from core.sources.protocol import Context, Source
from core.vocabulary import Reading

from . import server

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from core.vocabulary.unused import Unused

# So many seconds a page waits for the causes of missing words before it shows that they are being sought.
AT_ONCE = 0.5
_seeker = ThreadPoolExecutor(1, thread_name_prefix="worklist")
About = TypeVar("About")


class NotReady(Exception):
    """A job must run first: `stage` says which ("vocabulary", "index"), `what` for which source."""

    def __init__(self, stage: str, what: Any = None) -> None:
        super().__init__(stage, what)
        self.stage, self.what = stage, what


def told(*parts: Any) -> str:
    """A name for what was asked: equal for equal questions."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def stamp(path: Path) -> list[Any]:
    """What tells a changed file from the one that was read."""
    try:
        if path.is_dir():
            return [[str(p), *stamp(p)] for p in sorted(path.rglob("*")) if p.is_file()]
        found = os.stat(path)
    except OSError:
        return []
    return [str(path), found.st_size, found.st_mtime_ns, found.st_ino]


def reading(draft: Draft, base: Path) -> Reading:
    """The draft's vocabulary. Raises NotReady where a large corpus must be counted first."""
    spec = draft.vocabulary
    assert spec is not None
    if not is_quick_to_read(spec, workspace=server.home(), base=base):
        raise NotReady("vocabulary")
    return _reading(_vocabulary_key(draft, base), spec, base)


def _vocabulary_key(draft: Draft, base: Path) -> str:
    assert draft.vocabulary is not None
    stamps = [stamp(base / os.path.expanduser(path)) for path in paths_in(draft.vocabulary)]
    return told(draft.vocabulary.model_dump(mode="json"), stamps)


@st.cache_resource(max_entries=48, show_spinner=False)
def _reading(key: str, _spec: Any, _base: Path) -> Reading:
    return read(_spec, workspace=server.home(), base=_base)


def source(spec: Any, base: Path, vocabulary: Any = None) -> Source:
    """One source of the draft, open. Raises NotReady where it must be scanned, fetched or examined first.

    `vocabulary` is the draft's: in context, words are seen in the sentences of its text.
    """
    spec = resolved_path(spec, base)
    corpus = resolved_path(vocabulary, base) if spec.kind == "hf-context" and vocabulary is not None else None
    context = Context(workspace=server.home(), corpus=corpus)
    if not is_ready(spec, context):
        raise NotReady("index", spec)
    paths = [*paths_in(spec), *(paths_in(corpus) if corpus is not None else [])]
    seen = [stamp(Path(os.path.expanduser(path))) for path in paths]
    about = None if corpus is None else corpus.model_dump(mode="json")
    return _source(told(spec.model_dump(mode="json"), seen, about), spec, context)


@st.cache_resource(max_entries=64, show_spinner=False)
def _source(key: str, _spec: Any, _context: Context) -> Source:
    return open_source(_spec, _context)


def cover(draft: Draft, base: Path) -> Cover:
    """How much of the draft's vocabulary its sources hold, fixes and all. Raises NotReady, LexiloomError.

    Fixes change nothing of what was looked up: that is done once for all of them.
    """
    key, found = _found(draft, base)
    if draft.fixes == Fixes():
        return found
    return _fixed(told(key, draft.fixes.model_dump(mode="json")), key, draft.recipe(), found)


def _found(draft: Draft, base: Path) -> tuple[str, Cover]:
    """What the sources hold before the fixes, and the name of that question."""
    words = reading(draft, base)
    sources = [source(spec, base, draft.vocabulary) for spec in draft.sources]
    key = told(
        _vocabulary_key(draft, base),
        words.vocabulary.digest,
        [one.info.digest for one in sources],
        [spec.model_dump(mode="json") for spec in draft.sources],
        draft.ladder.model_dump(),
        draft.combine.model_dump(),
    )
    return key, _cover(key, draft.with_(fixes=Fixes()).recipe(), words, sources)


@st.cache_resource(max_entries=96, show_spinner=False)
def _cover(key: str, _recipe: Recipe, _read: Reading, _sources: Sequence[Source]) -> Cover:
    return cover_opened(_recipe, _read, _sources)


@st.cache_resource(max_entries=96, show_spinner=False)
def _fixed(key: str, _found_key: str, _recipe: Recipe, _found: Cover) -> Cover:
    listed = _seeking(_found_key, _found).result() if _recipe.fixes.accept else None
    fixed = apply_fixes(_found.before, _recipe.fixes, _recipe.ladder, listed)
    coverage = measure_coverage(fixed.located, _found.reading.vocabulary)
    return replace(_found, recipe=_recipe, located=fixed.located, coverage=coverage, fixed=fixed)


def gains(draft: Draft, base: Path) -> Mapping[str, Gain]:
    """What each rung of the ladder finds, or would find, whatever is fixed. Raises NotReady, LexiloomError."""
    return _found(draft, base)[1].gains


def worklist(draft: Draft, base: Path) -> Worklist | None:
    """The draft's missing words with their causes, whatever is fixed; None while these are sought.

    For long lists that takes seconds: it is done in a thread, and the page goes on. Raises NotReady, LexiloomError.
    """
    try:
        return _seeking(*_found(draft, base)).result(timeout=AT_ONCE)
    except TimeoutError:
        return None
    except LexiloomError:
        _seeking.clear()  # next time it is tried again
        raise


@st.cache_resource(max_entries=96, show_spinner=False)
def _seeking(key: str, _found: Cover) -> Future[Worklist]:
    return _seeker.submit(lambda: _found.worklist)


def unused_key(draft: Draft, base: Path) -> str:
    """The name of the question which of the draft's words its tokenizer never emits."""
    return told(_vocabulary_key(draft, base), reading(draft, base).vocabulary.digest)


def unused(draft: Draft, base: Path) -> Unused:
    """The draft's words that its tokenizer never emits: seconds for long lists, minutes for long texts."""
    return _unused(unused_key(draft, base), _found(draft, base)[1], base)


@st.cache_resource(max_entries=24, show_spinner=False)
def _unused(key: str, _found: Cover, _base: Path) -> Unused:
    return unused_words(_found, base=_base)


def ranking_key(draft: Draft, base: Path, more: Sequence[str]) -> str:
    """The name of the question how the sources of `draft`, and `more`, suit its words: files that change ask anew."""
    paths = [*paths_in(draft), *(path for text in more for path in paths_in(parse_source(text)))]
    return told(draft.to_tables(), list(more), [stamp(base / os.path.expanduser(path)) for path in paths])[:32]


def build_key(draft: Draft, base: Path) -> str:
    """The name of the build that the draft gives: the same recipe over the same inputs has the same."""
    found = cover(draft, base)
    digests = [one.info.digest for one in found.sources]
    recipe = to_build(draft)
    # Donors and corpora are not opened here: a changed file shows in its size and time.
    filled_from = [str(stamp(base / os.path.expanduser(path))) for path in paths_in(draft.oov)]
    keys = fingerprints(recipe, found.reading.report.digest, digests, filled_from=filled_from)
    return told(recipe.to_toml(), keys["transforms"])[:32]


def to_build(draft: Draft) -> Recipe:
    """The recipe that is built: scores are a page's business here, and change no build."""
    return draft.with_(evaluate=None).recipe()


def build(key: str) -> SavedBuild | None:
    """A finished build, or None where there is none (any more)."""
    folder = server.home().builds / key
    return _build(key, str(stamp(folder / "build.json")), folder) if (folder / "build.json").is_file() else None


@st.cache_resource(max_entries=48, show_spinner=False)
def _build(key: str, stamped: str, _folder: Path) -> SavedBuild | None:
    try:
        return read_build(_folder, check=False)
    except LexiloomError:
        return None


def built_row(key: str, word: str) -> dict[str, Any] | None:
    """How a word's row came about in a finished build, None where there is none."""
    saved = build(key)
    if saved is None or word not in saved.matrix.vocabulary.ids:
        return None
    return _listed(key, saved).row(saved.matrix.vocabulary.ids[word])


@st.cache_resource(max_entries=48, show_spinner=False)
def _listed(build_name: str, _saved: SavedBuild) -> Listing:
    return Listing.of(_saved.matrix.rows, _saved.matrix.vocabulary)


def neighbors_of(key: str, word: str, k: int = 8) -> list[tuple[str, float]] | None:
    """The nearest words of `word` in a finished build, None where there is none."""
    saved = build(key)
    if saved is None or word not in saved.matrix.vocabulary.ids:
        return None
    return _neighbors(key, word, k, saved)


@st.cache_data(max_entries=2000, show_spinner=False)
def _neighbors(build_name: str, word: str, k: int, _saved: SavedBuild) -> list[tuple[str, float]]:
    found = nearest(_saved.matrix, [word], k, among=informed(_saved.matrix))
    words = _saved.matrix.vocabulary.words
    pairs = zip(found.ids[0].tolist(), found.cosines[0].tolist(), strict=True)
    return [(words[i], cosine) for i, cosine in pairs if i >= 0]


def sanity(key: str, saved: SavedBuild) -> Sanity:
    """What a look at a finished matrix shows."""
    return _sanity(key, saved)


@st.cache_resource(max_entries=48, show_spinner=False)
def _sanity(build_name: str, _saved: SavedBuild) -> Sanity:
    return examine(_saved.matrix)


def frequent(key: str, saved: SavedBuild, most: int) -> list[int]:
    """Rows of frequent words of a finished matrix that tell something."""
    return _frequent(key, saved)[:most]


@st.cache_resource(max_entries=48, show_spinner=False)
def _frequent(build_name: str, _saved: SavedBuild) -> list[int]:
    return telling_rows(_saved.matrix)


_figures: dict[int, dict[Any, Figure]] = {}


def drawn(draw: Callable[[About], Figure], about: About) -> Figure:
    """The figure of what was found, in the visitor's language; drawn once, kept as long as `about` is."""
    made = _figures.get(id(about))
    if made is None:
        made = _figures[id(about)] = {}
        weakref.finalize(about, _figures.pop, id(about), None)
    key = (draw, current_language())
    if key not in made:
        made[key] = draw(about)
    return made[key]


@st.cache_data(ttl=60, show_spinner=False)
def sets(folder: Path | None) -> list[Found]:
    """The published sets, those of the server's data folder among them; looked for once a minute."""
    return find_sets([folder] if folder else [])
