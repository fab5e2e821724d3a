"""Figures of a hold-out: every fill in its place, the recommended one marked, nothing of a word taken for markup."""

from __future__ import annotations

from typing import Any

import pytest

from core.figures.oov import SIDES, TITLES, cosines, costs, fill_names, harder, ranked
from core.figures.oov_kinds import kinds, reliability
from core.messages import speaking
from core.oov.kinds import FILLS

from .holdouts import COSINES, fill, hold_out


def texts(made: Any) -> str:
    return str(made.to_dict())


def test_every_fill_has_a_title() -> None:
    assert set(FILLS) <= set(TITLES)


def test_fills_stand_in_the_order_of_their_cosines_with_the_recommended_among_them() -> None:
    made = cosines(hold_out())
    labels = list(made.layout.yaxis.ticktext)
    assert labels[0] == "<b>recommended cascade</b>"
    assert labels[1:] == ["donor", "spelling", "pieces", "contexts", "mean", "random, N(μ, Σ)"]
    assert [trace.x[0] for trace in made.data] == sorted([*COSINES.values(), 0.61], reverse=True)
    first = made.data[1]
    assert first.error_x.array[0] == pytest.approx(0.02) and first.error_x.arrayminus[0] == pytest.approx(0.02)


def test_where_nothing_beats_the_mean_nothing_is_marked() -> None:
    told = hold_out(beats=False)
    assert all(one["name"] != "recommended" for one in ranked(told))
    assert "<b>" not in "".join(cosines(told).layout.yaxis.ticktext)


def test_a_fill_that_was_refused_is_in_no_chart() -> None:
    told = hold_out()
    for made in (cosines(told), costs(told), kinds(told, "script"), harder(told)):
        assert "n-grams" not in texts(made)


def test_a_fill_that_made_nothing_is_in_no_chart() -> None:
    told = hold_out()
    told["fills"].append(fill("split", 0.21, filled=0))
    for made in (cosines(told), costs(told), kinds(told, "script"), harder(told)):
        assert "split" not in texts(made)


def test_names_of_costs_are_off_each_other_and_off_the_edges() -> None:
    told = hold_out()
    for one in told["fills"]:
        one["seconds"] = 1.0
    places = costs(told).data[0].textposition
    assert set(places) <= set(SIDES) and len(set(places)) > 1


def test_costs_are_logarithmic_and_no_time_is_too_short_for_them() -> None:
    made = costs(hold_out())
    assert made.layout.xaxis.type == "log"
    assert min(made.data[0].x) > 0


def test_one_fill_alone_is_drawn() -> None:
    told = hold_out(beats=False)
    told["fills"] = [fill("mean", 0.0, intervals={})]
    told["hard"]["fills"] = {"mean": told["hard"]["fills"]["mean"]}
    for made in (cosines(told), costs(told), harder(told), reliability(told, "mean")):
        assert made.layout.height > 0


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("by", ["script", "band", "surface"])
def test_winners_are_framed(by: str, dark: bool) -> None:
    told = hold_out()
    made = kinds(told, by, dark=dark)
    assert made is not None
    assert len(made.data[0].z) == len(COSINES) and len(made.data[0].z[0]) == len(told["groups"][by])
    (frame,) = made.layout.shapes
    assert (frame.x0 + frame.x1) / 2 == pytest.approx(0)
    assert (frame.y0 + frame.y1) / 2 == pytest.approx(0)  # the donor, the best


def test_bands_and_scripts_are_told_in_words() -> None:
    told = hold_out()
    assert kinds(told, "band").layout.xaxis.ticktext[1].startswith("101–1,000<br>")  # type: ignore[union-attr]
    assert kinds(told, "script").layout.xaxis.ticktext[1].startswith("Chinese<br>")  # type: ignore[union-attr]
    assert kinds({**told, "groups": {}}, "band") is None


def test_a_kind_without_a_figure_for_a_fill_leaves_a_gap() -> None:
    told = hold_out()
    del told["groups"]["script"][0]["fills"]["donor"]
    made = kinds(told, "script")
    assert made is not None and made.data[0].z[0][0] is None


def test_the_chosen_fill_stands_out_in_the_reliability_chart() -> None:
    made = reliability(hold_out(), "pieces")
    opaque = [trace for trace in made.data if trace.name and trace.marker.opacity == 1]
    assert [trace.name for trace in opaque] == ["pieces"]
    sizes = list(opaque[0].marker.size)
    assert sizes == sorted(sizes) and sizes[0] < sizes[-1]


def test_without_harder_words_there_is_no_chart_of_them() -> None:
    told = hold_out()
    made = harder(told)
    assert made is not None and len(made.data) == 2
    assert harder({**told, "hard": {"n": 0, "fills": {}}}) is None


def test_several_donors_are_told_apart() -> None:
    told = hold_out()
    told["fills"] = [
        fill("donor", 0.5),
        fill("donor 2", 0.4),
        fill("omp", 0.3),
        fill("omp 2", 0.2),
        fill("pieces", 0.1),
    ]
    names = fill_names(told, ["a.vec", "b.vec"])
    assert names["donor 2"] == "donor: b.vec" and names["omp"].endswith(": a.vec")
    assert len(set(fill_names(told, ["a.vec", "a.vec"]).values())) == 6
    assert fill_names(told, ["a.vec"])["donor 2"] == "donor 2"


def test_names_of_donors_are_no_markup() -> None:
    told = hold_out()
    names = {**fill_names(told), "donor": "<img src=x onerror=alert(1)>"}
    for made in (
        cosines(told, names),
        costs(told, names),
        kinds(told, "surface", names),
        reliability(told, "donor", names),
        harder(told, names),
    ):
        assert "<img" not in texts(made)


def test_figures_are_drawn_in_the_readers_language() -> None:
    with speaking("zh_CN"):
        assert cosines(hold_out()).layout.height > 0
