"""How one word's row is made: by each fill, of what, in which steps, and where it comes to lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st
from pydantic import TypeAdapter, ValidationError

from core.figures import config
from core.figures.oov import fill_names
from core.figures.oov_story import ingredients, ingredients_alt, landings, landings_alt
from core.jobs import JobState
from core.messages import _, as_told, number
from core.neighbors.spelling import suggestions
from core.oov.story import Story, Telling
from core.pipeline import Cover

from . import cached, jobs_of, language, server, state
from .laboratory_choices import Asked, keep, kept
from .panels import escaped, job, place_error, plain_text
from .state import Visit

WORD = "story-word"
EXAMPLES, LOOKED_AT = 5, 50


def story(visit: Visit, asked: Asked, found: Cover) -> None:
    """The word that is asked for, and what is told of it."""
    st.subheader(_("How one word is made"), anchor=False)
    st.caption(
        _("A word that is known is hidden first, so that what each fill makes of it stands beside the truth."),
        width=720,
    )
    word = _word(visit, found)
    if not word or asked.why is not None or not _is_there(found, word):
        return
    stage = f"story:{cached.told(asked.key, word)[:32]}"
    status = job(
        visit,
        stage,
        lambda: jobs_of.explain_word(visit, asked, word),
        label=_("Show how it is made"),
        main=False,
        key="story",
    )
    place_error(stage)
    if status is not None and status.state is JobState.DONE and (told := server.jobs().result(status.id)):
        _told(as_told(told), asked)


def _word(visit: Visit, found: Cover) -> str:
    """The word that is written, or one of the missing ones that is clicked."""
    if state.value(WORD) is None:
        state.put(WORD, str(kept(visit).get("word", "")))
    given = st.text_input(
        _("Word"),
        key=WORD,
        max_chars=200,
        on_change=lambda: keep(word=str(state.value(WORD)).strip()),
        disabled=visit.read_only,
        placeholder=_("A word of your vocabulary"),
        width=320,
    ).strip()
    if not visit.read_only and (missing := _missing(found)):
        _buttons(_("Missing, for example:"), missing, "lab-missing")
    return given


def _missing(found: Cover) -> list[str]:
    """Some missing words that can be read."""
    listing = found.listing
    words = [listing.row(i)["word"] for i in listing.pick("missing", "")[:LOOKED_AT].tolist()]
    return [word for word in words if word.isprintable()][:EXAMPLES]


def _buttons(label: str, words: list[str], key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(label, width="content")
        for i, word in enumerate(words):
            st.button(escaped(word, 40), key=f"{key}-{i}", type="tertiary", on_click=_take, args=(word,))


def _take(word: str) -> None:
    """Ask for a word that was clicked; a callback."""
    state.put(WORD, word)
    keep(word=word)


def _is_there(found: Cover, word: str) -> bool:
    """Whether the vocabulary has the word; if not, what is spelled like it."""
    vocabulary = found.reading.vocabulary
    if word in vocabulary.specials:
        st.info(_("This is a special token: no fill makes its row. Choose a word."), icon=":material/info:")
        return False
    if word.startswith("-"):
        st.info(_("A word that begins with a hyphen can't be asked for here."), icon=":material/info:")
        return False
    if word in vocabulary.ids:
        return True
    st.warning(_("This is not a word of the vocabulary."), icon=":material/search_off:")
    if near := suggestions(vocabulary, word):
        _buttons(_("Spelled like it:"), near, "lab-like")
    return False


def _told(told: dict[str, Any], asked: Asked) -> None:
    """The map, the fills side by side, and one of them closely."""
    read = read_story(told, asked.names)
    if read is None:
        return
    dark = st.context.theme.type == "dark"
    if any(one.made for one in read.tellings):
        made = landings(read, dark=dark)
        st.plotly_chart(made, key="story-landings", config=config(), alt=landings_alt(read))
        if read.map.truth is not None:
            st.caption(_("A star marks the true row. The nearer a mark to it, the better; a plane shows a part of it."))
    _side_by_side(read)

    @st.fragment
    @language.spoken
    def follow() -> None:
        titles = [one.name for one in read.tellings]
        chosen = st.selectbox(
            _("Fill, closely"), range(len(titles)), format_func=lambda i: titles[i], key="story-fill", width=320
        )
        _closely(read, read.tellings[chosen if chosen is not None and chosen < len(titles) else 0])

    if read.tellings:
        follow()


def _side_by_side(read: Story) -> None:
    rows = [
        {
            _("fill"): one.name,
            _("cosine"): one.cosine,
            _("rank"): one.rank,
            _("confidence"): one.confidence,
            _("nearest"): ", ".join(f"{word} {number(cosine, 2)}" for word, cosine in one.neighbors)
            if one.made
            else one.refused,
        }
        for one in sorted(read.tellings, key=lambda one: (not one.made, -(one.cosine or one.confidence or 0)))
    ]
    columns: dict[Any, Any] = {
        _("cosine"): st.column_config.NumberColumn(
            format="%.3f", width="small", help=_("Of the made row to the true one; none where the word is missing.")
        ),
        _("rank"): st.column_config.NumberColumn(
            width="small", help=_("Place of the true row by nearness to the made one, among all known words.")
        ),
        _("confidence"): st.column_config.NumberColumn(
            format="%.2f", width="small", help=_("The cosine that is to be expected, learned on hidden words.")
        ),
        _("nearest"): st.column_config.TextColumn(width="large", help=_("Known words nearest to the made row.")),
    }
    unknown = [] if read.known else [_("cosine"), _("rank")]
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        key="story-fills",
        column_config=columns,
        column_order=[name for name in rows[0] if name not in unknown] if rows else None,
        placeholder="–",
    )


def _closely(read: Story, one: Telling) -> None:
    """One fill: its steps in words, its neighbors, its ingredients as bars."""
    left, right = st.columns(2, gap="large")
    with left:
        if not one.made:
            st.markdown(f":material/block: {_('It makes no row of this word:')}")
            plain_text(one.refused, 400)
        for n, step in enumerate(one.steps, 1):
            plain_text(f"{n}. {step}", 400)
        if one.neighbors:
            st.markdown(f"**{_('It lands among')}**")
            plain_text(", ".join(f"{word} {number(cosine, 2)}" for word, cosine in one.neighbors), 600)
    with right:
        if one.made and one.ingredients:
            made = ingredients(read, one.name, dark=st.context.theme.type == "dark")
            st.plotly_chart(made, key="story-ingredients", config=config(), alt=ingredients_alt(read, one.name))
        elif one.made:
            st.caption(_("Its row is no sum of a few parts."))


def read_story(told: Mapping[str, Any], donors: Sequence[str] = ()) -> Story | None:
    """The story that `Story.as_dict` told, its fills by their titles; None for one of another version."""

    def called(listed: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.get(name, name) for name in listed)

    try:
        read = TypeAdapter(Story).validate_python(told)
    except ValidationError:
        return None
    names = fill_names({"fills": [{"name": one.name, "kind": one.kind} for one in read.tellings]}, donors)
    tellings = tuple(replace(one, name=names.get(one.name, one.name)) for one in read.tellings)
    points = tuple(
        replace(one, neighbor_of=called(one.neighbor_of), ingredient_of=called(one.ingredient_of))
        for one in read.map.points
    )
    return replace(read, tellings=tellings, map=replace(read.map, points=points))
