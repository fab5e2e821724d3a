"""Running text, counted: a file, packed or not, or a folder of them, of any size, in one pass."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from ..errors import VocabularyError
from ..messages import N_, _
from ..progress import Progress, ignore
from ..spec import option
from .lines import TextFile
from .packed import SUFFIXES
from .report import Problems, Reading, told
from .segmenting import ChineseCutter, Segmenter, Tokenization
from .selection import Choice, choose
from .vocabulary import Vocabulary

# Of these files in a folder the text is read.
TEXTS = (".txt", *SUFFIXES)
LONGEST_RUN = 1 << 20
LONGEST_SENTENCE = 600
SENTENCE = re.compile(r"[^.!?。！？…\n]+(?:[.!?。！？…]+[\"'”’」』）)]*)?")
HAN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
LATIN = re.compile("[A-Za-z\u00c0-\u024f]+")
# A language is named when at least so large a share of the words is its.
NAMED = 0.1


class CorpusSpec(Choice):
    """Running text: its words are counted, the most frequent come first."""

    kind: Literal["corpus"] = "corpus"
    path: str = option(..., N_("File or folder"), N_("A text, also as .gz, .bz2 or .zst; or a folder of them."))
    encoding: str = option("auto", N_("Encoding"), N_("utf-8, gb18030, big5, …; found from the bytes unless given."))
    language: Literal["auto", "en", "zh"] = option(
        "auto", N_("Language"), N_("en, zh or auto: Chinese is segmented, the rest cut at spaces and marks.")
    )
    tokenization: Tokenization = option(Tokenization(), N_("Words"), N_("What counts as one English word."))
    user_dictionary: str = option(
        "", N_("User dictionary"), N_("Words that jieba keeps whole, one a line; a count may follow.")
    )
    new_words: bool = option(
        True, N_("Find new words"), N_("Let jieba guess words that its dictionary does not have (names).")
    )


def read_corpus(spec: CorpusSpec, path: Path, progress: Progress) -> Reading:
    """The vocabulary of running text, by falling count. Raises VocabularyError."""
    return choose_counted(count_corpus(spec, path, progress), spec)


def choose_counted(counted: Reading, spec: CorpusSpec) -> Reading:
    """What `spec` chooses of a counted corpus: counting is the long part, and is done once. Raises VocabularyError."""
    vocabulary, report = counted.vocabulary, counted.report
    problems, notes = Problems.of(report), list(report.notes)
    assert vocabulary.counts is not None
    chosen = choose(
        dict(zip(vocabulary.words, vocabulary.counts.tolist(), strict=True)),
        spec,
        counted=True,
        problems=problems,
        notes=notes,
        where=spec.path,
        languages=report.language.split("+") if report.language else (),
    )
    return Reading(chosen, report.over(chosen, problems, notes))


def count_corpus(spec: CorpusSpec, path: Path, progress: Progress) -> Reading:
    """All words of running text with their counts, by falling count; nothing of them is chosen yet."""
    problems, notes = Problems(), []
    files = [TextFile(p, spec.encoding, name=n, expanded=None) for p, n in _texts(path, spec.path, problems)]
    segmenter, cutter = segmenter_of(spec, problems)
    counts: Counter[str] = Counter()
    total, before = sum(file.size for file in files), 0
    for file in files:
        for text in _whole_words(file, problems, progress, before, total):
            segmenter.count(text, counts)
        before += file.size
    language = languages(counts)
    ordered = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    notes.append(_("{n:,} words of text, {types:,} different ones").format(n=sum(counts.values()), types=len(counts)))
    vocabulary = Vocabulary(ordered, list(ordered.values()))
    return told(
        spec.kind,
        vocabulary,
        files[0] if len(files) == 1 else None,
        problems=problems,
        notes=notes + _encodings(files),
        path=spec.path,
        digest=_digest(files, spec.path, cutter),
        encoding=", ".join(sorted({file.encoding.label for file in files})),
        language=language,
        lines=sum(file.count for file in files),
        preview=_preview(files[0]),
    )


def segmenter_of(spec: CorpusSpec, problems: Problems) -> tuple[Segmenter, ChineseCutter | None]:
    """What cuts a corpus into words, and what of it cuts Chinese; the user's dictionary is read."""
    cutter = None
    if spec.language != "en":
        dictionary = Path(os.path.expanduser(spec.user_dictionary)) if spec.user_dictionary else None
        cutter = ChineseCutter(dictionary, name=spec.user_dictionary, new_words=spec.new_words, problems=problems)
    return Segmenter(spec.language, spec.tokenization, cutter), cutter


class Sentences:
    """The sentences of running text, again and again in the same order, and what cuts one into words.

    A sentence ends at its mark or at a line's end; a longer one than `LONGEST_SENTENCE` characters is cut there.
    """

    def __init__(self, spec: CorpusSpec, path: Path) -> None:
        problems = Problems()
        self._files = [TextFile(p, spec.encoding, name=n, expanded=None) for p, n in _texts(path, spec.path, problems)]
        self.segmenter, self._cutter = segmenter_of(spec, problems)
        self._path = spec.path

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self._files)

    def digest(self) -> str:
        """Of the texts and of how they are cut; reads them once."""
        for file in self._files:
            if not file.digest:
                for _text in file.chunks():
                    pass
        return _digest(self._files, self._path, self._cutter)

    def __iter__(self) -> Iterator[str]:
        for file in self._files:
            for text in _whole_words(file, Problems(), ignore, 0, self.size):
                for match in SENTENCE.finditer(text):
                    one = match.group().strip()
                    for first in range(0, len(one), LONGEST_SENTENCE):
                        yield one[first : first + LONGEST_SENTENCE]


def _texts(path: Path, name: str, problems: Problems) -> list[tuple[Path, str]]:
    if not os.path.isdir(path):
        return [(path, name)]
    found = []
    for file, shown, is_text in files_in(path, name):
        if is_text:
            found.append((file, shown))
        else:
            problems.add("ignored file", None, shown)
    if not found:
        raise no_text_in(name)
    return found


def files_in(folder: Path, name: str) -> Iterator[tuple[Path, str, bool]]:
    """Every file below `folder`, how it is shown, and whether its text is read; in the order of their names."""
    for inner, folders, names in os.walk(folder):
        folders.sort()
        for one in sorted(names):
            file = Path(inner) / one
            # A link that leads nowhere is no file.
            text = not one.startswith(".") and one.lower().endswith(TEXTS) and file.is_file()
            shown = f"{name.rstrip('/')}/{file.relative_to(folder).as_posix()}"
            yield file, shown, text and file.stat().st_size > 0


def no_text_in(folder: str) -> VocabularyError:
    """What is wrong with a folder without a text."""
    return VocabularyError(
        _("there is no text in this folder"),
        where=folder,
        fix=_("Put .txt, .gz, .bz2 or .zst files into it, or name a file."),
    )


def _whole_words(file: TextFile, problems: Problems, progress: Progress, before: int, total: int) -> Iterator[str]:
    """The text in pieces that end between words."""
    rest = ""
    for chunk in file.chunks(progress, before, total):
        text = rest + chunk
        cut = max(text.rfind("\n"), text.rfind(" "), text.rfind("。")) + 1
        if not cut and len(text) >= LONGEST_RUN:
            problems.add("long run", file.count, text[:40], path=file.name if total > file.size else "")
            cut = len(text)
        rest = text[cut:]
        if cut:
            yield text[:cut]
    if rest:
        yield rest


def languages(counts: Counter[str]) -> str:
    """ "en", "zh" or "en+zh", by the shares of Latin and Chinese words; "" for neither."""
    chinese = latin = 0
    for word, n in counts.items():
        if HAN.search(word):
            chinese += n
        elif LATIN.match(word):
            latin += n
    both = (chinese + latin) or 1
    return "+".join(name for name, n in (("en", latin), ("zh", chinese)) if n / both >= NAMED)


def _encodings(files: list[TextFile]) -> list[str]:
    if len(files) == 1:
        return []
    names = Counter(file.encoding.label for file in files)
    listed = ", ".join(f"{label} ({n})" for label, n in names.most_common())
    return [_("{n:,} files; encodings: {listed}").format(n=len(files), listed=listed)]


def _digest(files: list[TextFile], folder: str, cutter: ChineseCutter | None) -> str:
    """Of one file its own; of a folder that of the names and contents in it; a user's dictionary belongs to it."""
    dictionary = cutter.digest if cutter else ""
    if len(files) == 1 and not dictionary:
        return files[0].digest
    inside = f"{folder.rstrip('/')}/"
    told = [f"{file.name.removeprefix(inside) if len(files) > 1 else ''}\0{file.digest}\n" for file in files]
    return hashlib.sha256("".join([*told, dictionary]).encode("utf-8", "surrogatepass")).hexdigest()


def _preview(file: TextFile) -> list[str]:
    text = file.sample.head.decode(file.encoding.codec, "replace").removeprefix("\ufeff")
    return [line.strip() for line in text.split("\n", 50)[:50] if line.strip()][:5]
