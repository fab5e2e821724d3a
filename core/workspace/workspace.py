"""Where caches, indexes and builds lie."""

from __future__ import annotations

import os
from pathlib import Path


class Workspace:
    """A folder of ours: LEXILOOM_HOME, or the platform's user data folder."""

    def __init__(self, root: Path | None = None) -> None:
        if root is None:
            home = os.environ.get("LEXILOOM_HOME")
            if home:
                root = Path(home)
            else:
                import platformdirs

                root = Path(platformdirs.user_data_dir("lexiloom"))
        self.root = root

    @property
    def indexes(self) -> Path:
        """Indexes of sources, one folder each."""
        return self.root / "indexes"

    @property
    def known(self) -> Path:
        """Which file has which index."""
        return self.root / "known"

    @property
    def downloads(self) -> Path:
        """Files that were fetched from the web."""
        return self.root / "downloads"

    @property
    def models(self) -> Path:
        """What is known of pretrained models."""
        return self.root / "models"

    @property
    def encodings(self) -> Path:
        """Vectors that pretrained models gave, one folder for each way of asking."""
        return self.root / "encodings"

    @property
    def builds(self) -> Path:
        """Builds kept by the app."""
        return self.root / "builds"

    @property
    def visitors(self) -> Path:
        """The workspaces of the app's visitors."""
        return self.root / "visitors"

    @property
    def jobs(self) -> Path:
        """Long work that the app started."""
        return self.root / "jobs"

    @property
    def readings(self) -> Path:
        """Corpora that were counted."""
        return self.root / "readings"

    @property
    def locks(self) -> Path:
        """Lock files, named by what they lock."""
        return self.root / "locks"
