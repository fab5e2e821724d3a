"""Which texts a matrix is tuned on: files, columns, and how they are parted."""

from __future__ import annotations

from ..messages import N_
from ..spec import Spec, option


class DataSpec(Spec):
    """A file of texts with labels (or of pairs of texts), and what of it is kept from training.

    Shares are of all texts of the file `path`. With a `test_path` nothing of it is kept for the test.
    """

    path: str = option(
        ..., N_("File of texts"), N_("A .csv, .tsv, .jsonl or .parquet file, or lines of a label and a text.")
    )
    test_path: str = option(
        "", N_("File of test texts"), N_("Kept apart and read once, at the end; a part of the first file unless given.")
    )
    text: str = option(
        "", N_("Column of texts"), N_("Found by its name or content unless given; several are joined: title+text.")
    )
    label: str = option("", N_("Column of labels"), N_("Found by its name or content unless given."))
    second: str = option("", N_("Column of second texts"), N_("Of pairs: what belongs to the text of the same row."))
    encoding: str = option("auto", N_("Encoding"), N_("utf-8, gb18030, big5, …; found from the bytes unless given."))
    valid_share: float = option(
        0.1, N_("Share for validation"), N_("This part of the texts says when training stops."), gt=0.0, lt=0.5
    )
    test_share: float = option(
        0.2, N_("Share for the test"), N_("This part of the texts is scored at the end."), ge=0.0, lt=0.5
    )
    split_seed: int = option(
        0, N_("Seed of the split"), N_("The same number parts the same texts the same way."), ge=0, lt=2**63
    )
