"""The nearest words, and what is asked of a matrix by words: exact, by cosine, in the original space."""

from .exact import unit32
from .search import ROWS_APART, Neighbors, informed, nearest, rows_apart

__all__ = ["ROWS_APART", "Neighbors", "informed", "nearest", "rows_apart", "unit32"]
