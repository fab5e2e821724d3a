"""A process that cuts slices of text into numbered words, as `crew.py` asks it; it ends when nothing more comes."""

from __future__ import annotations

import json
import signal
import sys
from array import array
from itertools import islice
from pathlib import Path
from typing import Any

from .crew import read_frame, write_frame
from .cutting import Runs, Sentences
from .numbering import END, Index
from .spec import TextsSpec
from .texts import sentences_by

# With more words than this, all are forgotten: whoever asks holds those of all members.
MOST_WORDS = 1 << 18


class Cutter:
    """Cuts slices; words are numbered by their first appearance."""

    def __init__(self, sentences: Sentences) -> None:
        self._sentences, self._index = sentences, Index()
        self._runs = Runs(lambda run: [END if word is None else self._index[word] for word in sentences.cut(run)])

    def cut(self, text: str) -> tuple[dict[str, Any], array[int]]:
        """What `Cut` has, its numbers apart."""
        anew = len(self._index) > MOST_WORDS
        if anew:
            self._index.clear()
            self._runs.clear()
        known, left_out = len(self._index), self._sentences.too_long
        ids = array("i", self._sentences.flat(text, self._runs))
        words = list(islice(self._index, known, None))
        return {"words": words, "anew": anew, "too_long": self._sentences.too_long - left_out}, ids


def main() -> None:
    """Answer until the input ends."""
    # What stops a job reaches all its processes at once: who started us says so, and ends us.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    try:
        told = json.loads(read_frame(source))
        spec = TextsSpec.model_validate(told["spec"])
        base = None if told["base"] is None else Path(told["base"])
        rest = {name: told[name] for name in ("language", "unit", "wrapped")}
        cutter = Cutter(sentences_by(spec, base, **rest))
        while True:
            found, ids = cutter.cut(read_frame(source).decode("utf-8", "surrogatepass"))
            write_frame(target, json.dumps(found).encode())
            write_frame(target, ids.tobytes())
    except (EOFError, BrokenPipeError):
        return


if __name__ == "__main__":
    main()
