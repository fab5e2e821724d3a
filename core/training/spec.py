"""What is trained, on which text, and how: the specs that the command line and the page are made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..messages import N_
from ..spec import Spec, option
from ..vocabulary.segmenting import Tokenization

# Neighbors of so many words can be watched while training runs.
MOST_WATCHED = 8


class TextsSpec(Spec):
    """Running text, and what of it becomes a token."""

    paths: tuple[str, ...] = option(
        ...,
        N_("Files or folders"),
        N_("Texts, also as .gz, .bz2 or .zst; folders of them; tables (.csv, .tsv, .jsonl, .parquet) with a column."),
        min_length=1,
    )
    column: str = option("", N_("Column of texts"), N_("Of tables: the column whose cells are the texts."))
    encoding: str = option("auto", N_("Encoding"), N_("utf-8, gb18030, big5, …; found from the bytes unless given."))
    language: Literal["auto", "en", "zh"] = option(
        "auto", N_("Language"), N_("en, zh or auto: Chinese is segmented, the rest cut at spaces and marks.")
    )
    tokenization: Tokenization = option(Tokenization(), N_("Words"), N_("What counts as one English word."))
    user_dictionary: str = option(
        "", N_("User dictionary"), N_("Words that jieba keeps whole, one a line; a count may follow.")
    )
    new_words: bool = option(
        True, N_("Find new words"), N_("Let jieba guess words that its dictionary does not have (names).")
    )
    unit: Literal["auto", "sentence", "line", "paragraph"] = option(
        "auto",
        N_("Windows end at"),
        N_("Sentence ends, line ends, or empty lines; auto: empty lines where lines are wrapped, else line ends."),
    )
    lower: bool = option(True, N_("Lower-case"), N_("Lower-case all words."))
    stop_words: bool = option(
        False,
        N_("Leave out stop words"),
        N_("Leave out function words; windows then reach further. Subsampling is usually the better choice."),
    )
    phrases: bool = option(
        False, N_("Join phrases"), N_("Words that stand together more often than by chance become one: new_york.")
    )
    phrase_threshold: float = option(
        10.0, N_("Phrase threshold"), N_("How much more often than by chance; higher: fewer phrases."), gt=0, le=1e6
    )


class Training(Spec):
    """What every method has."""

    texts: TextsSpec = option(..., N_("Text"), N_("What the vectors are trained on."))
    dim: int = option(100, N_("Dimensions"), N_("Numbers in each vector."), ge=1, le=4096)
    min_count: int = option(5, N_("Minimum count"), N_("Words that occur less often get no vector."), ge=1)
    max_size: int | None = option(
        None, N_("Largest vocabulary"), N_("Keep so many words at most, the most frequent."), ge=1
    )
    window: int = option(5, N_("Window"), N_("Words on each side of a word, at most."), ge=1, le=100)
    workers: int = option(
        0,
        N_("Workers"),
        N_("Threads; 0: one for each core. With one, the same seed gives the same vectors."),
        ge=0,
        le=256,
    )
    seed: int = option(1, N_("Seed"), N_("Fixes what is random: the start, and what is drawn."), ge=0, lt=2**31)
    start: str = option(
        "",
        N_("Start from"),
        N_("A source, as --source names one: words that it has start with its vectors, the rest at random."),
    )
    watch: tuple[str, ...] = option(
        (),
        N_("Watched words"),
        N_("Up to eight words whose neighbors are shown while training runs."),
        max_length=MOST_WATCHED,
    )


class Predicting(Training):
    """What word2vec and fastText have in common."""

    model: Literal["skipgram", "cbow"] = option(
        "skipgram", N_("Model"), N_("skipgram: a word predicts those around it; cbow: those around it predict a word.")
    )
    loss: Literal["negative", "hierarchical"] = option(
        "negative", N_("Loss"), N_("Negative sampling, or hierarchical softmax over a Huffman tree.")
    )
    epochs: int | None = option(
        None,
        N_("Epochs"),
        N_("Passes over the text. [5 to 30: as many as make 15 million words]"),
        ge=1,
        le=10_000,
    )
    negatives: int = option(5, N_("Negatives"), N_("Words drawn against each pair."), ge=1, le=100)
    noise_power: float = option(0.75, N_("Noise power"), N_("Negatives are drawn by count to this power."), ge=0, le=1)
    subsample: float = option(
        1e-3,
        N_("Subsampling"),
        N_("Words more frequent than this share are left out more often; 0: none."),
        ge=0,
        le=1,
    )
    rate: float = option(0.025, N_("Rate"), N_("The step at the start; it falls evenly."), gt=0, le=10)
    last_rate: float = option(1e-4, N_("Last rate"), N_("The step at the end."), ge=0, le=10)


class Word2VecSpec(Predicting):
    """word2vec: Mikolov et al. 2013, arXiv 1301.3781 and 1310.4546."""

    kind: Literal["word2vec"] = "word2vec"


class FastTextSpec(Predicting):
    """fastText: word2vec over words and their character n-grams. Bojanowski et al. 2017, arXiv 1607.04606."""

    kind: Literal["fasttext"] = "fasttext"
    shortest: int = option(
        0,
        N_("Shortest n-gram"),
        N_("Characters, with the marks < and > at a word's ends. [3; of Chinese 1]"),
        ge=0,
        le=20,
    )
    longest: int = option(6, N_("Longest n-gram"), N_("Characters."), ge=1, le=20)
    buckets: int = option(
        2_000_000,
        N_("Buckets"),
        N_("Rows that n-grams are hashed into; those that none uses are not kept."),
        ge=1,
        le=1 << 26,
    )


class GloveSpec(Training):
    """GloVe: weighted least squares on co-occurrence counts. Pennington et al. 2014."""

    kind: Literal["glove"] = "glove"
    window: int = option(15, N_("Window"), N_("Words on each side of a word, at most."), ge=1, le=100)
    epochs: int | None = option(None, N_("Epochs"), N_("Passes over the co-occurrences. [25]"), ge=1, le=10_000)
    rate: float = option(0.05, N_("Rate"), N_("The step at the start, as AdaGrad has it."), gt=0, le=10)
    x_max: float = option(
        10.0, N_("Full weight from"), N_("Co-occurrence from which a pair weighs 1; 100 suits billions of words."), gt=0
    )
    alpha: float = option(0.75, N_("Weight exponent"), N_("Rarer pairs weigh (x / full) to this power."), ge=0, le=2)
    symmetric: bool = option(True, N_("Both sides"), N_("Count words on both sides, or on the left only."))
    anchor: float = option(
        0.0,
        N_("Anchor"),
        N_("Mittens: weight of the squared distance from the rows that training starts from (.1); 0: none."),
        ge=0,
        le=1000,
    )
    memory: int = option(
        1024,
        N_("Memory"),
        N_("MiB that counting may take; what does not fit goes to the disk, sorted."),
        ge=16,
        le=1 << 20,
    )


TrainingSpec = Annotated[Word2VecSpec | FastTextSpec | GloveSpec, Field(discriminator="kind")]
METHODS = {"word2vec": Word2VecSpec, "fasttext": FastTextSpec, "glove": GloveSpec}
TITLES = {"word2vec": N_("word2vec"), "fasttext": N_("fastText"), "glove": N_("GloVe")}
