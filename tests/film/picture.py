"""A screen of the emulator as rows of runs: text of one look."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

import pyte


class Look(NamedTuple):
    """Colours are #rrggbb, "" for the terminal's own."""

    fg: str = ""
    bg: str = ""
    bold: bool = False
    italics: bool = False
    underscore: bool = False


class Run(NamedTuple):
    """Text that begins at a column and is `width` columns wide."""

    column: int
    width: int
    text: str
    look: Look


Row = tuple[Run, ...]
Picture = tuple[Row, ...]
Frame = tuple[float, Picture]
"""Seconds from the beginning, and what is seen from then on."""
NAMES = {
    "black": "#000000",
    "red": "#cc0000",
    "green": "#4e9a06",
    "brown": "#c4a000",
    "blue": "#3465a4",
    "magenta": "#75507b",
    "cyan": "#06989a",
    "white": "#d3d7cf",
}


def picture(screen: pyte.Screen) -> Picture:
    """What is on the screen now."""
    return tuple(_row(screen, number) for number in range(screen.lines))


def _row(screen: pyte.Screen, number: int) -> Row:
    line = screen.buffer[number]
    cells = [(column, line[column].data, _look(line[column])) for column in range(screen.columns)]
    runs = []
    for look, some in groupby(cells, key=lambda cell: cell[2]):
        found = list(some)
        # The second half of a wide character is an empty cell.
        runs.append(Run(found[0][0], len(found), "".join(data for _, data, _ in found), look))
    return tuple(run for run in runs if run.text.strip() or run.look.bg)


def _look(char: pyte.screens.Char) -> Look:
    fg, bg = _colour(char.fg), _colour(char.bg)
    if char.reverse:
        fg, bg = bg or "#000000", fg or "#d3d7cf"
    return Look(fg, bg, char.bold, char.italics, char.underscore)


def _colour(name: str) -> str:
    if name == "default":
        return ""
    return NAMES.get(name.removeprefix("bright"), f"#{name}")
