"""Where vectors come from: one file per kind of source, one protocol, one closed union of specs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from ..errors import SourceError, one_of
from ..messages import _
from ..training.artifact import VECTORS, is_artifact
from .build import MATRIX, BuildSpec, is_build, open_build
from .builtin import BuiltinSpec, list_builtin, open_builtin
from .catalog import (
    CatalogEntry,
    CatalogSpec,
    fetch_entry,
    find_entry,
    find_model,
    is_entry_indexed,
    is_fetched,
    list_catalog,
    open_catalog_file,
)
from .file import FileSpec, is_indexed, open_file
from .hf import HfSpec, open_hf, read_widely
from .hf_context import HfContextSpec, open_hf_context
from .hf_input import HfInputSpec, open_hf_input
from .model2vec import Model2vecSpec, open_model2vec
from .pretrained import ModelSpec, is_model_known, open_checkpoint, parse_model
from .protocol import Context, Source, SourceInfo
from .random import RandomSpec, open_random
from .trained import TrainedSpec, open_trained

SourceSpec = Annotated[
    FileSpec
    | BuiltinSpec
    | RandomSpec
    | BuildSpec
    | TrainedSpec
    | HfSpec
    | HfInputSpec
    | HfContextSpec
    | Model2vecSpec
    | CatalogSpec,
    Field(discriminator="kind"),
]
MODELS = {"hf": HfSpec, "hf-input": HfInputSpec, "hf-context": HfContextSpec, "model2vec": Model2vecSpec}

# A file of so many bytes is scanned in well under a second.
SMALL = 8 << 20


def open_catalog(spec: CatalogSpec, context: Context) -> Source:
    """Open a source of the catalog; it is fetched first where it must be. Raises SourceError."""
    entry = find_entry(spec.name)
    if entry.kind == "file":
        return open_catalog_file(entry, context)
    return open_source(f"{entry.kind}:{entry.hub}", context)


OPENERS = {
    "file": open_file,
    "builtin": open_builtin,
    "random": open_random,
    "build": open_build,
    "trained": open_trained,
    "hf": open_hf,
    "hf-input": open_hf_input,
    "hf-context": open_hf_context,
    "model2vec": open_model2vec,
    "catalog": open_catalog,
}


def open_source(spec: SourceSpec | str, context: Context | None = None) -> Source:
    """Open the source that a spec (or a spec string, see `parse_source`) describes.

    Raises SourceError when it is not there or can't be read as what it claims to be.
    """
    if isinstance(spec, str):
        spec = parse_source(spec)
    return OPENERS[spec.kind](spec, context or Context())  # type: ignore[operator]


def fetch_source(name: str, context: Context) -> Path:
    """Download a source of the catalog ("glove-6b-100") or a model ("hf:owner/model"); where it then lies."""
    spec = parse_source(name if ":" in name else f"catalog:{name}")
    if isinstance(spec, CatalogSpec):
        entry = find_entry(spec.name)
        if entry.kind == "file":
            return fetch_entry(entry, context)
        spec = parse_source(f"{entry.kind}:{entry.hub}")
    if isinstance(spec, ModelSpec):
        return Path(open_checkpoint(spec, context).folder)
    raise SourceError(
        _("{name!r} is nothing that can be downloaded").format(name=name),
        fix=_("“lexiloom sources” lists the names; a model is hf:owner/model."),
    )


def is_ready(spec: SourceSpec, context: Context | None = None) -> bool:
    """Whether opening the source is a matter of moments: no large file is to be scanned, no model to be fetched.

    Raises SourceError where the file is not there.
    """
    if isinstance(spec, (BuildSpec, TrainedSpec)):
        spec = FileSpec(path=str(Path(spec.path) / (MATRIX if isinstance(spec, BuildSpec) else VECTORS)))
    context = context or Context()
    if isinstance(spec, CatalogSpec):
        entry = find_entry(spec.name)
        if entry.kind != "file":
            return is_ready(parse_source(f"{entry.kind}:{entry.hub}"), context)
        return is_fetched(entry, context) and is_entry_indexed(entry, context)
    if isinstance(spec, ModelSpec):
        return is_model_known(spec, context)
    if not isinstance(spec, FileSpec):
        return True
    path = Path(os.path.expanduser(spec.path))
    return (path.is_file() and path.stat().st_size <= SMALL) or is_indexed(spec, context)


def describe_unfetched(spec: SourceSpec, context: Context | None = None) -> dict[str, Any] | None:
    """What is known of a source that would first have to be downloaded; None for one that can be opened."""
    context = context or Context()
    if isinstance(spec, CatalogSpec) and not is_fetched(find_entry(spec.name), context):
        return _listed(find_entry(spec.name), f"catalog:{spec.name}", "catalog")
    if isinstance(spec, ModelSpec) and spec.model and not is_model_known(spec, context):
        return _listed(find_model(spec.model), f"{spec.kind}:{spec.model}", spec.kind)
    return None


def _listed(entry: CatalogEntry | None, name: str, kind: str) -> dict[str, Any]:
    """What the catalog knows of a source: fields of a ranking's candidate."""
    return {
        "name": name,
        "spec": name,
        "kind": kind,
        "dim": entry and entry.dim,
        "size": entry and entry.rows,
        "licence": entry.licence if entry else "",
        "languages": entry.languages if entry else (),
        "bytes": entry and entry.megabytes and entry.megabytes * 1_000_000,
        "note": _("not downloaded yet"),
    }


def parse_source(text: str) -> SourceSpec:
    """The spec that a spec string means: `builtin:english`, `random:300`, `archive.zip::member`, a path.

    `catalog:NAME` is a source that the catalog lists, for a model its name on the hub. `hf:`, `hf-input:`,
    `hf-context:` and `model2vec:` take a model's name on the hub (NAME@REVISION) or a folder. A path may begin with
    `file:`, `build:` or `trained:` to say so; without, a folder is taken for what it holds.
    """
    prefix, colon, rest = text.partition(":")
    try:
        if colon and prefix == "builtin":
            return BuiltinSpec(name=rest)  # type: ignore[arg-type]
        if colon and prefix == "random":
            dim, _comma, distribution = rest.partition(",")
            return RandomSpec.model_validate(
                {"dim": int(dim), **({"distribution": distribution} if distribution else {})}
            )
    except (ValidationError, ValueError) as error:
        raise SourceError(
            _("{text!r} is not a source").format(text=text),
            fix=_("Write {examples} (1 to 65,536 dimensions), or a path.").format(
                examples=one_of(["builtin:english", "builtin:chinese", "random:300", "random:300,xavier"])
            ),
        ) from error
    if colon and prefix == "catalog":
        entry = find_entry(rest)
        # A model has options of its own (layers, pooling): what is listed stands for its name on the hub.
        return CatalogSpec(name=entry.name) if entry.kind == "file" else MODELS[entry.kind](model=entry.hub)
    if colon and prefix in MODELS:
        return MODELS[prefix](**parse_model(rest))
    if colon and prefix == "build":
        return BuildSpec(path=rest)
    if colon and prefix == "trained":
        return TrainedSpec(path=rest)
    path = rest if colon and prefix == "file" else text
    if not path:
        raise SourceError(_("the source is empty"), fix=_("Give a path, or a name such as builtin:english."))
    file, _double, member = path.partition("::")
    if not member and is_build(Path(os.path.expanduser(file))):
        return BuildSpec(path=file)
    if not member and is_artifact(Path(os.path.expanduser(file))):
        return TrainedSpec(path=file)
    return FileSpec(path=file, member=member)


__all__ = [
    "BuildSpec",
    "BuiltinSpec",
    "CatalogSpec",
    "Context",
    "FileSpec",
    "HfContextSpec",
    "HfInputSpec",
    "HfSpec",
    "Model2vecSpec",
    "RandomSpec",
    "Source",
    "SourceInfo",
    "SourceSpec",
    "TrainedSpec",
    "fetch_source",
    "is_ready",
    "list_builtin",
    "list_catalog",
    "open_source",
    "parse_source",
    "read_widely",
]
