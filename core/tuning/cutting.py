"""Texts into tokens, as the vocabulary of the matrix was cut: a token cut another way finds no row."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import VocabularyError
from ..evaluation.labelled import segmenter_for
from ..messages import N_, _, joined
from ..vocabulary import CorpusSpec, SeveralSpec, TokenizerSpec, Vocabulary, VocabularySpec
from ..vocabulary.corpus import segmenter_of
from ..vocabulary.lines import check_file
from ..vocabulary.report import Problems
from ..vocabulary.scripts import SCRIPTS
from ..vocabulary.segmenting import Segmenter, Tokenization
from ..vocabulary.several import located

MARKS = (".", ",", "!", "?", "。", "，", "！", "？")
MARKS_TOLD = N_("punctuation marks are tokens")
# Of so many Chinese words so large a share are single characters where a vocabulary is one of characters.
LEAST_HAN = 20
SINGLE = 0.95
# What a run of Chinese is cut into there: its characters, and the letters and digits grown into it.
CHARACTER = re.compile(r"[A-Za-z0-9]+|.")


@dataclass(frozen=True)
class Cutter:
    """How texts are cut into tokens.

    cut   a text's tokens, in their order
    told  the same in a few words, for people
    """

    cut: Callable[[str], list[str]]
    told: str


def cutter_of(spec: VocabularySpec | None, base: Path | None, language: str, vocabulary: Vocabulary) -> Cutter:
    """What cuts texts as the words of `vocabulary` were cut, which `spec` describes (None where nobody knows).

    `base` is the folder that the spec's relative paths are relative to, `language` ("en", "zh") that of the texts.
    A corpus is cut by its own options and its user's dictionary, a tokenizer's vocabulary by the tokenizer. Of all
    others the words tell: single Chinese characters, punctuation marks, "it" + "'s". Raises VocabularyError where
    the user's dictionary or the tokenizer can't be read.
    """
    if isinstance(spec, TokenizerSpec):
        return _by_tokenizer(spec, base or Path())
    if (corpus := _corpus(spec)) is not None:
        return _as_corpus(corpus, base or Path())
    return _as_words(language, vocabulary)


def _corpus(spec: VocabularySpec | None) -> CorpusSpec | None:
    parts = spec.parts if isinstance(spec, SeveralSpec) else (spec,)
    return next((part for part in parts if isinstance(part, CorpusSpec)), None)


def _as_corpus(spec: CorpusSpec, base: Path) -> Cutter:
    found, _path = located(spec, base)
    segmenter, cutter = segmenter_of(found, Problems())
    if cutter is None:
        how = _("as the corpus was: English words")
    elif spec.user_dictionary:
        how = _("as the corpus was: Chinese by jieba with {dictionary}").format(dictionary=spec.user_dictionary)
    else:
        how = _("as the corpus was: Chinese by jieba, other words at spaces and marks")
    return Cutter(segmenter.tokens, _with_marks(how, spec.tokenization.punctuation))


def _as_words(language: str, vocabulary: Vocabulary) -> Cutter:
    options = _tokenization(vocabulary)
    if _is_of_characters(vocabulary):
        segmenter = Segmenter("zh", options, CHARACTER.findall)
        how = _("Chinese into characters, as the vocabulary's words are")
    else:
        segmenter = segmenter_for(language, punctuation=options.punctuation, contractions=options.contractions)
        chinese = _("Chinese by jieba, other words at spaces and marks")
        how = _("English words at spaces and marks") if language == "en" else chinese
    return Cutter(segmenter.tokens, _with_marks(how, options.punctuation))


def _with_marks(told: str, marks: bool) -> str:
    return joined("; ", [told, _(MARKS_TOLD)]) if marks else told


def _tokenization(vocabulary: Vocabulary) -> Tokenization:
    """How English is cut, told by words that there are under one way of cutting only."""
    treebank = "'s" in vocabulary and "it's" not in vocabulary and "don't" not in vocabulary
    return Tokenization(
        contractions="treebank" if treebank else "whole",
        punctuation=sum(mark in vocabulary for mark in MARKS) >= 3,
    )


def _is_of_characters(vocabulary: Vocabulary) -> bool:
    han = np.flatnonzero(vocabulary.scripts == list(SCRIPTS).index("han")).tolist()
    # BERT's vocabularies have every character twice: at the start of a word, and marked inside one.
    single = sum(len(vocabulary.words[at].removeprefix("##")) == 1 for at in han)
    return len(han) >= LEAST_HAN and single >= SINGLE * len(han)


def _by_tokenizer(spec: TokenizerSpec, base: Path) -> Cutter:
    from tokenizers import Tokenizer

    _spec, path = located(spec, base)
    check_file(path, spec.path)
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises plain Exception for whatever is wrong
        raise VocabularyError(
            _("this is not a tokenizer.json: {reason}").format(reason=error),
            where=spec.path,
            fix=_("Save it with tokenizer.save(…), or give its vocab.txt or vocab.json."),
        ) from None
    tokenizer.encode_special_tokens = True  # "[SEP]" in a text is a word with brackets
    tokenizer.no_padding()
    tokenizer.no_truncation()
    unknown = getattr(tokenizer.model, "unk_token", None)
    told = _("by the vocabulary's own tokenizer, {name}").format(name=type(tokenizer.model).__name__)
    return Cutter(partial(_pieces, tokenizer, unknown), told)


def _pieces(tokenizer: Any, unknown: str | None, text: str) -> list[str]:
    """The tokenizer's pieces as its vocabulary spells them; of what it does not know, what stands in the text."""
    text = text.encode("utf-8", "replace").decode()  # half a character is no text for it
    found = tokenizer.encode(text, add_special_tokens=False)
    if unknown is None or unknown not in found.tokens:
        return found.tokens
    return [
        text[first:last] if token == unknown else token
        for token, (first, last) in zip(found.tokens, found.offsets, strict=True)
    ]
