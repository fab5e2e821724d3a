"""An evaluation from its sets to its table: every task, every policy, told and read back."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.cli import main
from core.errors import InputError
from core.evaluation.evaluating import Evaluation, evaluate
from core.evaluation.outcome import POLICIES
from core.evaluation.spec import EvaluateSpec, ItemsFile, KnownItems, LabelledFile
from core.evaluation.subjects import as_subject
from core.evaluation.tables import WRITERS, as_csv, as_json, as_latex, as_markdown
from core.messages import speaking, with_told
from core.pipeline import run
from core.recipe import Recipe
from core.sources import open_source
from core.vocabulary.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def english() -> Any:
    return as_subject(open_source("builtin:english"))


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("texts") / "texts.tsv"
    animals, tools = ["cat dog", "horse cow", "a tiger", "the wolf"], ["hammer saw", "nail screw", "a drill", "the axe"]
    rows = [
        f"{text} {k}\tanimal\n{other} {k}\ttool\n" for k in range(5) for text, other in zip(animals, tools, strict=True)
    ]
    path.write_text("text\tlabel\n" + "".join(rows), encoding="utf-8")
    return path


def everything(texts: Path, **options: Any) -> EvaluateSpec:
    sets = [KnownItems(id=one) for one in ("ws353", "categories-en", "outliers-en", "weat-en")]
    return EvaluateSpec(suite="none", sets=(*sets, LabelledFile(path=str(texts))), resamples=200, **options)


@pytest.mark.parametrize("policy", POLICIES)
def test_every_task_under_every_policy(policy: Any, english: Any, texts: Path) -> None:
    random = as_subject(open_source("random:50"))
    found = evaluate([english, random], everything(texts, policy=policy))
    assert [line.task for line in found.lines] == ["similarity", "categorization", "outliers", "probe"]
    for line in found.lines:
        ours, theirs = line.cells
        assert ours.value is not None and theirs.value is not None
        assert ours.value > theirs.value or line.task == "probe"
        assert policy == "covered" or ours.counted == ours.total or line.task == "outliers"
        assert ours.interval is None or ours.interval.low <= ours.value + 1e-9
    assert {one["test"] for one in found.bias}
    again = evaluate([english, random], everything(texts, policy=policy))
    assert again == found


def test_an_evaluation_is_told_and_read_back_in_the_reader_s_language(english: Any, texts: Path) -> None:
    random = as_subject(open_source("random:50"))
    spec = everything(texts, geometry=True, dimensions=True)
    found = evaluate([english, random], spec)
    plain = json.loads(as_json(found, "lexiloom evaluate"))
    assert plain.pop("command") == "lexiloom evaluate"
    assert Evaluation.from_dict(plain).lines == found.lines
    told = json.loads(json.dumps(with_told(found.as_dict())))
    with speaking("zh_CN"):
        read = Evaluation.from_dict(told)
    assert read.lines[0].measure == "斯皮尔曼 ρ" and found.lines[0].measure == "Spearman's rho"
    assert read.geometry[1]["reason"] != found.geometry[1]["reason"]
    assert found.geometry[0]["isotropy"] > 0 and found.geometry[1]["reason"]
    curve = next(one for one in found.curves if one["subject"] == "builtin:english")
    assert curve["points"][-1]["dim"] == 256 and curve["enough"]


def test_tables_say_what_they_are_of(english: Any, texts: Path) -> None:
    found = evaluate([english, as_subject(open_source("random:50"), "a|b & c_d")], everything(texts))
    rows = list(csv.DictReader(as_csv(found).decode("utf-8-sig").splitlines()))
    assert len(rows) == 2 * len(found.lines)
    first = rows[0]
    assert (first["set"], first["counted"], first["total"], first["policy"]) == ("ws353", "342", "353", "covered")
    assert float(first["low"]) < float(first["score"]) < float(first["high"])
    markdown = as_markdown(found, "lexiloom evaluate").decode()
    assert "a\\|b & c_d" in markdown and ".788 [" in markdown and "(342/353)" in markdown and "left out" in markdown
    latex = as_latex(found, "lexiloom evaluate x").decode()
    assert r"a|b \& c\_d" in latex and r"\cite{finkelstein2002placing}" in latex
    assert latex.count("{") == latex.count("}") and latex.startswith("% lexiloom evaluate x\n")
    assert b"@article{finkelstein2002placing," in WRITERS["bib"](found, "")
    assert b"@misc{subject2," in WRITERS["bib"](found, "")


def test_only_items_of_the_vocabulary_count(english: Any) -> None:
    words = Vocabulary(["cat", "tiger", "love", "sex", "book", "paper", "computer", "keyboard", "internet"])
    spec = EvaluateSpec(suite="none", sets=(KnownItems(id="ws353"), KnownItems(id="categories-en")))
    found = evaluate([english], spec, vocabulary=words, vocabulary_name="mine")
    assert found.lines[0].cells[0].total == 6 and found.vocabulary == {"name": "mine", "words": 9}
    assert found.lines[0].cells[0].interval is None
    with pytest.raises(InputError, match="no set to score"):
        evaluate([english], spec, vocabulary=Vocabulary(["qwertz"]))


def test_subjects_of_one_name_are_told_apart_and_their_language_chooses_the_sets(english: Any) -> None:
    found = evaluate([english, english], EvaluateSpec(resamples=200))
    assert found.names == ["builtin:english", "builtin:english (2)"]
    assert {line.language for line in found.lines} == {"en"}
    assert all(v.kind == "even" for line in found.lines for v in line.verdicts)
    assert "men" in {one.id for one in found.skipped} and all(one.why for one in found.skipped)


def test_a_recipe_scores_its_matrix_beside_its_sources(tmp_path: Path) -> None:
    recipe = Recipe(
        vocabulary=["cat", "tiger", "love", "sex", "book", "paper", "computer", "keyboard", "qwertzuiop"],
        sources=["builtin:english"],
        evaluate={"suite": "none", "sets": ["ws353"], "against": ["random:20"], "policy": "mean", "resamples": 200},
    )
    build = run(recipe)
    assert build.evaluation is not None
    assert build.evaluation.names == ["matrix", "builtin:english", "random:20"]
    build.save(tmp_path / "build")
    saved = json.loads((tmp_path / "build" / "evaluation.json").read_text("utf-8"))
    saved.pop("command")
    assert Evaluation.from_dict(saved).lines == build.evaluation.lines
    assert Recipe.from_toml(tmp_path / "build" / "recipe.toml") == recipe
    # Scores change nothing of the matrix.
    assert run(recipe.model_copy(update={"evaluate": None})).matrix.id == build.matrix.id


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "it is empty"),
        ("cat\tdog\nhorse\tcow\n", "all its words are in one category|2 different|one category|categories"),
        ("cat\tdog\tx\nhorse\tcow\ty\n", "what kind of set"),
        ("cat\tdog\t1\nhorse\tcow\tx\n", "line 2: the score 'x' is not a finite number"),
    ],
)
def test_a_set_that_can_t_be_used_is_told_with_its_file(
    content: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.tsv"
    path.write_text(content)
    code = main(["evaluate", "builtin:english", "--suite", "none", "--set", str(path)])
    error = capsys.readouterr().err
    if code:
        assert "mine.tsv" in error and any(part in error for part in told.split("|"))
        assert "Traceback" not in error


def test_a_set_of_equal_scores_and_one_covered_pair_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    equal, lone = tmp_path / "equal.tsv", tmp_path / "lone.tsv"
    equal.write_text("cat\tdog\t1\nhorse\tcow\t1\ntea\tcoffee\t1\n")
    lone.write_text("cat\tdog\t1\nqwertz\tasdfgh\t2\nyxcvb\tasdfg\t3\n")
    assert main(["evaluate", "builtin:english", "--suite", "none", "--set", str(lone)]) == 0
    told = capsys.readouterr().out
    assert "– (1/3)" in told and "builtin:english has no score on lone.tsv: 1 of 3 pairs count" in told
    assert main(["evaluate", "builtin:english", "--suite", "none", "--set", str(equal)]) == 1
    assert "all scores are equal" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["--suite", "fr"], ["--policy", "best"], ["--method", "magic"], ["--resamples", "3"], ["--out", "x.docx"]],
)
def test_wrong_use_is_told_as_such(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "builtin:english", *arguments]) == 2
    assert arguments[0] in capsys.readouterr().err


def test_the_command_gives_its_table_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    words = "\n".join(
        f"{w} {' '.join(map(str, rng.random(5)))}" for w in ["cat", "tiger", "book", "paper", "love", "sex"]
    )
    (tmp_path / "v.txt").write_text(words)
    arguments = ["evaluate", f"mine={tmp_path / 'v.txt'}", "builtin:english", "--suite", "none", "--set", "ws353"]
    options = ["--policy", "fills", "--method", "3cosmul", "--resamples", "300", "--seed", "4", "--geometry"]
    assert main([*arguments, *options, "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in first["subjects"]] == ["mine", "builtin:english"]
    import shlex

    assert main([*shlex.split(first["command"])[1:], "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == first
    out = tmp_path / "t.md"
    assert main([*arguments, "--out", str(out)]) == 0
    assert "lexiloom evaluate" in out.read_text("utf-8")


def test_a_list_of_categories_file(tmp_path: Path) -> None:
    path = tmp_path / "c.tsv"
    path.write_text("cat\tanimal\ndog\tanimal\nhammer\ttool\nsaw\ttool\nred\tcolor\nblue\tcolor\n")
    subject = as_subject(open_source("builtin:english"))
    found = evaluate([subject], EvaluateSpec(suite="none", sets=(ItemsFile(kind="categorization", path=str(path)),)))
    assert found.lines[0].cells[0].value == 1.0
