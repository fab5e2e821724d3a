"""A finished build, tuned: another build, with the tuning in its recipe, its lock and its card."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .card import tuned_card
from .coverage import measure_coverage
from .errors import RecipeError
from .exports import SavedBuild, read_build
from .exports.build_folder import CARD, write_build
from .matrix import EmbeddingMatrix
from .messages import _, speaking, translated
from .progress import Progress, ignore
from .recipe import Recipe, fingerprints, resolved_path
from .tuning.report import Report


@dataclass(frozen=True)
class TunedBuild:
    """A build after its tuning.

    saved, card  the build that was tuned, and its card
    recipe       that build's, with the tuning; relative paths start where that build's do
    matrix       the tuned matrix, None for a linear probe
    report       how it went; `seconds` how long it took
    """

    saved: SavedBuild
    card: str
    recipe: Recipe
    matrix: EmbeddingMatrix | None
    report: Report
    seconds: float

    def save(
        self, folder: Path, *, base: Path | None = None, keep_paths: bool = False, progress: Progress = ignore
    ) -> None:
        """Write the tuned build, whole or not at all. Raises `WorkspaceError`, `ExportError`.

        The recipe's paths, relative to `base`, are made relative to the folder, unless `keep_paths`.
        """
        assert self.matrix is not None and self.recipe.tuning is not None
        # Where sets lie that tell what was forgotten is of no matter to the matrix, and nobody's business.
        tuning = self.recipe.tuning.model_copy(update={"suite_dir": ""})
        recipe = self.recipe.model_copy(update={"tuning": tuning})
        recipe = recipe if keep_paths else recipe.moved(base, Path(folder))
        with speaking("en"):
            card = tuned_card(self.card, self.saved.matrix, self.matrix, self.report)
        write_build(
            Path(folder),
            matrix=self.matrix,
            recipe_toml=recipe.to_toml(),
            lock=_lock(self, self.matrix),
            card=card,
            dropped=self.saved.dropped,
            tuning=self.report.as_json(),
            progress=progress,
        )


def refuse_tuned(lock: Mapping[str, Any], kind: str) -> None:
    """Raise RecipeError for a build that is tuned already: a recipe holds one tuning, and this one would be lost."""
    if kind != "probe" and "texts" in lock.get("inputs", {}):
        raise RecipeError(
            _("this build is tuned already, and a recipe holds one tuning"),
            fix=_("Tune the build that it was made of, or build anew with this one as the source and tune that."),
        )


def read_for_tuning(folder: Path) -> tuple[SavedBuild, Recipe]:
    """A build and its recipe, its matrix mapped. Raises `SourceError`, `RecipeError`."""
    saved = read_build(folder, check=False)
    return saved, Recipe.from_toml(saved.recipe_toml)


def tune_build(
    folder: Path,
    saved: SavedBuild,
    recipe: Recipe,
    *,
    base: Path,
    checkpoints: Path | None = None,
    device: str = "auto",
    finish: bool = False,
    progress: Progress = ignore,
) -> TunedBuild:
    """Tune the build in `folder` as `recipe.tuning` says; relative paths of the recipe start from `base`."""
    from .tuning import finetune

    assert recipe.tuning is not None
    refuse_tuned(saved.lock, recipe.tuning.kind)
    started = time.perf_counter()
    found = finetune(
        saved.matrix,
        resolved_path(recipe.tuning, base),
        vocabulary=resolved_path(recipe.vocabulary, base),
        folder=checkpoints,
        device=device,
        finish=finish,
        progress=progress,
    )
    card = (folder / CARD).read_text("utf-8") if (folder / CARD).is_file() else ""
    return TunedBuild(saved, card, recipe, found.matrix, found.report, time.perf_counter() - started)


def _lock(made: TunedBuild, matrix: EmbeddingMatrix) -> dict[str, Any]:
    old: Mapping[str, Any] = made.saved.lock
    inputs = old.get("inputs", {})
    sources = [one.get("digest", "") for one in inputs.get("sources", ())]
    lock = {
        **old,
        "inputs": {**inputs, "texts": made.report.inputs(), "matrix": {"id": old["matrix_id"]}},
        "keys": fingerprints(made.recipe, inputs.get("vocabulary", {}).get("digest", ""), sources, made.report.digest),
        "matrix": {"id": matrix.id, "words": len(matrix.vocabulary), "dim": matrix.dim},
        "coverage": {**old["coverage"], "built": measure_coverage(matrix.rows, matrix.vocabulary).as_dict()},
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - made.seconds)),
        "timings": {**old.get("timings", {}), "tuning": round(made.seconds, 4)},
    }
    # Seams are measured on the matrix as it was.
    return translated({**lock, "seams": []}, "en")
