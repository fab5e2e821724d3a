"""Builds that no workspace lists go, after a day; the others stay."""

from __future__ import annotations

import os
import time
from pathlib import Path

from core.workspace.builds import largest_build, sweep_builds, sweep_maps


def test_only_old_builds_that_nobody_lists_go(tmp_path: Path) -> None:
    for name, days in (
        ("listed", 9),
        ("old", 9),
        ("old.exports", 9),
        ("old.maps", 9),
        ("new", 0),
        ("listed.exports", 9),
        (".making", 9),
    ):
        (tmp_path / name).mkdir()
        then = time.time() - days * 86_400
        os.utime(tmp_path / name, (then, then))
    (tmp_path / "file").write_text("")
    assert sorted(sweep_builds(tmp_path, ["listed"])) == ["old", "old.exports", "old.maps"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".making", "file", "listed", "listed.exports", "new"]
    assert sweep_builds(tmp_path / "none", []) == []


def test_the_maps_of_a_build_stay_below_a_limit(tmp_path: Path) -> None:
    for age, name in enumerate(("newest", "middle", "oldest")):
        folder = tmp_path / "build.maps" / name
        folder.mkdir(parents=True)
        (folder / "map.parquet").write_bytes(bytes(400))
        then = time.time() - age * 100
        os.utime(folder, (then, then))
    assert sweep_maps(tmp_path, 900) == ["oldest"]
    assert sweep_maps(tmp_path, 900) == []
    assert sweep_maps(tmp_path / "none", 900) == []


def test_a_machine_takes_some_build() -> None:
    assert largest_build() > 1 << 26
