"""Hugging Face's tokenizer.json: its vocabulary, every id kept."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from ..errors import VocabularyError
from ..messages import N_, _
from ..progress import Progress
from ..spec import Spec, option
from .ids import number
from .lines import check_file
from .report import Problems, Reading, told
from .specials import role_of
from .vocabulary import Vocabulary


class TokenizerSpec(Spec):
    """The vocabulary of a Hugging Face tokenizer."""

    kind: Literal["tokenizer"] = "tokenizer"
    path: str = option(..., N_("File"), N_("A tokenizer.json, as the tokenizers library writes it."))


def read_tokenizer(spec: TokenizerSpec, path: Path, progress: Progress) -> Reading:
    """Words at their ids, added tokens too; special tokens have roles. Raises VocabularyError."""
    from tokenizers import Tokenizer

    check_file(path, spec.path)
    content = path.read_bytes()
    try:
        tokenizer = Tokenizer.from_buffer(content)
    except Exception as error:  # the library raises plain Exception for whatever is wrong
        raise VocabularyError(
            _("this is not a tokenizer.json: {reason}").format(reason=error),
            where=spec.path,
            fix=_("Save it with tokenizer.save(…), or give its vocab.txt or vocab.json."),
        ) from None
    problems = Problems()
    vocabulary = number(
        ((row, word, None) for word, row in tokenizer.get_vocab(with_added_tokens=True).items()),
        problems,
        where=spec.path,
    )
    vocabulary = Vocabulary(vocabulary.words, None, dict(vocabulary.specials) | _roles(tokenizer, vocabulary))
    notes = [_("a tokenizer of type {name}").format(name=type(tokenizer.model).__name__)]
    digest = hashlib.sha256(content).hexdigest()
    return told(
        spec.kind, vocabulary, None, problems=problems, notes=notes, path=spec.path, digest=digest, encoding="UTF-8"
    )


def _roles(tokenizer: object, vocabulary: Vocabulary) -> dict[str, str]:
    """Roles by the tokenizer's own word: its padding token, its unknown token, its special added tokens."""
    added = tokenizer.get_added_tokens_decoder().values()  # type: ignore[attr-defined]
    roles = {token.content: role_of(token.content) or "token" for token in added if token.special}
    unknown = getattr(tokenizer.model, "unk_token", None)  # type: ignore[attr-defined]
    if unknown in vocabulary:
        roles[str(unknown)] = "unk"
    padding = tokenizer.padding  # type: ignore[attr-defined]
    # GPT-2 pads with its end-of-text token: a row with a meaning of its own is no padding row.
    if padding and (token := padding["pad_token"]) in vocabulary and role_of(token) in (None, "pad"):
        roles[token] = "pad"
    return {word: role for word, role in roles.items() if word in vocabulary}
