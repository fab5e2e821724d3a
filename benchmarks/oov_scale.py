"""What filling costs: 20,000 missing words, a source of 400,000 x 300, a donor of 200,000 x 200, a corpus.

    python benchmarks/oov_scale.py one --folder FOLDER --case CASE    a case, in this process; for `oov.py scale`

Words are real (wordfreq's English ones, frequency lists of Chinese), so that spelling is; vectors are made up so that
there is something to learn: each is of its word's group, of its spelling and of chance, and the donor's are of the same
groups by another, bent map. Sentences of the corpus are of one group and of frequent words.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

SOURCE, DONOR, FOUND, MISSING = 400_000, 200_000, 30_000, 20_000
DIM, DONOR_DIM, LATENT, GROUPS = 300, 200, 48, 3000
SENTENCES, TOKENS, FREQUENT = 60_000, 16, 5000
GRAM_ROWS = 1 << 14
FILES = {"source": "source.bin", "donor": "donor.bin", "corpus": "corpus.txt", "vocabulary": "words.txt"}
CASCADE = ("donor", "alacarte", "spelling", "pieces", "mean")
SINGLE = ("mean", "normal", "pieces", "split", "spelling", "nearest", "omp", "donor", "alacarte")
# Case -> steps. "alone": fitted and asked, nothing else; "fill": `core.oov.fill`, confidences included; "build": the
# shell's command, everything included.
CASES = (
    ("fill", CASCADE),
    ("build", CASCADE),
    ("fill", ("pieces", "mean")),
    *[("alone", (kind,)) for kind in SINGLE],
)


# What is made up


def real_words(data: Path) -> list[str]:
    """Different words: English by frequency, and a Chinese one for every six of them."""
    from wordfreq import top_n_list

    english = [word for word in top_n_list("en", 10**6) if "\n" not in word and " " not in word]
    chinese: dict[str, None] = {}
    for name in ("zh_cn_50k_freq.txt", "zh_tw_50k_freq.txt", "jieba_dict.txt.small"):
        lines = (data / "lists" / name).read_text("utf-8").splitlines()
        chinese |= dict.fromkeys(line.split()[0] for line in lines if line.strip())
    words = dict.fromkeys(english[: 6 * SOURCE // 7])
    words |= chinese | dict.fromkeys(word.capitalize() for word in english)
    return list(words)[: SOURCE + MISSING]


def only_spellings(words: list[str]) -> np.ndarray:
    """Places of words, none of the most frequent, that no other is a spelling of: the ladder must not find them."""
    from collections import Counter

    from opencc import OpenCC

    from core.oov.hiding import bare

    simplified = OpenCC("t2s").convert("\n".join(words)).split("\n")
    spellings = [bare(word) for word in simplified]
    counts = Counter(spellings)
    places = [i for i, word in enumerate(spellings) if counts[word] == 1]
    return np.array([i for i in places if i >= FREQUENT and words[i][-2:] not in ("'s", "’s")])


def spelled(words: list[str], rng: np.random.Generator) -> np.ndarray:
    """float32[k, 300]: the mean of random rows of their n-grams (3 and 4; one and two characters of Chinese)."""
    import scipy.sparse as sp

    places: list[int] = []
    starts = [0]
    for word in words:
        text = f"<{word.lower()}>"
        sizes = (3, 4) if text.isascii() else (1, 2)
        places += [
            zlib.crc32(text[i : i + n].encode("utf-8", "surrogatepass")) % GRAM_ROWS
            for n in sizes
            for i in range(len(text) - n + 1)
        ]
        starts.append(len(places))
    bags = sp.csr_matrix((np.ones(len(places), np.float32), places, starts), shape=(len(words), GRAM_ROWS))
    sizes = np.maximum(np.diff(starts), 1).astype(np.float32)
    return (bags @ rng.standard_normal((GRAM_ROWS, DIM), dtype=np.float32)) / np.sqrt(sizes)[:, None]


def make(folder: Path, data: Path) -> dict[str, int]:
    """All files, the same for the same lists."""
    rng = np.random.default_rng(0)
    words = real_words(data)
    missing = np.sort(rng.choice(only_spellings(words), MISSING, replace=False))
    held = np.setdiff1d(np.arange(len(words)), missing)[:SOURCE]
    group = rng.integers(0, GROUPS, len(words))
    latent = rng.standard_normal((GROUPS, LATENT), dtype=np.float32)[group]
    latent += 0.6 * rng.standard_normal(latent.shape, dtype=np.float32)
    rows = latent @ rng.standard_normal((LATENT, DIM), dtype=np.float32) / np.sqrt(LATENT)
    rows += 0.6 * spelled(words, rng) + 0.3 * rng.standard_normal(rows.shape, dtype=np.float32)
    write_binary(folder / FILES["source"], [words[i] for i in held.tolist()], rows[held])
    found = np.sort(rng.choice(held, FOUND, replace=False))
    beside = np.setdiff1d(held, found)
    given = np.concatenate([missing[rng.random(MISSING) < 0.75], found])
    given = np.concatenate([given, rng.choice(beside, DONOR - len(given), replace=False)])
    bent = np.tanh(latent[given] @ rng.standard_normal((LATENT, DONOR_DIM), dtype=np.float32) / np.sqrt(LATENT))
    bent += 0.2 * rng.standard_normal(bent.shape, dtype=np.float32)
    write_binary(folder / FILES["donor"], [words[i] for i in given.tolist()], bent)
    listed = rng.permutation(np.concatenate([found, missing]))
    (folder / FILES["vocabulary"]).write_text("".join(f"{words[i]}\n" for i in listed.tolist()), "utf-8")
    write_corpus(folder / FILES["corpus"], words, group, np.concatenate([found, missing[::2]]), rng)
    return {name: (folder / file).stat().st_size for name, file in FILES.items()}


def write_binary(path: Path, words: list[str], rows: np.ndarray) -> None:
    """word2vec's binary format."""
    with path.open("wb") as out:
        out.write(f"{len(words)} {rows.shape[1]}\n".encode())
        for word, row in zip(words, rows, strict=True):
            out.write(word.encode() + b" " + row.astype("<f4").tobytes() + b"\n")


def write_corpus(path: Path, words: list[str], group: np.ndarray, used: np.ndarray, rng: np.random.Generator) -> None:
    """A sentence a line: three words in four of one group, the others frequent."""
    used = used[np.argsort(group[used], kind="stable")]
    starts = np.searchsorted(group[used], np.arange(GROUPS + 1))
    with path.open("w", encoding="utf-8") as out:
        for one in rng.integers(0, GROUPS, SENTENCES).tolist():
            own = used[starts[one] : starts[one + 1]]
            common = rng.integers(0, 200, TOKENS // 4)
            drawn = np.concatenate([rng.choice(own, TOKENS - len(common)), common]) if len(own) else common
            out.write(" ".join(words[i] for i in rng.permutation(drawn).tolist()) + ".\n")


# What is measured


def spec_of(kind: str, folder: Path) -> Any:
    """A fill with the donor and the corpus that it takes."""
    from core.oov.kinds import FILLS
    from core.sources import parse_source

    given = {"donor": parse_source(str(folder / FILES["donor"])), "corpus": str(folder / FILES["corpus"])}
    spec = FILLS[kind].spec
    return spec(**{name: value for name, value in given.items() if name in spec.model_fields})


def opened(folder: Path) -> tuple[Any, Any, float]:
    """The vocabulary located in the source, the context, and the seconds of it all; indexes are made and kept."""
    from core.combining import combine
    from core.lookup import look_up
    from core.sources import open_source
    from core.sources.protocol import Context
    from core.vocabulary import Vocabulary
    from core.workspace.workspace import Workspace

    began = time.perf_counter()
    context = Context(workspace=Workspace(folder / "workspace"))
    words = (folder / FILES["vocabulary"]).read_text("utf-8").splitlines()
    lookup = look_up(Vocabulary(words), open_source(str(folder / FILES["source"]), context))
    open_source(str(folder / FILES["donor"]), context)
    return combine([lookup]), context, time.perf_counter() - began


def alone(folder: Path, steps: tuple[str, ...]) -> dict[str, Any]:
    """A fill, fitted and asked for all missing words."""
    from core.oov.buffer import Buffer
    from core.oov.filling import fill_rows, fit
    from core.oov.ground import Ground

    located, context, _seconds = opened(folder)
    buffer = Buffer(located, 0, context)
    rows = buffer.missing()
    before, began = peak(), time.perf_counter()
    fitted = fit(spec_of(steps[0], folder), Ground(buffer))
    between = time.perf_counter()
    fill_rows(buffer, rows, fitted, steps[0])
    taken = {"fit": between - began, "fill": time.perf_counter() - between}
    return {"missing": len(rows), "made": len(rows) - len(buffer.missing()), "before": before, **taken}


def filled(folder: Path, steps: tuple[str, ...]) -> dict[str, Any]:
    """A cascade as a build makes it, with the calibration of confidences."""
    from core.oov import fill

    located, context, opening = opened(folder)
    before, began = peak(), time.perf_counter()
    made = fill(located, [spec_of(kind, folder) for kind in steps], context=context)
    took = time.perf_counter() - began
    methods, counts = np.unique(made.matrix.rows.method, return_counts=True)
    named = {made.matrix.rows.methods[k]: int(n) for k, n in zip(methods, counts, strict=True) if k >= 0}
    return {"open": opening, "fill": took, "before": before, "made": sum(named.values()), "by": named}


def peak() -> int:
    """Bytes of this process's largest resident size; on Linux since it began, as a fork inherits its parent's."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def built(folder: Path, steps: tuple[str, ...]) -> dict[str, Any]:
    """`lexiloom build` with an empty workspace: everything is read for the first time. Its children's peak."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "core.cli", "build", "--vocab", str(folder / FILES["vocabulary"])]
        command += ["--vocab-kind", "words", "--source", str(folder / FILES["source"]), "--fill", ",".join(steps)]
        command += ["--donor", str(folder / FILES["donor"]), "--corpus", str(folder / FILES["corpus"])]
        command += ["--out", f"{home}/build", "--quiet"]
        began = time.perf_counter()
        environment = {**os.environ, "LEXILOOM_HOME": f"{home}/home"}
        subprocess.run(command, cwd=HERE.parent, env=environment, check=True, stdout=subprocess.DEVNULL)
        took = time.perf_counter() - began
    return {"build": took, "child": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024}


def cases(data: Path, out: Path, only: str = "") -> Iterator[dict[str, Any]]:
    """What each case says. A case that fails is told so, and the next is run."""
    with tempfile.TemporaryDirectory(dir=out) as made:
        folder = Path(made)
        yield {"case": "files", **make(folder, data)}
        *_rest, indexing = opened(folder)
        yield {"case": "index", "seconds": indexing}
        for mode, steps in CASES:
            name = f"{mode} {','.join(steps)}"
            if only not in name:
                continue
            command = [sys.executable, __file__, "one", "--folder", str(folder), "--case", name]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                yield {"case": name, "error": done.stderr.strip().splitlines()[-1:]}
            else:
                yield json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("one",))
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--case", required=True)
    given = parser.parse_args()
    mode, _space, kinds = given.case.partition(" ")
    told = {"alone": alone, "fill": filled, "build": built}[mode](given.folder, tuple(kinds.split(",")))
    use = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(one.ru_utime + one.ru_stime for one in use)
    print(json.dumps({"case": given.case, "peak": told.pop("child", peak()), "processor": processor, **told}))


if __name__ == "__main__":
    main()
