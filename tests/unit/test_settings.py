"""Dotted assignments change plain tables, and nothing else."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from core.errors import RecipeError
from core.settings import Assignment, assign_all, plain
from core.spec import Spec, option
from core.validation import explain


class Mean(Spec):
    kind: Literal["mean"] = "mean"


class Normal(Spec):
    kind: Literal["normal"] = "normal"
    scale: float = option(1.0, "Scale", "", ge=0)
    label: str = option("", "Label")


class Cascade(Spec):
    kind: Literal["cascade"] = "cascade"
    steps: tuple[Fill, ...] = ()


Fill = Annotated[Mean | Normal | Cascade, Field(discriminator="kind")]
Cascade.model_rebuild()


class Plan(Spec):
    size: int = option(1, "Size", "", ge=1)
    oov: Fill = Cascade(steps=(Mean(),))
    many: tuple[Fill, ...] = ()


def changed(*texts: str, tables: dict | None = None) -> dict:
    return assign_all(tables or {}, [Assignment.parse(text) for text in texts])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=3", 3),
        ("a=true", True),
        ("a=1.5", 1.5),
        ('a="3"', "3"),
        ("a=mean", "mean"),
        ('a=["x", "y"]', ["x", "y"]),
        ("a=C:\\data\\x.txt", "C:\\data\\x.txt"),
        ("a=x=y", "x=y"),
        ("a=", ""),
        ("a=2024-01-01", "2024-01-01"),
        ("a=1\nb = 2", "1\nb = 2"),
    ],
)
def test_a_value_is_toml_where_it_is_toml_and_else_a_bare_text(text, value):
    assert changed(text) == {"a": value}


def test_changing_a_kind_resets_the_other_options_of_its_table():
    tables = {"oov": {"kind": "normal", "scale": 2.0}}
    assert changed("oov.kind=mean", tables=tables) == {"oov": {"kind": "mean"}}
    assert changed("oov.kind=normal", tables=tables) == tables


def test_kinds_are_set_first_whatever_the_order():
    assert changed("oov.scale=3", "oov.kind=normal", tables={"oov": {"kind": "mean"}}) == {
        "oov": {"kind": "normal", "scale": 3}
    }


def test_an_index_one_past_the_end_appends():
    assert changed("many.0.kind=mean", "many.1.kind=normal") == {"many": [{"kind": "mean"}, {"kind": "normal"}]}


@pytest.mark.parametrize("text", ["nothing", "=3", "a..b=3", "many.5.kind=mean", "size.x=3"])
def test_what_can_not_be_set_is_refused_in_words(text):
    with pytest.raises(RecipeError):
        changed(text, tables={"many": [], "size": 1})


def test_the_given_tables_stay_as_they_are():
    tables = {"oov": {"kind": "normal", "scale": 2.0}}
    changed("oov.scale=3", tables=tables)
    assert tables == {"oov": {"kind": "normal", "scale": 2.0}}


def test_plain_tables_hold_what_differs_from_the_defaults_and_every_kind():
    plan = Plan(size=2, oov=Normal(scale=3.0), many=(Mean(), Normal()))
    assert plain(plan) == {
        "size": 2,
        "oov": {"kind": "normal", "scale": 3.0},
        "many": [{"kind": "mean"}, {"kind": "normal"}],
    }
    assert Plan.model_validate(plain(plan)) == plan
    assert plain(Plan()) == {}


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({"sise": 1}, ["'sise'", "did you mean 'size'", "size, oov or many"]),
        ({"oov": {"kind": "normall"}}, ["oov.kind", "'normall'", "'normal'", "mean, normal or cascade"]),
        ({"oov": {}}, ["oov", "mean, normal or cascade"]),
        ({"oov": {"kind": "normal", "skale": 1}}, ["oov:", "'skale'", "'scale'", "kind, scale or label"]),
        ({"oov": {"kind": "normal", "scale": -1}}, ["oov.scale", "-1", "0.0 or more"]),
        ({"oov": {"kind": "normal", "scale": "wide"}}, ["oov.scale", "'wide'", "number"]),
        ({"many": [{"kind": "mean"}, {"kind": "normal", "scale": "wide"}]}, ["many.1.scale", "'wide'"]),
        (
            {"oov": {"kind": "cascade", "steps": [{"kind": "normal", "scael": 1}]}},
            ["oov.steps.0:", "'scael'", "kind, scale or label"],
        ),
        ({"size": "many"}, ["size", "'many'", "whole number"]),
        ({"size": 0}, ["size", "0", "1 or more"]),
        ({"many": 3}, ["many", "3", "list"]),
        ({"oov": 3}, ["oov"]),
    ],
)
def test_a_typo_is_explained_with_its_path_and_the_valid_names(tables, expected):
    with pytest.raises(ValidationError) as caught:
        Plan.model_validate(tables)
    message = str(explain(caught.value, tables, Plan))
    for part in expected:
        assert part in message
    assert "pydantic" not in message
    assert "\n" not in message
