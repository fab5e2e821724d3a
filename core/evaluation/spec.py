"""What is to be scored, and how: the description that the command line, the page and the recipe share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..messages import N_
from ..sources import SourceSpec
from ..spec import Spec, option
from .outcome import Policy
from .resampling import RESAMPLES
from .subjects import Case

Method = Literal["3cosadd", "3cosmul", "pairdirection"]
METHODS: tuple[Method, ...] = ("3cosadd", "3cosmul", "pairdirection")
Classifier = Literal["logistic", "svm", "forest"]
CLASSIFIERS: tuple[Classifier, ...] = ("logistic", "svm", "forest")
SUITES = ("auto", "en", "zh", "all", "none")


class KnownItems(Spec):
    """A published set."""

    kind: Literal["known"] = "known"
    id: str = option(..., N_("Set"), N_("The id of a published set, for example ws353."))


class ItemsFile(Spec):
    """A set in a file of the user's."""

    kind: Literal["similarity", "analogy", "categorization", "outliers", "bias"]
    path: str = option(..., N_("File"), N_("The file that holds the set."))


class LabelledFile(Spec):
    """Labelled texts, for a probe: a classifier trained on the mean vectors of texts."""

    kind: Literal["probe"] = "probe"
    path: str = option(
        ..., N_("File"), N_("Texts with labels: .csv, .tsv, .jsonl, .parquet, or a label and a text a line.")
    )
    test_path: str = option("", N_("Test file"), N_("Texts to test on; without, a fifth of the file, by the seed."))
    text_column: str = option("", N_("Text column"), N_("The column of the texts; guessed if empty."))
    label_column: str = option("", N_("Label column"), N_("The column of the labels; guessed if empty."))
    classifier: Classifier = option("logistic", N_("Classifier"), N_("Which classifier is trained."))


ItemsSpec = Annotated[KnownItems | ItemsFile | LabelledFile, Field(discriminator="kind")]


class EvaluateSpec(Spec):
    """How subjects are scored. In a recipe: what is found out of its matrix, beside the sources it was made of."""

    against: tuple[SourceSpec, ...] = option(
        (), N_("Compared with"), N_("Further sources and builds that the matrix is compared with.")
    )

    suite: Literal["auto", "en", "zh", "all", "none"] = option(
        "auto", N_("Suite"), N_("Which published sets: those of the subjects' language, of one language, all or none.")
    )
    sets: tuple[ItemsSpec, ...] = option((), N_("Sets"), N_("Further sets: published ones by id, and files."))
    suite_dir: str = option(
        "", N_("Folder of sets"), N_("A folder that holds files of published sets, under their usual names.")
    )
    policy: Policy = option(
        "covered",
        N_("Missing words"),
        N_("Leave items with missing words out, count them as average ones, or fill the words first."),
    )
    methods: tuple[Method, ...] = option(
        ("3cosadd",), N_("Analogy methods"), N_("How analogies are answered."), min_length=1
    )
    case: Case = option(
        "lower",
        N_("Case"),
        N_("Look for a word as written, then also in lower case, or in any case as gensim does."),
    )
    first_rows: int | None = option(
        None, N_("First rows"), N_("Only so many first rows of a subject count (gensim's restrict_vocab)."), ge=1
    )
    only_vocabulary: bool = option(
        False, N_("Only my vocabulary"), N_("Only items count whose words are all in the recipe's vocabulary.")
    )
    geometry: bool = option(False, N_("Geometry"), N_("Measure isotropy, hubness and norms too."))
    dimensions: bool = option(False, N_("Dimensions"), N_("Score the similarity sets at fewer dimensions too, by PCA."))
    resamples: int = option(
        RESAMPLES, N_("Resamples"), N_("Bootstrap samples behind every interval."), ge=200, le=100_000
    )
    seed: int = option(0, N_("Seed"), N_("Of the bootstrap, of k-means, of splits."), ge=0, lt=2**63)
