"""Waiting and looking, for tests of screens."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Static

from meshlab.run.api import Language
from meshlab.tui.app import MeshlabApp
from tests.tui.scripted import ScriptedBackend, ScriptedRun

SIZES = ((80, 24), (120, 34), (140, 42))
DEADLINE = 20.0


class FakeShell(Static, can_focus=True):
    """Stands in for the emulator: remembers what was pasted and typed."""

    DEFAULT_CSS = "FakeShell { height: 1fr; }"

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__("meshlab shop $ kubectl -n shop get pods\nNAME                    READY   STATUS", markup=False)
        self.environment = environment
        self.pasted: list[str] = []
        self.typed: list[str] = []

    def paste(self, text: str) -> bool:
        self.pasted.append(text)
        return True

    def transcript(self) -> str:
        return "\n".join(f"line {number}" for number in range(1, 101)) + f"\n{self.content}"

    def on_key(self, event: Any) -> None:
        self.typed.append(event.key)
        event.stop()
        event.prevent_default()


def fake_shell(environment: Mapping[str, str]) -> Widget:
    return FakeShell(environment)


def make_app(
    run: ScriptedRun | None = None, *, language: Language = "en", theme: str = "meshlab-dark", lab: str = "", **how: Any
) -> MeshlabApp:
    """The app over scripted data, without animations."""
    backend = how.pop("backend", None) or ScriptedBackend(run)
    how.setdefault("make_shell", fake_shell)
    app = MeshlabApp(backend, language=language, theme=theme, lab=lab, **how)
    app.animation_level = "none"
    return app


async def until(pilot: Pilot[Any], condition: Callable[[], object], what: str = "") -> None:
    """Poll until the condition holds."""
    end = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"never became true: {what or condition}\n{screen_text(pilot.app)}")
        await pilot.pause(0.01)


def screen_text(app: App[Any]) -> str:
    """What is on the screen, as text."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


async def shows(pilot: Pilot[Any], *texts: str) -> None:
    """Wait until all of these are on the screen."""
    await until(pilot, lambda: all(text in screen_text(pilot.app) for text in texts), f"on screen: {texts}")


async def says(pilot: Pilot[Any], text: str) -> None:
    """Wait for a notice with this text: on the screen it may be broken over lines."""
    await until(pilot, lambda: any(text in one.message for one in pilot.app._notifications), f"notice: {text}")


def on(app: MeshlabApp, name: str) -> bool:
    """Whether the top screen is of that class."""
    return type(app.screen).__name__ == name
