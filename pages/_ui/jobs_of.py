"""Which command line does which long work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tomli_w

from core.draft import Draft
from core.jobs import JobSpec
from core.messages import _
from core.projection import TITLES, ProjectSpec, Selection
from core.recipe import resolved_path
from core.settings import plain
from core.snippets import naming
from core.sources import parse_source

from . import cached, cached_maps, cached_training, cached_tuning, server
from .state import Visit


def _key(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:32]


def vocabulary(visit: Visit) -> JobSpec:
    """Count a corpus into the cache of readings."""
    assert visit.workspace is not None and visit.base is not None and visit.draft.vocabulary is not None
    table = plain(visit.draft.vocabulary)
    kind = table.pop("kind")
    paths = [part["path"] for part in table["parts"]] if kind == "several" else [table.pop("path")]
    # Of several files each one's own kind comes with the settings, in `parts`.
    arguments = ["vocabulary", *paths, "--vocab-kind", "words" if kind == "several" else kind, "--json"]
    from core.snippets import settings_of

    arguments += [part for setting in settings_of("vocabulary", table) for part in ("--set", setting)]
    return JobSpec(
        kind="vocabulary",
        arguments=tuple(arguments),
        key=_key("vocabulary", str(visit.base), arguments),
        title=_("Counting {name}").format(name=", ".join(Path(path).name for path in paths)),
        base=str(visit.base),
    )


def index(visit: Visit, path: str, member: str, on_fault: str) -> JobSpec:
    """Scan a file of vectors, or one in an archive, into its index."""
    name = f"{path}::{member}" if member else path
    return JobSpec(
        kind="index",
        arguments=("index", name, "--on-fault", on_fault, "--json"),
        key=_key("index", name, on_fault),
        title=_("Scanning {name}").format(name=Path(path).name),
        base=str(visit.base),
    )


def prepare(visit: Visit, name: str, title: str) -> JobSpec:
    """Fetch a source of the catalog or a model, examine it, scan it."""
    return JobSpec(
        kind="index",
        arguments=("index", name, "--json"),
        key=_key("index", name, ""),
        title=_("Getting {name} ready").format(name=title),
        base=str(visit.base),
    )


def rank(visit: Visit, draft: Draft, more: Sequence[str], key: str) -> JobSpec:
    """Ask the draft's sources, and those that `more` names, for the draft's words, before anything is built."""
    assert visit.workspace is not None and visit.base is not None
    recipe = visit.base / "recipes" / f"rank-{key}.toml"
    recipe.parent.mkdir(exist_ok=True)
    recipe.write_text(tomli_w.dumps(draft.to_tables()), encoding="utf-8")
    arguments = ("sources", "rank", *more, "--recipe", str(recipe), "--base", str(visit.base), "--json")
    return JobSpec(
        kind="rank",
        arguments=arguments,
        key=_key("rank", str(visit.base), key),
        title=_("Comparing sources"),
        base=str(visit.base),
    )


def inspect(visit: Visit, path: str) -> JobSpec:
    """Look a file of vectors over, every value of it."""
    return JobSpec(
        kind="inspect",
        arguments=("inspect", path, "--json"),
        key=_key("inspect", str(visit.base), path),
        title=_("Checking {name}").format(name=Path(path).name),
        base=str(visit.base),
    )


def build(visit: Visit, key: str) -> JobSpec:
    """Build the draft's recipe into the folder of its key."""
    assert visit.workspace is not None and visit.base is not None
    folder = server.home().builds / key
    # A file of its own: the draft may change while the job waits.
    recipe = visit.base / "recipes" / f"{key}.toml"
    recipe.parent.mkdir(exist_ok=True)
    recipe.write_text(cached.to_build(visit.draft).to_toml(), encoding="utf-8")
    return JobSpec(
        kind="build",
        arguments=("run", str(recipe), "--base", str(visit.base), "--out", str(folder), "--keep-paths", "--json"),
        key=_key("build", key),
        title=_("Building the matrix"),
        base=str(visit.base),
        result=str(folder / "build.json"),
    )


def export(key: str, kind: str, file: str, spaces: str) -> JobSpec:
    """Write a build in another program's format."""
    builds = server.home().builds
    out = builds / f"{key}.exports" / kind / file
    return JobSpec(
        kind="export",
        arguments=("export", str(builds / key), "--format", kind, "--out", str(out), "--spaces", spaces, "--json"),
        key=_key("export", key, kind, spaces),
        title=_("Writing {name}").format(name=out.name),
        base=str(builds),
        result=str(out),
    )


def draw(visit: Visit, key: str, name: str, spec: ProjectSpec, selection: Selection) -> JobSpec:
    """Lay a build's words out and keep the map beside the build."""
    assert visit.base is not None
    folder = cached_maps.map_folder(key, name)
    out = folder / "map.parquet"
    options = [f"--{option.replace('_', '-')}={value}" for option, value in plain(spec).items() if option != "kind"]
    chosen = [f"--origin={origin}" for origin in selection.origins]
    if selection.most:
        chosen.append(f"--most={selection.most}")
    if selection.contains:
        chosen.append(f"--contains={selection.contains}")
    if selection.words:
        words = folder / "words.txt"
        folder.mkdir(parents=True, exist_ok=True)
        words.write_text("".join(f"{word}\n" for word in selection.words), encoding="utf-8")
        chosen.append(f"--words={words}")
    build = str(server.home().builds / key)
    return JobSpec(
        kind="project",
        arguments=("project", build, f"--method={spec.kind}", *options, *chosen, f"--out={out}", "--json"),
        key=_key("project", key, name),
        title=_("Drawing with {method}").format(method=_(TITLES[spec.kind])),
        base=str(server.home().builds),
        result=str(out),
    )


def evaluate(visit: Visit, arguments: Sequence[str], stamps: Any) -> JobSpec:
    """Score what was chosen, and compare; `stamps` tell changed files from those that were scored."""
    return JobSpec(
        kind="evaluate",
        arguments=(*arguments, "--json"),
        key=_key("evaluate", str(visit.base), arguments, stamps),
        title=_("Evaluating"),
        base=str(visit.base),
    )


def finetune(visit: Visit, base: str, key: str, spec: Any, *, finish: bool = False) -> JobSpec:
    """Tune the build `base` into the folder of `key`; checkpoints and the report lie beside it.

    finish  take what a training that was stopped had reached
    """
    from core.tuning.kinds import TITLES as KINDS

    builds, checkpoints = server.home().builds, cached_tuning.folder(key)
    report = checkpoints / "tuning.json"
    out = () if spec.kind == "probe" else ("--out", str(builds / key))
    arguments = (
        *finetune_arguments(str(builds / base), spec),
        *out,
        *("--checkpoints", str(checkpoints), "--report", str(report)),
        *("--base", str(visit.base), "--keep-paths", "--json"),
        *(("--finish",) if finish else ()),
    )
    return JobSpec(
        kind="finetune",
        arguments=arguments,
        key=_key("finetune", key, finish),
        title=_("Fine-tuning: {kind}").format(kind=_(KINDS[spec.kind])),
        base=str(visit.base),
        result=str(report),
    )


def finetune_arguments(build: str, spec: Any) -> list[str]:
    """The arguments of `lexiloom finetune` that say what is tuned, and how: what differs from the defaults."""
    from core.snippets import settings_of

    told = plain(spec)
    data, kind = told.pop("data"), told.pop("kind")
    words = ["finetune", build, "--recipe", kind]
    for name, flag in (("path", "--data"), ("test_path", "--test"), ("text", "--text"), ("label", "--label")):
        words += [flag, data.pop(name)] if data.get(name) else []
    words += ["--second", data.pop("second")] if data.get("second") else []
    data.pop("path", None)
    table = {**told, **({"data": data} if data else {})}
    return [*words, *(part for setting in settings_of("", table) for part in ("--set", setting.removeprefix(".")))]


def train(visit: Visit, name: str, spec: Any, *, finish: bool = False) -> JobSpec:
    """Train vectors into the folder `name` of the workspace; beside it is kept how far that is.

    finish  take what a training that was stopped had reached
    """
    assert visit.base is not None
    out, kept = cached_training.folder(visit.base, name), cached_training.checkpoints(visit.base, name)
    arguments = (
        *train_arguments(spec),
        *("--out", str(out), "--checkpoints", str(kept), "--base", str(visit.base), "--json"),
        *(("--finish",) if finish else ()),
    )
    return JobSpec(
        kind="train",
        arguments=arguments,
        key=_key("train", str(visit.base), name, finish),
        title=_("Training {name}").format(name=name),
        base=str(visit.base),
        result=str(out / cached_training.LOCK),
    )


def train_arguments(spec: Any) -> list[str]:
    """The arguments of `lexiloom train` that say what is trained on what, and how: what differs from the defaults."""
    from core.snippets import settings_of

    told = plain(spec)
    texts, method, model = told.pop("texts"), told.pop("kind"), told.pop("model", "")
    words = ["train", *(part for path in texts.pop("paths") for part in ("--corpus", path))]
    words += [f"--column={column}"] if (column := texts.pop("column", "")) else []
    words += ["--method", method, *(["--cbow"] if model == "cbow" else [])]
    for name in ("dim", "epochs", "window", "min_count", "max_size", "workers", "seed"):
        words += [f"--{name.replace('_', '-')}", str(told.pop(name))] if name in told else []
    # A word or a name may begin with a hyphen.
    words += [f"--start={told.pop('start')}"] if "start" in told else []
    words += [f"--watch={word}" for word in told.pop("watch", ())]
    table = {**told, **({"texts": texts} if texts else {})}
    return [*words, *(part for setting in settings_of("", table) for part in ("--set", setting.removeprefix(".")))]


def score_fills(visit: Visit, asked: Any) -> JobSpec:
    """Hide known words of the draft, and let every fill that `asked` (of the Laboratory) allows make them again."""
    assert visit.base is not None
    options = [*_fill_options(visit, asked), "--hidden", str(asked.hidden), *(["--thorough"] if asked.thorough else [])]
    return JobSpec(
        kind="oov",
        arguments=("oov", "score", *_laboratory(visit, asked), *options, "--json"),
        key=_key("oov score", str(visit.base), asked.key),
        title=_("Comparing fills"),
        base=str(visit.base),
    )


def explain_word(visit: Visit, asked: Any, word: str) -> JobSpec:
    """Tell how each fill that `asked` allows makes the row of `word`, which begins with no hyphen."""
    assert visit.base is not None
    options = [*_fill_options(visit, asked), *(["--thorough"] if asked.thorough else [])]
    return JobSpec(
        kind="oov",
        arguments=("oov", "explain", word, *_laboratory(visit, asked), *options, "--json"),
        key=_key("oov explain", str(visit.base), asked.key, word),
        title=_("Making the row of {word}").format(word=word),
        base=str(visit.base),
    )


def _laboratory(visit: Visit, asked: Any) -> list[str]:
    """Words and sources as a recipe of their own: the draft may change while the job waits."""
    assert visit.base is not None
    recipe = visit.base / "recipes" / f"laboratory-{asked.key}.toml"
    recipe.parent.mkdir(exist_ok=True)
    recipe.write_text(asked.draft.recipe().to_toml(), encoding="utf-8")
    return ["--recipe", str(recipe), "--base", str(visit.base)]


def _fill_options(visit: Visit, asked: Any) -> list[str]:
    """Donors and corpus as options, which start from no recipe's folder: their paths are whole."""
    assert visit.base is not None
    donors = [naming(resolved_path(parse_source(one), visit.base)) for one in asked.donors]
    words = [part for donor in donors for part in ("--donor", donor)]
    return [*words, *(["--corpus", str(visit.base / Path(asked.corpus).expanduser())] if asked.corpus else [])]
