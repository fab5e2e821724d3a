"""`lexiloom sources`: what comes with Lexiloom, and the indexes that are kept of files; `rank` compares some."""

from __future__ import annotations

import typer

from ..messages import N_
from .build import Json
from .console import guard, print_json
from .rank import rank

VERBS = {"rank": (rank, N_("Rank sources for a vocabulary: coverage, size, licence, similarity on shared pairs."))}


def sources(context: typer.Context, *, json: Json = False) -> None:
    """List the built-in sources and the indexes kept of files."""
    if context.invoked_subcommand is not None:
        return
    from ..sources.builtin import list_builtin
    from ..workspace.indexes import list_indexes
    from ..workspace.workspace import Workspace
    from .report import sources_document, sources_report

    with guard(as_json=json):
        workspace = Workspace()
        builtin, indexes = list_builtin(), list_indexes(workspace.indexes, workspace.known)
        if json:
            print_json(sources_document(builtin, indexes))
        else:
            print(sources_report(builtin, indexes, workspace.indexes))
