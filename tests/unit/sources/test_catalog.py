"""The catalog: every row is whole, and what it names is fetched, unpacked and opened from a server."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core import Recipe, open_source, run
from core.cli.console import entrance
from core.errors import SourceError
from core.sources import catalog, is_ready, list_catalog, parse_source
from core.sources.catalog import CatalogEntry
from core.sources.protocol import Context
from core.workspace.workspace import Workspace
from tests.unit.formats import vector_files as files

WORDS = ["house", "cat", "the"]


def test_every_row_is_whole() -> None:
    rows = list_catalog(search=" ") + list_catalog()
    assert len({row.name for row in rows}) == len(set(rows)) > 600
    for row in rows:
        spec = parse_source(row.spec)
        assert spec.kind == ("catalog" if row.kind == "file" else row.kind)
        assert row.languages and all(1 < len(code.split("_")[0]) <= 7 for code in row.languages)
        assert row.licence and row.trained_on and row.title and row.home.startswith("https://")
        if row.kind == "file":
            assert row.url.startswith("https://") and not row.hub
            assert row.url.endswith(".zip") or not row.member
            assert (row.unpack == "tar") == row.url.endswith(".tar.gz")
            assert (row.unpack == "gz") == row.url.endswith(".bin.gz")
            assert not row.checksum or (row.checksum.startswith("md5:") and len(row.checksum) == 36)
        else:
            assert row.hub.count("/") == 1 and not row.url and spec.model == row.hub  # type: ignore[union-attr]


def test_rows_are_chosen_by_language_and_text() -> None:
    assert {row.name for row in list_catalog(["sw"])} == {"fasttext-cc-sw", "fasttext-cc-sw-bin", "fasttext-wiki-sw"}
    assert all("tencent" in row.name for row in list_catalog(search="Tencent"))
    with pytest.raises(SourceError, match="glove-6b-300"):
        parse_source("catalog:glove-6b-30")


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on a local server, and a catalog of its files."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    plain = files.glove(folder / "plain.txt", WORDS, files.matrix(3, 4))
    many = files.glove(folder / "many.txt", [f"w{i}" for i in range(40_000)], files.matrix(40_000, 4))
    with zipfile.ZipFile(folder / "two.zip", "w") as archive:
        archive.write(plain, "a.txt")
        archive.write(many, "b.txt")
    with tarfile.open(folder / "many.tar.gz", "w:gz") as archive:
        readme = tarfile.TarInfo("many/readme.txt")
        readme.size = 4
        archive.addfile(readme, io.BytesIO(b"read"))
        archive.add(many, "many/many.txt")
    (folder / "plain.vec.gz").write_bytes(gzip.compress(Path(plain).read_bytes()))
    (folder / "broken.tar.gz").write_bytes((folder / "many.tar.gz").read_bytes()[:5000])
    base = {"kind": "file", "trained_on": "nothing", "languages": ("en",), "licence": "CC0-1.0", "title": "made"}
    address = f"http://127.0.0.1:{server.server_port}"
    rows = tuple(
        CatalogEntry(name=name, url=f"{address}/{file}", **{**base, **more})  # type: ignore[arg-type]
        for name, file, more in (
            ("plain", "plain.txt", {}),
            ("zip-a", "two.zip", {"member": "a.txt"}),
            ("zip-b", "two.zip", {"member": "b.txt"}),
            ("tar", "many.tar.gz", {"unpack": "tar"}),
            ("gz", "plain.vec.gz", {"unpack": "gz"}),
            ("gone", "gone.txt", {}),
            ("broken", "broken.tar.gz", {"unpack": "tar"}),
        )
    )
    monkeypatch.setattr(catalog, "_table", lambda: (rows, ()))
    monkeypatch.setenv("LEXILOOM_HOME", str(tmp_path / "home"))
    yield folder
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "name, word", [("plain", "cat"), ("zip-a", "cat"), ("zip-b", "w39999"), ("tar", "w7"), ("gz", "cat")]
)
def test_it_is_fetched_once_unpacked_and_opened(name: str, word: str, served: Path, tmp_path: Path) -> None:
    context = Context(workspace=Workspace(tmp_path / "home"))
    assert not is_ready(parse_source(f"catalog:{name}"), context)
    source = open_source(f"catalog:{name}", context)
    assert source.info.kind == "catalog" and source.info.name == f"catalog:{name}"
    assert source.info.licence == "CC0-1.0" and source.info.languages == ("en",)
    assert source.locate([word])[0] >= 0
    assert is_ready(parse_source(f"catalog:{name}"), context)
    for path in served.iterdir():
        path.unlink()
    assert open_source(f"catalog:{name}", context).locate([word])[0] >= 0  # needs no server any more


def test_what_cannot_be_had_leaves_nothing(served: Path, tmp_path: Path) -> None:
    context = Context(workspace=Workspace(tmp_path / "home"))
    with pytest.raises(SourceError, match="no such file on the server"):
        open_source("catalog:gone", context)
    with pytest.raises(SourceError, match="damaged"):
        open_source("catalog:broken", context)
    assert not (tmp_path / "home" / "downloads" / "broken" / "broken.txt").exists()


def test_a_recipe_names_the_row_and_the_lock_the_bytes(served: Path, tmp_path: Path) -> None:
    build = run(Recipe(vocabulary=WORDS, sources=["catalog:plain"], oov="mean"), workspace=Workspace(tmp_path / "home"))
    assert 'name = "plain"' in build.recipe.to_toml()
    assert build.lock["inputs"]["sources"][0]["digest"].startswith("blake3:")
    assert Recipe.from_toml(build.recipe.to_toml()) == build.recipe


def test_the_commands_fetch_ahead_and_list(served: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert entrance(["download", "plain", "catalog:tar", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["fetched"]) == {"plain", "catalog:tar"}
    assert entrance(["sources", "--json"]) == 0
    told = {row["name"]: row["fetched"] for row in json.loads(capsys.readouterr().out)["catalog"]}
    assert told["plain"] and told["tar"] and not told["gz"]
    assert entrance(["sources", "--search", "made"]) == 0
    assert "zip-b" in capsys.readouterr().out
    assert entrance(["download", "nothing-like-it"]) == 1
    assert "the catalog has no source" in capsys.readouterr().err
    assert entrance(["download", "random:3"]) == 1
    assert "nothing that can be downloaded" in capsys.readouterr().err
