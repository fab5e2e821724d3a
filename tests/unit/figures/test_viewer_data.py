"""Maps are packed without loss, pages hold words as data alone, and what a browser sends is checked."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import FormatError
from core.figures.viewer_data import VIEWER, Coloring, pack, picked_rows, standalone, texts, unpack, viewer_version
from core.messages import LANGUAGES, speaking

SOURCES = VIEWER.parent
HOSTILE = [
    "</script><script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "<!-- <script>",
    "\"'&amp;",
    "line\u2028separator\u2029",
    "lone\ud800surrogate",
    "null\0",
    "中文词",
    "]]>",
]
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)  # lone surrogates too


@st.composite
def maps(draw: st.DrawFn) -> dict[str, Any]:
    n = draw(st.integers(0, 40))
    finite = st.floats(-1e6, 1e6, width=32)
    return {
        "points": draw(arrays(np.float32, (n, 2), elements=finite)),
        "rows": draw(arrays(np.uint32, n, unique=True)),
        "words": draw(st.lists(ANY_TEXT, min_size=n, max_size=n)),
        "title": draw(ANY_TEXT),
        "rank": draw(st.none() | st.permutations(range(n)).map(lambda order: np.array(order, int))),
        "size": draw(st.none() | arrays(np.uint8, n)),
    }


@given(maps())
def test_what_is_packed_comes_out_again(given: dict[str, Any]) -> None:
    found = unpack(pack(**given))
    assert found["n"] == len(given["words"])
    assert found["words"] == given["words"] and found["title"] == given["title"]
    assert found["xy"].tobytes() == given["points"].tobytes()
    assert np.array_equal(found["rows"], given["rows"])
    for name in ("rank", "size"):
        assert (name in found) == (given[name] is not None)
        assert name not in found or np.array_equal(found[name], given[name])


@given(maps())
def test_buffers_start_where_typed_arrays_may(given: dict[str, Any]) -> None:
    plain = gzip.decompress(pack(**given))
    assert plain[:4] == b"LXM1"
    at = 8 + int.from_bytes(plain[4:8], "little")
    for one in json.loads(plain[8:at])["buffers"]:
        assert at % 4 == 0
        at += one["bytes"] + -one["bytes"] % 4
    assert at == len(plain)


def test_the_same_map_has_the_same_bytes() -> None:
    points = np.zeros((3, 2), np.float32)
    assert pack(points, [1, 2, 3], ["a", "b", "c"]) == pack(points, [1, 2, 3], ["a", "b", "c"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"points": [[0, 0]]},
        {"points": [[0, 0], [np.nan, 0]]},
        {"points": [[0, 0, 0], [1, 1, 1]]},
        {"rows": [1]},
        {"rows": [-1, 2]},
        {"rows": [1 << 32, 2]},
        {"rows": [0.5, 1.0]},
        {"rank": [0, 0]},
        {"rank": [1, 2]},
        {"size": [1.0, 2.0]},
        {"size": np.zeros(3, np.uint8)},
    ],
)
def test_what_does_not_fit_together_is_refused(wrong: dict[str, Any]) -> None:
    good: dict[str, Any] = {"points": [[0, 0], [1, 1]], "rows": [4, 5], "words": ["a", "b"]}
    pack(**good)
    with pytest.raises(ValueError):
        pack(**good | wrong)


@pytest.mark.parametrize("cut", [0, 1, 20, -1])
def test_what_is_cut_off_or_of_another_kind_is_told(cut: int) -> None:
    packed = pack([[0, 0]], [0], ["word"])
    with pytest.raises(FormatError, match="not a packed map"):
        unpack(packed[:cut])
    plain = gzip.decompress(packed)
    for wrong in (b"XXXX" + plain[4:], plain[:-9], plain[:4] + b"\xff\xff\xff\x7f" + plain[8:]):
        with pytest.raises(FormatError, match="not a packed map"):
            unpack(gzip.compress(wrong))


def test_categories_keep_their_codes_and_none() -> None:
    made = Coloring.of_categories("Origin", [0, 1, -1, 255, 1], ["found", "<b>made</b>"], ["#0E8074", "#C4534A"])
    found = unpack(made.packed())
    assert found["codes"].tolist() == [0, 1, 255, 255, 1]
    assert found["names"] == ["found", "<b>made</b>"] and found["colors"] == ["#0E8074", "#C4534A"]
    assert (found["kind"], found["title"], found["n"]) == ("category", "Origin", 5)


@given(arrays(np.float64, st.integers(1, 50), elements=st.floats(-1e9, 1e9) | st.just(np.nan)))
def test_values_are_told_within_half_a_step(values: np.ndarray) -> None:
    made = Coloring.of_values("norm", values, ["#FFFFFF", "#000000"], unit="x")
    found = unpack(made.packed())
    assert np.array_equal(found["values"] == 255, np.isnan(values))
    known = ~np.isnan(values)
    told = found["low"] + found["values"][known] / 254 * (found["high"] - found["low"])
    step = (found["high"] - found["low"]) / 254
    assert (np.abs(told - values[known]) <= step * 0.500001 + 1e-6).all() or found["low"] == found["high"]


def test_values_beyond_a_given_scale_are_its_ends() -> None:
    made = Coloring.of_values("x", [-5.0, 0.0, 1.0, 9.0, np.inf], ["#ffffff", "#000000"], low=0.0, high=1.0)
    assert made.values is not None and made.values.tolist() == [0, 0, 254, 254, 255]


@pytest.mark.parametrize(
    "wrong",
    [
        {"codes": None},
        {"codes": np.zeros(2, np.int64)},
        {"codes": np.array([2], np.uint8)},
        {"colors": ["#0E8074"]},
        {"colors": ["red", "#C4534A"]},
        {"colors": ["#0E8074", "#C4534A;background:url(x)"]},
        {"names": ["x"] * 256, "colors": ["#000000"] * 256},
        {"kind": "value"},
        {"kind": "value", "values": np.zeros(2, np.uint8), "low": 2.0, "high": 1.0},
        {"kind": "value", "values": np.zeros(2, np.uint8), "high": np.inf},
    ],
)
def test_a_coloring_that_can_not_be_is_refused(wrong: dict[str, Any]) -> None:
    good: dict[str, Any] = {
        "kind": "category",
        "title": "t",
        "names": ["a", "b"],
        "colors": ["#0E8074", "#C4534A"],
        "codes": np.array([0, 1, 255], np.uint8),
    }
    Coloring(**good)
    with pytest.raises(ValueError):
        Coloring(**good | wrong)


# What comes back from the browser


@given(st.data(), st.integers(0, 70))
def test_a_list_and_a_mask_mean_the_same_rows(data: st.DataObject, n: int) -> None:
    rows = data.draw(arrays(np.uint32, n, unique=True))
    chosen = data.draw(arrays(bool, n))
    mask = np.packbits(chosen, bitorder="little").tobytes()
    expected = rows[chosen].astype(np.int64)
    listed = data.draw(st.permutations(expected.tolist()))
    for state in ({"rows": listed}, listed, {"mask": base64.b64encode(mask).decode()}, mask):
        found = picked_rows(state, rows)
        assert found.dtype == np.int64 and np.array_equal(found, expected)


@pytest.mark.parametrize(
    "state",
    [
        None,
        7,
        {},
        {"rows": None},
        {"rows": "0"},
        {"rows": [11]},
        {"rows": [3, 99]},
        {"rows": [-1]},
        {"rows": [1 << 70]},
        {"rows": [True]},
        {"rows": [3.0]},
        {"rows": [[3]]},
        {"rows": [3] * 10},
        {"rows": {"3": 1}},
        {"mask": "!!"},
        {"mask": "\u00e9"},
        {"mask": ""},
        {"mask": base64.b64encode(b"\x01\x00").decode()},
        {"mask": base64.b64encode(b"\xff").decode()},
        {"mask": 3},
        {"mask": [3.5]},
    ],
)
def test_what_a_browser_can_not_mean_selects_nothing(state: Any) -> None:
    assert picked_rows(state, np.array([3, 5, 7, 8, 9])).tolist() == []


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text() | st.binary(), st.lists))
def test_nothing_that_a_browser_sends_raises(state: Any) -> None:
    rows = np.arange(5) * 3
    for sent in (state, {"rows": state}, {"mask": state}):
        assert set(picked_rows(sent, rows).tolist()) <= set(rows.tolist())


# The page


class Read(HTMLParser):
    """Tags and texts of a page, as a browser reads them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.tags[-1][0] if self.tags else "", []).append(data)


def page_of(words: list[str], title: str = "Title", lead: str = "Lead", language: str = "en") -> str:
    packed = pack(np.arange(2 * len(words)).reshape(-1, 2), np.arange(len(words)), words, title=title)
    codes = np.zeros(len(words), np.uint8)
    coloring = Coloring(kind="category", title=title, names=[words[0]], colors=["#0E8074"], codes=codes)
    return standalone(packed, [coloring], title=title, lead=lead, notes=words, language=language)


def test_hostile_words_and_titles_never_become_markup() -> None:
    plain = [tag for tag, _attributes in Read(page_of(["cat"])).tags]
    for word in HOSTILE:
        page = page_of([word, *HOSTILE], title=word, lead=word)
        found = Read(page)
        assert [tag for tag, _attributes in found.tags] == plain
        data = json.loads("".join(found.texts["script"][:1]))
        assert data["notes"][0] and data["colorings"][0]["title"] == word
        assert unpack(base64.b64decode(data["map"]))["words"] == [word, *HOSTILE]
        page.encode()
        block = page[page.index('id="lexiloom-page">') + 19 :]
        assert "<" not in block[: block.index("</script>")]


def test_the_policy_lets_this_script_run_and_no_other_and_reaches_for_no_network() -> None:
    page = page_of(["cat"])
    found = Read(page)
    policy = next(a["content"] for tag, a in found.tags if tag == "meta" and "http-equiv" in a) or ""
    script = page[page.index('<script type="module">') + 22 : page.rindex("</script>")]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}' 'unsafe-eval';" in policy and "default-src 'none'" in policy
    assert "connect-src" not in policy and "unsafe-inline" not in policy.split("style-src")[0]
    loads = [a for _tag, a in found.tags if {"src", "href"} & a.keys()]
    assert not loads


def test_the_page_speaks_the_language_it_is_asked_for() -> None:
    page = page_of(["cat"], language="zh_CN")
    assert '<html lang="zh-CN">' in page
    data = json.loads("".join(Read(page).texts["script"][:1]))
    assert data["texts"]["locale"] == "zh_CN"


# The viewer's own files


def english_of_the_viewer() -> dict[str, str]:
    source = (SOURCES / "src" / "texts.js").read_text("utf-8")
    block = source[source.index("ENGLISH = {") : source.index("};")]
    pairs = re.findall(r'(\w+):\s*((?:"(?:[^"\\]|\\.)*"(?:\s*\+\s*)?)+)', block)
    return {key: "".join(json.loads(part) for part in re.findall(r'"(?:[^"\\]|\\.)*"', text)) for key, text in pairs}


def test_the_viewer_reads_in_english_what_python_says_and_no_text_is_forgotten() -> None:
    assert texts() == english_of_the_viewer()
    for language in LANGUAGES:
        with speaking(language):
            told = texts()
        fields = {key: set(re.findall(r"\{\w+\}", text)) for key, text in told.items()}
        assert fields == {key: set(re.findall(r"\{\w+\}", text)) for key, text in texts().items()}


def test_the_bundle_was_built_from_the_sources_beside_it() -> None:
    hashed = hashlib.sha256()
    names = [f"src/{path.name}" for path in sorted((SOURCES / "src").glob("*.js"))]
    for name in [*names, "package-lock.json"]:
        hashed.update(f"{name}\n{(SOURCES / name).read_text('utf-8')}\n".encode())
    head = (VIEWER / "viewer.js").read_text("ascii")[:300]
    assert hashed.hexdigest() in head, "run `npm ci && npm run build` in assets/viewer"


def test_every_package_in_the_bundle_has_its_license_beside_it() -> None:
    lock = json.loads((SOURCES / "package-lock.json").read_text("utf-8"))
    used = {
        path.rpartition("node_modules/")[2] for path, one in lock["packages"].items() if path and not one.get("dev")
    }
    licenses = (VIEWER / "LICENSES.txt").read_text("utf-8")
    assert used and not [name for name in used if f"\n{name} " not in licenses]


def test_the_lock_names_versions_and_no_places() -> None:
    text = (SOURCES / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in text and "://" not in text
    wanted = json.loads((SOURCES / "package.json").read_text("utf-8"))
    versions = [*wanted["dependencies"].values(), *wanted["devDependencies"].values()]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)


def test_the_version_is_that_of_the_bundle() -> None:
    script = Path(VIEWER / "viewer.js").read_text("ascii")
    assert viewer_version() == hashlib.sha256(script.encode()).hexdigest()[:16]
