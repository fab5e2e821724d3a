"""`lexiloom download`: sources of the catalog and models of the hub, fetched ahead."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..messages import _
from .build import Events, Json, Stop
from .console import guard, print_json
from .progress import watched


def download(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME…", help=_("Names of the catalog (“lexiloom sources” lists them), or hf:OWNER/MODEL.")
        ),
    ],
    *,
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
) -> None:
    """Fetch sources of the catalog ahead, so that they can be used without a network."""
    from ..sources import fetch_source
    from ..sources.protocol import Context

    with guard(as_json=json, events=events):
        with watched(events, stop=stop) as progress:
            fetched = {name: str(fetch_source(name, Context(progress=progress))) for name in names}
        _tell(fetched, json)


def _tell(fetched: dict[str, Any], json: bool) -> None:
    if json:
        print_json({"fetched": fetched})
    else:
        for name, path in fetched.items():
            print(_("{name}: {path}").format(name=name, path=path))
