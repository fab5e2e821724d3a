"""The normalization ladder: the other spellings under which a missing word is asked of a source.

Rungs are tried from the gentlest to the boldest; a word stays at the first where a source has it.
"""

from __future__ import annotations

from .rungs import Speller, rungs_asked_by
from .spec import DEFAULT_LADDER, FULL_LADDER, RUNG_TITLES, Ladder
from .suspects import Suspects

__all__ = ["DEFAULT_LADDER", "FULL_LADDER", "RUNG_TITLES", "Ladder", "Speller", "Suspects", "rungs_asked_by"]
