"""What a kind of tuning trains, and from when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """rows_from       epoch from which rows move; None: never
    transform_from  epoch from which the linear layer before the classifier moves; None: there is none
    width           what that layer makes of d dimensions; None: as many
    anchor          weight of the squared distance of rows from their start
    """

    rows_from: int | None = None
    transform_from: int | None = None
    width: int | None = None
    anchor: float = 0.0

    @property
    def settled(self) -> int:
        """The first epoch in which all that is to move moves: no earlier one is kept as the best."""
        return max(self.rows_from or 0, self.transform_from or 0)

    @property
    def changes_matrix(self) -> bool:
        """Whether there is a new matrix at the end."""
        return self.rows_from is not None or self.width is not None
