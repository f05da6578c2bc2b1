"""The strip of an experiment's time, and the frame of it that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from meshlab.tui.speak import tr
from meshlab.tui.timeline import Frame, counts, frame_at, strip
from meshlab.tui.widgets.drawing import content_of


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
        said = tr(self, "experiment.moment", seconds=f"{seconds:.0f}", phase=frame.phase, reached=reached, of=of)
        rows = strip(self.frames, self.at, self.size.width)
        return Content("\n").join([content_of(rows), Content(said)])

    def on_click(self, event: Click) -> None:
        frame = frame_at(event.x, len(self.frames), self.size.width)
        if frame is not None:
            self.post_message(self.Wanted(frame))

    def relabel(self) -> None:
        self.refresh()
