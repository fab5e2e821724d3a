"""How missing words get a vector, and what is done to the matrix in the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.errors import LexiloomError
from core.messages import N_, _, number, percent
from core.oov import FILLS, Cascade
from core.pipeline import Cover
from core.settings import plain
from core.transforms import SPECS
from core.transforms.pca import PcaSpec
from core.weights import SifSpec

from . import fields, state
from .names import source_name
from .panels import escaped, named, place_error
from .state import Visit

# Options that hold sources or other fills: what is chosen elsewhere.
MADE_OF = ("donor", "parts", "weights")
FILL_TEXTS = {
    "ngrams": (N_("n-grams"), N_("composed from character n-grams, where the source is a fastText model")),
    "pieces": (
        N_("pieces"),
        N_("the mean of the longest pieces that the source holds; a phrase is the mean of its words"),
    ),
    "split": (N_("split"), N_("the mean of the known words that it is made of, where these make up all of it")),
    "spelling": (N_("spelling"), N_("the weighted mean of known words that are spelled much alike")),
    "alacarte": (
        N_("contexts"),
        N_("the words that stand around it in a text, mapped as known words are from theirs (Khodak 2018)"),
    ),
    "donor": (N_("donor"), N_("the row of a second source, carried over by the words that both have")),
    "nearest": (
        N_("nearest in the donor"),
        N_("the mean of the known words that are nearest to it in a second source"),
    ),
    "omp": (
        N_("sum of words in the donor"),
        N_("the few known words that add up to it in a second source add up to it here"),
    ),
    "blend": (N_("blend"), N_("the weighted mean of what several fills make of it")),
    "mean": (N_("mean"), N_("the mean of all found rows: it says nothing about the word")),
    "normal": (N_("random, N(μ, Σ)"), N_("drawn with the found rows' mean and covariance; seeded by the word")),
    "diagonal": (N_("random, N(μ, σ)"), N_("drawn dimension by dimension with the found rows' mean and deviation")),
    "zeros": (N_("zeros"), N_("all zeros: only for programs that ask for it")),
    "drop": (N_("leave out"), N_("the word gets no row; the list of what went is kept in the build")),
}
TRANSFORM_TEXTS = {
    "center": (N_("center"), N_("the mean of the known rows is taken off every row")),
    "abtt": (N_("all-but-the-top"), N_("the strongest common directions are taken out (Mu & Viswanath 2018)")),
    "pca": (N_("PCA"), N_("fewer dimensions, as much variance as they hold")),
    "unit": (N_("unit length"), N_("every row has length 1: dot products are cosines")),
}


def choose(visit: Visit, found: Cover) -> None:
    """The two choices side by side."""
    left, right = st.columns(2, gap="large")
    with left:
        _fills(visit, found)
    with right:
        _transforms(visit, found)


def _fills(visit: Visit, found: Cover) -> None:
    st.subheader(_("Missing words"), anchor=False)
    oov = visit.draft.oov
    steps = _steps(oov)
    key = state.key("oov")
    st.multiselect(
        _("Filled by, in this order"),
        _offered(steps),
        default=list(dict.fromkeys(step.kind for step in steps)),
        format_func=lambda kind: _(FILL_TEXTS[kind][0]),
        key=key,
        on_change=_keep_fills,
        args=(key,),
        disabled=visit.read_only,
        help=_("Each takes the words that those before it could not make. What all leave gets the mean."),
    )
    place_error("oov")
    for place, step in enumerate(steps):
        st.caption(named(*FILL_TEXTS[step.kind]))
        _made_from(step)
        names = [name for name in type(step).model_fields if name not in ("kind", *MADE_OF)]
        where = f"oov.steps.{place}" if isinstance(oov, Cascade) else "oov"
        fields.edit(step, where, names, disabled=visit.read_only)


def _steps(oov: Any) -> tuple[Any, ...]:
    return oov.steps if isinstance(oov, Cascade) else (oov,)


def _offered(steps: Sequence[Any]) -> list[str]:
    """The kinds to choose from: one that needs a donor or parts only where these are known."""
    known = {*(step.kind for step in steps), *(kind for kind in FILLS if not _needs(kind))}
    if _donor(steps) is not None:
        known |= {kind for kind in FILLS if _needs(kind) == {"donor"}}
    return [kind for kind in FILLS if kind in known]


def _needs(kind: str) -> set[str]:
    fields = FILLS[kind].spec.model_fields
    return {name for name in MADE_OF if name in fields and fields[name].is_required()}


def _donor(steps: Sequence[Any]) -> Any:
    """The first donor of the steps and their parts, None where there is none."""
    parts = [part for step in steps for part in (step, *getattr(step, "parts", ()))]
    return next((part.donor for part in parts if getattr(part, "donor", None) is not None), None)


def _made_from(step: Any) -> None:
    """The donor's name, or what is blended."""
    if (donor := getattr(step, "donor", None)) is not None:
        st.caption(escaped(_("Donor: {name}").format(name=source_name(donor))))
    if parts := getattr(step, "parts", ()):
        weights = getattr(step, "weights", ()) or [1 / len(parts)] * len(parts)
        whole = sum(weights)
        told = [f"{percent(w / whole, 0)} {_(FILL_TEXTS[one.kind][0])}" for one, w in zip(parts, weights, strict=True)]
        st.caption(escaped(_(", ").join(told)))


def _keep_fills(key: str) -> None:
    """What was chosen before keeps its options, and a new fill that needs a donor takes that of the others."""
    from core.oov import as_fill

    kinds = state.value(key)

    def choices() -> dict[str, Any]:
        before = _steps(state.visit().draft.oov)
        donor, steps = _donor(before), []
        for kind in kinds:
            same = [step for step in before if step.kind == kind]
            steps += same or [FILLS[kind].spec(donor=donor) if _needs(kind) else kind]
        return {"oov": as_fill(steps[0] if len(steps) == 1 else steps or "mean")}

    _keep("oov", choices)


def _keep(place: str, choices: Any) -> None:
    try:
        state.save(state.visit().draft.with_(**choices()))
        state.remember(f"error:{place}", None)
    except LexiloomError as error:
        state.remember(f"error:{place}", str(error))


def _transforms(visit: Visit, found: Cover) -> None:
    st.subheader(_("In the end"), anchor=False)
    chosen = visit.draft.transforms
    key = state.key("transforms")
    st.multiselect(
        _("Transforms, in this order"),
        list(SPECS),
        default=list(dict.fromkeys(one.kind for one in chosen)),
        format_func=lambda kind: _(TRANSFORM_TEXTS[kind][0]),
        key=key,
        on_change=_keep_transforms,
        args=(key, found.located.dim),
        disabled=visit.read_only,
        placeholder=_("None: rows stay as they are in the source"),
        help=_("Fitted on the known rows, applied to all; <pad> stays zero."),
    )
    place_error("transforms")
    for place, one in enumerate(chosen):
        st.caption(named(*TRANSFORM_TEXTS[one.kind]))
        names = [name for name in type(one).model_fields if name != "kind"]
        fields.edit(one, f"transforms.{place}", names, disabled=visit.read_only)
        if isinstance(one, PcaSpec):
            _enough(one, found)
    _weights(visit)


def _enough(pca: PcaSpec, found: Cover) -> None:
    """Say before the build that there are too few rows to fit so many dimensions on."""
    known = int(found.located.rows.known.sum())
    if known <= pca.dim:
        st.warning(
            _("PCA to {dim} dimensions wants more known rows than that, and there are {known}.").format(
                dim=number(pca.dim), known=number(known)
            ),
            icon=":material/warning:",
        )


def _weights(visit: Visit) -> None:
    """SIF weights beside the vectors, for means of texts."""
    key = state.key("weights")
    st.toggle(
        _("Weights beside the vectors (SIF)"),
        visit.draft.weights is not None,
        key=key,
        on_change=lambda: _keep("weights", lambda: {"weights": SifSpec() if state.value(key) else None}),
        disabled=visit.read_only,
        help=_(
            "weights.npy: frequent words count less in the mean of a text (Arora 2017), from the words' counts. "
            "The vectors stay as they are."
        ),
    )
    place_error("weights")


def _keep_transforms(key: str, dim: int) -> None:
    kinds = state.value(key)

    def choices() -> dict[str, Any]:
        before = {one.kind: plain(one) for one in state.visit().draft.transforms}
        fresh = {"pca": {"kind": "pca", "dim": max(1, dim // 2)}}
        return {"transforms": tuple(before.get(kind) or fresh.get(kind) or {"kind": kind} for kind in kinds)}

    _keep("transforms", choices)
