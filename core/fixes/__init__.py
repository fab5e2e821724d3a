"""Missing words: why each is missing, what would serve it, and what a recipe keeps of the decisions on them."""

from __future__ import annotations

from .applying import Fixed, apply_fixes
from .causes import CAUSES, Cause
from .source import FixesSource
from .spec import Fixes, WordFix
from .worklist import Group, Worklist, list_missing

__all__ = [
    "CAUSES",
    "Cause",
    "Fixed",
    "Fixes",
    "FixesSource",
    "Group",
    "WordFix",
    "Worklist",
    "apply_fixes",
    "list_missing",
]
