"""One open source answers many threads at once, and each gets its own answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from core.sources import open_source
from core.sources.protocol import Context
from core.workspace.workspace import Workspace
from tests.unit.formats import vector_files as files

ROWS = 100_000


def test_threads_that_ask_one_source_at_once_get_their_own_rows(tmp_path: Path) -> None:
    words = [f"word{i}" for i in range(ROWS)]
    path = files.glove(tmp_path / "v.txt", words, np.zeros((ROWS, 2), "f4"))
    source = open_source(str(path), Context(workspace=Workspace(tmp_path / "home")))

    def ask(seed: int) -> bool:
        asked = np.random.default_rng(seed).integers(0, 2 * ROWS, 20_000)
        found = source.locate([f"word{i}" for i in asked.tolist()])
        return bool(np.array_equal(found, np.where(asked < ROWS, asked, -1)))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(40)))
