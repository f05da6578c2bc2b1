"""Columns of a terminal: wide characters take two, combining marks none, and an emoji of several code points is one."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from meshlab.report.matrix_text import aligned, clip, pad, width

ACCENT = "cafe\u0301"
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
THUMB = "\U0001f44d\U0001f3fd"
HEART = "\u2764\ufe0f"
FLAG = "\U0001f1e9\U0001f1ea"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("shop", 4),
        ("网格", 4),
        ("✔ 2/2", 5),
        (ACCENT, 4),
        (FAMILY, 2),
        (THUMB, 2),
        (HEART, 2),
        (FLAG, 2),
        ("a\u200bb", 2),
    ],
)
def test_width_is_what_a_terminal_shows(text: str, columns: int) -> None:
    assert width(text) == columns
    assert cell_len(text) == columns, "the interface lays out by its own measure: both must agree"


@pytest.mark.parametrize("text", [ACCENT, FAMILY, THUMB, HEART, FLAG, "网格"])
def test_padding_fills_columns(text: str) -> None:
    assert cell_len(pad(text, 8)) == 8


@pytest.mark.parametrize(
    ("text", "size", "shown"),
    [
        ("shopping", 4, "sho…"),
        ("shop", 4, "shop"),
        ("网格路由", 5, "网格…"),
        ("网格路由", 4, "网…"),
        (ACCENT, 4, ACCENT),
        (ACCENT + "teria", 5, ACCENT + "…"),
        (ACCENT + "teria", 4, "caf…"),
        (FAMILY + FAMILY, 3, FAMILY + "…"),
        (FAMILY + FAMILY, 2, "…"),
        (THUMB + "abc", 4, THUMB + "a…"),
        ("a b c", 3, "a …"),
        ("abc", 0, "…"),
    ],
)
def test_clipping_leaves_whole_characters(text: str, size: int, shown: str) -> None:
    assert clip(text, size) == shown


def test_columns_of_a_table_stand_below_each_other() -> None:
    lines = aligned([["", "a", "b"], [ACCENT, FAMILY, "x"], ["网格", "1", "y"]]).splitlines()
    assert [cell_len(line) for line in lines] == [11, 11, 11]
    assert [cell_len(line[: -len("b")]) for line in lines] == [10, 10, 10]
