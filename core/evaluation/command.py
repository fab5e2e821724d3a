"""An evaluation told as the command that makes it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from .spec import EvaluateSpec, ItemsSpec, KnownItems, LabelledFile

# Options with one value: the spec's field, and its name on the command line.
VALUES = (
    ("suite", "--suite"),
    ("suite_dir", "--suite-dir"),
    ("policy", "--policy"),
    ("case", "--case"),
    ("first_rows", "--first-rows"),
    ("resamples", "--resamples"),
    ("seed", "--seed"),
)


def command_of(subjects: Sequence[str], spec: EvaluateSpec, vocabulary: str = "") -> str:
    """The command line, quoted for a shell, that scores `subjects` by `spec`."""
    return shlex.join(["lexiloom", *arguments_of(subjects, spec, vocabulary)])


def arguments_of(subjects: Sequence[str], spec: EvaluateSpec, vocabulary: str = "") -> list[str]:
    """The arguments of that command: what differs from the defaults."""
    words, defaults = ["evaluate", *subjects], EvaluateSpec()
    for field, option in VALUES:
        if (value := getattr(spec, field)) != getattr(defaults, field):
            words += [option, str(value)]
    for one in spec.sets:
        words += ["--set", told_set(one)]
    if spec.methods != defaults.methods:
        words += [part for one in spec.methods for part in ("--method", one)]
    words += [f"--{field}" for field in ("geometry", "dimensions") if getattr(spec, field)]
    return [*words, *(["--vocab", vocabulary] if vocabulary else [])]


def told_set(spec: ItemsSpec) -> str:
    """What `parse_set` reads as `spec`."""
    if isinstance(spec, KnownItems):
        return spec.id
    if isinstance(spec, LabelledFile):
        parts = [f"test={spec.test_path}"] if spec.test_path else []
        parts += [f"text={spec.text_column}"] if spec.text_column else []
        parts += [f"label={spec.label_column}"] if spec.label_column else []
        return ",".join([f"probe:{spec.classifier}:{spec.path}", *parts])
    return f"{spec.kind}:{spec.path}"
