"""Pictures as one animated SVG: each different row once, each frame a list of rows, the strip moved by CSS. No script in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from tests.film.picture import Frame, Look, Row, Run

WIDTH, HEIGHT, SIZE = 8.4, 17, 14
"""Pixels of a cell, and of the font."""
BASE = 13
"""Pixels from a row's top to the line that letters stand on."""
MARGIN = 8
FONT = "'Fira Code','DejaVu Sans Mono','Noto Sans Mono CJK SC',Menlo,Consolas,monospace"
BACKGROUND, FOREGROUND = "#0d1017", "#d7dce2"


def animated(frames: Sequence[Frame], seconds: float, columns: int, title: str) -> str:
    """seconds: of the whole film, which then begins again."""
    return _Drawing(columns).whole(frames, seconds, title)


class _Drawing:
    def __init__(self, columns: int) -> None:
        self._width = columns * WIDTH + 2 * MARGIN
        self._rows: dict[Row, int] = {}
        self._looks: dict[str, str] = {}
        """CSS to the class that has it."""

    def whole(self, frames: Sequence[Frame], seconds: float, title: str) -> str:
        kept = [frame for number, frame in enumerate(frames) if number == 0 or frame[1] != frames[number - 1][1]]
        height = len(kept[0][1]) * HEIGHT + 2 * MARGIN
        strip = "".join(self._frame(rows, number * height) for number, (_, rows) in enumerate(kept))
        drawn = "".join(f'<g id="r{number}">{"".join(map(self._run, row))}</g>' for row, number in self._rows.items())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self._width:.0f} {height}" role="img">'
            f"<title>{escape(title)}</title><style>{self._style(kept, seconds, height)}</style><defs>{drawn}</defs>"
            f'<rect width="100%" height="100%" rx="6" fill="{BACKGROUND}"/><g class="strip">{strip}</g></svg>\n'
        )

    def _style(self, kept: Sequence[Frame], seconds: float, height: int) -> str:
        moves = "".join(
            f"{100 * (at - kept[0][0]) / seconds:.3f}%{{transform:translateY({-number * height}px)}}"
            for number, (at, _) in enumerate(kept)
        )
        looks = "".join(f".{name}{{{css}}}" for css, name in self._looks.items())
        return (
            f"text{{font:{SIZE}px {FONT};fill:{FOREGROUND};white-space:pre}}{looks}"
            f"@keyframes strip{{{moves}}}.strip{{animation:strip {seconds:.2f}s step-end infinite}}"
            "@media (prefers-reduced-motion:reduce){.strip{animation-play-state:paused}}"
        )

    def _frame(self, rows: Sequence[Row], top: int) -> str:
        lines = [(number, row) for number, row in enumerate(rows) if row]
        return "".join(
            f'<use href="#r{self._rows.setdefault(row, len(self._rows))}" x="{MARGIN}" '
            f'y="{top + MARGIN + BASE + number * HEIGHT}"/>'
            for number, row in lines
        )

    def _run(self, run: Run) -> str:
        drawn = [self._back(run)] if run.look.bg else []
        kind = self._class(_css(run.look))
        for column, width, text in _words(run):
            # The length keeps columns in any font: boxes close, wide characters take two.
            place = f'x="{(run.column + column) * WIDTH:.1f}" textLength="{width * WIDTH:.1f}"'
            drawn.append(f"<text {place}{kind}>{escape(text)}</text>")
        return "".join(drawn)

    def _back(self, run: Run) -> str:
        kind = self._class(f"fill:{run.look.bg}")
        return f'<rect x="{run.column * WIDTH:.1f}" y="{-BASE}" width="{run.width * WIDTH:.1f}" height="{HEIGHT}"{kind}/>'

    def _class(self, css: str) -> str:
        return f' class="{self._looks.setdefault(css, f"l{len(self._looks)}")}"' if css else ""


def _css(look: Look) -> str:
    parts = [
        f"fill:{look.fg}" if look.fg else "",
        "font-weight:bold" if look.bold else "",
        "font-style:italic" if look.italics else "",
        "text-decoration:underline" if look.underscore else "",
    ]
    return ";".join(filter(None, parts))


def _words(run: Run) -> Iterator[tuple[int, int, str]]:
    """(column inside the run, columns, text) of what stands between wider gaps: not all programs keep those."""
    wide = run.width - len(run.text)
    if wide:
        # Wide characters are among them: which columns a part of the text takes, only the whole knows.
        text = run.text.strip()
        lead = len(run.text) - len(run.text.lstrip())
        yield lead, run.width - lead - (len(run.text) - len(run.text.rstrip())), text
        return
    for found in re.finditer(r"\S+(?: \S+)*", run.text):
        yield found.start(), len(found.group()), found.group()
