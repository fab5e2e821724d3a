"""Sets of all tasks, read by one function, and cut down to the words of a vocabulary."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import InputError, RecipeError, one_of
from ..messages import _
from .catalog import KNOWN, KnownSet, known_set, path_of
from .spec import CLASSIFIERS, ItemsFile, ItemsSpec, KnownItems, LabelledFile

TASKS = ("similarity", "analogy", "categorization", "outliers", "bias", "probe")
PROBE_FIELDS = {"test": "test_path", "text": "text_column", "label": "label_column"}
PROBE_OPTION = re.compile(r",(test|text|label)=([^,]*)$")
MARKUP = re.compile(r"</?[a-zA-Z][^>]*>|&[a-z]+;")


@dataclass(frozen=True)
class ItemSet:
    """A set that has been read.

    id        of the published set, or the file's name
    title     for people
    task      what is done with it
    language  code, "" when unknown
    items     the set itself: a PairSet, an AnalogySet, a CategorySet, an OutlierSet, WEAT tests, LabelledTexts
    key       of its BibTeX entry, "" for none
    note      what is to be known of it
    test      of a probe: the texts to test on, None for a split
    """

    id: str
    title: str
    task: str
    language: str
    items: Any
    key: str = ""
    note: str = ""
    test: Any = None
    classifier: str = ""


def parse_set(text: str) -> ItemsSpec:
    """The set that a text means: a published set's id, "task:FILE", or a FILE whose task its lines tell.

    "probe:FILE" or "probe:svm:FILE" for labelled texts, behind it ",test=FILE", ",text=COLUMN" and ",label=COLUMN"
    as needed. Raises RecipeError or InputError.
    """
    if text in KNOWN:
        return KnownItems(id=text)
    task, colon, rest = text.partition(":")
    if colon and task == "probe":
        return _parse_probe(rest)
    if colon and task in TASKS:
        return ItemsFile(kind=task, path=rest)  # type: ignore[arg-type]
    path = Path(text)
    if path.exists():
        return ItemsFile(kind=sniff_task(path), path=text)  # type: ignore[arg-type]
    if path.suffix or "/" in text:
        raise InputError(_("there is no such file"), where=text, fix=_("Check the path."))
    known_set(text)  # raises: neither an id nor a file
    raise AssertionError(text)


def _parse_probe(text: str) -> LabelledFile:
    options = {}
    while found := PROBE_OPTION.search(text):
        options[PROBE_FIELDS[found[1]]] = found[2]
        text = text[: found.start()]
    classifier, colon, path = text.partition(":")
    if colon and classifier in CLASSIFIERS:
        return LabelledFile(path=path, classifier=classifier, **options)  # type: ignore[arg-type]
    return LabelledFile(path=text, **options)


def sniff_task(path: Path) -> str:
    """What a set's file is made for, told by its first lines. Raises InputError where they tell nothing."""
    if path.is_dir():
        return "outliers"
    try:
        text = path.read_bytes()[:65536].decode("utf-8-sig", "replace")
    except OSError as error:
        raise InputError(_("can't be read: {reason}").format(reason=error.strerror or error), where=str(path)) from None
    lines = [line for line in text.splitlines()[:50] if line.strip() and not line.startswith("#")]
    if not lines:
        raise InputError(_("it is empty"), where=str(path), fix=_("Give a file that holds a set."))
    if any(line.lstrip().startswith(":") for line in lines):
        return "analogy"
    if lines and {"test", "list", "words"} <= set(lines[0].lower().split("\t")):
        return "bias"
    rows = [re.split(r"[\t,;]", line) if re.search(r"[\t,;]", line) else line.split() for line in lines]
    # Most lines tell: one that does not fit is then named when the set is read.
    shapes = Counter(_shape(row) for row in rows)
    task, lines_of_it = shapes.most_common(1)[0] if shapes else ("", 0)
    if task and lines_of_it >= len(rows) / 2:
        return task
    raise InputError(
        _("it does not show what kind of set this is"),
        where=str(path),
        fix=_("Say so in front of the name: {examples}.").format(
            examples=one_of(f"{task}:{path.name}" for task in TASKS)
        ),
    )


def _shape(row: list[str]) -> str:
    """The task that a row of so many and such cells is made for, "" for none."""
    if len(row) == 3 and row[2].strip() in ("member", "outlier"):
        return "outliers"
    if len(row) >= 3 and _is_number(row[2]):
        return "similarity"
    return {4: "analogy", 2: "categorization"}.get(len(row), "")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def read_set(spec: ItemsSpec, *, folders: Sequence[Path] = (), base: Path | None = None) -> ItemSet:
    """Read the set that `spec` names; published ones are looked for in `folders`. Raises InputError, RecipeError."""
    if isinstance(spec, LabelledFile):
        return _labelled(spec, base)
    if isinstance(spec, KnownItems):
        known = known_set(spec.id)
        return read_known(known, path_of(known, folders))
    path = Path(spec.path) if base is None else base / spec.path
    read = _checked(ItemSet(path.name, path.name, spec.kind, "", _readers(spec.kind)(path)))
    # A published set under its own name, whole: it is cited as such.
    known = next((one for one in KNOWN.values() if one.task == spec.kind and path.name.lower() in one.files), None)
    whole = known is not None and known.items and size_of(read.task, read.items) == known.items
    return read_known(known, path) if known is not None and whole else read


def read_known(known: KnownSet, path: Path) -> ItemSet:
    """Read the file of a published set."""
    items = _readers(known.task)(path)
    if known.task != "bias":
        items = replace(items, name=known.title, language=known.language)
    note = ""
    if known.left_out:
        kept = tuple(pair for pair in items.pairs if pair[:2] not in known.left_out)
        items = replace(items, pairs=kept)
    if known.items and (held := size_of(known.task, items)) < known.items:
        note = _("{held:,} of its {whole:,} items are in {file}").format(held=held, whole=known.items, file=path.name)
    return replace(_checked(ItemSet(known.id, known.title, known.task, known.language, items, known.key)), note=note)


def _readers(task: str) -> Callable[[Path], Any]:
    if task == "similarity":
        from .pairs import read_pairs

        return read_pairs
    if task == "analogy":
        from .analogies import read_analogies

        return read_analogies
    if task == "categorization":
        from .categories import read_categories

        return read_categories
    if task == "outliers":
        from .outliers import read_outliers

        return read_outliers
    if task == "bias":
        from .bias import read_weat

        return read_weat
    raise RecipeError(_("unknown task {name!r}; choose {names}").format(name=task, names=one_of(TASKS)))


def _labelled(spec: LabelledFile, base: Path | None) -> ItemSet:
    from .labelled import read_labelled

    def read(path: str) -> Any:
        return read_labelled(
            Path(path) if base is None else base / path,
            text_column=spec.text_column or None,
            label_column=spec.label_column or None,
        )

    texts = read(spec.path)
    name = f"{Path(spec.path).name} {spec.classifier}"
    test = read(spec.test_path) if spec.test_path else None
    return ItemSet(name, Path(spec.path).name, "probe", texts.language, texts, test=test, classifier=spec.classifier)


def _checked(read: ItemSet) -> ItemSet:
    """The set, with a note where words hold markup: such words are found nowhere."""
    words = words_of(read.task, read.items)
    marked = [word for word in words if MARKUP.search(word)]
    if not marked:
        return read
    note = _("words with markup: {count:,} ({example}); they will be found nowhere").format(
        count=len(marked), example=marked[0]
    )
    return replace(read, note=note)


def words_of(task: str, items: Any) -> list[str]:
    """The distinct words of a set; empty for labelled texts."""
    found: dict[str, None] = {}
    if task == "similarity":
        return items.words
    if task == "analogy":
        for _name, questions in items.sections:
            for question in questions:
                found |= dict.fromkeys(question)
    elif task == "categorization":
        found |= dict.fromkeys(word for word, _category in items.items)
    elif task == "outliers":
        for group in items.groups:
            found |= dict.fromkeys((*group.members, *group.outliers))
    elif task == "bias":
        for test in items:
            found |= dict.fromkeys((*test.x, *test.y, *test.a, *test.b))
    return list(found)


def size_of(task: str, items: Any) -> int:
    """How many items a set has."""
    if task == "similarity":
        return len(items.pairs)
    if task == "analogy":
        return sum(len(questions) for _name, questions in items.sections)
    if task == "categorization":
        return len(items.items)
    if task == "outliers":
        return sum(len(group.outliers) for group in items.groups)
    return len(items.texts) if task == "probe" else len(items)


def within(read: ItemSet, words: Container[str]) -> ItemSet:
    """The part of a set whose items are made of `words` alone, each as written or in lower case."""

    def held(*asked: str) -> bool:
        return all(word in words or word.lower() in words for word in asked)

    items = read.items
    if read.task == "similarity":
        items = replace(items, pairs=tuple(pair for pair in items.pairs if held(pair[0], pair[1])))
    elif read.task == "analogy":
        kept = ((name, tuple(q for q in questions if held(*q))) for name, questions in items.sections)
        items = replace(items, sections=tuple((name, questions) for name, questions in kept if questions))
    elif read.task == "categorization":
        items = replace(items, items=tuple(item for item in items.items if held(item[0])))
    elif read.task == "outliers":
        groups = (
            replace(g, members=tuple(filter(held, g.members)), outliers=tuple(filter(held, g.outliers)))
            for g in items.groups
        )
        items = replace(items, groups=tuple(g for g in groups if len(g.members) > 1 and g.outliers))
    return replace(read, items=items)
