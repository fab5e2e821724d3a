"""On the vectors that come with gensim, our figures are gensim's: similarity to 1e-9, analogies by section."""

from __future__ import annotations

from pathlib import Path

import pytest
from gensim.models import KeyedVectors
from gensim.test.utils import datapath

from core.evaluation.analogies import read_analogies
from core.evaluation.analogy import score_analogies
from core.evaluation.catalog import known_set, path_of
from core.evaluation.pairs import read_pairs
from core.evaluation.similarity import score_similarity
from core.evaluation.subjects import as_subject
from core.sources import open_source

# (file, restrict_vocab): the file whole, and cut.
FILES = [(name, most) for name in ("lee_fasttext.vec", "euclidean_vectors.bin") for most in (300_000, 900)]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("name", "most"), FILES)
def test_figures_are_those_of_gensim(name: str, most: int, tmp_path: Path) -> None:
    path = Path(datapath(name))
    theirs = KeyedVectors.load_word2vec_format(path, binary=path.suffix == ".bin")
    subject = as_subject(open_source(str(path)), case="any", most=most)
    for known in ("ws353", "simlex999"):
        given = read_pairs(path_of(known_set(known)))
        pairs = tmp_path / "pairs.tsv"
        pairs.write_text("".join(f"{a}\t{b}\t{human!r}\n" for a, b, human in given.pairs), encoding="utf-8")
        ours = score_similarity(subject, given)
        _pearson, expected, missing = theirs.evaluate_word_pairs(str(pairs), restrict_vocab=most)
        assert ours.value() == pytest.approx(float(expected[0]), abs=1e-9)
        assert 100 * (1 - ours.counted.sum() / len(ours)) == pytest.approx(missing)
    google = path_of(known_set("google"))
    _score, sections = theirs.evaluate_word_analogies(str(google), restrict_vocab=most)
    wanted = {one["section"]: (len(one["correct"]), len(one["incorrect"])) for one in sections[:-1]}
    found = score_analogies(subject, read_analogies(google)).details["by_section"]
    ours_by_section = {section: found.get(section, {"right": 0, "counted": 0}) for section in wanted}
    assert {s: (one["right"], one["counted"] - one["right"]) for s, one in ours_by_section.items()} == wanted
