"""`python -m core.cli` is `lexiloom`."""

from . import script

script()
