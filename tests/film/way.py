"""What is pressed: the recording itself says in which order."""

from __future__ import annotations

from meshlab.run.recordings.file import Recording
from meshlab.run.recordings.lines import Called
from meshlab.run.recordings.timeline import Segment, timeline
from meshlab.words import say
from tests.film.camera import Camera

READ = 2.5
"""Seconds for a page."""
LOOK = 1.5
ESCAPE, ENTER, DOWN, RIGHT = "\x1b", "\r", "\x1b[B", "\x1b[C"


class Way:
    """Through a lab; only the steps in `show` are seen in the picture, all of them when it is empty."""

    def __init__(self, camera: Camera, recording: Recording, show: frozenset[str] = frozenset()) -> None:
        self._camera = camera
        self._steps = timeline(recording.lines).steps
        told = [line.arguments for line in recording.lines if isinstance(line, Called) and line.method == "predict"]
        self._cells = {one["experiment"] for one in told if "cells" in one["prediction"]}
        """Experiments that ask for cells of a matrix."""
        self._show = show

    def go(self) -> None:
        """To the end of the recording, and out."""
        camera, names = self._camera, list(self._steps)
        camera.showing = not self._show
        camera.until(lambda text: "step 1/" in text and _free(text), 120)
        for number, step in enumerate(names, 1):
            camera.showing = not self._show or step in self._show
            self._step(self._steps[step], first=number == 1)
            if number < len(names):
                camera.press("n", f"step {number + 1}/", 0.5)
        camera.showing = not self._show
        camera.press("v", _says("tui.compare.title"), READ)
        camera.press(ESCAPE, _free, 0.2)
        camera.send("q")
        assert camera.wait(30) == 0

    def _step(self, segments: list[Segment], *, first: bool) -> None:
        camera = self._camera
        camera.hold(READ)
        camera.press("c", _free, LOOK)
        if first:
            camera.press("t", _says("tui.trace.path"), READ)
            camera.press(ESCAPE, _free, 0.2)
        else:
            camera.press("h", _free, LOOK)
        experiments = [segment.act.partition(" ")[2] for segment in segments if segment.act.startswith("experiment ")]
        for segment in segments[1:]:
            if segment.act == "solve":
                camera.press("s", "y Yes", 1.0)
                camera.send("y")
                # The lab is free for a moment before the work begins, too.
                camera.settle()
                camera.until(_free, 120)
                camera.hold(LOOK)
            elif segment.act.startswith("experiment "):
                self._experiment(experiments, segment)
        camera.press("c", _free, LOOK)

    def _experiment(self, every: list[str], segment: Segment) -> None:
        camera, experiment = self._camera, segment.act.partition(" ")[2]
        camera.send("e")
        if len(every) > 1:
            camera.until(_says("tui.experiment.choose"))
            camera.settle()
            camera.send("j" * every.index(experiment))
            # Enter is taken before keys that are still on their way to the list.
            camera.settle()
            camera.send(ENTER)
        camera.until(_says("tui.experiment.asked"), 60)
        camera.hold(READ)
        camera.send(DOWN + (RIGHT + " ") * 2 if experiment in self._cells else DOWN)
        camera.hold(LOOK)
        camera.send(ENTER)
        camera.until(lambda text: "y Yes" in text or _says("tui.experiment.asked") not in text, 60)
        camera.settle()
        if "y Yes" in camera.text:
            camera.send("y")
        camera.until(_says("tui.experiment.finished"), 120)
        camera.hold(2 * READ)
        camera.press(ESCAPE, _free, LOOK)


def _free(text: str) -> bool:
    """The lab's own keys work: no question and no work is over it."""
    return "c Check" in text.splitlines()[-1] or "cCheck" in text.splitlines()[-1]


def _says(key: str) -> str:
    return say(key, "en")
