"""The README's examples run as they stand, its links lead somewhere, and the samples are readable."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = blocks("python")
    assert len([line for line in example.splitlines() if line.strip()]) <= 5
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(example, names)
    build = names["build"]
    assert "cat" in build.matrix.vocabulary.words  # type: ignore[attr-defined]
    assert (tmp_path / "matrix" / "matrix.safetensors").is_file()


def test_the_shell_examples_run(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("cat\ndog\nzyzzyva\n", encoding="utf-8")
    for name in ("glove.6B.300d.txt", "wiki.en.bin"):  # the names are the reader's; the format is sniffed
        (tmp_path / name).write_text("cat 1 2 3\ndog 3 2 2\nthe 0 1 1\n", encoding="utf-8")
    (tmp_path / "novels").mkdir()
    (tmp_path / "novels" / "one.txt").write_text("The king and the queen of the land. " * 20, encoding="utf-8")
    commands = [shlex.split(line) for block in blocks("sh") for line in block.splitlines() if "lexiloom " in line]
    assert len(commands) == 8
    for command in commands:
        lexiloom = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); " + RUN]
        done = subprocess.run([*lexiloom, *command[1:]], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert (tmp_path / "vectors.txt").is_file()


RUN = "from core.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


@pytest.mark.parametrize("sample", ["reviews.txt", "news_zh.txt", "mixed.txt"])
def test_every_sample_vocabulary_is_read_with_its_counts(sample: str) -> None:
    from core import read_vocabulary
    from core.vocabulary import sniff_vocabulary

    path = ROOT / "assets" / "samples" / sample
    words = [line.split("\t")[0] for line in path.read_text(encoding="utf-8").splitlines()]
    vocabulary = read_vocabulary(sniff_vocabulary(path)).vocabulary
    assert vocabulary.words[-len(words) :] == tuple(words)
    assert vocabulary.counts is not None
