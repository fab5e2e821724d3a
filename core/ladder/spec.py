"""The ladder's spec: each rung a switch."""

from __future__ import annotations

from ..messages import N_
from ..rows import LADDER_RUNGS
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
    lemma: bool = option(
        False,
        N_("Lemma"),
        N_("running → run, mice → mouse: English words. Another form of the word, so not its own meaning in full."),
    )

    def on(self) -> tuple[str, ...]:
        """The rungs that are switched on, in their order, without "exact"."""
        return tuple(rung for rung in LADDER_RUNGS[1:] if getattr(self, rung))


DEFAULT_LADDER = Ladder()
FULL_LADDER = Ladder(**dict.fromkeys(LADDER_RUNGS[1:], True))
# How a reader is told of the way a row was found.
RUNG_TITLES: dict[str, str] = {
    "exact": N_("as written"),
    **{name: field.title or name for name, field in Ladder.model_fields.items()},
    "fix": N_("Chosen"),
}
