"""The web app as it is served: first paint, page answers, a crowd, memory, downloads.

    python benchmarks/app.py [--only first-paint,pages,visitors,crowd,downloads] [--runs 5] [--vectors FILE]
                             [--visitors 60] [--minutes 4] [--write]

Every part starts the server anew on an empty home. A page's answer is the time from the request to the
end of the page's script with all its messages received, over Streamlit's own protocol; the browser's
painting comes on top, and is in the first paint. `--write` puts the table into benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app_crowd import Crowd, send_crowd
from app_files import download_at_once
from app_server import Server
from app_visitor import Answer, Visitor
from app_words import MISSING, REAL, WORDS, counted_words, english, missing_words, page_answers, scan
from readme import put_into_readme

Row = tuple[str, str]
DOWNLOADS, DOWNLOADED = 10, 300_000_000
STAY = 10  # visitors whose memory is measured
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "home") as server:
        yield server


def first_paint(options: argparse.Namespace) -> list[Row]:
    """A browser that was there before opens the start page."""
    from playwright.sync_api import sync_playwright

    paints, whole = [], []
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        for run in range(options.runs + 1):
            page.goto(server.address)
            page.wait_for_selector("[data-testid='stHeading']")
            shown = page.evaluate("performance.now()")
            paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
            if run:  # the first one is not warm
                paints.append(paint / 1000)
                whole.append(shown / 1000)
        browser.close()
    return [
        ("start page, warm: first contentful paint in Chromium", spread(paints)),
        ("start page, warm: its heading is shown", spread(whole)),
    ]


def pages(options: argparse.Namespace) -> list[Row]:
    """One visitor with 50,000 words, then one with 100,000 missing words."""
    rows = []
    with serving() as server:
        source = "builtin:english"
        if options.vectors:
            scan(server.home, options.vectors)
            source = str(options.vectors)
        told = f"{WORDS:,} words"
        rows += of_kinds(told, page_answers(server, counted_words(WORDS, REAL), source))
        rows += of_kinds(f"{MISSING:,} missing words", page_answers(server, missing_words(MISSING), source))
    return rows


def visitors(options: argparse.Namespace) -> list[Row]:
    """The server's memory with ten people on the Coverage page."""
    with serving() as server:
        before = server.megabytes()
        after = asyncio.run(_stay(server))
    return [
        ("server's memory, nobody there", f"{before:.0f} MB"),
        (f"server's memory, {STAY} visitors on the Coverage page", f"{after:.0f} MB"),
    ]


async def _stay(server: Server) -> float:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(STAY):
            visitor = await stack.enter_async_context(Visitor(server.port))
            await visitor.open()
            await visitor.press("sample-reviews.txt")
        return server.megabytes()


def crowd(options: argparse.Namespace) -> list[Row]:
    with serving() as server:
        found = send_crowd(server, english(20_000), options.visitors, options.minutes)
    times = [answer.seconds for answer in found.answers]
    who = f"{options.visitors} visitors"
    return [
        (f"{who}, {found.seconds / 60:.1f} minutes: main jobs done", f"{found.done}"),
        (f"{who}: page answers", f"{len(times):,}: {percentiles(times)}"),
        *((f"{who}: {row}", told) for row, told in of_kinds("", found.answers)),
        (f"{who}: a build, from the click until its files are there", percentiles(found.builds)),
        (f"{who}: an export", percentiles(found.exports)),
        (f"{who}: files downloaded", f"{found.downloads:,} ({found.downloaded / 1e6:,.0f} MB)"),
        (f"{who}: peak memory of the server and its jobs", f"{found.peak:,.0f} MB"),
        (f"{who}: failures", failures(found)),
    ]


def downloads(options: argparse.Namespace) -> list[Row]:
    with serving() as server:
        found = download_at_once(server, DOWNLOADS, DOWNLOADED)
    told = f"{found.rise:+.0f} MB ({found.seconds:.1f} s in all)"
    return [(f"{found.clients} downloads of {found.megabytes:.0f} MB at once: server's memory", told)]


def failures(found: Crowd) -> str:
    return "; ".join(f"{n} × {text}" for text, n in found.failures.most_common()) or "none"


def of_kinds(title: str, answers: list[Answer]) -> list[Row]:
    """A row for each thing that was done."""
    kinds = dict.fromkeys(answer.what for answer in answers)
    lead = f"{title}, " if title else ""
    return [(lead + kind, percentiles([one.seconds for one in answers if one.what == kind])) for kind in kinds]


def spread(times: list[float]) -> str:
    return f"{statistics.median(times):.2f} s ({min(times):.2f} to {max(times):.2f})"


def percentiles(times: list[float]) -> str:
    """Few times: the median and the worst. Many: the 95th percentile too."""
    if not times:
        return "none"
    told = f"median {statistics.median(times):.2f} s"
    if len(times) >= 20:
        told += f", 95th percentile {statistics.quantiles(times, n=20)[-1]:.2f} s"
    return f"{told}, worst {max(times):.2f} s" if len(times) > 1 else f"{times[0]:.2f} s"


PARTS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "first-paint": first_paint,
    "pages": pages,
    "visitors": visitors,
    "crowd": crowd,
    "downloads": downloads,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between")
    parser.add_argument("--runs", type=int, default=5, help="first paints")
    parser.add_argument("--vectors", type=Path, help="a file of vectors to look up in, instead of builtin:english")
    parser.add_argument("--visitors", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=4.0, help="until when visitors begin anew")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    options = parser.parse_args()
    rows: list[Row] = []
    for name in options.only.split(","):
        for row in PARTS[name](options):
            rows.append(row)
            print(f"{row[0]}: {row[1]}", flush=True)
    if options.write:
        lines = ["| what | measured |", "|---|---|", *(f"| {what} | {told} |" for what, told in rows)]
        given = [f"--vectors {options.vectors.name}"] if options.vectors else []
        given += [f"--visitors {options.visitors}", f"--minutes {options.minutes:g}", f"--runs {options.runs}"]
        put_into_readme("app", f"python benchmarks/app.py {' '.join(given)}", "\n".join(lines))


if __name__ == "__main__":
    main()
