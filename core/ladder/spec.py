"""The ladder's spec: each rung a switch."""

from __future__ import annotations

from ..messages import N_
from ..rows import RUNGS
from ..spec import Spec, option


class Ladder(Spec):
    """Which rungs are tried after the exact spelling, in this order."""

    nfkc: bool = option(
        True,
        N_("Unicode (NFKC)"),
        N_("Full-width letters, ligatures, composed accents, apostrophes: ＡＢＣ → ABC, don’t → don't."),
    )
    lower: bool = option(True, N_("Lower case"), N_("Paris → paris."))
    title: bool = option(True, N_("Title case"), N_("paris → Paris."))
    upper: bool = option(True, N_("Upper case"), N_("nato → NATO."))
    script: bool = option(
        True,
        N_("Simplified ↔ traditional"),
        N_("软件 → 軟件, 軟體: by phrases, for the mainland, Taiwan and Hong Kong."),
    )
    joiner: bool = option(True, N_("Space, underscore, hyphen"), N_("New York ↔ New_York ↔ New-York."))
    digits: bool = option(
        True, N_("Digits"), N_("1987 → ####, 0000 or <number>, if that is how the source writes digits.")
    )
    trim: bool = option(True, N_("Trim"), N_("Marks around the word, ##, ▁, Ġ, @@ and the possessive are taken off."))

    def on(self) -> tuple[str, ...]:
        """The rungs that are switched on, in their order, without "exact"."""
        return tuple(rung for rung in RUNGS[1:] if getattr(self, rung))


DEFAULT_LADDER = Ladder()
