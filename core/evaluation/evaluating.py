"""Several subjects on several sets: the sets chosen and read, every item scored, every two subjects compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import InputError, LexiloomError
from ..ladder import DEFAULT_LADDER, Ladder
from ..messages import N_, _, as_told
from ..oov import DEFAULT_FILL
from ..progress import Progress, ignore
from ..vocabulary.vocabulary import Vocabulary
from .catalog import KNOWN, find_sets
from .comparison import Line, compare, corrected
from .outcome import Outcome
from .resampling import detectable
from .sets import ItemSet, read_known, read_set, size_of, within, words_of
from .similarity import score_similarity
from .spec import EvaluateSpec
from .subjects import Subject, with_fills

STAGE = N_("Evaluating")
METHOD_NAMES = {"3cosadd": "3CosAdd", "3cosmul": "3CosMul", "pairdirection": "PairDirection"}
CLASSIFIER_NAMES = {
    "logistic": N_("logistic regression"),
    "svm": N_("linear SVM"),
    "forest": N_("random forest"),
}
MEASURES = {"similarity": N_("Spearman's rho"), "categorization": N_("purity"), "outliers": N_("accuracy")}
# A subject whose languages are not known speaks one if it has this share of the language's smallest sets' words.
SPEAKS = 0.1


@dataclass(frozen=True)
class Skipped:
    """A set that was not scored: `why`, and `home`, where it is had, if it is not at hand."""

    id: str
    title: str
    why: str
    home: str = ""


@dataclass(frozen=True)
class Evaluation:
    """What several subjects reached on several sets.

    subjects    {"name", "kind", "digest", "dim", "size", "licence"} each
    lines       one for each set and measure: scores, intervals, verdicts
    bias        one for each WEAT test: {"test", …, "results": one for each subject}
    geometry    one for each subject, empty unless asked for
    curves      scores by PCA dimension: {"set", "subject", …} each, empty unless asked for
    skipped     sets that were not scored, and why
    vocabulary  words that items were restricted to: {"name", "words"}, None: all
    power       what falls into that vocabulary: {"id", "title", "items", "total", "detectable"} for each set
    """

    spec: EvaluateSpec
    subjects: tuple[dict[str, Any], ...]
    lines: tuple[Line, ...]
    bias: tuple[dict[str, Any], ...] = ()
    geometry: tuple[dict[str, Any], ...] = ()
    curves: tuple[dict[str, Any], ...] = ()
    skipped: tuple[Skipped, ...] = ()
    vocabulary: dict[str, Any] | None = None
    power: tuple[dict[str, Any], ...] = ()

    @property
    def names(self) -> list[str]:
        """The subjects' names."""
        return [one["name"] for one in self.subjects]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON. Inverse of `from_dict`."""
        plain = {
            name: getattr(self, name) for name in ("subjects", "bias", "geometry", "curves", "vocabulary", "power")
        }
        return {
            "spec": self.spec.model_dump(mode="json"),
            **plain,
            "lines": [asdict(line) for line in self.lines],
            "skipped": [asdict(one) for one in self.skipped],
        }

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Evaluation:
        """The evaluation that `as_dict` told, also after JSON; `with_told` keeps its messages translatable."""
        from pydantic import TypeAdapter

        return TypeAdapter(cls).validate_python(as_told(given))


def evaluate(
    subjects: Sequence[Subject],
    spec: EvaluateSpec | None = None,
    *,
    ladder: Ladder = DEFAULT_LADDER,
    oov: Any = DEFAULT_FILL,
    vocabulary: Vocabulary | None = None,
    vocabulary_name: str = "",
    base: Path | None = None,
    progress: Progress = ignore,
) -> Evaluation:
    """Score `subjects` on the sets of `spec`, and compare each two of them on the items that both have.

    Under the policy "fills", words that a source lacks are looked up by `ladder` and filled by `oov`, set by set;
    a matrix comes with its own fills. With `vocabulary`, only items count whose words are all in it. Raises
    InputError where no set is left to score, and what reading sets and sources raises.
    """
    spec = spec or EvaluateSpec()
    subjects = _told_apart(subjects)
    chosen, skipped = choose_sets(subjects, spec, base)
    run = _Run(subjects, spec, ladder, oov, progress, len(chosen))
    lines: list[Line] = []
    bias: list[dict[str, Any]] = []
    kept: list[ItemSet] = []
    power: list[dict[str, Any]] = []
    for one in chosen:
        part = one if vocabulary is None else within(one, vocabulary.ids)
        if vocabulary is not None and one.task not in ("bias", "probe"):
            power.append(_power(one, part))
        if not size_of(part.task, part.items):
            skipped.append(Skipped(one.id, one.title, _("none of its items lies in the vocabulary")))
            continue
        if one.task == "bias":
            bias += run.weat(part)
        else:
            lines += run.lines(part)
        kept.append(part)
        progress(_(STAGE), len(kept), len(chosen), _("sets"), part.title)
    if not kept:
        raise InputError(
            _("there is no set to score"), fix=_("Choose another suite, or name sets by their ids or files.")
        )
    return Evaluation(
        spec,
        tuple(_described(one) for one in subjects),
        corrected(lines),
        tuple(bias),
        run.geometry() if spec.geometry else (),
        run.curves(kept) if spec.dimensions else (),
        tuple(skipped),
        None if vocabulary is None else {"name": vocabulary_name, "words": len(vocabulary)},
        tuple(power),
    )


def _power(whole: ItemSet, part: ItemSet) -> dict[str, Any]:
    """How much of a set lies in a vocabulary, and what that can tell."""
    items = size_of(part.task, part.items)
    return {
        "id": whole.id,
        "title": whole.title,
        "items": items,
        "total": size_of(whole.task, whole.items),
        "detectable": detectable(items, rho=whole.task == "similarity"),
    }


def choose_sets(
    subjects: Sequence[Subject], spec: EvaluateSpec, base: Path | None = None
) -> tuple[list[ItemSet], list[Skipped]]:
    """The sets of `spec`, read; and those of its suite that are not at hand or can't be read.

    A set that was named by its id or file raises InputError where it can't be read.
    """
    folders = [Path(spec.suite_dir) if base is None else base / spec.suite_dir] if spec.suite_dir else []
    chosen = [read_set(one, folders=folders, base=base) for one in spec.sets]
    named = {one.id for one in chosen}
    skipped: list[Skipped] = []
    languages = _languages(subjects) if spec.suite == "auto" else ["en", "zh"] if spec.suite == "all" else [spec.suite]
    for found in find_sets(folders, languages):
        known = found.known
        if known.id in named:
            continue
        if found.path is None:
            skipped.append(Skipped(known.id, known.title, _("not at hand"), known.home))
            continue
        try:
            chosen.append(read_known(known, found.path))
        except InputError as error:
            skipped.append(Skipped(known.id, known.title, error.what))
    return chosen, skipped


def _languages(subjects: Sequence[Subject]) -> list[str]:
    """The languages of the subjects: as they say, or as their words tell."""
    from .catalog import path_of

    found: dict[str, None] = {}
    for subject in subjects:
        said = [one for one in subject.source.info.languages if one in ("en", "zh")]
        if subject.size is None and not said:  # random vectors have any word
            continue
        for language in said or ("en", "zh"):
            probe = KNOWN[f"categories-{language}"]
            words = words_of(probe.task, read_known(probe, path_of(probe)).items)
            if said or (subject.find(words) >= 0).mean() >= SPEAKS:
                found[language] = None
    return list(found) or ["en", "zh"]


class _Run:
    """One evaluation under way."""

    def __init__(
        self, subjects: Sequence[Subject], spec: EvaluateSpec, ladder: Ladder, oov: Any, progress: Progress, sets: int
    ) -> None:
        self.subjects, self.spec, self.ladder, self.oov = subjects, spec, ladder, oov
        self.progress = progress

    def ready(self, words: Sequence[str]) -> list[Subject]:
        """The subjects as the policy wants them: sources filled for `words` where it is "fills"."""
        if self.spec.policy != "fills":
            return list(self.subjects)
        return [
            with_fills(one, words, ladder=self.ladder, oov=self.oov, progress=self.progress)
            if one.kind == "source"
            else one
            for one in self.subjects
        ]

    def lines(self, one: ItemSet) -> Iterator[Line]:
        """A line for the set, or one for each method."""
        if one.task == "probe":
            yield self._probe(one)
            return
        subjects, spec = self.ready(words_of(one.task, one.items)), self.spec
        if one.task == "similarity":
            yield self._line(one, [score_similarity(s, one.items, spec.policy) for s in subjects])
        elif one.task == "analogy":
            yield from self._analogies(one, subjects)
        elif one.task == "categorization":
            from .categories import score_categories

            outcomes = [score_categories(s, one.items, policy=spec.policy, progress=self.progress) for s in subjects]
            yield self._line(one, outcomes)
        else:
            from .outliers import score_outliers

            yield self._line(one, [score_outliers(s, one.items, policy=spec.policy) for s in subjects])

    def _analogies(self, one: ItemSet, subjects: Sequence[Subject]) -> Iterator[Line]:
        from .analogy import score_analogies_all

        answered = [
            score_analogies_all(s, one.items, self.spec.methods, policy=self.spec.policy, progress=self.progress)
            for s in subjects
        ]
        for method in self.spec.methods:
            title = METHOD_NAMES[method]
            outcomes = [given[method] for given in answered]
            yield self._line(one, outcomes, suffix=method, measure=_("accuracy, {method}").format(method=title))

    def _probe(self, one: ItemSet) -> Line:
        from .labelled import words_of as tokens_of
        from .probes import score_probe

        subjects = self.ready(tokens_of(one.items) if self.spec.policy == "fills" else [])
        outcomes = [
            score_probe(
                subject,
                one.items,
                test=one.test,
                classifier=one.classifier,  # type: ignore[arg-type]
                policy=self.spec.policy,
                seed=self.spec.seed,
                progress=self.progress,
            )
            for subject in subjects
        ]
        name = _(CLASSIFIER_NAMES[one.classifier])
        return self._line(one, outcomes, measure=_("accuracy, {method}").format(method=name))

    def _line(self, one: ItemSet, outcomes: Sequence[Outcome], *, suffix: str = "", measure: str = "") -> Line:
        cells, verdicts = compare(outcomes, self.spec.policy, resamples=self.spec.resamples, seed=self.spec.seed)
        return Line(
            id=f"{one.id} {suffix}".strip(),
            title=one.title,
            task=one.task,
            measure=measure or _(MEASURES[one.task]),
            language=one.language,
            cells=cells,
            verdicts=verdicts,
            details=tuple(dict(outcome.details) for outcome in outcomes),
            key=one.key,
            note=one.note,
        )

    def weat(self, one: ItemSet) -> Iterator[dict[str, Any]]:
        """One table for each test of the set; of words that sources have: a fill would only show itself."""
        from .bias import score_weat

        for test in one.items:
            results = [score_weat(subject, test, seed=self.spec.seed).as_dict() for subject in self.subjects]
            yield {"set": one.id, "test": test.name, "language": test.language or one.language, "results": results}

    def geometry(self) -> tuple[dict[str, Any], ...]:
        """The shape of each subject's vectors, as they are, without fills of sources."""
        from .geometry import measure_geometry

        found = []
        for one in self.subjects:
            try:
                measured = measure_geometry(one, seed=self.spec.seed, progress=self.progress).as_dict()
            except InputError as error:  # random vectors have no end
                measured = {"reason": error.what}
            found.append({"subject": one.name, **measured})
        return tuple(found)

    def curves(self, sets: Sequence[ItemSet]) -> tuple[dict[str, Any], ...]:
        """Scores by PCA dimension, of each subject on each similarity set."""
        from .dimensions import Axes, fit_axes, score_dimensions

        found: list[dict[str, Any]] = []
        axes: dict[str, Axes] = {}
        for one in sets:
            if one.task != "similarity":
                continue
            for subject in self.subjects:
                try:
                    if subject.name not in axes:
                        axes[subject.name] = fit_axes(subject, seed=self.spec.seed, progress=self.progress)
                    curve = score_dimensions(
                        subject,
                        one.items,
                        axes=axes[subject.name],
                        resamples=self.spec.resamples,
                        seed=self.spec.seed,
                        progress=self.progress,
                    )
                except LexiloomError as error:
                    found.append({"set": one.id, "title": one.title, "subject": subject.name, "reason": error.what})
                else:
                    found.append({"set": one.id, "title": one.title, "subject": subject.name, **curve.as_dict()})
        return tuple(found)


def _told_apart(subjects: Sequence[Subject]) -> list[Subject]:
    """The subjects, a second one of a name with a number behind it."""
    names: list[str] = []
    for one in subjects:
        name, k = one.name, 2
        while name in names:
            name, k = f"{one.name} ({k})", k + 1
        names.append(name)
    return [replace(one, name=name) for one, name in zip(subjects, names, strict=True)]


def _described(subject: Subject) -> dict[str, Any]:
    info = subject.source.info
    return {
        "name": subject.name,
        "kind": subject.kind,
        "digest": info.digest,
        "dim": info.dim,
        "size": subject.size,
        "licence": info.licence,
        "languages": list(info.languages),
    }
