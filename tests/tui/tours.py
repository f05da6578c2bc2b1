"""Screens of a tour: the recordings that ship with meshlab, of real runs, replayed as `meshlab tour` does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from meshlab.run.api import Language
from meshlab.run.recordings.pace import Pace
from meshlab.tui.app import MeshlabApp
from meshlab.tui.tour.backend import TourBackend
from meshlab.tui.widgets.shell import real_shell
from tests.tui.helpers import make_app, on, shows, until

LAB = "2-router-mesh"
Way = Callable[[Pilot[Any], MeshlabApp], Awaitable[None]]


def make_tour(backend: TourBackend, language: Language = "en", *, lab: str = "", theme: str = "meshlab-dark") -> MeshlabApp:
    return make_app(backend=backend, language=language, lab=lab, theme=theme, recorded=True, make_shell=real_shell)


def shipped(name: str, state: Path, language: Language, theme: str = "meshlab-dark") -> MeshlabApp:
    """The app for one of the screens below. state: an empty folder."""
    lab = "" if name == "tour-home" else LAB
    return make_tour(TourBackend(state, pace=Pace(0)), language, lab=lab, theme=theme)


async def solve(pilot: Pilot[Any], app: MeshlabApp) -> None:
    """As it was recorded."""
    await pilot.press("s")
    await until(pilot, lambda: on(app, "ConfirmModal"))
    await pilot.press("y")
    await until(pilot, lambda: on(app, "LabScreen") and app.screen.board.done())  # type: ignore[attr-defined]


async def go_on(pilot: Pilot[Any], app: MeshlabApp, step: str) -> None:
    await pilot.press("n")
    await until(pilot, lambda: app.screen.page_step == step)  # type: ignore[attr-defined]


async def solved(pilot: Pilot[Any], app: MeshlabApp, *then: str) -> None:
    """From the first step to the last of these, which is solved, too."""
    await until(pilot, lambda: on(app, "LabScreen"))
    await solve(pilot, app)
    for step in then:
        await go_on(pilot, app, step)
        await solve(pilot, app)


async def _home(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await until(pilot, lambda: getattr(app.screen, "stops", None) and app.screen.findings is not None)  # type: ignore[attr-defined]


async def _lab(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await solved(pilot, app, "router")
    await until(pilot, lambda: app.screen.controller.matrix is not None)  # type: ignore[attr-defined]
    await until(pilot, lambda: len(app.screen.query("GuidePage")) > 1)
    await until(pilot, lambda: app.screen.controller.rates)  # type: ignore[attr-defined]


async def _trace(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await solved(pilot, app, "router")
    await pilot.press("t")
    await until(pilot, lambda: on(app, "TraceScreen"))
    await shows(pilot, "router", "ms")


async def _experiment(pilot: Pilot[Any], app: MeshlabApp) -> None:
    await solved(pilot, app, "router", "policy", "bypass", "outage")
    await pilot.press("e")
    await until(pilot, lambda: on(app, "ChoiceModal"))
    await pilot.press("enter")
    await until(pilot, lambda: on(app, "ExperimentScreen"))
    await until(pilot, lambda: app.screen.query("GuidePage > *"))
    await pilot.press("down", "right", "space", "enter")
    await until(pilot, lambda: getattr(app.screen, "progress", None) and app.screen.progress.finished)  # type: ignore[attr-defined]


TOURS: dict[str, Way] = {"tour-home": _home, "tour-lab": _lab, "tour-trace": _trace, "tour-experiment": _experiment}
