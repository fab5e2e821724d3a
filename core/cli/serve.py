"""`lexiloom app`: the web app on this machine, for whoever sits here or for a class."""

from __future__ import annotations

import json as _json
import os
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from ..encoding.device import DEVICES
from ..errors import RecipeError, WorkspaceError, one_of
from ..messages import _
from .console import guard

ROOT = Path(__file__).resolve().parents[2]
HERE, EVERYWHERE = "127.0.0.1", ("0.0.0.0", "::", "")
PORT, PORTS_TRIED = 8501, 100
CARD = "class.json"
CLASS_NAME = "Class"


def app(
    *,
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="ADDRESS", help=_("Address to listen at [127.0.0.1; with --class all of them]")),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="N", min=1, max=65535, help=_("Port to listen at [8501, or the next free one]")),
    ] = None,
    lesson: Annotated[
        bool, typer.Option("--class", help=_("Serve a class: open to the network, with addresses for all to type."))
    ] = False,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help=_("Folder whose files every visitor may pick as a source.")),
    ] = None,
    home: Annotated[
        Path | None,
        typer.Option("--home", metavar="DIR", help=_("Folder for workspaces, indexes and builds [LEXILOOM_HOME]")),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(
            "--device", metavar="NAME", help=_("Where models run: auto, cpu, cuda, cuda:1 or mps [LEXILOOM_DEVICE]")
        ),
    ] = None,
) -> None:
    """Start the web app, for yourself or for a class."""
    from ..workspace.workspace import Workspace

    with guard():
        _check_installed()
        address = host or ("0.0.0.0" if lesson else HERE)
        taken, port = _port(address, port)
        if data is not None and not data.is_dir():
            raise WorkspaceError(
                _("there is no such folder"), where=str(data), fix=_("Give --data a folder that exists.")
            )
        if device is not None and device.partition(":")[0] not in DEVICES:
            raise RecipeError(
                _("there is no device {name!r}").format(name=device),
                fix=_("Choose {names}.").format(names=one_of(DEVICES)),
            )
        environment = _environment(data, home, device)
        told = [_("Port {taken} is in use; this is {port}.").format(taken=taken, port=port)] if taken else []
        shown = f"http://{_bracketed(network_address() if address in EVERYWHERE else address)}:{port}/"
        if lesson:
            workspace = class_workspace(Workspace(home.resolve() if home else None))
            environment |= {"LEXILOOM_CLASS": "1", "LEXILOOM_CLASS_WORKSPACE": workspace}
            told += class_text(shown, workspace)
        else:
            told.append(_("Lexiloom is at {address} (Ctrl-C ends it).").format(address=shown))
        print("\n".join(told), flush=True)
        raise typer.Exit(_serve(address, port, environment))


def _check_installed() -> None:
    for module in ("streamlit", "starlette"):
        if find_spec(module) is None:
            raise WorkspaceError(
                _("the web app needs {name}, which is not installed").format(name=module),
                fix=_("Run start.py again, or: pip install {name}").format(name=module),
            )


def _environment(data: Path | None, home: Path | None, device: str | None) -> dict[str, str]:
    found = dict(os.environ)
    if device is not None:
        found["LEXILOOM_DEVICE"] = device
    if data is not None:
        found["LEXILOOM_DATA_FOLDER"] = str(data.resolve())
    if home is not None:
        found["LEXILOOM_HOME"] = str(home.resolve())
    # The app runs in its checkout: relative folders are those of the shell it was started in.
    for name in ("LEXILOOM_HOME", "LEXILOOM_DATA_FOLDER"):
        if found.get(name):
            found[name] = str(Path(found[name]).resolve())
    return found


def _port(address: str, given: int | None) -> tuple[int | None, int]:
    """(the port that was taken, if one was; a free one). Raises WorkspaceError."""
    if given is not None:
        if reason := _refusal(address, given):
            raise WorkspaceError(
                _("can't listen there: {reason}").format(reason=reason),
                where=f"{_bracketed(address)}:{given}",
                fix=_("Choose another port with --port, or leave it out."),
            )
        return None, given
    reason = ""
    for port in range(PORT, PORT + PORTS_TRIED):
        reason = _refusal(address, port)
        if not reason:
            return (PORT if port != PORT else None), port
    raise WorkspaceError(
        _("can't listen there: {reason}").format(reason=reason),
        where=_bracketed(address),
        fix=_("Choose another address with --host, or a port with --port."),
    )


def _refusal(address: str, port: int) -> str:
    """Why nobody can listen there, "" where it is free."""
    try:
        family, kind, protocol, _name, place = socket.getaddrinfo(address or None, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            if os.name != "nt":  # a port whose last connections are fading is free
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(place)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def network_address() -> str:
    """The address at which the network sees this machine; 127.0.0.1 where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: the system only says which address it would send from.
            probe.connect(("192.0.2.1", 9))
            return probe.getsockname()[0]
        except OSError:
            return HERE


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def class_workspace(home: Any) -> str:
    """The id of the teacher's workspace: that of the last lesson, or a new one."""
    from ..workspace.atomic import atomic_file
    from ..workspace.personal import PersonalWorkspaces

    workspaces, card = PersonalWorkspaces(home), home.root / CARD
    try:
        return workspaces.open(_json.loads(card.read_bytes())["workspace"]).id
    except (OSError, ValueError, KeyError, TypeError, WorkspaceError):
        made = workspaces.create(CLASS_NAME).id
    with atomic_file(card) as file:
        file.write(_json.dumps({"workspace": made}).encode())
    # Who has the id has the teacher's data.
    card.chmod(0o600)
    return made


def class_text(address: str, workspace: str) -> list[str]:
    """What the teacher is told: two addresses, and the students' as a picture for their phones."""
    import io

    import segno

    picture = io.StringIO()
    if "utf" in (sys.stdout.encoding or "").lower():
        segno.make(address, error="m").terminal(picture, compact=True)
    return [
        _("For the class: {address}").format(address=address),
        "",
        *picture.getvalue().splitlines(),
        "",
        _("For you alone: {address}").format(address=f"{address}?w={workspace}"),
        _("Whoever has a workspace's link has its data: keep yours to yourself. Ctrl-C ends the lesson's server."),
    ]


def _serve(address: str, port: int, environment: dict[str, str]) -> int:
    """Run the server until it ends or somebody ends it; its exit code, 0 for Ctrl-C."""
    # What it would print we have said already; to do so it would ask the internet for our address.
    options = ["--server.address", address, "--server.port", str(port), "--logger.hideWelcomeMessage", "true"]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *options]
    # In a session of its own a terminal's Ctrl-C reaches us alone, and we end it in order.
    server = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=os.name != "nt")
    try:
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        if server.poll() is None:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
