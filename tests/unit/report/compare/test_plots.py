"""Bars of text: from zero, with intervals, as wide as their place."""

from __future__ import annotations

import pytest

from meshlab.lab.comparison import ROWS
from meshlab.report.compare.plots import bar_cells, plot, plots
from meshlab.report.matrix_text import width
from tests.unit.report.compare_sample import cell, sample

LATENCY = next(row for row in ROWS if row.id == "latency-p50")


def bar(value: float | tuple[float, float, float] | None, span: tuple[float, float], size: int = 11) -> str:
    return "".join(char for char, _ in bar_cells(cell("latency-p50", "lab", value), span, size))


def test_a_bar_goes_from_zero_to_its_value() -> None:
    assert bar(10.0, (0, 10)) == "│━━━━━━━━━━"
    assert bar(5.0, (0, 10)) == "│━━━━━     "
    assert bar(0.0, (0, 10)) == "│          "
    assert bar(-5.0, (-5, 5)) == "━━━━━│     "


def test_an_interval_stands_over_its_bar() -> None:
    assert bar((5.0, 3.0, 8.0), (0, 10)) == "│━━├────┤  "
    assert bar((5.0, 4.9, 5.1), (0, 10)) == "│━━━━┼     "
    assert bar((5.0, 5.0, 5.0), (0, 10)) == "│━━━━━     "


def test_what_was_not_measured_has_no_bar_and_says_which_lab_measures_it() -> None:
    assert bar(None, (0, 10)).strip() == ""
    rows = ["".join(text for text, _ in row) for row in plot(sample("en").stages, LATENCY, "en", 80)]
    assert rows[0] == "Added to a call, median"
    assert rows[1].startswith("Stage 0")
    assert "-0.01 ms  (-0.06 to 0.05)" in rows[1]
    assert "3-proxy-per-node" in rows[4]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("space", [50, 76, 136])
def test_no_row_is_wider_than_its_space(space: int, language: str) -> None:
    for row in plots(sample(language), language, space):
        assert width("".join(text for text, _ in row)) <= space


def test_only_rows_with_numbers_are_drawn_and_the_chosen_stage_stands_out() -> None:
    rows = plots(sample("en"), "en", 80, chosen=2)
    text = ["".join(text for text, _ in row) for row in rows]
    assert "Who holds the policy" not in text
    assert "Outage with one proxy lost" in text
    heads = {row[0][0].strip(): row[0][1] for row in rows if row and row[0][0].startswith("Stage")}
    assert (heads["Stage 2"], heads["Stage 0"]) == ("title", "head")
