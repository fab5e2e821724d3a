"""How each fill makes a word's row is told with the truth beside it, which the fill hasn't seen."""

from __future__ import annotations

import json
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.combining import combine
from core.errors import Cancelled, InputError, RecipeError
from core.lookup import look_up
from core.messages import speaking
from core.oov.buffer import Buffer
from core.oov.confidence import calibrate
from core.oov.filling import fill, fit
from core.oov.ground import Ground
from core.oov.kinds import as_fill
from core.oov.story import TELLING, Story, tell_story
from core.sources.protocol import Context
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource

PARTS = ["sea", "side", "house", "tree"]
HELD = [*PARTS, "seahouse", "Rome", "rome", *(f"w{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(120))]
MISSING = ["seaside", "xqzv"]
SPECIALS = {"<pad>": "pad", "<unk>": "unk"}
FILLS = ["pieces", "mean", "normal", "zeros", "drop", "ngrams", ["pieces", "mean"]]


def source(held: list[str] = HELD, dim: int = 8) -> MemorySource:
    rng = np.random.default_rng(3)
    vectors = (rng.standard_normal((len(held), dim)) @ rng.standard_normal((dim, dim)) + 1).astype("f4")
    if "seahouse" in held:
        vectors[held.index("seahouse")] = vectors[held.index("sea")] + 0.8 * vectors[held.index("house")]
    return MemorySource(held, vectors)


def located(words: list[str] | None = None, held: list[str] = HELD):  # type: ignore[no-untyped-def]
    listed = [*SPECIALS, *held, *MISSING] if words is None else words
    return combine([look_up(Vocabulary(listed, None, SPECIALS if words is None else None), source(held))])


def told(word: str, fills: list = FILLS) -> Story:  # type: ignore[type-arg]
    return tell_story(located(), word, fills, seed=5)


def unit(row: np.ndarray) -> np.ndarray:
    wide = row.astype("f8")
    return wide / np.linalg.norm(wide, axis=-1, keepdims=True)


def test_a_known_word_is_hidden_and_what_is_made_of_it_stands_beside_the_truth() -> None:
    story = told("seahouse")
    pieces = story.telling("pieces")
    held = source().vectors
    row = unit(held[HELD.index("sea")] + held[HELD.index("house")])
    cosines = unit(held) @ row
    own = HELD.index("seahouse")
    assert story.known and story.found_as == "seahouse" and pieces.made and pieces.origin == "composed"
    assert pieces.cosine == pytest.approx(cosines[own], abs=1e-5)
    assert pieces.rank == 1 + (cosines > cosines[own]).sum()
    assert [(one.name, one.weight) for one in pieces.ingredients] == [("sea", 0.5), ("house", 0.5)]
    assert "seahouse" not in dict(pieces.neighbors) and "seahouse" not in [one.word for one in story.map.points]


def test_what_is_told_is_what_a_fill_makes_that_has_never_seen_the_word() -> None:
    others = [word for word in HELD if word != "seahouse"]
    story, without = told("seahouse"), source(others)
    without.vectors = np.stack([source().vectors[HELD.index(word)] for word in others])
    vocabulary = Vocabulary([*SPECIALS, *others, *MISSING, "seahouse"], None, SPECIALS)
    for kind in ("pieces", "mean", "normal"):
        row = unit(fill(look_up(vocabulary, without), kind, seed=5).matrix.vector("seahouse"))
        truth = unit(source().vectors[HELD.index("seahouse")])
        assert story.telling(kind).cosine == pytest.approx(row @ truth, abs=1e-5)


def test_neighbors_are_those_of_scikit_learn() -> None:
    from sklearn.neighbors import NearestNeighbors

    others = [word for word in HELD if word != "seahouse"]
    rows = np.stack([source().vectors[HELD.index(word)] for word in others])
    made = source().vectors[[HELD.index("sea"), HELD.index("house")]].mean(axis=0)
    distances, ids = NearestNeighbors(n_neighbors=5, metric="cosine").fit(rows).kneighbors(made[None])
    neighbors = told("seahouse").telling("pieces").neighbors
    assert [word for word, _cosine in neighbors] == [others[i] for i in ids[0]]
    np.testing.assert_allclose([cosine for _word, cosine in neighbors], 1 - distances[0], atol=1e-5)


def test_a_missing_word_has_no_truth_but_a_place() -> None:
    story = told("seaside")
    assert not story.known and story.found_as == "" and story.map.truth is None and story.neighbors == ()
    for one in story.tellings:
        assert one.cosine is None and one.rank is None
        assert (one.at is not None) == one.made and len(one.neighbors) == (5 if one.made and one.kind != "zeros" else 0)


def test_who_makes_no_row_says_why() -> None:
    story = told("xqzv")
    assert story.telling("pieces").refused == "no source holds pieces that cover all its letters"
    assert story.telling("ngrams").refused.startswith("no source makes a row out of its letters")
    assert story.telling("drop").refused == "left out: it gets no row"
    assert all(bool(one.refused) != one.made for one in story.tellings)
    unfit = told("seahouse", ["alacarte", "pieces"])
    assert "there is none. Name a corpus" in unfit.telling("alacarte").refused and unfit.telling("pieces").made


def test_a_cascade_tells_the_step_that_makes_the_word_and_ends_with_the_mean() -> None:
    one, other = told("seaside", [["pieces", "zeros"]]).tellings[0], told("xqzv", [["pieces"]]).tellings[0]
    assert one.kind == "cascade" and "pieces" in one.steps[0] and len(one.steps) == 2
    assert other.made and "mean" in other.steps[0]


def test_a_row_of_zeros_has_no_direction() -> None:
    zeros = told("seahouse").telling("zeros")
    assert zeros.made and zeros.at is not None
    assert (zeros.cosine, zeros.rank, zeros.confidence, zeros.neighbors) == (None, None, None, ())


def test_confidence_is_what_calibration_gives() -> None:
    buffer = Buffer(located(), 5, Context())
    known = Ground(buffer).without(np.array([buffer.located.vocabulary.ids["seahouse"]]))
    story = tell_story(buffer, "seahouse", ["mean", "normal"])
    for kind in ("mean", "normal"):
        step = as_fill(kind)
        sure = calibrate(known, [step])[0](fit(step, known).fill(["seahouse"]).signals)
        assert story.telling(kind).confidence == pytest.approx(float(sure[0]), abs=1e-6)
    cascade = tell_story(buffer, "seahouse", [["pieces", "normal"]]).tellings[0]
    step = as_fill("pieces")
    sure = calibrate(known, [step]).get(0)
    expected = None if sure is None else pytest.approx(float(sure(fit(step, known).fill(["seahouse"]).signals)[0]))
    assert cascade.confidence == expected
    unasked = tell_story(buffer, "seahouse", ["mean"], confidences=False)
    assert unasked.telling("mean").confidence is None
    few = tell_story(located(["seahouse", *PARTS]), "seahouse", ["mean"])
    assert few.telling("mean").confidence is None


def test_the_map_is_the_pca_of_the_neighbors_and_the_true_row() -> None:
    from sklearn.decomposition import PCA

    story = told("seahouse", ["pieces", "mean"])
    held = dict(zip(HELD, unit(source().vectors), strict=True))
    around = list(dict.fromkeys(word for one in story.tellings for word, _cosine in one.neighbors))
    basis = np.stack([held[word] for word in [*around, "seahouse"]])
    pca = PCA(2, svd_solver="full").fit(basis)
    np.testing.assert_allclose(story.map.shown, pca.explained_variance_ratio_, atol=1e-5)
    places = {one.word: (one.x, one.y) for one in story.map.points}
    mine = np.array([*(places[word] for word in around), story.map.truth])
    np.testing.assert_allclose(np.abs(mine), np.abs(pca.transform(basis)), atol=1e-5)
    made = unit(source().vectors[HELD.index("sea")] + source().vectors[HELD.index("house")])
    np.testing.assert_allclose(
        np.abs(np.array(story.telling("pieces").at)), np.abs(pca.transform(made[None])[0]), atol=1e-5
    )


def test_points_say_whose_neighbors_and_parts_they_are() -> None:
    story = told("seahouse", ["pieces", "mean"])
    for point in story.map.points:
        assert point.neighbor_of == tuple(one.name for one in story.tellings if point.word in dict(one.neighbors))
        assert point.ingredient_of == (("pieces",) if point.word in ("sea", "house") else ())
        assert point.by_truth == (point.word in dict(story.neighbors))
        assert point.neighbor_of or point.ingredient_of or point.by_truth


def test_parts_that_only_the_source_holds_are_on_the_map_too() -> None:
    words = [word for word in HELD if word not in PARTS]
    story = tell_story(located([*words, "treeside"]), "treeside", ["pieces"])
    assert {one.word for one in story.map.points if one.ingredient_of} == {"tree", "side"}


def test_the_map_does_not_depend_on_the_order_of_fills() -> None:
    def places(fills: tuple[str, ...]) -> dict[str, tuple[float, ...]]:
        story = told("seahouse", list(fills))
        return {one.word: (one.x, one.y) for one in story.map.points} | {
            f"fill {one.name}": one.at or () for one in story.tellings
        }

    first, *others = [places(order) for order in permutations(["pieces", "mean", "normal"])]
    for other in others:
        assert first.keys() == other.keys()
        np.testing.assert_allclose([first[name] for name in first], [other[name] for name in first], atol=1e-6)


def test_a_spelling_that_was_found_as_the_same_row_is_no_neighbor() -> None:
    held = ["rome", *(f"k{chr(97 + i)}z" for i in range(20))]
    found = combine([look_up(Vocabulary(["ROME", *held]), source(held))])
    story = tell_story(found, "ROME", ["mean"])
    assert story.known and story.found_as == "rome" and story.among == 21
    assert "rome" not in dict(story.neighbors) and "rome" not in dict(story.telling("mean").neighbors)


def test_the_same_fill_is_told_once_and_others_of_its_kind_are_numbered() -> None:
    longer = as_fill("pieces").model_copy(update={"shortest": 4})
    story = told("seahouse", ["pieces", "pieces", longer])
    assert [one.name for one in story.tellings] == ["pieces", "pieces 2"]
    assert [one.kind for one in story.tellings] == ["pieces", "pieces"]
    with pytest.raises(KeyError):
        story.telling("donor")


def test_an_unknown_word_is_answered_with_what_is_spelled_like_it() -> None:
    with pytest.raises(InputError, match="not a word of the vocabulary") as caught:
        told("seahuose")
    assert "seahouse" in str(caught.value)
    with pytest.raises(InputError, match="No word is spelled like it"):
        told("猫" * 3)
    with pytest.raises(InputError, match="special token"):
        told("<unk>")
    with pytest.raises(RecipeError):
        told("seahouse", ["piecez"])


def test_nothing_of_the_buffer_is_changed() -> None:
    buffer = Buffer(located(), 5, Context())
    before = buffer.vectors.tobytes(), buffer.missing().tolist()
    tell_story(buffer, "seahouse", FILLS)
    assert (buffer.vectors.tobytes(), buffer.missing().tolist()) == before


def test_progress_counts_the_fills_and_can_stop_it() -> None:
    seen: list[tuple[int, int | None, str]] = []

    def watch(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        if stage == TELLING:
            seen.append((done, total, message))

    tell_story(located(), "seahouse", ["pieces", "mean"], progress=watch)
    assert seen == [(0, 2, "pieces"), (1, 2, "mean"), (2, 2, "")]

    def stop(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        if done == 1 and stage == TELLING:
            raise Cancelled

    with pytest.raises(Cancelled):
        tell_story(located(), "seahouse", ["pieces", "mean"], progress=stop)


def test_a_story_is_plain_values_and_its_sentences_can_be_told_in_another_language() -> None:
    story = told("seahouse")
    plain = json.loads(json.dumps(story.as_dict()))
    assert plain["word"] == "seahouse" and plain["map"]["shown"] == [round(one, 4) for one in story.map.shown]
    assert plain["tellings"][0]["ingredients"][0] == {"name": "sea", "weight": 0.5}
    with speaking("zh_CN"):
        json.dumps(told("seahouse").as_dict())


@pytest.mark.parametrize("dim", [1, 2])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_tiny_vocabularies_have_a_map_too(n: int, dim: int) -> None:
    held = ["aa", "bb", "cc"][:n]
    found = combine([look_up(Vocabulary([*held, "aabb"]), source(held, dim))])
    for word in ("aa", "aabb"):
        story = tell_story(found, word, FILLS)
        numbers = [value for one in story.map.points for value in (one.x, one.y)] + list(story.map.shown)
        numbers += [value for one in story.tellings for value in one.at or ()]
        assert np.isfinite(numbers).all() and sum(story.map.shown) <= 1 + 1e-9


@settings(max_examples=25)
@given(word=st.text(st.characters(codec=None), min_size=1, max_size=12))
def test_any_word_has_a_story(word: str) -> None:
    try:
        vocabulary = Vocabulary(dict.fromkeys([*HELD, word]))
    except Exception:
        return
    story = tell_story(combine([look_up(vocabulary, source())]), word, ["pieces", "mean", "zeros"])
    assert story.word == word and [one.name for one in story.tellings] == ["pieces", "mean", "zeros"]
    assert all(one.made != bool(one.refused) for one in story.tellings)
    json.dumps(story.as_dict())
