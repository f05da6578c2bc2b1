"""The comparison as text, JSON, Markdown and a page: every value, what is missing, and what others published, apart."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from meshlab.lab.comparison import ROWS
from meshlab.report.compare.html import compare_html
from meshlab.report.compare.json import compare_json
from meshlab.report.compare.markdown import compare_markdown
from meshlab.report.compare.published import SOURCES
from meshlab.report.compare.svg import Bar, bars, heat, scale
from meshlab.report.compare.text import compare_text, table
from meshlab.report.compare.words import number, row_title, value_text
from meshlab.report.matrix_text import width
from meshlab.run.compare import Comparison
from meshlab.words import topic
from tests.unit.report.compare_sample import NONE, sample

FORMS = {"text": lambda c, lang: compare_text(c, lang, 140), "markdown": compare_markdown, "html": compare_html}
EMPTY = Comparison(rows=ROWS, stages=())


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_every_row_value_and_gap(form: str, language: str) -> None:
    text = FORMS[form](sample(language), language)
    for row in ROWS:
        assert row_title(row.id, language) in text
    for value in ("34.5 MiB", "49.0 m", "0.84 ms", "58.3 s", "86 %", "3.7 s"):
        assert value in text
    for lab in ("1-edge-proxy", "3-proxy-per-node", "4-sidecar"):
        assert lab in text
    assert "${" not in text
    assert not re.search(r"compare\.[a-z]", text)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", FORMS)
def test_published_figures_stand_after_everything_measured(form: str, language: str) -> None:
    text = FORMS[form](sample(language), language)
    others = text.rindex(topic("compare", language)["published"])
    assert text.rindex("34.5 MiB") < others
    for _, source in SOURCES.values():
        assert text.index(source) > others
    assert topic("compare", language)["published.note"][:12] in text[others:]


@pytest.mark.parametrize("form", FORMS)
def test_without_a_lab_it_says_so(form: str) -> None:
    assert topic("compare", "en")["none"] in FORMS[form](EMPTY, "en")


def test_json_has_value_unit_interval_lab_time_and_seed_of_every_cell() -> None:
    made = json.loads(compare_json(sample(), "en"))
    assert (made["schema"], made["kind"]) == (1, "comparison")
    assert [one["stage"] for one in made["stages"]] == ["0", "1", "2", "3", "4"]
    cell = made["stages"][2]["cells"]["latency-p50"]
    assert {name: cell[name] for name in ("value", "unit", "interval", "lab", "time", "seed", "engine")} == {
        "value": 0.84,
        "unit": "ms",
        "interval": [0.71, 0.97],
        "lab": "2-router-mesh",
        "time": 1_790_000_000.0,
        "seed": 7,
        "engine": "kind",
    }
    assert made["stages"][2]["cells"]["blast-radius"]["matrix"]["shares"][3] == [0.0, 0.5, 0.0, 0.0]
    for stage in made["stages"]:
        assert set(stage["cells"]) == {row.id for row in ROWS}
        for row, one in stage["cells"].items():
            assert {"value", "unit", "interval", "matrix", "lab", "step", "time", "seed", "run"} <= one.keys()
            assert (one["value"] is None) == ({"stage": stage["stage"], "row": row} in made["missing"])
    # A measured zero is a value, not a gap.
    assert made["stages"][0]["cells"]["proxies"]["value"] == 0
    assert len(made["missing"]) == 32


def test_markdown_tables_are_whole() -> None:
    text = compare_markdown(sample(), "en")
    tables = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    assert len(tables) == 3
    for one in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in one}) == 1
    assert "ConfigMap <&\\|>" in text
    assert "0.84 ms (0.71 to 0.97)" in text
    assert "*→ 4-sidecar*" in text


class Page(HTMLParser):
    """Tags that are open, everything that would be fetched, and text by tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.seen: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "br", "rect", "line"):
            self.open.append(tag)
        self.fetched += [str(value) for name, value in attrs if name in ("src", "srcset", "data", "poster", "xlink:href")]
        self.fetched += [str(value) for name, value in attrs if name == "href" and tag != "a"]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_needs_nothing_else(language: str) -> None:
    text = compare_html(sample(language), language)
    page = Page(text)
    assert page.open == []
    assert page.fetched == []
    assert "script" not in page.seen
    assert "url(" not in text
    assert "@import" not in text
    assert page.seen.count("svg") == len(ROWS) - 1 + 2
    assert "the router, in one ConfigMap &lt;&amp;|&gt;" in text or language == "zh"
    assert "prefers-color-scheme: dark" in text


def test_plots_show_values_with_whiskers_and_leave_gaps_empty() -> None:
    drawn = ElementTree.fromstring(
        bars("ms", [Bar("0", -0.01, "-0.01 ms", (-0.06, 0.05)), Bar("1", None, ""), Bar("2", 0.84, "0.84 ms", (0.71, 0.97))])
    )
    kinds = [one.get("class") for one in drawn.iter()]
    assert kinds.count("bar") == 2
    assert kinds.count("gap") == 1
    assert kinds.count("whisker") == 6
    tall = [float(one.get("height", 0)) for one in drawn.iter("rect")]
    assert tall[1] > 50 * tall[0]
    # The whisker holds the end of its bar.
    top = min(float(one.get("y", 0)) for one in drawn.iter("rect"))
    upright = [one for one in drawn.iter("line") if one.get("class") == "whisker" and one.get("x1") == one.get("x2")]
    assert float(upright[-1].get("y2", 0)) < top < float(upright[-1].get("y1", 0))


def test_a_heat_map_has_every_cell_with_its_fraction() -> None:
    drawn = ElementTree.fromstring(heat("who reaches whom", NONE))
    titles = [one.text for one in drawn.iter("title")]
    assert len(titles) == 1 + len(NONE.rows) * len(NONE.columns)
    assert {"reviews → catalog: 50 %", "ratings → reviews: –", "ratings → ratings: 100 %"} <= set(titles)
    kinds = [one.get("class") for one in drawn.iter("rect")]
    assert {kind: kinds.count(kind) for kind in ("cut", "some", "through", "none")} == {
        "cut": 17,
        "some": 1,
        "through": 1,
        "none": 1,
    }


@pytest.mark.parametrize(("low", "high"), [(0, 0), (0, 0.97), (-0.9, 6.4), (0, 3), (0, 512.3), (-221, 753), (0, 1e-4)])
def test_scales_are_round_and_hold_everything(low: float, high: float) -> None:
    ticks = scale(low, high)
    assert 2 <= len(ticks) <= 8
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 0 in ticks
    assert len({f"{b - a:.6g}" for a, b in pairwise(ticks)}) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("space", [60, 76, 100, 140])
def test_the_table_fits_its_space(space: int, language: str) -> None:
    rows = table(sample(language), language, space)
    texts = ["".join(text for text, _ in row) for row in rows]
    assert max(map(width, texts)) <= space
    heads = " ".join(texts)
    assert all(topic("compare", language)["stage"].replace("${stage}", number) in heads for number in "01234")


def test_the_chosen_stage_stands_out() -> None:
    rows = table(sample(), "en", 140, chosen=2)
    accented = {text.strip() for row in rows for text, meaning in row if meaning == "accent"}
    assert {"34.5 MiB", "0.71 to 0.97"} <= accented
    assert not any("41.7" in text for text in accented)


def test_numbers_and_gaps_in_words() -> None:
    stages = sample().stages
    assert number(0.8571, "", "blast-radius") == "86 %"
    assert value_text(stages[2].cells["writes"], "en") == "1"
    assert value_text(stages[4].cells["writes"], "zh") == "→ 4-sidecar"
