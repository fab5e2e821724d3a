"""Files from the web: fetched once, resumed after a cut, checked, and whole or not there."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from ..errors import SourceError, WorkspaceError
from ..messages import N_, _, size
from ..progress import Progress, ignore
from .locks import locked

STAGE, WAITING = N_("Downloading"), N_("Waiting for another download of it")
BLOCK = 1 << 18
SPARE = 64 << 20  # bytes that stay free on the disk
TRIES = 5  # in a row without one byte more
TRIES_FOR_A_NAME = 2
HOPS = 10
TIMEOUTS = (10.0, 60.0)  # seconds to connect, and between two bytes
TELL_SECONDS = 0.2
OFFLINE = ("LEXILOOM_OFFLINE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


def is_offline() -> bool:
    """Whether the network is not to be used."""
    return any(os.environ.get(name, "").lower() in ("1", "true", "yes", "on") for name in OFFLINE)


def download(url: str, target: Path, *, checksum: str = "", progress: Progress = ignore) -> Path:
    """The file at `url`, kept as `target`; at once where it is there already.

    `checksum` is "md5:…" or "sha256:…" where its publisher gives one. What was fetched of a file stays beside it
    (`NAME.part`) when the work is stopped or cut off, and the next call goes on from there, unless the file has
    changed. A second process waits for the first. Proxies are taken from the environment (HTTPS_PROXY, NO_PROXY).
    Raises SourceError that says what to do: no network, no such file, too little space, wrong bytes, offline.
    """
    if target.exists():
        return target
    if is_offline():
        raise SourceError(
            _("it is not downloaded yet, and the network is switched off"),
            where=url,
            fix=_("Unset {names}, or fetch the file elsewhere and name its path.").format(names=" ".join(OFFLINE)),
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone(target, progress):
        if not target.exists():  # the other process has fetched it
            _Fetch(url, target, checksum, progress).run()
    return target


@contextmanager
def _alone(target: Path, progress: Progress) -> Iterator[None]:
    while True:
        try:
            with locked(target, patience=0.5):
                yield
                return
        except WorkspaceError:
            if target.exists():
                yield
                return
            progress(_(WAITING), 0, None, "bytes", target.name)


@dataclass
class _Part:
    """What is there of a file: its bytes, and what tells whether the server's is still the same."""

    path: Path
    mark: str = ""  # ETag or Last-Modified
    total: int | None = None  # bytes of the whole file, where the server says so

    @classmethod
    def of(cls, target: Path, url: str) -> _Part:
        part = cls(target.with_name(f"{target.name}.part"))
        try:
            told = json.loads(part._card.read_text("utf-8"))
            part.mark, part.total = (told["mark"], told["total"]) if told["url"] == url else ("", None)
        except (OSError, ValueError, KeyError, TypeError):
            part.mark = ""
        if not part.mark:
            part.drop()
        return part

    @property
    def _card(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def is_of(self, mark: str, total: int | None) -> bool:
        """Whether an answer with this mark and size is of the same file. It may leave a date out, but no ETag."""
        same = mark == self.mark or (not mark and not self.mark.startswith('"'))
        return same and (None in (total, self.total) or total == self.total)

    def note(self, url: str, mark: str, total: int | None) -> None:
        self.mark, self.total = mark, total
        self._card.write_text(json.dumps({"url": url, "mark": mark, "total": total}), "utf-8")

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)
        self._card.unlink(missing_ok=True)

    def finish(self, target: Path) -> None:
        os.replace(self.path, target)
        self._card.unlink(missing_ok=True)


class _Fetch:
    """One download under way."""

    def __init__(self, url: str, target: Path, checksum: str, progress: Progress) -> None:
        import requests

        self._url, self._target, self._checksum, self._progress = url, target, checksum, progress
        self._session = requests.Session()  # takes proxies from the environment
        self._part = _Part.of(target, url)
        self._told = 0.0

    def run(self) -> None:
        import requests

        tries, most = 0, self._part.size
        with self._session:
            while True:
                try:
                    self._attempt()
                    break
                except _Later as later:
                    error, wait = later, later.seconds
                except requests.exceptions.RequestException as failed:
                    error, wait = failed, 0.0
                # More than ever before is progress; what begins anew each time comes to an end.
                tries = 0 if self._part.size > most else tries + 1
                most = max(most, self._part.size)
                if tries >= (TRIES if not is_unknown_host(error) else TRIES_FOR_A_NAME):
                    raise self._unreachable(error) from None
                self._wait(wait or min(8.0, 0.25 * 2**tries))
        self._check()
        self._part.finish(self._target)

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + min(seconds, 60.0)
        while (left := end - time.monotonic()) > 0:
            self._progress(_(STAGE), self._part.size, None, "bytes", self._target.name)
            time.sleep(min(left, TELL_SECONDS))

    def _attempt(self) -> None:
        """Fetch what is missing. Raises requests' errors where the connection breaks, _Later where it is to wait."""
        if not self._part.mark:  # nothing tells whether the server's file is still the same
            self._part.drop()
        have = self._part.size
        headers = {"Accept-Encoding": "identity", "User-Agent": "lexiloom"}
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": self._part.mark}
        with self._get(headers) as answer:
            if answer.status_code == 416:  # nothing behind what we have, or another file
                self._part.drop()
                raise _Later(_("the file on the server has changed"), 0.01)
            self._refuse(answer)
            first, total = 0, _whole_number(answer.headers.get("Content-Length"))
            if answer.status_code == 206:
                first, total = _range_of(answer)
                if not have or first != have or not self._part.is_of(_mark(answer), total):
                    self._part.drop()  # not what was asked for, or of another file
                    raise _Later(_("the server sends another part than was asked for"), 0.01)
            elif have:
                self._part.drop()  # no ranges there, or the file has changed: from the start
            self._check_space(total, first)
            self._part.note(self._url, self._part.mark if first else _mark(answer), total)
            self._receive(answer, first, total)

    def _receive(self, answer: Any, done: int, total: int | None) -> None:
        import requests

        with open(self._part.path, "ab" if done else "wb") as file:
            for block in _blocks(answer):
                file.write(block)
                done += len(block)
                if time.monotonic() - self._told >= TELL_SECONDS:
                    file.flush()
                    self._told = time.monotonic()
                    self._progress(_(STAGE), done, total, "bytes", self._target.name)
        if total is not None and done < total:
            raise requests.exceptions.ConnectionError("cut off")
        self._progress(_(STAGE), done, total or done, "bytes", self._target.name)

    def _get(self, headers: dict[str, str]) -> Any:
        """The answer, redirections followed; never from https to http."""
        from urllib3.exceptions import LocationParseError

        url = self._url
        for _hop in range(HOPS):
            try:
                answer = self._session.get(url, headers=headers, stream=True, allow_redirects=False, timeout=TIMEOUTS)
                if answer.status_code not in (301, 302, 303, 307, 308):
                    return answer
                answer.close()
                following = urljoin(url, answer.headers.get("Location", ""))
                leaves = urlsplit(url).scheme == "https" and urlsplit(following).scheme != "https"
            except (ValueError, LocationParseError):
                raise self._error(
                    _("this is no address that can be asked: {url}").format(url=url[:200]),
                    _("It may have moved: look at its publisher's page, and give the new address or a local path."),
                ) from None
            if leaves:
                raise self._error(
                    _("the server leads away from https, where anybody could change the file"),
                    _("Fetch it elsewhere and name its path."),
                )
            url = following
        raise self._error(_("the server redirects without end"), _("Try later, or fetch it elsewhere."))

    def _refuse(self, answer: Any) -> None:
        status = answer.status_code
        if status in (200, 206):
            kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if kind == "text/html" and not urlsplit(self._url).path.endswith((".html", ".htm")):
                raise self._error(
                    _("the server answers with a web page, not with the file; a network's login page perhaps"),
                    _("Open the address in a browser; fetch the file there, and name its path."),
                )
            return
        if status in (408, 425, 429) or status >= 500:
            after = answer.headers.get("Retry-After", "")
            raise _Later(_("the server answers {status}").format(status=status), float(_whole_number(after) or 0))
        if status in (404, 410):
            raise self._error(
                _("there is no such file on the server ({status})").format(status=status),
                _("It may have moved: look at its publisher's page, and give the new address or a local path."),
            )
        raise self._error(
            _("the server refuses ({status})").format(status=status),
            _("Fetch the file where you are let in, and name its path."),
        )

    def _check_space(self, total: int | None, done: int) -> None:
        free = shutil.disk_usage(self._part.path.parent).free
        if total is not None and total - done + SPARE > free:
            raise self._error(
                _("it needs {needed} and the disk has {free} left").format(
                    needed=size(total - done), free=size(max(0, free - SPARE))
                ),
                _("Free some space, or set LEXILOOM_HOME to a folder on another disk."),
            )

    def _check(self) -> None:
        """Compare with the publisher's checksum. The part is removed where it is another file, or nothing."""
        if not self._part.size:
            self._part.drop()
            raise self._error(
                _("the server sends an empty file"), _("Try later, or fetch it elsewhere and name its path.")
            )
        if not self._checksum:
            return
        import pooch

        name, _colon, wanted = self._checksum.partition(":")
        self._progress(_("Checking the download"), self._part.size, None, "bytes", self._target.name)
        found = pooch.file_hash(str(self._part.path), alg=name)
        if found != wanted.lower():
            self._part.drop()
            raise self._error(
                _("what came is not what its publisher names: its {name} is {found}, not {wanted}").format(
                    name=name, found=found, wanted=wanted
                ),
                _("Try again; if it stays so, the file was changed there: look at its publisher's page."),
            )

    def _unreachable(self, error: Exception) -> SourceError:
        return self._error(
            _("it can't be downloaded: {reason}").format(reason=reason_of(error, self._url)),
            _(
                "Check the network and the proxy (HTTPS_PROXY) and start again: what has come is kept. "
                "Or fetch the file elsewhere and name its path."
            ),
        )

    def _error(self, what: str, fix: str) -> SourceError:
        return SourceError(what, where=self._url, fix=fix)


def _innermost(error: BaseException) -> BaseException:
    """What libraries have wrapped, down to the system's own error."""
    for inner in (error.__cause__, getattr(error, "reason", None), error.__context__, *error.args):
        if isinstance(inner, BaseException) and inner is not error:
            return _innermost(inner)
    return error


def is_unknown_host(error: BaseException) -> bool:
    """Whether the name of the server leads nowhere: mostly there is no network."""
    return isinstance(_innermost(error), socket.gaierror)


def reason_of(error: BaseException, url: str) -> str:
    """Why a server can't be reached, in a sentence for people."""
    if is_unknown_host(error):
        return _("{host} can't be found; perhaps there is no network").format(host=urlsplit(url).hostname or url)
    inner = _innermost(error)
    if isinstance(inner, (http.client.HTTPException, ValueError)):  # a body that ends before its end
        return _("the connection was cut off")
    told = getattr(inner, "strerror", None) or str(inner).strip().partition("\n")[0]
    return str(told)[:200] or type(inner).__name__


class _Later(Exception):
    """The server asks to wait."""

    def __init__(self, what: str, seconds: float = 0.0) -> None:
        super().__init__(what)
        self.seconds = seconds


def _mark(answer: Any) -> str:
    etag = answer.headers.get("ETag", "")
    # A weak mark does not promise equal bytes.
    return etag if etag and not etag.startswith("W/") else answer.headers.get("Last-Modified", "")


def _whole_number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _range_of(answer: Any) -> tuple[int, int | None]:
    """The first byte of a partial answer, and the size of the whole: 100 and 200 of "bytes 100-199/200"."""
    told, _slash, whole = answer.headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
    first = _whole_number(told.partition("-")[0].strip())
    return -1 if first is None else first, _whole_number(whole.strip())


def _blocks(answer: Any) -> Iterator[bytes]:
    """The body as the server sent it, every byte that came, also before a cut. Raises requests' ConnectionError."""
    import requests
    import urllib3

    try:
        while block := answer.raw.read1(BLOCK, decode_content=False):
            yield block
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
        raise requests.exceptions.ConnectionError(error) from error
