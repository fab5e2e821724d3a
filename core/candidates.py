"""Sources to choose from: opened, or told of as the catalog knows them, and ranked for a vocabulary."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from .errors import LexiloomError
from .ladder import DEFAULT_LADDER, Ladder
from .messages import _
from .progress import Progress, ignore
from .ranking import Candidate, Ranking, rank_sources
from .recipe import resolved_path
from .snippets import naming
from .sources import SourceSpec, describe_unfetched, open_source, parse_source
from .sources.protocol import Context
from .vocabulary import VocabularySpec
from .vocabulary.vocabulary import Vocabulary
from .workspace.workspace import Workspace


def rank(
    vocabulary: Vocabulary,
    candidates: Sequence[str | SourceSpec],
    *,
    ladder: Ladder = DEFAULT_LADDER,
    corpus: VocabularySpec | None = None,
    suite_dir: str = "",
    workspace: Workspace | None = None,
    base: Path | None = None,
    device: str = "auto",
    progress: Progress = ignore,
) -> Ranking:
    """Which of `candidates` (specs or spec strings) suits `vocabulary`: see `ranking.rank_sources`.

    One that can't be opened comes last, with the reason; one that the catalog lists and that is not downloaded
    is told of as the catalog knows it. `corpus` is the text for sources that read words in context. Raises
    SourceError where a text is no spec string.
    """
    told_by = {"vocabulary": vocabulary, "corpus": corpus, "device": device, "progress": progress}
    context = Context(workspace=workspace or Workspace(), **told_by)
    opened, unopened = [], []
    for given in candidates:
        spec = resolved_path(parse_source(given) if isinstance(given, str) else given, base)
        text = given if isinstance(given, str) else naming(given)
        if told := describe_unfetched(spec, context):
            unopened.append(Candidate(**told))
            continue
        start = time.perf_counter()
        try:
            source = open_source(spec, context)
        except LexiloomError as error:
            unopened.append(Candidate(text, text, spec.kind, None, None, "", note=_told(error)))
            continue
        opened.append((text, source, time.perf_counter() - start))
    return rank_sources(vocabulary, opened, unopened, ladder=ladder, suite_dir=suite_dir, progress=progress)


def _told(error: LexiloomError) -> str:
    """What went wrong and what to do, as one message that can be told in another language."""
    return _("{what}. {fix}").format(what=error.what, fix=error.fix) if error.fix else error.what
