"""What a tuning was and gave: all that is told of it, by the shell, the page and the card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from ..messages import as_told, with_told
from ..workspace.atomic import atomic_file
from ..workspace.state_files import finite, read_json

REPORT = "tuning.json"


class Part(BaseModel):
    """The base of what a report holds."""

    model_config = ConfigDict(frozen=True)


class Curve(Part):
    """How one training went: that of the first seed.

    epochs   of each: "number", "loss" (training), "measures" ({"loss", "accuracy", "macro_f1"} of labels, {"loss",
             "mrr", "recall_1"} of pairs, {"loss"} of running text; on the validation part), "seconds", "examples",
             "rate" (1 at the start, 0 at the end)
    steps    (examples so far, loss)
    best     number of the epoch that is kept, from 0
    stopped  "patience", "epochs" or "asked"
    """

    epochs: tuple[dict[str, Any], ...]
    steps: tuple[tuple[int, float], ...]
    best: int
    stopped: str


class Drift(Part):
    """What became of the rows.

    rows, moved    all rows, and those that are not as they were
    displacement   mean of 1 - cosine of a moved row before and after; None where the width changed
    length         mean of |after - before| / |before| of moved rows that were not zero; None likewise
    by_origin      origin -> {"rows", "moved", "displacement"}
    overlap        mean share of the 10 nearest words that stayed, among `measured` moved rows; None: not measured
    most           the most moved words: {"word", "count", "displacement", "before": [words], "after": [words]}
    """

    rows: int
    moved: int
    displacement: float | None
    length: float | None
    by_origin: dict[str, dict[str, Any]]
    overlap: float | None
    measured: int
    most: tuple[dict[str, Any], ...]


class Moves(Part):
    """The way of watched words, in the plane in which all their places spread most (PCA of all frames at once).

    words      n of them; `origins` how their rows came about, `classes` the class that each speaks for ("": none)
    frames     epochs, -1 first: before training
    points     of each frame n points (x, y)
    explained  the share of the variance along each axis
    """

    words: tuple[str, ...]
    origins: tuple[str, ...]
    classes: tuple[str, ...]
    frames: tuple[int, ...]
    points: tuple[tuple[tuple[float, float], ...], ...]
    explained: tuple[float, float]


class Report(Part):
    """What a tuning was and gave.

    task       "labelled", "pairs" or "texts"
    spec       the tuning's spec, with its defaults
    device     where it ran, e.g. "cpu", "cuda, bfloat16"; `memory` bytes of parameters and optimizer state
    seconds    all in all; `per_second` examples trained on in a second (`unit` says what: "texts")
    changed    whether there is a new matrix
    digest     of the texts and of how they were read and parted
    data       what the file of texts is like: `Described.as_dict`; `test_data` the test file, None without one
    parts      "train", "valid", "test" -> texts (pairs)
    classes    names
    curve      of the first seed, whose matrix is kept
    scores     measure -> {"mean", "low", "high"} on the test part: over seeds (Student's t, 95 %; bounds None for one)
    texts_interval  95 % bootstrap interval of the accuracy over test texts, None where it can't be told
    runs       of labels: `Scores.as_dict` of each seed's test, {} of other tasks
    before     measure -> value of the untouched matrix on the same test, with the same head; {} where not measured
    baselines  `Baseline.as_dict` of each
    verdict    `Verdict.as_dict`, None without a test
    drift      None where the matrix is unchanged
    forgetting similarity and like sets before and after: {"set", "measure", "before", "after", "items"}
    mistakes   test texts that the first seed's training got wrong, the surest first: {"text", "wanted", "found",
               "probability", "words": [(token, what it added to `found` over `wanted`)], "rest"}
    class_words  class -> [(word, what it adds to the class's logit over the mean of the others)], the most first
    moves      None where no word is watched
    notes      {"text"} of each: what was adjusted and what to beware of, for people; so are the notes in `data`,
               `test_data` and `baselines`
    """

    version: int = 1
    task: str
    spec: dict[str, Any]
    device: str
    memory: int
    seconds: float
    per_second: float
    unit: str
    changed: bool
    digest: str
    data: dict[str, Any]
    test_data: dict[str, Any] | None = None
    parts: dict[str, int]
    classes: tuple[str, ...] = ()
    curve: Curve
    scores: dict[str, dict[str, float | None]] = {}
    texts_interval: tuple[float, float] | None = None
    runs: tuple[dict[str, Any], ...] = ()
    before: dict[str, float] = {}
    baselines: tuple[dict[str, Any], ...] = ()
    verdict: dict[str, Any] | None = None
    drift: Drift | None = None
    forgetting: tuple[dict[str, Any], ...] = ()
    mistakes: tuple[dict[str, Any], ...] = ()
    class_words: dict[str, tuple[tuple[str, float], ...]] = {}
    moves: Moves | None = None
    notes: tuple[dict[str, Any], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON: messages in English, and what retells them in another language beside them."""
        return with_told(self.model_dump(mode="python"))

    def as_json(self) -> bytes:
        """`as_dict` as a file has it."""
        return json.dumps(finite(self.as_dict()), indent=1, allow_nan=False).encode()

    def inputs(self) -> dict[str, Any]:
        """What the lock of a build says of the texts."""
        told = {"name": self.data.get("name", ""), "digest": self.digest, "kind": self.spec["kind"]}
        return {**told, "texts": dict(self.parts), "device": self.device}

    def save(self, path: Path) -> None:
        """Write it as JSON, whole or not at all. Raises `WorkspaceError`."""
        with atomic_file(path) as file:
            file.write(self.as_json())


def read_report(path: Path) -> Report | None:
    """The report at `path`, its messages in the current language; None where there is none that can be read."""
    found = read_json(path)
    if found is None or found.get("version") != 1:
        return None
    try:
        return Report.model_validate(as_told(found))
    except ValueError:
        return None
