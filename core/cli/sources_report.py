"""What `lexiloom sources` tells: what comes with Lexiloom, the catalog, and the indexes that are kept."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..messages import _, number
from .text import aligned, visible

if TYPE_CHECKING:
    from ..sources.catalog import CatalogEntry

Listed = Sequence[tuple["CatalogEntry", bool]]
# Kinds of the catalog, as a heading tells them.
GROUPS = {
    "file": "catalog:NAME",
    "model2vec": "catalog:NAME, model2vec:HUB",
    "hf": "catalog:NAME, hf:HUB, hf-input:HUB",
}


def sources_document(
    builtin: Sequence[dict[str, Any]], indexes: Sequence[dict[str, Any]], catalog: Listed
) -> dict[str, Any]:
    """`lexiloom sources --json`."""
    listed = [{"spec": entry.spec, **entry.model_dump(mode="json"), "fetched": there} for entry, there in catalog]
    return {"builtin": list(builtin), "catalog": listed, "indexes": list(indexes)}


def sources_report(
    builtin: Sequence[dict[str, Any]], indexes: Sequence[dict[str, Any]], folder: Path, catalog: Listed
) -> str:
    """`lexiloom sources`."""
    rows = [[s["spec"], f"{s['rows']:,} × {s['dim']}", ", ".join(s["languages"]), s["licence"]] for s in builtin]
    heads = [_("spec"), _("rows × dimensions"), _("language"), _("licence")]
    parts = [_section(_("Built-in sources"), aligned([heads, *rows], left=4))]
    titles = {
        "file": _("Files to be had"),
        "model2vec": _("Static models of the hub"),
        "hf": _("Transformers of the hub"),
    }
    for kind, title in titles.items():
        if some := [(entry, there) for entry, there in catalog if entry.kind == kind]:
            parts.append(_section(f"{title} ({GROUPS[kind]})", _catalog(some)))
    if indexes:
        kept = [
            [visible(i["name"]), _(i["format"]), f"{i['rows']:,} × {i['dim']}", f"{i['bytes'] / 1e6:.1f} MB",
             time.strftime("%Y-%m-%d", time.localtime(i["used"]))]
            for i in indexes
        ]  # fmt: skip
        heads = [_("file"), _("format"), _("rows × dimensions"), _("index"), _("last used")]
        parts.append(_section(_("Indexes kept in {folder}").format(folder=folder), aligned([heads, *kept], left=3)))
    parts.append(_("fasttext-cc-CODE and fasttext-wiki-CODE are there for hundreds of languages: --language CODE."))
    parts.append(_("Also a path to a file of vectors or to a build, and random:DIM (random:300,xavier)."))
    return "\n\n".join(parts)


def _catalog(some: Listed) -> str:
    heads = [_("name"), _("language"), _("dimensions"), _("rows"), _("download"), _("licence"), ""]
    rows = [heads]
    for entry, there in some:
        languages = ", ".join(entry.languages[:3]) + (", …" if len(entry.languages) > 3 else "")
        rows.append(
            [
                entry.name,
                languages,
                "–" if entry.dim is None else str(entry.dim),
                "–" if entry.rows is None else number(entry.rows),
                "–" if entry.megabytes is None else f"{number(entry.megabytes)} MB",
                entry.licence,
                _("here") if there else "",
            ]
        )
    return aligned(rows, left=2)


def _section(title: str, body: str) -> str:
    return f"{title}\n{body}"
