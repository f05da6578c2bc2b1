"""The way to every screen over the scripted run, for tests; those of a tour come from the recordings that ship."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from textual.pilot import Pilot

from meshlab.errors import ClusterGone
from meshlab.run.api import Language
from meshlab.settings.choose import QUESTIONS
from meshlab.tui.app import MeshlabApp
from meshlab.tui.machine.questions import Surroundings
from tests.tui.helpers import make_app, on, shows, until
from tests.tui.scripted import ScriptedBackend, ScriptedRun
from tests.tui.tours import TOURS, shipped

THEMES = ("meshlab-dark", "meshlab-light")
LOCAL = "meshlab.report.compare.words.local"
"""Times are shown as the reader's clock has them, wherever that is."""
Walk = Callable[[Pilot[Any]], Awaitable[None]]
Way = Callable[[Pilot[Any], MeshlabApp, ScriptedRun], Awaitable[None]]


AROUND = Surroundings(engine="Docker 29.1", contexts=("kind-mine",), memory_gib="15.5")


class ScriptedFirst:
    """Nothing is known yet, and the machine is as it is told."""

    def __init__(self, questions: tuple[str, ...] = QUESTIONS, around: Surroundings = AROUND) -> None:
        self.questions = questions
        self.around = around
        self.answers: list[tuple[str, str]] = []

    async def look(self, language: str) -> Surroundings:
        return self.around

    def answer(self, name: str, value: str) -> str:
        self.answers.append((name, value))
        return ""


async def _first(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    app.ask_first(ScriptedFirst(("engine", "memory")))
    await until(pilot, lambda: getattr(app.screen, "asked", []) == ["engine"])


async def _home(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    await until(pilot, lambda: app.screen.stops and app.screen.findings is not None)  # type: ignore[attr-defined]


async def _problem(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    assert isinstance(app.backend, ScriptedBackend)
    app.backend.problem = True
    await pilot.press("d")
    await until(pilot, lambda: on(app, "DoctorScreen"))
    await shows(pilot, "docker.sock")


async def _preparing(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    run.gate.clear()
    await _home(pilot, app, run)
    await pilot.press("enter")
    await until(pilot, lambda: on(app, "PreparingScreen"))
    await shows(pilot, "0:07")
    await until(pilot, lambda: app.screen.query("GuidePage > *"))


async def open_lab(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    """From home into the lab."""
    run.gate.set()
    await _home(pilot, app, run)
    await pilot.press("enter")
    await until(pilot, lambda: on(app, "LabScreen"))
    await until(pilot, lambda: app.screen.query("FakeShell"))
    await until(pilot, lambda: app.screen.query("GuidePage > *"))


async def _lab(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    await open_lab(pilot, app, run)
    await until(pilot, lambda: app.screen.controller.matrix is not None)  # type: ignore[attr-defined]
    await counted(pilot, app)
    await pilot.pause()


async def counted(pilot: Pilot[Any], app: MeshlabApp) -> None:
    """Until traffic has been counted twice where it is seen: a rate lies between two counts."""
    if app.screen.query_one("#map").display:
        await until(pilot, lambda: app.screen.controller.changed.set() or app.screen.controller.rates)  # type: ignore[attr-defined]


async def _hint(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    await _lab(pilot, app, run)
    await pilot.press("h")
    await shows(pilot, "endpointslices")


async def _done(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    run.green()
    await _lab(pilot, app, run)


async def _debrief(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    await _done(pilot, app, run)
    await pilot.press("d")
    await until(pilot, lambda: on(app, "DebriefModal"))


async def _evidence(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    await _lab(pilot, app, run)
    await pilot.press("3", "down", "enter")
    await until(pilot, lambda: on(app, "ReadModal"))


async def _help(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    await _lab(pilot, app, run)
    await pilot.press("question_mark")
    await until(pilot, lambda: on(app, "HelpModal"))


async def _palette(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    await _lab(pilot, app, run)
    await pilot.press("ctrl+p")
    await until(pilot, lambda: on(app, "CommandPalette"))
    await until(pilot, lambda: app.screen.query_one("CommandList").option_count > 3)  # type: ignore[attr-defined]


async def _reset(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    await _lab(pilot, app, run)
    await pilot.press("r")
    await until(pilot, lambda: on(app, "ConfirmModal"))


async def _matrix(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    await _lab(pilot, app, run)
    await pilot.press("5")


async def _scrollback(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    await _lab(pilot, app, run)
    await pilot.press("f6")
    await until(pilot, lambda: on(app, "ScrollbackScreen"))
    await pilot.press("slash", *"line 42", "enter")
    await shows(pilot, "line 42")


async def _trace(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    await _lab(pilot, app, run)
    await pilot.press("t")
    await until(pilot, lambda: on(app, "TraceScreen"))
    await shows(pilot, "k7f2-01")


async def _predict(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    run.current = "router-dies"
    await open_lab(pilot, app, run)
    await pilot.press("e")
    await until(pilot, lambda: on(app, "ExperimentScreen"))
    await until(pilot, lambda: app.screen.query("GuidePage > *"))
    await pilot.press("down", *("right", "space") * 3, "down", "right", "space")


async def _experiment(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    await _predict(pilot, app, run)
    run.experiment_gate.clear()
    await pilot.press("enter")
    await shows(pilot, "refused")


async def _result(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    await _predict(pilot, app, run)
    run.experiment_gate.set()
    await pilot.press("enter")
    await until(pilot, lambda: on(app, "ExperimentScreen") and app.screen.progress.finished)  # type: ignore[attr-defined]
    await shows(pilot, "!")


async def _compare(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    await _home(pilot, app, run)
    await pilot.press("v")
    await until(pilot, lambda: on(app, "CompareScreen"))
    await until(pilot, lambda: app.screen.comparison is not None)  # type: ignore[attr-defined]
    await pilot.press("right", "right")
    await pilot.pause()


async def _plots(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    await _compare(pilot, app, run)
    await pilot.press("b")
    await shows(pilot, "├")


async def _trouble(pilot: Pilot[Any], app: MeshlabApp, run: ScriptedRun) -> None:
    await _lab(pilot, app, run)
    run.look_error = ClusterGone("cluster.gone", cluster="main", lab="2-router-mesh")
    app.screen.controller.changed.set()  # type: ignore[attr-defined]
    await until(pilot, lambda: on(app, "FailureModal"))
    await pilot.pause()


SCREENS: dict[str, Way] = {
    "first-start": _first,
    "trouble": _trouble,
    "home": _home,
    "doctor": _problem,
    "preparing": _preparing,
    "lab": _lab,
    "lab-hint": _hint,
    "lab-done": _done,
    "lab-matrix": _matrix,
    "debrief": _debrief,
    "evidence": _evidence,
    "help": _help,
    "palette": _palette,
    "reset": _reset,
    "scrollback": _scrollback,
    "trace": _trace,
    "predict": _predict,
    "experiment": _experiment,
    "result": _result,
    "compare": _compare,
    "compare-plots": _plots,
}


NAMES = (*SCREENS, *TOURS)


@contextmanager
def on_screen(name: str, language: Language, theme: str = THEMES[0]) -> Iterator[tuple[MeshlabApp, Walk]]:
    """The app for a screen, and the way to it from the app's start."""
    with still_clock(), TemporaryDirectory() as state:
        if name in TOURS:
            app = shipped(name, Path(state), language, theme)
            yield app, lambda pilot: TOURS[name](pilot, app)
        else:
            run = ScriptedRun()
            run.red()
            app = make_app(run, theme=theme, language=language)
            yield app, lambda pilot: SCREENS[name](pilot, app, run)


@contextmanager
def still_clock() -> Iterator[None]:
    """Elapsed times are 0:00 however slow the machine is."""
    with ExitStack() as stack:
        for place in ("preparing.operation", "preparing.screen", "preparing.phase_list"):
            stack.enter_context(patch(f"meshlab.tui.{place}.monotonic", lambda: 100.0))
        stack.enter_context(patch(LOCAL, lambda time: "2026-09-21 13:33"))
        yield
