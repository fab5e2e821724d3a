"""How soon the pages answer for a vocabulary of 50,000 words and for 100,000 missing ones."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from app_server import ROOT, Server
from app_visitor import Answer, Visitor
from make_data import words_of

from core.draft import Draft
from core.sources import parse_source
from core.vocabulary import sniff_vocabulary
from core.workspace.personal import PersonalWorkspaces
from core.workspace.workspace import Workspace

WORDS, REAL, MISSING = 50_000, 45_000, 100_000


def english(n: int) -> list[str]:
    """The n most frequent words of wordfreq's English list."""
    from wordfreq import top_n_list

    return top_n_list("en", n)


def counted_words(n: int, real: int) -> list[str]:
    """`n` lines of word and count: `real` ones from wordfreq, the rest made up."""
    import numpy as np

    words = english(real)
    known = set(words)
    made = (word for word in words_of(4 * n, np.random.default_rng(7)) if len(word) > 5 and word not in known)
    words += [next(made) for _ in range(n - len(words))]
    return [f"{word}\t{n * 20 // (rank + 1) + 1}" for rank, word in enumerate(words)]


def missing_words(n: int) -> list[str]:
    """`n` lines of words that no source has."""
    import numpy as np

    words = words_of(n, np.random.default_rng(8))
    return [f"{word}qzx\t{n - i}" for i, word in enumerate(words)]


def scan(home: Path, vectors: Path) -> None:
    """Make the index of a file of vectors, as the app's job does."""
    environment = {**os.environ, "LEXILOOM_HOME": str(home)}
    command = [sys.executable, "-m", "core.cli", "index", str(vectors), "--json"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def page_answers(server: Server, lines: list[str], source: str) -> list[Answer]:
    """A visitor changes this and that; every answer."""
    home = PersonalWorkspaces(Workspace(server.home))
    here = home.create("benchmark")
    path = here.add_upload("words.txt", "".join(f"{line}\n" for line in lines).encode())
    spec = sniff_vocabulary(here.folder / path).model_copy(update={"path": path})
    here.save_draft(Draft(vocabulary=spec, sources=(parse_source(source),)).to_tables())
    answers: list[Answer] = []
    asyncio.run(_change_this_and_that(server, f"w={here.id}", answers))
    return answers


async def _change_this_and_that(server: Server, query: str, answers: list[Answer]) -> None:
    async with Visitor(server.port) as visitor:
        await visitor.open(query=query)  # the page's modules and the start page are not what is measured
    async with Visitor(server.port, answers.append) as visitor:
        await visitor.open("coverage", query, "coverage: first answer")
        await visitor.open("coverage", query, "coverage: again")
        for rung, on in (("lower", False), ("trim", False), ("lower", True), ("trim", True)):
            await visitor.put(f"ladder.{rung}#", on, "coverage: a rung is switched")
        box = visitor.shown.widgets[visitor.find("words-state")]
        for option in dict.fromkeys([*box.options[::-1], box.options[1]]):
            await visitor.put("words-state", option, "words: another state is chosen")
        await visitor.put("words-state", box.options[0], "words: all of them")
        for text in ("a", "an", "qx", ""):
            await visitor.put("words-search", text, "words: searched")
        await visitor.put("oov#", ["zeros"], "coverage: another fill")
        await visitor.turn_to("vocabulary", "vocabulary: first answer")
        for least in (2, 3, 40):
            await visitor.put("vocabulary.min_count#", least, "vocabulary: another minimal count")
        await visitor.turn_to("coverage", "coverage: after another minimal count")
        await visitor.turn_to("download", "download: before the build")
