"""Put a measured table into benchmarks/README.md, with the day, the machine and the command."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

README = Path(__file__).resolve().parent / "README.md"


def put_into_readme(mark: str, command: str, table: str, page: Path = README) -> None:
    """Replace what stands between `<!-- mark -->` and `<!-- /mark -->` of `page`."""
    begin, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    head, found, rest = page.read_text("utf-8").partition(begin)
    _, closed, tail = rest.partition(end)
    if not (found and closed):
        raise SystemExit(f"{page} has no place {begin.strip()} … {end}")
    where = f"Measured on {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, Python {platform.python_version()}"
    page.write_text(f"{head}{begin}\n{where}: `{command}`\n\n{table}\n\n{end}{tail}", "utf-8")
