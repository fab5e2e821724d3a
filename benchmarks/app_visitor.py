"""A visitor without a browser: speaks Streamlit's websocket protocol as the browser's side does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 120.0  # seconds for one answer
ENDED_FOR_RERUN = ForwardMsg.FINISHED_EARLY_FOR_RERUN
FRAGMENT_ENDED = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
ERROR = 1  # Alert.Format.ERROR


class Failed(Exception):
    """The app showed an exception or an error, or what was looked for is not there."""


@dataclass
class Answer:
    """One run of a script: the page it ended on, the seconds and bytes from the request to its end."""

    page: str
    seconds: float
    bytes: int
    what: str


@dataclass
class Shown:
    """What a page shows: the widgets by id, the fragments they stand in, the addresses of links."""

    widgets: dict[str, Any] = field(default_factory=dict)
    fragments: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)


class Visitor:
    """One browser tab. `note` is told of every answer."""

    def __init__(self, port: int, note: Callable[[Answer], None] = lambda _answer: None) -> None:
        self._address = f"ws://127.0.0.1:{port}/_stcore/stream"
        self._url = f"http://127.0.0.1:{port}/"
        self._note = note
        self.query, self.page = "", "start"
        self._hashes: dict[str, str] = {}
        self._states: dict[str, Any] = {}
        self._cached: dict[str, ForwardMsg] = {}
        self.shown = Shown()
        self.follows: tuple[str, float] | None = None  # the fragment that runs by itself, and how often
        self._before, self._followed = self.shown, self.follows

    async def __aenter__(self) -> Visitor:
        self._socket: ClientConnection = await connect(
            self._address,
            max_size=None,
            additional_headers={"Accept-Language": "en", "Origin": self._url.rstrip("/")},
            subprotocols=["streamlit"],  # type: ignore[list-item]
            ping_interval=None,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._socket.close()

    # What a visitor does

    async def open(self, page: str = "", query: str = "", what: str = "open") -> Answer:
        """Go to a page by its address."""
        self.query = query or self.query
        self._states.clear()
        return await self._run(what, name=page)

    async def turn_to(self, page: str, what: str = "open") -> Answer:
        """Go to another page by the navigation."""
        return await self._run(what, hash=self._hashes[page])

    async def press(self, key: str, what: str = "") -> Answer:
        """Click the button whose key begins with `key`."""
        return await self._run(what or f"press {key}", {"trigger_value": True}, self.find(key))

    async def put(self, key: str, value: Any, what: str = "") -> Answer:
        """Give the widget whose key begins with `key` a value."""
        found = self.find(key)
        return await self._run(what or f"put {key}", _state(self.shown.widgets[found], value), found)

    async def wait(self, done: Callable[[], bool], most: float) -> None:
        """Let the page ask for a job's progress, as it does every second, until `done`. Raises Failed."""
        end = time.monotonic() + most
        while not done():
            if time.monotonic() > end:
                raise Failed(f"not done after {most:.0f} s")
            if self.follows is None:
                raise Failed(f"{self.page} waits for nothing: {sorted(map(_key, self.shown.widgets))}")
            fragment, interval = self.follows
            await asyncio.sleep(interval)
            await self._run("progress", fragment=fragment)

    def find(self, key: str) -> str:
        """The id of the first widget whose key begins with `key`. Raises Failed."""
        for one, widget in self.shown.widgets.items():
            if _key(one).startswith(key) and not getattr(widget, "disabled", False):
                return one
        raise Failed(f"no widget {key!r} on {self.page}: {sorted(map(_key, self.shown.widgets))}")

    # The protocol

    async def _run(
        self,
        what: str,
        state: dict[str, Any] | None = None,
        id: str = "",
        *,
        name: str = "",
        hash: str = "",
        fragment: str = "",
    ) -> Answer:
        asked = BackMsg()
        rerun = asked.rerun_script
        rerun.query_string = self.query
        rerun.page_script_hash = hash or ("" if name else self._hashes.get(self.page, ""))
        rerun.page_name = name
        rerun.fragment_id = fragment or self.shown.fragments.get(id, "")
        rerun.is_auto_rerun = bool(fragment)
        rerun.cached_message_hashes.extend(self._cached)
        rerun.context_info.timezone = "UTC"
        rerun.context_info.locale = "en-US"
        rerun.context_info.url = f"{self._url}{'' if self.page == 'start' else self.page}"
        if id and state is not None and "trigger_value" not in state:
            self._states[id] = state
        told = dict(self._states)
        if id and state is not None:
            told[id] = state
        for one, values in told.items():
            rerun.widget_states.widgets.add(id=one, **values)
        begin = time.perf_counter()
        await self._socket.send(asked.SerializeToString())
        got = await asyncio.wait_for(self._hear(), PATIENCE)
        answer = Answer(self.page, time.perf_counter() - begin, got, what)
        self._note(answer)
        return answer

    async def _hear(self) -> int:
        """Read messages up to the end of the script's run; how many bytes came. Raises Failed."""
        got, failed = 0, ""
        while True:
            data = await self._socket.recv(decode=False)
            got += len(data)
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind == "ref_hash":
                message = self._cached[message.ref_hash]
                kind = message.WhichOneof("type")
            elif message.metadata.cacheable:
                self._cached[message.hash] = message
            if kind == "delta":
                failed = failed or self._draw(message.delta)
            elif kind == "script_finished":
                if message.script_finished == ENDED_FOR_RERUN:
                    continue
                if message.script_finished == FRAGMENT_ENDED:
                    self._join()
                if failed:
                    raise Failed(f"{self.page}: {failed}")
                return got
            elif kind is not None:
                self._take(kind, message)

    def _take(self, kind: str, message: ForwardMsg) -> None:
        if kind == "new_session":
            self._before, self._followed = self.shown, self.follows
            self.shown, self.follows = Shown(), None
        elif kind == "navigation":
            self._hashes = {
                page.url_pathname or "start": page.page_script_hash for page in message.navigation.app_pages
            }
            names = {page_hash: name for name, page_hash in self._hashes.items()}
            self.page = names.get(message.navigation.page_script_hash, self.page)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self.follows = (message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            self.follows = None

    def _join(self) -> None:
        """Only a fragment was drawn: the rest of the page is still there."""
        before, now = self._before, self.shown
        self.shown = Shown(*({**getattr(before, name), **getattr(now, name)} for name in vars(now)))
        self.follows = self.follows or self._followed

    def _draw(self, delta: Any) -> str:
        """Note a widget or a link; what is wrong, "" for nothing."""
        if delta.WhichOneof("type") != "new_element":
            return ""
        kind = delta.new_element.WhichOneof("type")
        element = getattr(delta.new_element, kind) if kind else None
        if kind == "exception":
            return f"{element.type}: {element.message}"  # type: ignore[union-attr]
        if kind == "alert" and element.format == ERROR:  # type: ignore[union-attr]
            return element.body  # type: ignore[union-attr]
        named = getattr(element, "id", "")
        if kind == "link_button":
            self.shown.links[element.url] = element.label  # type: ignore[union-attr]
        elif isinstance(named, str) and named:
            self.shown.widgets[named] = element
            if delta.fragment_id:
                self.shown.fragments[named] = delta.fragment_id
        return ""


def _state(widget: Any, value: Any) -> dict[str, Any]:
    """A value in the field of the widget states that is its kind's."""
    if isinstance(value, list):
        return {"string_array_value": {"data": value}}
    if widget.DESCRIPTOR.name == "NumberInput":
        return {"int_value" if widget.data_type == widget.INT else "double_value": value}
    return {"bool_value" if isinstance(value, bool) else "string_value": value}


def _key(id: str) -> str:
    """The key that a widget was given: ids are "$$ID-<hash>-<key>"."""
    return id.split("-", 2)[-1]
