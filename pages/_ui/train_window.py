"""One window at work: a step of training on one sentence, number by number; made to fit one screen of a lecture."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import LexiloomError
from core.figures import config
from core.messages import N_, _, number, retold
from core.training.artifact import Artifact
from core.training.showing import own_method

from . import cached_training, language, state
from .panels import escaped, problem

WAYS = {"skipgram": N_("skip-gram"), "cbow": N_("CBOW"), "glove": N_("GloVe")}
MOMENTS = {"end": N_("after training"), "start": N_("before training")}
APART = r",\quad"  # stands between the parts of a formula
TELLING = 8  # words of the stretch that is shown first, at least


def show(made: Artifact) -> None:
    """The panel; its choices touch nothing else on the page."""

    @st.fragment
    @language.spoken
    def panel() -> None:
        try:
            asked = _choose(made)
            if asked is not None:
                _shown(made, asked)
        except LexiloomError as error:
            problem(error)

    panel()


def _choose(made: Artifact) -> dict[str, Any] | None:
    """What is looked at, as the arguments of a window; None where no sentence has a word with a vector."""
    stretches = cached_training.stretches(made)
    if not stretches:
        st.caption(_("No stretch of the text was kept."))
        return None
    own = own_method(made)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = _one_of(_("Method"), sorted(WAYS, key=lambda one: one != own), WAYS, "train-window-method")
        # Of other methods there are only the vectors that they begin with.
        moments = list(MOMENTS) if method == own else ["start"]
        moment = _one_of(_("Vectors"), moments, MOMENTS, f"train-window-moment-{len(moments)}")
        drawn = state.recall("train-window-negatives", 0)
        st.button(
            _("Draw others"),
            key="train-window-draw",
            icon=":material/casino:",
            on_click=state.remember,
            args=("train-window-negatives", drawn + 1),
            help=_("Draw another reach of the window, and other negatives."),
            disabled=method == "glove",
        )
    first, second, third = st.columns([2, 1, 1], vertical_alignment="bottom")
    with first:
        sentence = _sentence(stretches)
    with second:
        at = _center(made, stretches[sentence], sentence)
    if at is None:
        return None
    asked = {"method": method, "sentence": sentence, "at": at, "moment": moment, "negatives_seed": drawn}
    with third:
        return {**asked, "pick": _pick(made, asked)}


def _one_of(label: str, options: list[str], names: dict[str, str], key: str) -> str:
    chosen = st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        format_func=lambda one: _(names[one]) if one in names else str(one),
        key=key,
    )
    return chosen if chosen in options else options[0]


def _sentence(stretches: list[list[str]]) -> int:
    if len(stretches) < 2:
        return 0
    first = next((n for n, words in enumerate(stretches, 1) if len(words) >= TELLING), 1)
    return int(st.slider(_("Stretch of the text"), 1, len(stretches), first, key="train-window-sentence")) - 1


def _center(made: Artifact, words: list[str], sentence: int) -> int | None:
    known = [place for place, word in enumerate(words) if word in made.index]
    if not known:
        st.caption(_("No word of this stretch has a vector."))
        return None
    return st.selectbox(
        _("Word in the middle"),
        known,
        min(len(known) - 1, len(known) // 3),
        format_func=lambda place: f"{place + 1}. {words[place]}" if place in known else "",
        key=f"train-window-center-{sentence}",
    )


def _pick(made: Artifact, asked: dict[str, Any]) -> int:
    """Which word of the window the pair is made with."""
    if asked["method"] == "cbow":
        st.caption(_("Of CBOW all words around meet at once."))
        return 0
    step = cached_training.window(made, {**asked, "pick": 0})
    places = list(range(len(step.contexts)))
    chosen = st.selectbox(
        _("Word around it"),
        places,
        0,
        format_func=lambda pick: step.tokens[step.contexts[pick]] if pick in places else "",
        key=f"train-window-pick-{asked['sentence']}-{asked['at']}-{len(places)}",
        help=_("The pair that is looked at."),
    )
    return chosen if chosen in places else 0


def _shown(made: Artifact, asked: dict[str, Any]) -> None:
    """The picture, and beside it what the step did to the loss and by which formulas: all on one screen."""
    from core.figures.training_window import window_alt, window_picture

    step = cached_training.window(made, asked)
    left, right = st.columns([5, 2], gap="medium")
    with left:
        picture = window_picture(step, dark=st.context.theme.type == "dark")
        st.plotly_chart(picture, key="train-window-picture", config=config(), alt=window_alt(step))
    with right:
        before, after = step.loss
        fell = _("{before} before the step").format(before=number(before, 4))
        st.metric(_("Loss"), number(after, 4), delta=fell, delta_color="off", delta_arrow="off")
        for formula in step.formulas:
            told = [
                f"**{escaped(retold(formula.title), None)}**",
                *_lines(formula.symbols, APART),
                *_lines(formula.numbers),
            ]
            st.markdown("  \n".join(told))
    if step.notes:
        st.caption("  \n".join(escaped(retold(note), None) for note in step.notes))


def _lines(formula: str, apart: str | None = None) -> list[str]:
    """A formula in the run of the text, which breaks where its column ends; its parts a line each."""
    parts = formula.split(apart) if apart else [formula]
    return [f"${part.strip()}$" for part in parts if part.strip()]
