"""An experiment's time as a strip: how much got through in each moment, and which phase it was in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from meshlab.report.matrix_text import clip, width
from meshlab.run.api import Matrix
from meshlab.tui.lab.topology.model import Row
from meshlab.tui.translation import tr
from meshlab.tui.widgets.drawing import content_of

LEVELS = "▁▂▃▄▅▆▇█"
WIDEST = 4
"""Columns that a frame takes at most."""


@dataclass(frozen=True)
class Frame:
    """One measurement of the matrix while the experiment ran."""

    matrix: Matrix
    phase: str = ""
    """Words of the phase in which it was measured."""
    disturbed: bool = False
    """Whether a fault was in force."""


def counts(matrix: Matrix) -> tuple[int, int]:
    """(cells that every call reached, cells that were measured)."""
    measured = [cell for cell in matrix.cells if cell.of]
    return sum(cell.ok == cell.of for cell in measured), len(measured)


def share(matrix: Matrix) -> float | None:
    """Of all calls, those that got through; None where nothing was measured."""
    calls = sum(cell.of for cell in matrix.cells)
    return sum(cell.ok for cell in matrix.cells) / calls if calls else None


def scale(frames: int, space: int) -> tuple[int, int]:
    """(frames that share a column, columns that a frame takes): all of them fit, and a few are still seen well."""
    each = max(1, -(-frames // max(1, space)))
    return each, 1 if each > 1 else max(1, min(WIDEST, space // max(1, frames)))


def frame_at(x: int, frames: int, space: int) -> int | None:
    """The frame in a column; None behind the last one."""
    each, wide = scale(frames, space)
    frame = x // wide * each
    return frame if frame < frames else None


def strip(frames: Sequence[Frame], at: int, space: int) -> list[Row]:
    """A bar for the worst of the frames of each column, below it the phases; [] without frames. `at` is the one shown."""
    if not frames:
        return []
    each, wide = scale(len(frames), space)
    groups = [frames[first : first + each] for first in range(0, len(frames), each)]
    bars: Row = []
    for number, group in enumerate(groups):
        bar, meaning = _bar(group)
        bars.append((bar * wide, f"{meaning} cursor" if number == at // each else meaning))
    return [bars, _phases(groups, wide, space)]


def _bar(group: Sequence[Frame]) -> tuple[str, str]:
    shares = [fraction for frame in group if (fraction := share(frame.matrix)) is not None]
    if not shares:
        return "·", "idle"
    worst = min(shares)
    level = LEVELS[min(len(LEVELS) - 1, int(worst * len(LEVELS)))]
    return level, "ok" if worst == 1 else "error" if worst == 0 else "warn"


def _phases(groups: Sequence[Sequence[Frame]], wide: int, space: int) -> Row:
    """Each phase's words below its first column, as far as there is room before the next."""
    starts = [number for number, group in enumerate(groups) if not number or group[0].phase != groups[number - 1][0].phase]
    line: Row = []
    for first, following in pairwise([*starts, space // wide]):
        room = (following - first) * wide
        words = clip(f"╵{groups[first][0].phase}", room) if room > 1 else "╵"
        line.append((words + " " * (room - width(words)), "idle"))
    return line


class Timeline(Widget):
    """Drawn anew with `show`. A click asks for a frame."""

    DEFAULT_CSS = "Timeline { height: 3; margin: 1 0 0 0; display: none; }"

    @dataclass
    class Wanted(Message):
        """The learner wants to see this frame."""

        frame: int

    frames: Sequence[Frame] = ()
    at = 0

    def show(self, frames: Sequence[Frame], at: int) -> None:
        """These frames, with one of them marked."""
        self.frames, self.at = frames, at
        self.display = len(frames) > 1
        self.refresh()

    def render(self) -> Content:
        if not self.frames:
            return Content("")
        frame = self.frames[self.at]
        reached, of = counts(frame.matrix)
        seconds = max(0.0, frame.matrix.t - self.frames[0].matrix.t)
        moment = tr(self, "experiment.moment", seconds=f"{seconds:.0f}", phase=frame.phase, reached=reached, of=of)
        rows = strip(self.frames, self.at, self.size.width)
        return Content("\n").join([content_of(rows), Content(moment)])

    def on_click(self, event: Click) -> None:
        frame = frame_at(event.x, len(self.frames), self.size.width)
        if frame is not None:
            self.post_message(self.Wanted(frame))

    def relabel(self) -> None:
        self.refresh()
