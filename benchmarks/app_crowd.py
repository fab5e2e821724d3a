"""Sixty people at once: each goes through the main job with pauses to read, until the time is up."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx
from app_server import Server, Watch
from app_visitor import Answer, Failed, Visitor

PAUSE = (2.0, 8.0)  # seconds
RUNGS = ("lower", "title", "upper", "joiner", "digits", "trim")
EXPORTS = ("npy", "pt", "word2vec")
SAMPLES = ("reviews.txt", "news_zh.txt", "mixed.txt")
OWN_WORDS = 2000
BUILT_IN, EXPORTED_IN = 240.0, 120.0  # seconds, at most


@dataclass
class Crowd:
    """What all visitors met: answers, failures by their text, seconds of builds, downloaded bytes."""

    answers: list[Answer] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    builds: list[float] = field(default_factory=list)
    exports: list[float] = field(default_factory=list)
    done: int = 0
    downloads: int = 0
    downloaded: int = 0
    seconds: float = 0.0
    peak: float = 0.0


def send_crowd(server: Server, words: list[str], visitors: int, minutes: float) -> Crowd:
    """Send so many visitors for so long; nobody begins anew when the time is up."""
    crowd = Crowd()
    begin = time.perf_counter()
    with Watch(server, children=True, every=0.25) as watch:
        asyncio.run(_all(server, words, visitors, minutes, crowd))
    crowd.seconds, crowd.peak = time.perf_counter() - begin, watch.peak
    return crowd


async def _all(server: Server, words: list[str], visitors: int, minutes: float, crowd: Crowd) -> None:
    end = time.monotonic() + 60 * minutes
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=server.address, timeout=60, limits=limits) as http:
        await asyncio.gather(*(_visitor(server, words, number, end, crowd, http) for number in range(visitors)))


async def _visitor(
    server: Server, words: list[str], number: int, end: float, crowd: Crowd, http: httpx.AsyncClient
) -> None:
    rng = random.Random(number)
    while True:
        await asyncio.sleep(rng.uniform(0, PAUSE[1]))
        if time.monotonic() > end:
            return
        try:
            async with Visitor(server.port, crowd.answers.append) as visitor:
                await _main_job(visitor, rng, words, number, crowd, http)
            crowd.done += 1
        except Exception as error:  # whatever it is, it is counted and told
            crowd.failures[f"{type(error).__name__}: {error}"[:300]] += 1


async def _main_job(
    visitor: Visitor, rng: random.Random, words: list[str], number: int, crowd: Crowd, http: httpx.AsyncClient
) -> None:
    async def read() -> None:
        await asyncio.sleep(rng.uniform(*PAUSE))

    await visitor.open(what="start")
    await read()
    if number % 3 == 2:
        await _own_words(visitor, rng, words, read)
    else:
        await visitor.press(f"sample-{SAMPLES[number // 3 % 3]}", "start: a sample is opened")
    for rung in rng.sample(RUNGS, 2):
        await read()
        switch = visitor.shown.widgets[visitor.find(f"ladder.{rung}#")]
        await visitor.put(f"ladder.{rung}#", not switch.default, "coverage: a rung is switched")
    await read()
    await visitor.press("next-download", "download: before the build")
    await read()
    if not visitor.shown.links:
        begin = time.perf_counter()
        await visitor.press("job-build:", "download: build is asked for")
        await visitor.wait(lambda: _holds(visitor, "everything.zip"), BUILT_IN)
        crowd.builds.append(time.perf_counter() - begin)
    await read()
    kind = rng.choice(EXPORTS)
    if not _holds(visitor, f"exports/{kind}/"):
        begin = time.perf_counter()
        key = next(url.split("/")[3] for url in visitor.shown.links)
        await visitor.press(f"job-export:{key}:{kind}", "download: an export is asked for")
        await visitor.wait(lambda: _holds(visitor, f"exports/{kind}/"), EXPORTED_IN)
        crowd.exports.append(time.perf_counter() - begin)
    await read()
    await _download(visitor, crowd, http)


async def _own_words(visitor: Visitor, rng: random.Random, words: list[str], read) -> None:  # type: ignore[no-untyped-def]
    chosen = rng.sample(words, OWN_WORDS)
    await visitor.press("bring", "vocabulary")
    await read()
    pasted = "".join(f"{word}\t{rng.randint(1, 5000)}\n" for word in chosen)
    await visitor.put("pasted#", pasted, "vocabulary: words are pasted")
    await visitor.press("use-pasted", "vocabulary: words are read")
    await read()
    await visitor.press("next-source", "source")
    await read()
    await visitor.press("use-builtin:english", "source: one is chosen")
    await read()
    await visitor.press("next-coverage", "coverage: first answer")


def _holds(visitor: Visitor, part: str) -> bool:
    return any(part in url for url in visitor.shown.links)


async def _download(visitor: Visitor, crowd: Crowd, http: httpx.AsyncClient) -> None:
    """Every file that the page links to. Raises Failed for one that does not come."""
    for url in visitor.shown.links:
        async with http.stream("GET", url) as answer:
            if answer.status_code != 200:
                raise Failed(f"{url.rpartition('/')[2]}: {answer.status_code}")
            async for block in answer.aiter_raw():
                crowd.downloaded += len(block)
        crowd.downloads += 1
