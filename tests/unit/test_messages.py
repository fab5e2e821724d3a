"""Messages: which language, retold in another one; numbers and times; what is in English whoever asks."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.errors import FormatError, RecipeError
from core.messages import (
    N_,
    Text,
    _,
    best_language,
    closest,
    current_language,
    duration,
    environment_language,
    joined,
    ngettext,
    number,
    pack,
    percent,
    retold,
    set_language,
    size,
    speaking,
    translated,
    unpack,
    when,
)
from tests.acceptance.commands import ROOT, lexiloom, lexiloom_json, start
from tests.unit.formats import vector_files as files

SYSTEM = ("LEXILOOM_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.mark.parametrize(
    ("name", "language"),
    [
        *(
            (name, "zh_CN")
            for name in ("zh_CN", "zh", "zh-CN", "zh_Hans", "zh-hans-cn", "ZH_cn.UTF-8", "zh_CN@x", "zh_TW")
        ),
        *((name, "en") for name in ("en", "en_US.UTF-8", "en-GB")),
        *((name, None) for name in ("", "C", "de_DE", "zhx", "POSIX")),
    ],
)
def test_a_language_is_known_by_its_many_names(name: str, language: str | None) -> None:
    assert closest(name) == language


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LEXILOOM_LANG": "zh", "LANG": "en_US.UTF-8"}, "zh_CN"),
        ({"LEXILOOM_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LEXILOOM_LANG": "fr", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "C", "LANGUAGE": "zh_CN"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "fr:zh_CN:en"}, "zh_CN"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de"}, "en"),
    ],
)
def test_the_system_s_language_is_read_as_gettext_reads_it(
    environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SYSTEM:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert environment_language() == language == current_language()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh_CN"),
        ("en-US,en;q=0.9,zh-CN;q=0.8", "en"),
        ("de-DE,de;q=0.9,zh;q=0.3,en;q=0.2", "zh_CN"),
        ("en;q=0.1, zh-Hans;q=0.7", "zh_CN"),
        ("zh;q=0, fr", "en"),
        ("*;q=0.5, zh;q=nonsense, ;;;,=", "en"),
    ],
)
def test_the_browser_s_best_language_is_taken(header: str | None, language: str) -> None:
    assert best_language(header) == language


def test_every_thread_has_its_own_language() -> None:
    told: dict[str, str] = {}

    def tell(language: str) -> None:
        set_language(language)
        told[language] = _("Sources")

    threads = [threading.Thread(target=tell, args=(language,)) for language in ("zh-CN", "en", "xx")]
    for thread in threads:
        thread.start()
        thread.join()
    assert told == {"zh-CN": "来源", "en": "Sources", "xx": "Sources"}
    assert _("Sources") == "Sources"


def made() -> Text:
    inner = _("line {line:,}").format(line=1200)
    return _("{where}: {what}").format(where=inner, what=ngettext("and {n} more problem", "and {n} more problems", 2))


def test_a_message_is_a_text_that_can_be_retold_in_another_language() -> None:
    text = ngettext("{n:,} word is missing", "{n:,} words are missing", 1).format(n=1)
    assert text == "1 word is missing" and isinstance(text, str)
    with speaking("zh_CN"):
        assert retold(text) == "有 1 个词未找到"
        assert retold(made()) == "第 1,200 行：另有 {n} 个问题"
        chinese = joined("; ", [text, "{as it stands}", _("Check the path.")])
        assert chinese == "1 word is missing; {as it stands}; 请检查路径。"
    assert retold(chinese) == "1 word is missing; {as it stands}; Check the path."
    assert retold("Sources") == "Sources" and retold("") == ""


def test_a_message_keeps_its_meaning_when_it_is_cached_or_sent() -> None:
    text = made()
    for again in (copy.copy(text), copy.deepcopy(text)):  # as pickles are made, too
        assert again == text and again.message == text.message
        with speaking("zh_CN"):
            assert retold(again) == retold(text) != text
    packed = json.loads(json.dumps(pack(text)))
    assert unpack(packed) == text
    with speaking("zh_CN"):
        assert unpack(packed) == retold(text)
        assert (
            unpack(json.loads(json.dumps(pack(_("can't be read: {reason}").format(reason=Path("x")))))) == "无法读取：x"
        )
    assert pack("plain {text}") == unpack("plain {text}") == "plain {text}"
    assert unpack(pack(_("Sources"))) == "Sources"


def test_an_error_speaks_the_language_of_whoever_reads_it() -> None:
    with speaking("zh_CN"):
        error = FormatError(_("the file is empty"), where="a.txt", fix=_("Get the file again."))
        assert str(error) == "a.txt：文件是空的。请重新获取文件。"
    assert str(error) == "a.txt: the file is empty. Get the file again."
    assert str(RecipeError(N_("It ended."), fix="Go on.")) == "It ended. Go on."
    assert str(RecipeError("bare")) == "bare"


def test_tables_are_translated_throughout() -> None:
    with speaking("zh_CN"):
        tables = {"a": [_("Sources"), ("Sources", 1, None)], "b": {"c": _("file")}}
        english = translated(tables, "en")
        assert current_language() == "zh_CN"
    assert english == {"a": ["Sources", ["Sources", 1, None]], "b": {"c": "file"}}
    assert type(english["a"][0]) is str


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_numbers_are_written_for_readers(language: str) -> None:
    with speaking(language):
        assert [number(n) for n in (0, 1234567, -1234, 1234.5, None, float("nan"))] == [
            *("0", "1,234,567", "-1,234", "1,234", "–", "–"),
        ]
        assert number(0.12345, 3) == "0.123"
        assert [size(n) for n in (0, 999, 1000, 99_949, 123_456_789, 999_950_000, 5e15, None)] == [
            *("0 B", "999 B", "1.0 kB", "99.9 kB", "123 MB", "1.0 GB", "5,000 TB", "–"),
        ]


def test_a_share_is_never_rounded_to_all_or_nothing() -> None:
    assert [percent(x) for x in (0, 0.1234, 1, None)] == ["0.0%", "12.3%", "100.0%", "–"]
    assert [percent(x) for x in (0.99999, 1e-6)] == [">99.9%", "<0.1%"]
    assert [percent(x, 0) for x in (0.5, 0.999, 0.001)] == ["50%", ">99%", "<1%"]


def test_times_are_written_in_the_reader_s_language_and_zone() -> None:
    assert when(0, "UTC") == "Jan 1, 1970, 00:00"
    assert [duration(s) for s in (0.2, 59.4, 200, 7500, None)] == ["0 s", "59 s", "3 min 20 s", "2 h 5 min", "–"]
    with speaking("zh_CN"):
        assert when(1_790_000_000, "Asia/Shanghai") == "2026年9月21日 22:13"
        assert [duration(s) for s in (4, 200, 7500)] == ["4 秒", "3 分 20 秒", "2 小时 5 分"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    names = ["sea", "side", "us", "發", "髮", "a b", "sea"]
    files.glove(tmp_path / "vectors.txt", names[:5] + names[6:], files.matrix(6, 8))
    words = "Sea\t5\nUS\t4\nsea\t3\nsea\t1\nseaside\t3\n发\t2\n zzz zz \t1\n\n"
    (tmp_path / "words.txt").write_text(words, encoding="utf-8")
    recipe = 'vocabulary = {kind = "words", path = "words.txt"}\nsources = [{kind = "file", path = "vectors.txt"}]\n'
    (tmp_path / "recipe.toml").write_text(recipe, encoding="utf-8")
    return tmp_path


def test_a_build_is_the_same_bytes_in_every_language(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {}
    for language in ("en", "zh_CN"):
        monkeypatch.setenv("LEXILOOM_LANG", language)
        out = folder / language
        told[language] = lexiloom("run", folder / "recipe.toml", "--out", out, home=folder / "home")
    assert "Coverage" in told["en"] and "覆盖率" in told["zh_CN"]
    names = sorted(path.name for path in (folder / "en").iterdir())
    assert names == sorted(path.name for path in (folder / "zh_CN").iterdir())
    for name in names:
        one, other = ((folder / language / name).read_bytes() for language in ("en", "zh_CN"))
        assert without_times(name, one) == without_times(name, other), name


def without_times(name: str, content: bytes) -> object:
    if name != "build.json":
        return content
    lock = json.loads(content)
    assert lock["warnings"] and lock["inputs"]["vocabulary"]["notes"]
    return {key: value for key, value in lock.items() if key not in ("started", "timings")}


def test_documents_for_machines_are_in_english(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["coverage", "--vocab", folder / "words.txt", "--source", folder / "vectors.txt"]
    told = []
    for language in ("en", "zh_CN"):
        monkeypatch.setenv("LEXILOOM_LANG", language)
        document = lexiloom_json(*arguments, home=folder / "home")
        told.append({key: value for key, value in document.items() if key != "timings"})
    assert told[0] == told[1]
    (folder / "vectors.txt").write_text("a 1 2\nb 3 4\nc 5\n", encoding="utf-8")
    process = start(*arguments, "--json", home=folder / "home")
    out, errors = process.communicate(timeout=60)
    assert json.loads(out)["error"]["what"] == "1 values, expected 2"
    assert "有 1 个数值，应有 2 个" in errors


def test_the_command_line_speaks_chinese(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEXILOOM_LANG", "zh-CN")
    home = folder / "home"
    report = lexiloom("coverage", "--vocab", folder / "words.txt", "--source", folder / "vectors.txt", home=home)
    for text in (
        "词表：",
        "来源",
        "覆盖率",
        "有 2 个词未找到：seaside (3), zzz zz (1)",
        "注意：",
        "重复的词：1（并入首次出现的行，词频相加）",
    ):
        assert text in report
    error = lexiloom("inspect", folder / "none.txt", home=home, code=1)
    assert error.startswith("错误：")
    lines = [line for line in report.splitlines() if line.endswith("%") and "  " in line.strip()]
    assert len({columns(line) for line in lines[:4]}) == 1, lines


def columns(line: str) -> int:
    from core.cli.text import width

    return width(line)


def test_progress_is_told_in_english_and_can_be_retold(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEXILOOM_LANG", "zh_CN")
    arguments = ["--vocab", folder / "words.txt", "--source", folder / "vectors.txt", "--events", folder / "e.jsonl"]
    lexiloom("coverage", *arguments, home=folder / "home")
    events = [json.loads(line) for line in (folder / "e.jsonl").read_text(encoding="utf-8").splitlines()]
    scan = next(event for event in events if event["stage"] == "scanning vectors.txt")
    for language, text in (("en", scan["stage"]), ("zh_CN", "正在扫描 vectors.txt")):
        with speaking(language):
            assert unpack(scan["told"]["stage"]) == text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("buidl", "没有 'buidl' 这个命令"),
        ("build --voc x", "没有 --voc 这个选项；是否想写"),
        ("build --vocab", "'--vocab' 需要给出值"),
        ("build --json=3", "'--json' 不接受值"),
        ("build --dim x --vocab a --source b --out c", "'--dim'：不是整数"),
        ("export", "缺少"),
        ("inspect a b", "多余的参数：b"),
        ("coverage --vocab none.txt --source random:8 --set oov.kin=3", "错误：配方：oov："),
    ],
)
def test_wrong_use_is_told_in_chinese(arguments: str, told: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEXILOOM_LANG", "zh")
    arguments = arguments.replace("none.txt", str(folder / "words.txt"))
    error = lexiloom(*arguments.split(), home=folder / "home", code=2)
    assert told in error
    assert "Error" not in error and "Usage" not in error


def test_help_in_chinese_fits_the_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEXILOOM_LANG", "zh_CN")
    for verb in ("build", "export"):
        page = lexiloom(verb, "--help", home=folder / "home")
        assert "[必填]" in page and "Show this" not in page and "选项：" in page
        assert max(map(columns, page.splitlines())) <= 80
        assert not [line for line in page.splitlines() if line.strip()[:1] in "，。；：）" and line.strip()]


def test_english_is_what_a_chinese_system_can_still_be_asked_for(folder: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in SYSTEM}
    command = [sys.executable, "-m", "core.cli", "--help"]

    def told(**more: str) -> str:
        env = {**environment, "PYTHONUTF8": "1", **more}
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, encoding="utf-8", check=True).stdout

    chinese, english = told(LANG="zh_CN.UTF-8"), told(LANG="zh_CN.UTF-8", LEXILOOM_LANG="en")
    assert "词嵌入矩阵" in chinese and "Build the embedding matrix" in english
    assert told() == told(LANG="C.UTF-8", LANGUAGE="zh_CN") == english


def test_messages_in_lists_are_retold_beside_what_is_none() -> None:
    from core.messages import as_told, with_told

    given = {"steps": (_("Writing"), "sea", 3), "words": ["a", "b"], "inner": [{"text": _("Writing")}]}
    kept = json.loads(json.dumps(with_told(given)))
    assert kept["steps"] == ["Writing", "sea", 3] and "words" not in kept["told"]
    assert as_told(kept) == {"steps": ["Writing", "sea", 3], "words": ["a", "b"], "inner": [{"text": "Writing"}]}
    with speaking("zh_CN"):
        again = as_told(kept)
    assert again["steps"][1:] == ["sea", 3] and again["steps"][0] != "Writing"
    assert again["inner"][0]["text"] == again["steps"][0]
