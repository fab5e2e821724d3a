"""What a user decided on the missing words: causes whose proposals are accepted, and words one by one."""

from __future__ import annotations

from pydantic import field_validator, model_validator

from ..messages import N_, _
from ..spec import Spec, option
from .causes import Cause


class WordFix(Spec):
    """What becomes of one word. With neither option it is filled as any other, whatever is accepted."""

    word: str = option(..., N_("Word"), N_("The word of the vocabulary."), min_length=1)
    use: tuple[str, ...] = option(
        (), N_("Use"), N_("The word whose row it gets, or several words: the mean of their rows.")
    )
    leave_out: bool = option(False, N_("Leave out"), N_("The word gets no row at all."))

    @model_validator(mode="after")
    def _one_of_both(self) -> WordFix:
        if self.use and self.leave_out:
            raise ValueError(str(_("{word!r} can't be left out and use other words at once").format(word=self.word)))
        if not all(self.use):
            raise ValueError(str(_("a word that {word!r} is to use is empty").format(word=self.word)))
        return self


class Fixes(Spec):
    """What is done about missing words before the rest is filled."""

    accept: tuple[Cause, ...] = option(
        (), N_("Accepted causes"), N_("Causes whose proposals are used for all their words.")
    )
    words: tuple[WordFix, ...] = option((), N_("Words"), N_("Words decided one by one: these come before the causes."))

    @field_validator("words")
    @classmethod
    def _each_once(cls, words: tuple[WordFix, ...]) -> tuple[WordFix, ...]:
        seen: set[str] = set()
        for fix in words:
            if fix.word in seen:
                raise ValueError(str(_("the word {word!r} is decided twice").format(word=fix.word)))
            seen.add(fix.word)
        return words
