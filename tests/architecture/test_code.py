"""What the engine's code may not say, read from its syntax trees, function bodies included."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "core").rglob("*.py"))

LONGEST_MODULE = 400
INTERFACES = {"streamlit", "pages", "app"}
# Loading what these write can run code.
PICKLERS = {"pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve", "marshal", "jsonpickle"}
UNSAFE_KEYWORDS = {"allow_pickle": True, "weights_only": False, "trust_remote_code": True}
GETTEXT = {"_", "N_", "ngettext"}
VAGUE_NAMES = re.compile(r"(utils?|helpers?|services?|managers?|common|misc)(\.py)?$")

each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Each absolutely imported module's top-level name, with its line; anywhere in the file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0], node.lineno
        elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__") and node.args:
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name.value.partition(".")[0], node.lineno


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    """The last part of the name that is called: "load" for torch.load(…)."""
    return getattr(call.func, "id", None) or getattr(call.func, "attr", "")


@each_module
def test_the_engine_imports_no_user_interface(path: Path) -> None:
    assert not [found for found in imported(path) if found[0] in INTERFACES]


@each_module
def test_the_engine_imports_itself_relatively(path: Path) -> None:
    assert not [found for found in imported(path) if found[0] == "core"]


@each_module
def test_nothing_is_loaded_that_can_run_code(path: Path) -> None:
    assert not [found for found in imported(path) if found[0] in PICKLERS]
    for call in calls(path):
        assert called(call) not in ("eval", "exec") or not isinstance(call.func, ast.Name), f"line {call.lineno}"
        for keyword in call.keywords:
            if keyword.arg in UNSAFE_KEYWORDS:
                safe = not UNSAFE_KEYWORDS[keyword.arg]
                literal = keyword.value.value if isinstance(keyword.value, ast.Constant) else "not a literal"
                assert literal is safe, f"line {call.lineno}: {keyword.arg} must be {safe}"


@each_module
def test_torch_loads_weights_only_and_numpy_no_pickles(path: Path) -> None:
    required = {"torch": "weights_only", "np": "allow_pickle", "numpy": "allow_pickle"}
    for call in calls(path):
        if called(call) == "load" and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            keyword = required.get(call.func.value.id)
            assert keyword in (None, *[k.arg for k in call.keywords]), f"line {call.lineno}: say {keyword}"


@each_module
def test_every_text_for_people_can_be_translated(path: Path) -> None:
    """A catalog holds literals: no f-string, no sum, nothing already formatted.

    `_` may be given a plain name or attribute (a spec's label), which N_ marked where it is written.
    """
    for call in calls(path):
        if not (isinstance(call.func, ast.Name) and call.func.id in GETTEXT):
            continue
        texts = call.args[:2] if call.func.id == "ngettext" else call.args
        for text in texts:
            if call.func.id == "_" and isinstance(text, ast.Name | ast.Attribute | ast.Subscript):
                continue
            assert isinstance(text, ast.Constant) and isinstance(text.value, str), (
                f"line {call.lineno}: {call.func.id}() needs a literal"
            )
            fields = re.findall(r"\{([^{}]*)\}", text.value.replace("{{", "").replace("}}", ""))
            unnamed = [f for f in fields if not re.match(r"[a-z_]", f)]
            assert not unnamed, f"line {call.lineno}: name the fields of {text.value!r}"


@each_module
def test_every_module_is_short_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    assert not text.strip() or ast.get_docstring(tree(path))


@each_module
def test_names_say_what_things_are(path: Path) -> None:
    assert not [part for part in path.relative_to(ROOT).parts if VAGUE_NAMES.match(part)]
    classes = [node.name for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
    assert not [name for name in classes if re.match(r"(Base|Abstract)[A-Z]|.*(Manager|Helper)$", name)]
