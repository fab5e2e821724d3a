"""Pretrained sources by name: what is known of each before it is fetched, and where it is fetched from."""

from __future__ import annotations

import difflib
import shutil
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from ..errors import FormatError, SourceError, one_of
from ..messages import N_, _
from ..progress import Progress
from ..spec import Spec, option
from ..workspace.atomic import atomic_file
from ..workspace.downloads import download
from ..workspace.workspace import Workspace
from .file import FileSource, FileSpec, is_indexed
from .protocol import Context

TABLE = Path(__file__).with_name("catalog.toml")
BLOCK = 1 << 20
STAGE = N_("Unpacking")


class CatalogEntry(Spec):
    """A row of the catalog: see the head of catalog.toml."""

    name: str
    title: str
    kind: Literal["file", "hf", "model2vec"]
    trained_on: str
    languages: tuple[str, ...]
    dim: int | None = None
    rows: int | None = None
    megabytes: int | None = None
    licence: str = "unknown"
    citation: str = ""
    home: str = ""
    url: str = ""
    member: str = ""
    unpack: Literal["", "gz", "tar"] = ""
    checksum: str = ""
    hub: str = ""

    @property
    def spec(self) -> str:
        """The spec string that opens it."""
        return f"catalog:{self.name}"

    @property
    def file(self) -> str:
        """The name of the file that is fetched."""
        return self.url.rpartition("/")[2]


class CatalogSpec(Spec):
    """A pretrained source of the catalog, fetched when it is first used."""

    kind: Literal["catalog"] = "catalog"
    name: str = option(..., N_("Name"), N_("A name that “lexiloom sources” lists."))


@cache
def _table() -> tuple[tuple[CatalogEntry, ...], tuple[CatalogEntry, ...]]:
    """The rows, and those that the rules make."""
    told = tomllib.loads(TABLE.read_text("utf-8"))
    made = []
    for rule in told["rule"]:
        codes = rule["codes"].split()
        for code in codes:
            row: dict[str, Any] = {k: v.format(code=code) if isinstance(v, str) else v for k, v in rule.items()}
            del row["codes"]
            made.append(CatalogEntry(languages=(code,), **row))
    return tuple(CatalogEntry(**row) for row in told["source"]), tuple(made)


def list_catalog(languages: Iterable[str] = (), search: str = "") -> list[CatalogEntry]:
    """The catalog's rows, chosen by `languages` and by a text in name, title or what it was trained on.

    Rules make rows for hundreds of languages: those of English and Chinese are always told, the others when
    they are asked for.
    """
    rows, ruled = _table()
    wanted, needle = set(languages), search.lower()
    listed = [*rows, *(one for one in ruled if wanted or needle or one.languages[0] in ("en", "zh"))]
    return [
        one
        for one in listed
        if (not wanted or wanted & set(one.languages))
        and (not needle or any(needle in text.lower() for text in (one.name, one.title, one.trained_on)))
    ]


def find_entry(name: str) -> CatalogEntry:
    """The row of this name. Raises SourceError that tells near names."""
    rows, ruled = _table()
    known = {one.name: one for one in (*rows, *ruled)}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    fix = _("Did you mean {names}?").format(names=one_of(near)) if near else _("“lexiloom sources” lists the names.")
    raise SourceError(_("the catalog has no source {name!r}").format(name=name), fix=fix)


def find_model(hub: str) -> CatalogEntry | None:
    """The row of a model of the hub, by its name there; None where the catalog has none."""
    return next((one for one in _table()[0] if one.hub == hub), None)


def file_of(entry: CatalogEntry, workspace: Workspace) -> Path:
    """Where the file of an entry is kept, fetched or not."""
    name = entry.file
    if entry.unpack:
        name = name.removesuffix(".gz").removesuffix(".tar") + (".txt" if entry.unpack == "tar" else "")
    # One archive holds several entries (glove.6B.zip): it lies where all of them find it.
    return workspace.downloads / (entry.file if entry.member else entry.name) / name


def fetch_entry(entry: CatalogEntry, context: Context) -> Path:
    """The file of an entry, downloaded and unpacked where it is not there yet. Raises SourceError."""
    target = file_of(entry, context.workspace or Workspace())
    if target.exists():
        return target
    fetched = target.with_name(entry.file)
    download(entry.url, fetched, checksum=entry.checksum, progress=context.progress)
    if entry.unpack:
        _unpack(entry, fetched, target, context.progress)
        fetched.unlink()
    return target


def _unpack(entry: CatalogEntry, packed: Path, target: Path, progress: Progress) -> None:
    """The one file of vectors of a .gz or .tar.gz, as a file of its own: rows are read where they lie."""
    import gzip
    import tarfile
    import zlib

    total = packed.stat().st_size
    with open(packed, "rb") as raw, gzip.open(raw) as stream, atomic_file(target) as out:
        source: Any = stream
        try:
            if entry.unpack == "tar":
                archive = tarfile.open(fileobj=stream, mode="r|")  # noqa: SIM115  # closed with the stream
                source = next(
                    found
                    for member in archive
                    if member.isfile() and member.name.endswith(".txt") and member.size > BLOCK
                    if (found := archive.extractfile(member)) is not None
                )
            while block := source.read(BLOCK):
                out.write(block)
                progress(_(STAGE), raw.tell(), total, "bytes", packed.name)
        except (OSError, EOFError, StopIteration, tarfile.TarError, zlib.error) as error:
            raise FormatError(
                _("the archive is damaged: {reason}").format(reason=error or type(error).__name__),
                where=str(packed),
                fix=_("Remove it, and fetch it again."),
            ) from None


def is_fetched(entry: CatalogEntry, context: Context) -> bool:
    """Whether nothing has to be downloaded."""
    from ..encoding.hub import find_fetched

    if entry.kind != "file":
        return find_fetched(entry.hub) is not None
    return file_of(entry, context.workspace or Workspace()).is_file()


def open_catalog_file(entry: CatalogEntry, context: Context) -> FileSource:
    """Open the file of an entry; it is fetched first where it must be."""
    path = fetch_entry(entry, context)
    source = FileSource(FileSpec(path=str(path), member=entry.member), path, context)
    source.info = replace(
        source.info,
        name=entry.spec,
        kind="catalog",
        licence=entry.licence if entry.licence != "unknown" else "",
        languages=entry.languages,
    )
    return source


def is_entry_indexed(entry: CatalogEntry, context: Context) -> bool:
    """Whether the file of a fetched entry needs no scan."""
    path = file_of(entry, context.workspace or Workspace())
    return is_indexed(FileSpec(path=str(path), member=entry.member), context)


def remove_fetched(entry: CatalogEntry, workspace: Workspace) -> None:
    """Give the disk back what the entry's download takes."""
    shutil.rmtree(file_of(entry, workspace).parent, ignore_errors=True)
