"""Several files as one vocabulary: the union in order, counts added, every file named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RecipeError, VocabularyError
from core.recipe import Recipe, fingerprints, paths_in, resolved_path
from core.vocabulary import (
    CorpusSpec,
    CountsSpec,
    Reading,
    SeveralSpec,
    TableSpec,
    WordsSpec,
    read_vocabulary,
    sniff_several,
)
from core.vocabulary.report import KEPT

from .written import counts_of, words_of, write


def joined(folder: Path, *parts: Any, **options: Any) -> Reading:
    """What is read of files with this content, or (name, content), each sniffed; no special tokens in front."""
    paths = []
    for number, part in enumerate(parts):
        name, content = part if isinstance(part, tuple) else (f"{number}.txt", part)
        write(folder, content, name)
        paths.append(name)
    spec = sniff_several(paths, base=folder).model_copy(update={"specials": (), **options})
    return read_vocabulary(spec, base=folder)


class TestUnion:
    def test_words_come_in_the_order_of_their_first_appearance(self, tmp_path: Path) -> None:
        reading = joined(tmp_path, "sea\nland\n", "lake\nsea\n", "land\nriver\n")
        assert words_of(reading) == ["sea", "land", "lake", "river"]
        assert counts_of(reading) is None

    def test_counts_are_added(self, tmp_path: Path) -> None:
        reading = joined(tmp_path, "sea\t5\nland\t2\n", ("t.csv", "word,count\nsea,4\nlake,1\n"), ("f", "lake 2 n\n"))
        assert (words_of(reading), counts_of(reading)) == (["sea", "land", "lake"], [9, 2, 3])

    def test_words_without_counts_count_nothing_beside_those_that_have_some(self, tmp_path: Path) -> None:
        reading = joined(tmp_path, "sky\nsea\n", "sea\t5\nland\t2\n")
        assert (words_of(reading), counts_of(reading)) == (["sky", "sea", "land"], [0, 5, 2])
        assert "0.txt: its words have no counts and add 0" in reading.report.notes
        assert not any(note.startswith("1.txt: its words") for note in reading.report.notes)

    def test_a_list_and_a_corpus(self, tmp_path: Path) -> None:
        corpus = "The sea is blue, and so is the sky over the sea.\n"
        reading = joined(tmp_path, "sky\nNew York\n", ("c.txt", corpus), lower=True, stop_words=True)
        assert (words_of(reading), counts_of(reading)) == (["sky", "new york", "sea", "blue"], [1, 0, 2, 1])
        assert (reading.report.kind, reading.report.language) == ("several", "en")

    def test_stop_words_are_those_of_both_languages_where_a_list_is_among_the_files(self, tmp_path: Path) -> None:
        chinese = "我们在北京的银行工作，他们在上海的银行工作。\n" * 3
        assert "the" not in words_of(joined(tmp_path, "the\nsea\n", ("c.txt", chinese), stop_words=True))
        two = joined(tmp_path, ("c.txt", chinese), ("d.txt", "the " + chinese), stop_words=True)
        assert "the" in words_of(two) and "的" not in words_of(two) and two.report.language == "zh"

    def test_choices_of_a_file_come_before_those_of_all(self, tmp_path: Path) -> None:
        write(tmp_path, "sea\t5\nland\t1\n", "a.txt")
        write(tmp_path, "lake\t1\nsea\t1\n", "b.txt")
        parts = (WordsSpec(path="a.txt", min_count=2), WordsSpec(path="b.txt", add=("sky",)))
        spec = SeveralSpec(parts=parts, specials=("<pad>",), remove=("lake",), add=("land",))
        reading = read_vocabulary(spec, base=tmp_path)
        assert (words_of(reading), counts_of(reading)) == (["<pad>", "sea", "sky", "land"], [0, 6, 0, 0])

    def test_the_largest_of_all_files_are_kept(self, tmp_path: Path) -> None:
        assert words_of(joined(tmp_path, "a\t3\nb\t2\n", "c\t9\na\t5\n", max_size=2)) == ["a", "c"]

    def test_special_tokens_in_a_file_move_to_the_front_with_their_counts(self, tmp_path: Path) -> None:
        reading = joined(tmp_path, "sea\t5\n", "<unk>\t7\n[MASK]\t1\n", specials=("<pad>", "<unk>"))
        assert (words_of(reading), counts_of(reading)) == (["<pad>", "<unk>", "sea", "[MASK]"], [0, 7, 5, 1])
        assert reading.vocabulary.specials == {"<pad>": "pad", "<unk>": "unk", "[MASK]": "token"}

    def test_two_columns_of_one_table_are_two_parts(self, tmp_path: Path) -> None:
        write(tmp_path, "noun,verb\nsea,swim\nland,walk\n", "t.csv")
        parts = tuple(TableSpec(path="t.csv", column=column) for column in ("noun", "verb"))
        assert words_of(read_vocabulary(SeveralSpec(parts=parts, specials=()), base=tmp_path))[::2] == ["sea", "swim"]


class TestReport:
    def test_problems_name_the_file_and_the_line(self, tmp_path: Path) -> None:
        reading = joined(tmp_path, "sea\n\nsea\n", "lake\nnew york\n\n", specials=("<pad>",), add=("sea",))
        problems = [(p.kind, p.path, p.line) for p in reading.report.problems]
        assert problems == [
            ("blank line", "0.txt", 2),
            ("duplicate", "0.txt", 3),
            ("space", "1.txt", 2),
            ("blank line", "1.txt", 3),
            ("added twice", "", None),
        ]
        told = json.loads(json.dumps(reading.report.as_dict()))["problems"]
        assert [(p["kind"], p["path"], p["line"]) for p in told] == problems

    def test_notes_say_of_every_file_how_it_was_read_and_what_was_new(self, tmp_path: Path) -> None:
        reading = joined(tmp_path, "sea\nland\n", "lake\nsea\n".encode("utf-16"))
        assert list(reading.report.notes) == [
            "0.txt (kind: words): 2 words, 2 of them new",
            "0.txt: encoding UTF-8: it is valid UTF-8",
            "1.txt (kind: words): 2 words, 1 of them new",
            "1.txt: encoding UTF-16 LE: by its byte-order mark",
        ]
        report = reading.report
        assert (report.path, report.encoding, report.lines) == ("0.txt, 1.txt", "UTF-16 LE, UTF-8", 4)
        assert report.preview == ("0.txt: sea", "0.txt: land", "1.txt: lake", "1.txt: sea")

    def test_a_guess_is_told(self, tmp_path: Path) -> None:
        guessed = "我们的银行\n时间问题\n国家经济\n".encode("gb18030")
        assert joined(tmp_path, "sea\n", guessed).report.guessed
        assert not joined(tmp_path, "sea\n", "lake\n").report.guessed

    def test_totals_are_exact_and_the_first_thousand_are_kept(self, tmp_path: Path) -> None:
        report = joined(tmp_path, "sea\n" + "\n" * 700, "lake\n" + "\n" * 700).report
        assert report.totals == {"blank line": 1400} and len(report.problems) == KEPT
        assert {p.path for p in report.problems} == {"0.txt", "1.txt"}

    def test_the_digest_follows_contents_and_order_and_no_names(self, tmp_path: Path) -> None:
        digests = [
            joined(tmp_path, ("a", "sea\n"), ("b", "lake\n")).report.digest,
            joined(tmp_path, ("c", "sea\n"), ("d", "lake\n")).report.digest,
            joined(tmp_path, ("a", "lake\n"), ("b", "sea\n")).report.digest,
            joined(tmp_path, ("a", "sea\n"), ("b", "lake\r\n")).report.digest,
        ]
        assert digests[0] == digests[1] and len(set(digests)) == 3

    def test_progress_runs_once_over_all_files(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        write(tmp_path / "folder", "The sea. The land.\n", "c.txt")
        write(tmp_path / "folder", "not read", "d.md")
        write(tmp_path, "sea\nland\n", "a.txt")
        seen: list[tuple[int, int | None]] = []
        spec = sniff_several(["a.txt", "folder"], base=tmp_path)
        read_vocabulary(
            spec, base=tmp_path, progress=lambda _stage, done, total=None, *_more: seen.append((done, total))
        )
        assert {total for _done, total in seen} == {9 + 19 + 8}
        assert seen == sorted(seen) and seen[-1][0] == 36


class TestErrors:
    @pytest.mark.parametrize(
        ("parts", "told"),
        [
            ((WordsSpec(path="a.txt"), WordsSpec(path="none.txt")), r"none\.txt: there is no such file"),
            ((WordsSpec(path="a.txt"), CountsSpec(path="a.txt")), r"a\.txt, line 1: no count"),
            ((WordsSpec(path="a.txt", specials=("[X]",)),), r"a\.txt: special tokens stand in front .* of all files"),
            ((WordsSpec(path="a\0"),), "no such file"),
        ],
    )
    def test_what_is_wrong_with_a_file_names_it(self, parts, told: str, tmp_path: Path) -> None:
        write(tmp_path, "sea\nland\n", "a.txt")
        with pytest.raises(VocabularyError, match=told):
            read_vocabulary(SeveralSpec(parts=parts), base=tmp_path)

    def test_files_with_ids_are_not_joined(self, tmp_path: Path) -> None:
        write(tmp_path, "[PAD]\nsea\n", "vocab.txt")
        with pytest.raises(VocabularyError, match=r"vocab\.txt: the ids .* kind=\"words\""):
            sniff_several(["vocab.txt"], base=tmp_path)
        for wrong in ({"kind": "ids", "path": "vocab.txt"}, {"kind": "given", "words": ["a"]}):
            with pytest.raises(RecipeError, match="words, table, corpus or counts"):
                Recipe(vocabulary={"kind": "several", "parts": [wrong]}, sources=["random:3"])

    @pytest.mark.parametrize(
        ("table", "told"),
        [
            ({"parts": []}, "too short"),
            ({}, "parts: is missing"),
            ({"parts": [{"kind": "words", "path": "a", "colum": "x"}]}, r"vocabulary\.parts\.0: unknown name 'colum'"),
            ({"parts": "a.txt"}, "is not a list"),
        ],
    )
    def test_a_mistake_is_told_with_its_place(self, table: dict, told: str) -> None:
        with pytest.raises(RecipeError, match=told):
            Recipe(vocabulary={"kind": "several", **table}, sources=["random:3"])


class TestRecipe:
    @pytest.fixture
    def recipe(self, tmp_path: Path) -> Recipe:
        write(tmp_path, "sea\nland\n", "a.txt")
        write(tmp_path, "The sea and the land and all that is between them.\n", "c.txt")
        write(tmp_path, "word,count\nlake,3\n", "t.csv")
        corpus = {"kind": "corpus", "path": "c.txt", "user_dictionary": "d.txt"}
        tables = {"vocabulary": {"kind": "several", "parts": ["a.txt", corpus, "t.csv"]}, "sources": ["random:3"]}
        return Recipe.from_tables(tables, base=tmp_path)

    def test_paths_are_sniffed_and_kept_as_given(self, recipe: Recipe) -> None:
        parts = (
            WordsSpec(path="a.txt"),
            CorpusSpec(path="c.txt", user_dictionary="d.txt"),
            TableSpec(path="t.csv"),
        )
        assert recipe.vocabulary == SeveralSpec(parts=parts)
        assert paths_in(recipe.vocabulary) == ["a.txt", "c.txt", "d.txt", "t.csv"]

    def test_it_reads_back_from_toml(self, recipe: Recipe) -> None:
        again = Recipe.from_toml(recipe.to_toml())
        assert again == recipe and again.to_toml() == recipe.to_toml()

    def test_paths_of_the_files_move_with_the_recipe(self, recipe: Recipe, tmp_path: Path) -> None:
        write(tmp_path, "词向量\n", "d.txt")
        moved = recipe.moved(tmp_path, tmp_path / "project" / "out")
        assert paths_in(moved.vocabulary) == ["../../a.txt", "../../c.txt", "../../d.txt", "../../t.csv"]
        (tmp_path / "project" / "out").mkdir(parents=True)
        readings = [
            read_vocabulary(recipe.vocabulary, base=tmp_path),
            read_vocabulary(moved.vocabulary, base=tmp_path / "project" / "out"),
            read_vocabulary(resolved_path(recipe.vocabulary, tmp_path)),
        ]
        assert len({reading.vocabulary.digest for reading in readings}) == 1
        assert len({reading.report.digest for reading in readings}) == 1

    def test_keys_follow_the_options_of_the_files_and_not_their_paths(self, recipe: Recipe, tmp_path: Path) -> None:
        def key(one: Recipe) -> str:
            return fingerprints(one, "v", ["s"])["vocabulary"]

        assert key(recipe) == key(recipe.moved(tmp_path, tmp_path / "out"))
        assert key(recipe) != key(recipe.with_set("vocabulary.parts.0.lower=true"))
        assert key(recipe) != key(recipe.with_set("vocabulary.parts.1.new_words=false"))

    def test_a_file_can_be_set_and_appended(self, recipe: Recipe, tmp_path: Path) -> None:
        write(tmp_path, "sky\t3\n", "b.txt")
        changed = recipe.with_set("vocabulary.parts.3=b.txt", "vocabulary.parts.0.encoding=gb18030", base=tmp_path)
        assert changed.vocabulary.parts[0].encoding == "gb18030"  # type: ignore[union-attr]
        assert changed.vocabulary.parts[3] == WordsSpec(path="b.txt")  # type: ignore[union-attr]


class TestCommandLine:
    @pytest.fixture
    def built(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Recipe]:
        from core.cli import main

        monkeypatch.chdir(tmp_path)
        write(tmp_path, "sea\nland\n", "a.txt")
        write(tmp_path, "word,count,n\nlake,3,1\n", "t.csv")

        def called(*arguments: str) -> Recipe:
            files = ("--vocab", "a.txt", "--vocab", "t.csv")
            assert main(["build", *files, "--source", "random:4", "--out", "out", "--quiet", *arguments]) == 0
            return Recipe.from_toml(tmp_path / "out" / "recipe.toml")

        return called

    def test_vocab_may_be_repeated(self, built, tmp_path: Path) -> None:
        parts = built("--lower", "--special", "<pad>").vocabulary
        assert parts.parts == (WordsSpec(path="../a.txt"), TableSpec(path="../t.csv"))
        assert (parts.lower, parts.specials) == (True, ("<pad>",))
        lock = json.loads((tmp_path / "out" / "build.json").read_bytes())
        assert lock["inputs"]["vocabulary"]["kind"] == "several"

    def test_an_option_of_files_is_set_for_every_file_that_has_it(self, built) -> None:
        recipe = built("--encoding", "utf-8", "--count-column", "n")
        assert [part.encoding for part in recipe.vocabulary.parts] == ["utf-8", "utf-8"]
        assert recipe.vocabulary.parts[1].count_column == "n"

    def test_a_kind_that_is_named_is_that_of_every_file(self, built) -> None:
        assert [part.kind for part in built("--vocab-kind", "words").vocabulary.parts] == ["words", "words"]

    def test_an_option_that_no_file_has_is_wrong_use(self, built, capsys: pytest.CaptureFixture[str]) -> None:
        from core.cli import main

        files = ["--vocab", "a.txt", "--vocab", "t.csv", "--source", "random:4"]
        assert main(["coverage", *files, "--language", "en"]) == 2
        assert "unknown name 'language'" in capsys.readouterr().err

    def test_the_report_names_file_and_line(self, built, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        from core.cli import main

        write(tmp_path, "sea\n\nland\n", "a.txt")
        assert main(["coverage", "--vocab", "a.txt", "--vocab", "t.csv", "--source", "random:4"]) == 0
        told = capsys.readouterr().out
        assert "Vocabulary: a.txt, t.csv, 5 rows (kind: several)" in told and "a.txt:2: " in told


plain = st.text(st.characters(categories=["L"]), min_size=1, max_size=6)
lists = st.lists(st.lists(plain, min_size=1, max_size=8), min_size=1, max_size=4)


@given(parts=lists)
def test_plain_lists_joined_are_read_like_one_list(parts: list[list[str]], tmp_path_factory) -> None:
    folder = tmp_path_factory.getbasetemp()
    for number, words in enumerate(parts):
        write(folder, "\n".join(words) + "\n", f"{number}.txt")
    write(folder, "".join(word + "\n" for words in parts for word in words), "all.txt")
    several = SeveralSpec(parts=tuple(WordsSpec(path=f"{number}.txt") for number in range(len(parts))))
    assert (
        read_vocabulary(several, base=folder).vocabulary
        == read_vocabulary(WordsSpec(path="all.txt"), base=folder).vocabulary
    )


@given(parts=st.lists(st.dictionaries(plain, st.integers(0, 10**12), min_size=1, max_size=8), min_size=1, max_size=4))
def test_counts_add_up_to_those_of_all_files(parts: list[dict[str, int]], tmp_path_factory) -> None:
    folder = tmp_path_factory.getbasetemp()
    for number, table in enumerate(parts):
        write(folder, "".join(f"{word}\t{n}\n" for word, n in table.items()), f"{number}.txt")
    specs = tuple(CountsSpec(path=f"{number}.txt") for number in range(len(parts)))
    vocabulary = read_vocabulary(SeveralSpec(parts=specs), base=folder).vocabulary
    assert vocabulary.tokens == sum(sum(table.values()) for table in parts)
    for word, row in vocabulary.ids.items():
        assert vocabulary.counts[row] == sum(table.get(word, 0) for table in parts)  # type: ignore[index]
