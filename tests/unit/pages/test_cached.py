"""What all visitors share."""

from __future__ import annotations

import gc

from core.messages import speaking
from core.vocabulary import Vocabulary
from pages._ui.cached import drawn


def test_a_figure_is_drawn_once_for_each_language_and_goes_with_what_it_shows() -> None:
    calls = []

    def draw(about: Vocabulary) -> str:
        calls.append(about.words)
        return f"figure {len(calls)}"

    about = Vocabulary(["a", "b"])
    same = Vocabulary(["a", "b"])
    with speaking("en"):
        assert drawn(draw, about) == drawn(draw, about) == "figure 1"  # type: ignore[arg-type]
        assert drawn(draw, same) == "figure 2"  # type: ignore[arg-type]
    with speaking("zh_CN"):
        assert drawn(draw, about) == "figure 3"  # type: ignore[arg-type]
    from pages._ui import cached

    key = id(about)
    assert key in cached._figures
    del about
    gc.collect()
    assert key not in cached._figures
