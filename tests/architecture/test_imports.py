"""What loads with what: `import core` is cheap, and its public names are these and no others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import core

ROOT = Path(__file__).resolve().parents[2]

HEAVY = {"torch", "transformers", "umap", "gensim", "sklearn", "sentence_transformers", "tensorboard"}
AT_THE_DOOR = HEAVY | {
    "numba",
    "pyarrow",
    "scipy",
    "opencc",
    "jieba",
    "charset_normalizer",
    "tokenizers",
    "safetensors",
}

PUBLIC = [
    "Build",
    "EmbeddingMatrix",
    "LexiloomError",
    "Lookup",
    "Origin",
    "Recipe",
    "Vocabulary",
    "combine",
    "compare",
    "cover",
    "export",
    "fill",
    "finetune",
    "look_up",
    "measure_coverage",
    "nearest",
    "open_source",
    "project",
    "read_vocabulary",
    "run",
    "train",
    "transform",
]


def loaded_after(code: str) -> set[str]:
    """The top-level modules that a fresh Python holds after running `code`."""
    code += "\nimport json, sys\nprint(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_core_loads_no_heavy_package() -> None:
    assert not loaded_after("import core") & AT_THE_DOOR


def test_every_public_name_loads_without_a_heavy_package() -> None:
    assert not loaded_after("from core import *") & AT_THE_DOOR


def test_the_help_of_the_command_line_loads_no_heavy_package() -> None:
    code = "from core.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    assert not loaded_after(code) & (AT_THE_DOOR | {"numpy"})


def test_a_build_from_a_file_loads_no_heavy_package_but_arrow(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("cat\ndog\nzzz\n")
    (tmp_path / "vectors.txt").write_text("cat 1 2\ndog 3 4\n")
    command = ["build", "--vocab", "words.txt", "--source", "vectors.txt", "--fill", "mean", "--out", "out", "--json"]
    code = f"""
import os
os.chdir({str(tmp_path)!r})
os.environ["LEXILOOM_HOME"] = "home"
from core.cli import main
try:
    main({command})
except SystemExit as end:
    assert not end.code"""
    assert not loaded_after(f"import sys; sys.path.insert(0, {str(ROOT)!r}){code}") & (
        HEAVY | {"pandas", "scipy", "opencc", "jieba", "tokenizers"}
    )


def test_the_public_names_are_these_and_no_others() -> None:
    assert sorted(core.__all__) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_exists_and_says_what_it_is(name: str) -> None:
    assert (getattr(core, name).__doc__ or "").strip()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'utils'"):
        core.utils  # noqa: B018
