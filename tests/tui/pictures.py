"""Pictures of the interface: `python -m tests.tui.pictures [FOLDER [NAME…]] [--png] [--zh]`, by default into assets/screens.

What was measured in them was measured: they show the recordings that ship, of real runs. Only what a machine says of itself
(the first start, the doctor) is made up. A test says when they are out of date.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeVar

from textual.pilot import Pilot

from meshlab.cluster.progress import Progress
from meshlab.errors import ClusterGone
from meshlab.run.api import ExperimentEvent, Language
from meshlab.run.recordings.pace import Pace
from meshlab.tui.app import MeshlabApp
from meshlab.tui.tour.backend import TourBackend
from tests.tui.helpers import on, shows, until
from tests.tui.screens import THEMES, Walk, on_screen, still_clock
from tests.tui.tours import make_tour, solve

ASSETS = Path(__file__).parents[2] / "assets" / "screens"
SIZE = (140, 42)
MESH, LIBRARY = "2-router-mesh", "0-client-library"
T = TypeVar("T")
Way = Callable[[Pilot[Any], MeshlabApp], Awaitable[None]]


class Paused(Pace):
    """Plays at once, and stands still behind the first item of which `here` is true."""

    def __init__(self, here: Callable[[Any], bool]) -> None:
        super().__init__(0)
        self._here = here

    async def play(
        self, items: Iterable[tuple[float, T]], began: float = 0.0, at_end: Callable[[], None] | None = None
    ) -> AsyncGenerator[T, None]:
        async for item in super().play(items, began, at_end):
            yield item
            if self._here(item):
                await asyncio.Event().wait()


async def ready(pilot: Pilot[Any], app: MeshlabApp) -> None:
    """The lab is open, with all that is drawn of it."""
    await until(pilot, lambda: on(app, "LabScreen"))
    await until(pilot, lambda: app.screen.query("GuidePage > *"))
    await until(pilot, lambda: app.screen.controller.pods)  # type: ignore[attr-defined]


async def go_to(pilot: Pilot[Any], app: MeshlabApp, step: str) -> None:
    """To the step, without what comes before it."""
    await ready(pilot, app)
    app.screen.controller.goto(step)  # type: ignore[attr-defined]
    await until(pilot, lambda: on(app, "ConfirmModal"))
    await pilot.press("y")
    await until(pilot, lambda: on(app, "LabScreen") and app.screen.page_step == step)  # type: ignore[attr-defined]
    await ready(pilot, app)


async def _home(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await until(pilot, lambda: getattr(app.screen, "stops", None) and app.screen.findings is not None)  # type: ignore[attr-defined]


async def _preparing(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await until(pilot, lambda: on(app, "PreparingScreen"))
    await until(pilot, lambda: app.screen.query("GuidePage > *"))
    await until(pilot, lambda: sum(phase.state == "done" for phase in app.screen.table.phases.values()) > 3)  # type: ignore[attr-defined]


async def _lab(pilot: Pilot[Any], app: MeshlabApp) -> None:
    """Before it is solved: checks are red."""
    await go_to(pilot, app, "router")
    await pilot.press("c")
    await until(pilot, lambda: len(app.screen.board.verdicts) > 3)  # type: ignore[attr-defined]
    await counted(pilot, app)


async def counted(pilot: Pilot[Any], app: MeshlabApp) -> None:
    """Pods, matrix and rates are there."""
    await until(pilot, lambda: app.screen.controller.matrix is not None)  # type: ignore[attr-defined]
    await until(pilot, lambda: app.screen.controller.changed.set() or app.screen.controller.rates)  # type: ignore[attr-defined]
    await pilot.pause()


async def _hint(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await _lab(pilot, app)
    await pilot.press("h")
    await until(pilot, lambda: app.screen.query_one("#hint").display)


async def _done(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await go_to(pilot, app, "router")
    await solve(pilot, app)
    await counted(pilot, app)


async def _matrix(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await _done(pilot, app)
    await pilot.press("5")


async def _debrief(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await _done(pilot, app)
    await pilot.press("d")
    await until(pilot, lambda: on(app, "DebriefModal"))


async def _evidence(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await _lab(pilot, app)
    await pilot.press("3", "enter")
    await until(pilot, lambda: on(app, "ReadModal"))


async def _help(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await _lab(pilot, app)
    await pilot.press("question_mark")
    await until(pilot, lambda: on(app, "HelpModal"))


async def _palette(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await _lab(pilot, app)
    await pilot.press("ctrl+p")
    await until(pilot, lambda: on(app, "CommandPalette"))
    await until(pilot, lambda: app.screen.query_one("CommandList").option_count > 3)  # type: ignore[attr-defined]


async def _trace(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await _done(pilot, app)
    await pilot.press("t")
    await until(pilot, lambda: on(app, "TraceScreen"))
    await shows(pilot, "router", "ms")


async def _predict(pilot: Pilot[Any], app: MeshlabApp) -> None:
    """All calls from web and catalog, none of the others."""
    await go_to(pilot, app, "outage")
    await solve(pilot, app)
    await pilot.press("e")
    await until(pilot, lambda: on(app, "ChoiceModal"))
    await pilot.press("enter")
    await until(pilot, lambda: on(app, "ExperimentScreen"))
    await until(pilot, lambda: app.screen.query("GuidePage > *"))
    for _ in range(2):
        await pilot.press(*("space", "right") * 6, "right", "down")


async def _experiment(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await _predict(pilot, app)
    await pilot.press("enter")
    await until(pilot, lambda: any(frame.disturbed for frame in app.screen.progress.frames))  # type: ignore[attr-defined]


async def _result(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await _predict(pilot, app)
    await pilot.press("enter")
    await until(pilot, lambda: app.screen.progress.finished)  # type: ignore[attr-defined]
    await shows(pilot, "!")


async def _result_choice(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await go_to(pilot, app, "balance")
    await solve(pilot, app)
    await pilot.press("e")
    await until(pilot, lambda: on(app, "ExperimentScreen"))
    await until(pilot, lambda: app.screen.query("GuidePage > *"))
    await pilot.press("down", "enter")
    await until(pilot, lambda: app.screen.progress.finished)  # type: ignore[attr-defined]


async def _compare(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await _home(pilot, app)
    await pilot.press("v")
    await until(pilot, lambda: on(app, "CompareScreen"))
    await until(pilot, lambda: app.screen.comparison is not None)  # type: ignore[attr-defined]
    await pilot.press("right", "right")
    await pilot.pause()


async def _plots(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await _compare(pilot, app)
    await pilot.press("b")
    await shows(pilot, "├")


async def _trouble(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await _done(pilot, app)
    gone = ClusterGone("cluster.gone", cluster="main", lab=MESH)
    app.screen.troubles.failed("look", gone)  # type: ignore[attr-defined]
    await until(pilot, lambda: on(app, "FailureModal"))


class Recorded(NamedTuple):
    """A picture of a recording: the lab that the app opens at once ("": none), the way to it, where the replay stands still."""

    lab: str
    way: Way
    pause: Callable[[Any], bool] | None = None


def _is_down(item: object) -> bool:
    """Whether a call fails in what an experiment has just measured."""
    matrix = item.matrix if isinstance(item, ExperimentEvent) else None
    return matrix is not None and any(cell.ok < cell.of for cell in matrix.cells)


def _joins(item: object) -> bool:
    """Whether the cluster's second node is about to join: somewhere in the middle of a preparation."""
    return isinstance(item, Progress) and (item.phase, item.state) == ("join", "running")


RECORDED: dict[str, Recorded] = {
    "home": Recorded("", _home),
    "preparing": Recorded(MESH, _preparing, _joins),
    "lab": Recorded(MESH, _lab),
    "lab-hint": Recorded(MESH, _hint),
    "lab-done": Recorded(MESH, _done),
    "lab-matrix": Recorded(MESH, _matrix),
    "debrief": Recorded(MESH, _debrief),
    "evidence": Recorded(MESH, _evidence),
    "help": Recorded(MESH, _help),
    "palette": Recorded(MESH, _palette),
    "trace": Recorded(MESH, _trace),
    "predict": Recorded(MESH, _predict),
    "experiment": Recorded(MESH, _experiment, _is_down),
    "result": Recorded(MESH, _result),
    "result-choice": Recorded(LIBRARY, _result_choice),
    "compare": Recorded("", _compare),
    "compare-plots": Recorded("", _plots),
    "trouble": Recorded(MESH, _trouble),
}
MACHINE = ("first-start", "doctor")
"""What a machine says of itself: there is no recording of that."""
NAMES = (*RECORDED, *MACHINE)


@contextmanager
def pictured(name: str, language: Language, theme: str) -> Iterator[tuple[MeshlabApp, Walk]]:
    """The app for a picture, and the way to what it shows."""
    if name in MACHINE:
        with on_screen(name, language, theme) as scripted:
            yield scripted
        return
    recorded = RECORDED[name]
    with still_clock(), TemporaryDirectory() as state:
        pace = Paused(recorded.pause) if recorded.pause else Pace(0)
        app = make_tour(TourBackend(Path(state), pace=pace), language, lab=recorded.lab, theme=theme)
        yield app, lambda pilot: recorded.way(pilot, app)


async def picture(name: str, theme: str, *, size: tuple[int, int] = SIZE, language: Language = "en") -> str:
    """The SVG of one screen."""
    with pictured(name, language, theme) as (app, way):
        async with app.run_test(size=size) as pilot:
            await way(pilot)
            await pilot.pause()
            app.clear_notifications()
            await pilot.pause()
            return app.export_screenshot(title="meshlab")


def write(
    folder: Path,
    *,
    png: bool = False,
    only: tuple[str, ...] = (),
    language: Language = "en",
    size: tuple[int, int] = SIZE,
) -> None:
    """One SVG a screen and theme; with `png` also a picture of it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in only or NAMES:
        for theme in THEMES:
            svg = asyncio.run(picture(name, theme, language=language, size=size))
            file = folder / f"{name}-{theme.removeprefix('meshlab-')}.svg"
            file.write_text(svg, encoding="utf-8")
            if png:
                to_png(svg, file.with_suffix(".png"))


def to_png(svg: str, file: Path) -> None:
    """Needs cairosvg; the font is one that most systems have."""
    import cairosvg

    cairosvg.svg2png(bytestring=svg.replace("Fira Code", "DejaVu Sans Mono").encode(), write_to=str(file), output_width=1600)


if __name__ == "__main__":
    arguments = [one for one in sys.argv[1:] if not one.startswith("--")]
    sizes = [tuple(map(int, one[7:].split("x"))) for one in sys.argv if one.startswith("--size=")]
    write(
        Path(arguments[0]) if arguments else ASSETS,
        png="--png" in sys.argv,
        only=tuple(arguments[1:]),
        language="zh" if "--zh" in sys.argv else "en",
        size=(sizes[0][0], sizes[0][1]) if sizes else SIZE,
    )
