"""The cards, licences and notices of the built-in sources. Every figure is measured on what was written."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from core.evaluation.outcome import Outcome
from core.evaluation.pairs import PairSet, load_pairs, read_pairs
from core.evaluation.similarity import score_similarity
from core.evaluation.subjects import as_subject

MODEL = "all-MiniLM-L6-v2 (https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2), Apache-2.0"
WORDFREQ = (
    "wordfreq 3.1.1, Robyn Speer (https://github.com/rspeer/wordfreq): code Apache-2.0, data CC BY-SA 4.0. Its data\n"
    "draws on Wikipedia, OpenSubtitles 2018 (opensubtitles.org), SUBTLEX word lists (Brysbaert et al.), Google Books\n"
    "Ngrams, NewsCrawl, GlobalVoices, Twitter, Reddit and others; its README has the full list of credits."
)
APACHE = HERE.parents[1] / "LICENSE"
BY_SA = """\
Creative Commons Attribution-ShareAlike 4.0 International (CC BY-SA 4.0)

You may share and adapt {what}, for any purpose, even commercially, if you give appropriate credit (see
NOTICE), link to the licence and say whether you made changes, and distribute what you derive from it
under the same licence. You may not apply terms or technology that restrict others from doing what the
licence permits. No warranties are given.

The licence itself: https://creativecommons.org/licenses/by-sa/4.0/legalcode
"""


@dataclass(frozen=True, eq=False)
class Made:
    """One source as it was written, and what it was made from.

    kept    float32[n, 256]: the rows before they were rounded to int8
    share   of the variance of the fitted rows that the 256 axes hold
    """

    folder: Path
    words: Sequence[str]
    kept: NDArray[np.float32]
    share: float
    holds: dict[str, int]


def measure(made: Made, pair_sets: Sequence[PairSet]) -> str:
    """A Markdown table of Spearman's rho, and what rounding to int8 costs."""
    from safetensors.numpy import load_file

    stored = load_file(made.folder / "vectors.safetensors")
    vectors = stored["vectors"].astype(np.float32) * stored["scales"][:, None]

    def score(pairs: PairSet, matrix: NDArray[np.float32]) -> Outcome:
        return score_similarity(as_subject((made.words, matrix)), pairs)

    lines = ["| pairs | Spearman's rho | covered pairs | before rounding to int8 |", "|---|---|---|---|"]
    for pairs in pair_sets:
        after, before = score(pairs, vectors), score(pairs, made.kept)
        held = f"{after.counted.sum()} of {len(after)}"
        lines.append(f"| {pairs.name} | {after.value():.4f} | {held} | {before.value():.4f} |")
    cosines = (
        np.einsum("ij,ij->i", vectors, made.kept) / np.linalg.norm(vectors, axis=1) / np.linalg.norm(made.kept, axis=1)
    )
    size = sum(f.stat().st_size for f in made.folder.iterdir() if f.suffix in (".safetensors", ".txt", ".json"))
    lines += [
        "",
        f"- {len(made.words):,} rows: {', '.join(f'{n:,} {what}' for what, n in made.holds.items())}; {size / 1e6:.1f} MB.",
        f"- The 256 axes hold {100 * made.share:.1f} % of the variance of the English rows they were fitted on.",
        f"- int8 with a scale per row: cosine to the unrounded rows {cosines.mean():.5f} on average, {cosines.min():.5f} at least.",
        "",
        "A pair counts where both words have a row, as written or in lower case. Figures on other pairs, or of",
        "another coverage, do not compare.",
    ]
    return "\n".join(lines)


def english_card(made: Made) -> str:
    """English: common words and word pieces."""
    return f"""\
# builtin:english

Common English words and the word pieces of all-MiniLM-L6-v2, 256 dimensions, for use without a network.

- **What a row is**: the word (or piece) alone between `[CLS]` and `[SEP]`; the mean of layers 0 to 4 beside the last one, of
  the word's own pieces, each at unit length; then PCA to 256 dimensions, each divided by the fourth root of its standard
  deviation. Everything is lower case, accents count for nothing, as in the model. It is what the recipe
  `assets/recipes/builtin-english.toml` builds, rounded to int8.
- **Words**: the commonest of wordfreq's English list. **Pieces**: those of the model's 30,522 that are no special
  tokens, placeholders or pieces of other scripts, and are not among the words; `##ing` stands inside a word. With them the
  fill `pieces` composes any word of two or more Latin letters whose letters they cover.
- **Good for**: topics and meaning of single words, first tries, teaching. **Weak for**: senses that depend on context, names
  that are ordinary words too (`us`), syntax.
- **Licence**: the vectors Apache-2.0, like the model; the choice of words comes from wordfreq's data, CC BY-SA 4.0. See
  NOTICE.

## Measured

{measure(made, [load_pairs("wordsim353"), load_pairs("simlex999")])}

Made, and measured, by `python assets/sources/make.py --cedict …`.
"""


def chinese_card(made: Made, pair_files: Sequence[Path]) -> str:
    """Chinese: meaning through English glosses."""
    return f"""\
# builtin:chinese

Chinese words by their English glosses, in the space of `builtin:english`, 256 dimensions, for use without a network.

- **What a row is**: the word's senses in CC-CEDICT, notes cut away ("variant of", "see", surnames, classifiers), each encoded
  by all-MiniLM-L6-v2 like a word of `builtin:english`, and averaged: a sense's weight falls with its place in the entry,
  readings share by how much they have to say. A word that only points to another takes the other's senses.
- **Words**: the commonest headwords in simplified characters, by wordfreq and jieba, and every other single character.
  Traditional forms are found through the ladder.
- **Good for**: meaning, also across the two languages, since both sources share one space. **Weak for**: function words,
  style, sentiment that no gloss tells, characters that only sound (transliterations): this is meaning through glosses, not
  use in Chinese text.
- **Licence**: CC BY-SA 4.0, like CC-CEDICT; what you derive from these rows carries it on. See NOTICE.

## Measured

{measure(made, [read_pairs(path) for path in pair_files]) if pair_files else "No pairs were given."}

Made, and measured, by `python assets/sources/make.py --cedict … --pairs …`.
The sets: wordsim-240 and wordsim-297 (Chen et al. 2015, CWE), COS960 (Huang et al. 2019).
"""


def write_texts(english: Made, chinese: Made, cedict: Path, pair_files: Sequence[Path]) -> None:
    """card.md, LICENSE and NOTICE of both sources."""
    with gzip.open(cedict, "rt", encoding="utf-8") as lines:
        release = next(line[len("#! date=") :].strip() for line in lines if line.startswith("#! date="))
    changed = "encoded, averaged, reduced to 256 dimensions and rounded to int8"
    notices = {
        english: f"Vectors: made with {MODEL}; {changed}.\nWords: {WORDFREQ}\n",
        chinese: (
            f"Words and glosses: CC-CEDICT, release {release}, MDBG and its contributors\n"
            "(https://www.mdbg.net/chinese/dictionary?page=cc-cedict), CC BY-SA 4.0. The glosses were cut, weighted and\n"
            f"{changed}; they are not in these files as text.\nVectors: made with {MODEL}.\n"
            f"Choice of words: {WORDFREQ}\nand jieba (https://github.com/fxsjy/jieba), MIT.\n"
        ),
    }
    for made, notice in notices.items():
        (made.folder / "NOTICE").write_text(notice, encoding="utf-8")
    apache = APACHE.read_text(encoding="utf-8").rstrip()
    words = BY_SA.format(what="the list of words in words.txt")
    (english.folder / "LICENSE").write_text(
        f"vectors.safetensors: Apache License 2.0, below.\nwords.txt: CC BY-SA 4.0, below that.\n\n{apache}\n\n{'-' * 80}\n\n{words}",
        encoding="utf-8",
    )
    (chinese.folder / "LICENSE").write_text(BY_SA.format(what="these files"), encoding="utf-8")
    (english.folder / "card.md").write_text(english_card(english), encoding="utf-8")
    (chinese.folder / "card.md").write_text(chinese_card(chinese, pair_files), encoding="utf-8")
