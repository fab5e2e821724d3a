"""What is asked for: which words, and how they are laid out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..messages import N_
from ..spec import Spec, option

Metric = Literal["cosine", "euclidean"]


class _Map(Spec):
    """What all kinds of maps have."""

    dim: Literal[2, 3] = option(2, N_("Dimensions"), N_("A flat map, or one in space."))
    metric: Metric = option(
        "cosine", N_("Distance"), N_("Cosine: only directions count. Euclidean: lengths count too.")
    )
    seed: int = option(0, N_("Seed"), N_("Fixes what is random: the same seed gives the same map."), ge=0, lt=1 << 31)


class PcaMap(_Map):
    """Principal components: the directions in which the rows vary most. Nothing is random."""

    kind: Literal["pca"] = "pca"


class UmapMap(_Map):
    """UMAP: keeps near words near; how far apart groups lie means little."""

    kind: Literal["umap"] = "umap"
    neighbors: int = option(
        15,
        N_("Neighbors"),
        N_("How many neighbors hold a word in its place: few show detail, many the whole."),
        ge=2,
        le=200,
    )
    min_dist: float = option(
        0.1, N_("Least distance"), N_("How close together points may lie: 0 packs groups tightly."), ge=0.0, le=0.99
    )
    epochs: int = option(
        0, N_("Epochs"), N_("Passes over the neighbors; 0: 500, above 10,000 words 200."), ge=0, le=5000
    )


class TsneMap(_Map):
    """t-SNE: keeps near words near; sizes of groups and gaps between them mean little."""

    kind: Literal["tsne"] = "tsne"
    perplexity: float = option(
        30.0, N_("Perplexity"), N_("About how many neighbors a word has: 5 to 50 are usual."), ge=2.0, le=500.0
    )
    exaggeration: float = option(
        1.0,
        N_("Exaggeration"),
        N_("Above 1 pulls neighbors closer together, towards what UMAP draws."),
        ge=1.0,
        le=12.0,
    )
    iterations: int = option(500, N_("Iterations"), N_("Steps after the 250 of early exaggeration."), ge=50, le=5000)


ProjectSpec = Annotated[PcaMap | UmapMap | TsneMap, Field(discriminator="kind")]
KINDS: dict[str, type[PcaMap | UmapMap | TsneMap]] = {"pca": PcaMap, "umap": UmapMap, "tsne": TsneMap}
TITLES = {"pca": N_("PCA"), "umap": N_("UMAP"), "tsne": N_("t-SNE")}


class Selection(Spec):
    """Which words get a point: all that have a direction, or those that pass every condition given here."""

    most: int = option(0, N_("Most frequent"), N_("So many of the most frequent words; 0: all."), ge=0)
    origins: tuple[str, ...] = option(
        (), N_("Origins"), N_("Only rows that came about in these ways: exact, normalized, composed, mapped, invented.")
    )
    contains: str = option("", N_("Containing"), N_("Only words with this text in them; case does not matter."))
    words: tuple[str, ...] = option((), N_("Words"), N_("Only these words."))
