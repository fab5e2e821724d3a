"""The vocabulary stage's tokenizer as a Python file that needs no Lexiloom, and that keeps some words whole.

It is written out of what it has to equal: the pattern, with Unicode's classes as the package `regex` has them (the
standard library's `re` has none), and the source of the functions that part contractions. Users' words are in it as
`ascii` writes them, so that none can end a string or a line.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Mapping
from functools import cache

from .keeping import Cutting
from .segmenting import CLITICS, NEGATED, _apostrophe, _at_apostrophe, _treebank, word_pattern

WIDTH = 116
CLASS = re.compile(r"\\p\{(\w+)\}|\\([ws])")
# What \w and \s of `regex` are called in the file: they hold other characters than those of `re`.
NAMES = {"w": "word", "s": "space"}
ENGLISH_HEAD = '''\
"""Cuts running text into words as a vocabulary has them: `tokens("…")` gives a list.

Made by Lexiloom. It needs Python's standard library alone.
"""

'''
CHINESE_HEAD = '''\
"""Cuts running text into words as a vocabulary has them: `tokens("…")` gives a list.

Made by Lexiloom. It needs Python's standard library and jieba{files}.
"""

'''
IMPORTS = """\
from __future__ import annotations

import re
"""
CLASSES_HELP = "# Unicode's classes as ranges of hexadecimal code points.\n"
CLASS_CODE = """\


def _class(ranges: str) -> str:
    ends = (one.partition("-") for one in ranges.split())
    return "".join(f"\\\\U{first:>08}-\\\\U{last or first:>08}" for first, _dash, last in ends)


"""
JIEBA_CODE = """\

jieba.setLogLevel(logging.WARNING)
JIEBA = jieba.Tokenizer()
"""
DICTIONARY_CODE = """\
HERE = Path(__file__).parent if "__file__" in globals() else Path()
with open(HERE / "user_dict.txt", "rb") as file:
    JIEBA.load_userdict(file)
"""
PARTS_CODE = """\


def parts(match: re.Match[str]):
    \"\"\"The words of one match of the pattern.\"\"\"
    {chinese}return {rest}
"""
PARTS_OF_CHINESE = """\
if match.lastgroup == "han":
        return JIEBA.lcut(match.group(), HMM={new_words})
    """
PLAIN_CODE = """\


def plain_spans(text: str) -> list[tuple[str, int, int]]:
    \"\"\"The words of `text` in their order, each with its first character and the one after its last.\"\"\"
    found = []
    for match in PATTERN.finditer(text):
        at = match.start()
        for part in parts(match):
            first = text.find(part, at, match.end())
            if first >= 0:
                found.append(({part}, first, first + len(part)))
                at = first + len(part)
    return found
"""
LOWER_CODE = """\


def form_of(text: str) -> str:
    \"\"\"`text` in lower case, every character at its place.\"\"\"
    low = text.lower()
    return low if len(low) == len(text) else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)
"""
KEPT_CODE = """\

STARTS: dict[str, set[int]] = {{}}
for kept in KEPT:
    STARTS.setdefault(kept[:2], set()).add(len(kept))
LENGTHS = {{start: sorted(lengths, reverse=True) for start, lengths in STARTS.items()}}


def places(text: str, inside: set[int]):
    \"\"\"Where words stand that are kept whole, from left to right, the longest first.\"\"\"
    for at in range(len(text)):
        if at in inside:
            continue
        pair = text[at : at + 2]
        if pair in LENGTHS:
            for length in LENGTHS[pair]:
                if text[at : at + length] in KEPT:
                    yield at, text[at : at + length]
        if len(pair) == 2 and pair[0] in LENGTHS:
            yield at, pair[0]


def spans(text: str) -> list[tuple[str, int, int]]:
    \"\"\"`plain_spans`, with the words that are kept whole in place of their parts.\"\"\"
    cuts = plain_spans(text)
    inside = {{i for _word, first, last in cuts for i in range(first + 1, last)}}
    found = []
    at = done = 0
    for first, form in places({form}, inside):
        last = first + len(form)
        if first < at or last in inside:
            continue
        while done < len(cuts) and cuts[done][1] < first:
            found.append(cuts[done])
            done += 1
        while done < len(cuts) and cuts[done][1] < last:
            done += 1
        found.append((KEPT[form], first, last))
        at = last
    return found + cuts[done:]
"""
TOKENS_CODE = """\


def tokens(text: str) -> list[str]:
    \"\"\"The words of `text` in their order.\"\"\"
    return [word for word, _first, _last in {spans}(text)]
"""


def write_tokenizer(cutting: Cutting, kept: Mapping[str, str], *, with_dictionary: bool) -> str:
    """The file. `kept` is form -> word; with a dictionary, jieba reads user_dict.txt that lies beside it."""
    chinese = cutting.language != "en"
    parts = [CHINESE_HEAD.format(files=", and user_dict.txt beside it" * with_dictionary) if chinese else ENGLISH_HEAD]
    parts += [_imports(chinese, with_dictionary), "\n", *_pattern(cutting, chinese)]
    if chinese:
        parts += [JIEBA_CODE, DICTIONARY_CODE * with_dictionary]
    split, code = _contractions(cutting.tokenization.contractions)
    han = PARTS_OF_CHINESE.format(new_words=cutting.new_words) if chinese else ""
    parts += [
        code,
        PARTS_CODE.format(chinese=han, rest=f"{split}(match.group())" if split else "[match.group()]"),
        PLAIN_CODE.format(part="part.lower()" if cutting.lower else "part"),
    ]
    if kept:
        parts += [
            LOWER_CODE * cutting.lower,
            "\n\n# What is kept whole, as it stands in a text, and as the vocabulary has it.\nKEPT = {\n",
            *(f"    {form!r}: {word!r},\n" for form, word in kept.items()),
            "}\n",
            KEPT_CODE.format(form="form_of(text)" if cutting.lower else "text"),
        ]
    return "".join([*parts, TOKENS_CODE.format(spans="spans" if kept else "plain_spans")])


def _imports(chinese: bool, with_dictionary: bool) -> str:
    if not chinese:
        return IMPORTS
    path = "from pathlib import Path\n" * with_dictionary
    return IMPORTS.replace("import re\n", f"import logging\nimport re\n{path}\nimport jieba\n")


def _contractions(kind: str) -> tuple[str, str]:
    """Name and source of the function that parts contractions, "" where they stay whole."""
    if kind == "whole":
        return "", ""
    if kind == "split":
        return _at_apostrophe.__name__, f"\n\n{inspect.getsource(_at_apostrophe)}"
    sources = "\n\n".join(map(inspect.getsource, (_apostrophe, _treebank)))
    return _treebank.__name__, f"\nNEGATED = {NEGATED!a}\nCLITICS = {CLITICS!a}\n\n\n{sources}"


def _pattern(cutting: Cutting, chinese: bool) -> list[str]:
    """The classes that the pattern names, and the pattern."""
    pattern = word_pattern(cutting.tokenization, han=chinese).pattern
    names = dict.fromkeys(match[1] or match[2] for match in CLASS.finditer(pattern))
    rows = [f'    "{_named(name)}": """\n{_wrapped(ranges(name))}\n    """,\n' for name in names]
    fields = _with_fields(pattern)
    return [
        CLASSES_HELP,
        "CLASSES = {\n",
        *rows,
        "}\n",
        CLASS_CODE,
        f"PATTERN = re.compile(\n    {fields!a}\n",
        "    % {name: _class(ranges) for name, ranges in CLASSES.items()}\n)\n",
    ]


def _named(name: str) -> str:
    return NAMES.get(name, name)


def _with_fields(pattern: str) -> str:
    """`pattern` with fields for its classes: in brackets the ranges alone, else ranges in brackets."""
    found: list[str] = []
    bracket = False
    at = 0
    while at < len(pattern):
        if match := CLASS.match(pattern, at):
            field = f"%({_named(match[1] or match[2])})s"
            found.append(field if bracket else f"[{field}]")
            at = match.end()
            continue
        two = pattern[at] == "\\"
        if not two:
            bracket = pattern[at] == "[" or (bracket and pattern[at] != "]")
        found.append(pattern[at : at + 1 + two].replace("%", "%%"))
        at += 1 + two
    return "".join(found)


@cache
def ranges(name: str) -> str:
    """The characters of a class of `regex` ("L", "Han", "w", "s"), as "41-5a 61-7a aa"."""
    import sys

    import regex

    every = "".join(map(chr, range(sys.maxunicode + 1)))
    known = rf"\{name}" if name in NAMES else rf"\p{{{name}}}"
    runs = (match.span() for match in regex.finditer(f"{known}+", every))
    return " ".join(f"{first:x}" if last - first == 1 else f"{first:x}-{last - 1:x}" for first, last in runs)


def _wrapped(text: str) -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8, break_on_hyphens=False, break_long_words=False
    )
