"""The part of explore.py that a browser measures, and what all its parts share: sides, rows, turns, tables."""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app_server import Server, Watch

from core.exports.build_folder import write_build
from core.matrix import EmbeddingMatrix
from core.neighbors.exact import workers
from core.rows import Origin, Rows
from core.vocabulary.vocabulary import Vocabulary
from core.workspace.builds import MAPS
from core.workspace.personal import PersonalWorkspaces
from core.workspace.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Playwright

OWN = "Lexiloom"
DIM, CENTERS = 300, 200
BLOCK = 50_000
Seconds = dict[str, list[float]]
SERVE = "--serve"
FAISS = """
import json, sys, time
import faiss, numpy
answers, sys.stdout = sys.stdout, sys.stderr
kept = {}
for line in sys.stdin:
    given = json.loads(line)
    faiss.omp_set_num_threads(given["threads"])
    if given["path"] not in kept:
        kept[given["path"]] = numpy.load(given["path"])
    begin = time.perf_counter()
    rows = kept[given["path"]].copy()
    faiss.normalize_L2(rows)
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    _cosines, ids = index.search(rows, given["k"] + 1)
    seconds = time.perf_counter() - begin
    # A row is its own nearest, but for rounding.
    own = ids == numpy.arange(len(ids))[:, None]
    own[~own.any(axis=1), -1] = True
    numpy.save(given["out"], ids[~own].reshape(len(ids), -1))
    told = {"seconds": seconds, "threads": faiss.omp_get_max_threads(), "version": faiss.__version__}
    print(json.dumps(told), file=answers, flush=True)
"""


class Side:
    """A process that stays, is asked by lines of JSON, and answers with what it measured."""

    def __init__(self, *command: str) -> None:
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), str(workers()))
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **threads}
        )

    def ask(self, what: str, **given: Any) -> dict[str, Any]:
        """What it found. Ends the program where the process failed, which has told why."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"what": what, **given}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"{what}: the process ended with {self._process.wait()}")
        return json.loads(answer)

    def threads(self) -> str:
        """How many threads it computes with, by what computes."""
        return ", ".join(f"{count} ({name})" for name, count in self.ask("threads").items())

    def __enter__(self) -> Side:
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def own_side() -> Side:
    """Explore's functions and the peers that are installed beside them."""
    return Side(sys.executable, str(Path(__file__).with_name("explore.py")), SERVE)


def answer(calls: Mapping[str, Callable[..., dict[str, Any]]]) -> None:
    """Be a side: answer one question a line, until there are no more."""
    answers, sys.stdout = sys.stdout, sys.stderr
    warnings.simplefilter("ignore")  # umap-learn says that a fixed state takes one thread
    for line in sys.stdin:
        given = json.loads(line)
        print(json.dumps(calls[given.pop("what")](**given)), file=answers, flush=True)


def mixture(path: Path, n: int, dim: int = DIM) -> Path:
    """float32[n, dim]: standard normal noise around standard normal centers, the same every time."""
    random = np.random.default_rng(0)
    centers = random.standard_normal((CENTERS, dim), np.float32)
    made = np.lib.format.open_memmap(path, "w+", np.float32, (n, dim))
    for first in range(0, n, BLOCK):
        count = min(BLOCK, n - first)
        made[first : first + count] = centers[random.integers(0, CENTERS, count)]
        made[first : first + count] += random.standard_normal((count, dim), np.float32)
    made.flush()
    return path


def by_turns(turns: Mapping[str, tuple[int, Callable[[], float]]]) -> Seconds:
    """name -> (runs, measure): one after the other, again and again; the seconds of each."""
    seconds: Seconds = {name: [] for name in turns}
    for run in range(max(runs for runs, _measure in turns.values())):
        for name, (runs, measure) in turns.items():
            if run < runs:
                seconds[name].append(measure())
                print(f"{name}: {seconds[name][-1]:.3f} s", file=sys.stderr, flush=True)
    return seconds


def spread(values: Sequence[float], unit: str = "") -> str:
    """The median, the least and the largest, with three digits."""
    digits = max(0, 2 - int(np.floor(np.log10(max(statistics.median(values), 1e-9)))))
    return f"{statistics.median(values):.{digits}f}{unit} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def ratio(theirs: Sequence[float], ours: Sequence[float]) -> str:
    """The ratio of the medians, and between what it lies run by run."""
    each = [a / b for a, b in zip(theirs, ours, strict=False)]
    return f"{statistics.median(theirs) / statistics.median(ours):.2f} ({min(each):.2f} to {max(each):.2f})"


def table(
    what: str, seconds: Seconds, columns: Sequence[str] = (), more: Mapping[str, Sequence[str]] | None = None
) -> str:
    """A line for each side; `more` are the cells under `columns`."""
    head = [what, "time", f"of {OWN}'s time", *columns]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for name, values in seconds.items():
        cells = [spread(values, " s"), "" if name == OWN else ratio(values, seconds[OWN]), *(more or {}).get(name, ())]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def processor() -> str:
    """Its name, and how wide it computes."""
    try:
        told = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    fields = dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
    name = next((value.strip() for key, value in fields.items() if key.strip() == "model name"), platform.machine())
    flags = next((value.split() for key, value in fields.items() if key.strip() == "flags"), [])
    known = {"avx512_bf16": "AVX-512 BF16", "avx512f": "AVX-512", "avx2": "AVX2"}
    wide = next((shown for flag, shown in known.items() if flag in flags), "")
    return f"{name} with {wide}" if wide else name


# The page

KEY = "0123456789abcdef" * 2
NARROW_FROM, NARROW, WIDE = 500_000, 32, 50  # words; dimensions: PCA of up to 40,000,000 numbers is drawn at once
PATIENCE = 600_000  # milliseconds
IDLE = 6.0  # seconds in which a server that was just started imports what it will need
# Without a graphics card WebGL is computed by the processor.
FLAGS = ["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
VISITS = ("server and browser new", "the same browser again", "another browser")
# Looks at every frame whether the map's canvas has a dot: Plotly's, or the viewer's, which stands in a shadow root.
WATCH = """(() => {
  const roots = [document], attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (how) {
    const root = attach.call(this, how);
    roots.push(root);
    return root;
  };
  const find = (selector) => roots.flatMap((root) => [...root.querySelectorAll(selector)]);
  const small = Object.assign(document.createElement("canvas"), { width: 200, height: 200 });
  const pen = small.getContext("2d", { willReadFrequently: true });
  const inked = (canvas) => {
    if (!canvas.width || !canvas.height) return false;
    pen.clearRect(0, 0, 200, 200);
    pen.drawImage(canvas, 0, 0, 200, 200);
    return pen.getImageData(0, 0, 200, 200).data.some((value, i) => i % 4 === 3 && value > 8);
  };
  const look = () => {
    const viewer = find(".lx").some((one) => one.viewer?.ready()) && find(".lx-dots").some(inked);
    const plotly = find(".js-plotly-plot canvas.gl-canvas").some(inked);
    if (viewer || plotly) window.painted = { at: performance.now() / 1000, by: viewer ? "the viewer" : "Plotly" };
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""


@dataclass(frozen=True)
class Visit:
    """What one visit took: seconds until the map was there, megabytes received by HTTP and by the web socket, of
    JavaScript's heap, and of the server with its peak."""

    seconds: float
    by: str
    fetched: float
    told: float
    heap: float
    server: float
    peak: float


def page(runs: int, sizes: Sequence[int]) -> str:
    """The Explore page with maps of these sizes, from navigation to the first frame with dots."""
    from playwright.sync_api import sync_playwright

    head = ["points", "drawn by", "visit", "first frame of the map", "received by HTTP", "by the socket", "heap"]
    head += ["server, after", "server, at most"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    before = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        named = f"Chromium {browser.version}"
        browser.close()
        for n in sizes:
            home = Path(folder) / str(n)
            address = a_home(home, n)
            visits: dict[str, list[Visit]] = {name: [] for name in VISITS}
            for _run in range(runs):
                started, made = one_run(playwright, home, address)
                before.append(started)
                for name, visit in zip(VISITS, made, strict=True):
                    visits[name].append(visit)
                    print(f"{n:,}, {name}: {visit}", file=sys.stderr, flush=True)
            lines += [told(n, name, of) for name, of in visits.items()]
            shutil.rmtree(home)
    lines += [
        "",
        f"{named}; {workers()} processors; runs: {runs}; the server before the first visit: {spread(before, ' MB')}.",
    ]
    return "\n".join(lines)


def told(n: int, name: str, visits: Sequence[Visit]) -> str:
    cells = [f"{n:,}", visits[0].by, name, spread([one.seconds for one in visits], " s")]
    megabytes = ("fetched", "told", "heap", "server", "peak")
    cells += [f"{statistics.median(getattr(one, of) for one in visits):,.1f} MB" for of in megabytes]
    return f"| {' | '.join(cells)} |"


def a_home(home: Path, n: int) -> str:
    """A home with one visitor who has a build of `n` words; the address of the visitor's Explore page."""
    dim = NARROW if n >= NARROW_FROM else WIDE
    home.mkdir(parents=True)
    vectors = np.load(mixture(home / "rows.npy", n, dim))
    rows = Rows.missing(n).replace_columns(origin=np.full(n, Origin.EXACT, np.uint8))
    counts = np.maximum(1, 100_000_000 // np.arange(1, n + 1))
    matrix = EmbeddingMatrix(Vocabulary((f"word{i}" for i in range(n)), counts), vectors, rows)
    workspace = PersonalWorkspaces(Workspace(home)).create("benchmark")
    write_build(Workspace(home).builds / KEY, matrix=matrix, recipe_toml="", lock={}, card="")
    workspace.add_build(KEY)
    (home / "rows.npy").unlink()
    return f"/explore?w={workspace.id}&lang=en"


def one_run(playwright: Playwright, home: Path, address: str) -> tuple[float, list[Visit]]:
    """Megabytes of a new server, and the visits in the order of VISITS."""
    shutil.rmtree(Workspace(home).builds / f"{KEY}{MAPS}", ignore_errors=True)
    visits = []
    with Server(home) as server:
        time.sleep(IDLE)
        started = server.megabytes(children=True)
        for count in (2, 1):
            with browsing(playwright) as context:
                visits += [look(context, server, address) for _visit in range(count)]
    return started, visits


@contextmanager
def browsing(playwright: Playwright) -> Iterator[BrowserContext]:
    """A browser that was never used, with a cache on disk as people's have."""
    with tempfile.TemporaryDirectory() as profile:
        path = shutil.which("chromium")
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=path, args=FLAGS, viewport={"width": 1440, "height": 900}, locale="en-US"
        )
        try:
            yield context
        finally:
            context.close()


def look(context: BrowserContext, server: Server, address: str) -> Visit:
    """Go to the page in a new tab, and wait for the map."""
    page, received = context.new_page(), {"http": 0.0, "socket": 0.0}
    client = context.new_cdp_session(page)

    def frame(event: Any) -> None:
        data, binary = event["response"]["payloadData"], event["response"]["opcode"] == 2
        received["socket"] += len(data) * 3 / 4 if binary else len(data)

    def finished(event: Any) -> None:
        received["http"] += event["encodedDataLength"]

    client.on("Network.webSocketFrameReceived", frame)
    client.on("Network.loadingFinished", finished)
    for domain in ("Network", "Performance"):
        client.send(f"{domain}.enable")
    page.add_init_script(WATCH)
    with Watch(server, children=True) as watch:
        page.goto(server.address + address, wait_until="commit")
        painted = page.wait_for_function("window.painted", timeout=PATIENCE).json_value()
        page.wait_for_timeout(1000)  # what else comes with it
    metrics = {one["name"]: one["value"] for one in client.send("Performance.getMetrics")["metrics"]}
    page.close()
    return Visit(
        seconds=painted["at"],
        by=painted["by"],
        fetched=received["http"] / 1e6,
        told=received["socket"] / 1e6,
        heap=metrics["JSHeapUsedSize"] / 1e6,
        server=watch.after,
        peak=watch.peak,
    )
