"""What could run code, or fill the machine, is refused under any name."""

from __future__ import annotations

import gzip
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.errors import FormatError, LexiloomError, SourceError, UnsafeFileError
from core.formats import open_vectors, streams
from core.progress import ignore

from .vector_files import WRITERS


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", ["model.pkl", "vectors.txt", "vectors.bin", "vectors.gz"])
@pytest.mark.parametrize("value", [{"a": [1.0]}, [1, 2], ("x",), np.zeros(3)], ids=["dict", "list", "tuple", "array"])
def test_a_pickle_is_refused_under_any_name(tmp_path: Path, protocol: int, name: str, value: object) -> None:
    path = tmp_path / name
    data = pickle.dumps(value, protocol)
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    with pytest.raises(LexiloomError):
        open_vectors(path)


def test_a_torch_checkpoint_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "model.pt", "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}.")
        archive.writestr("archive/data/0", b"\0" * 40)
    with pytest.raises(UnsafeFileError, match="PyTorch checkpoint"):
        open_vectors(tmp_path / "model.pt")


@pytest.mark.parametrize("save", [np.save, np.savez])
def test_arrays_of_objects_are_refused(tmp_path: Path, save) -> None:
    path = tmp_path / ("v.npy" if save is np.save else "v.npz")
    save(path, np.array([["a", 1]], dtype=object))
    with pytest.raises(UnsafeFileError, match="Python objects"):
        open_vectors(path)


def test_a_bomb_is_stopped_at_a_stated_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "EXPANSION_FREE", 1 << 20)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"a 0.1 0.2 0.3\n" * 2_000_000))
    with pytest.raises(UnsafeFileError, match="more than 100 times"):
        for _block in open_vectors(path).scan(ignore):
            pass


@pytest.mark.parametrize("position", [10, 100, 2000])
def test_damaged_compressed_data_is_named(tmp_path: Path, position: int) -> None:
    path = tmp_path / "v.gz"
    rng = np.random.default_rng(0)
    text = "".join(f"w{i} {' '.join(f'{v:.4f}' for v in rng.standard_normal(5))}\n" for i in range(300))
    data = bytearray(gzip.compress(text.encode()))
    data[position] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(LexiloomError):
        for _block in open_vectors(path).scan(ignore):
            pass


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
@pytest.mark.parametrize("lost", [1, 5, 1000])
def test_compressed_data_that_is_cut_off_is_not_taken_for_whole(tmp_path: Path, kind: str, lost: int) -> None:
    vectors = np.random.default_rng(0).standard_normal((300, 5)).astype(np.float32)
    path = WRITERS[f"text in {kind}"](tmp_path / "v", [f"w{i}" for i in range(300)], vectors)
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(LexiloomError, match="damaged or cut off"):
        for _block in open_vectors(path).scan(ignore):
            pass


def test_an_archive_of_several_files_asks_which(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "glove.zip", "w") as archive:
        archive.writestr("glove.50d.txt", "a 1 2\n")
        archive.writestr("glove.100d.txt", "a 1 2 3\n")
    with pytest.raises(SourceError, match=r"2 files.*glove\.zip::glove\.50d\.txt"):
        open_vectors(tmp_path / "glove.zip")
    assert open_vectors(tmp_path / "glove.zip", member="glove.100d.txt").header.dim == 3


def test_an_empty_file_a_folder_and_a_missing_file_are_errors(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    with pytest.raises(FormatError, match="empty"):
        open_vectors(tmp_path / "empty.txt")
    with pytest.raises(SourceError, match="folder"):
        open_vectors(tmp_path)
    with pytest.raises(SourceError, match="can't be opened"):
        open_vectors(tmp_path / "absent")


def test_a_safetensors_header_that_lies_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "v.words.txt").write_text("a\n" * 10)
    header = b'{"vectors":{"dtype":"F32","shape":[10,4000],"data_offsets":[0,160000]}}'
    (tmp_path / "v.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(100))
    with pytest.raises(FormatError, match="bytes, the file has"):
        open_vectors(tmp_path / "v.safetensors")


def test_old_gensim_models_are_refused(tmp_path: Path) -> None:
    from importlib.util import find_spec

    found = find_spec("gensim")
    assert found is not None and found.origin is not None
    folder = Path(found.origin).parent / "test" / "test_data"
    models = [
        p for p in folder.glob("*") if p.is_file() and p.read_bytes()[:2] in (b"\x80\x02", b"\x80\x03", b"\x80\x04")
    ]
    assert models
    for model in models:
        with pytest.raises(UnsafeFileError):
            open_vectors(model)


def test_noise_never_gives_a_traceback(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for i in range(200):
        path = tmp_path / f"{i}"
        path.write_bytes(rng.integers(0, 256, int(rng.integers(1, 400)), dtype=np.uint8).tobytes())
        with pytest.raises(LexiloomError):
            for _block in open_vectors(path).scan(ignore):
                pass
