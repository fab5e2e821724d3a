"""`python -m core.cli` is `lexiloom`."""

import sys

from . import main

sys.exit(main())
