"""The command palette: everything that keys do, by name, and what has no key."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.app import SystemCommand
from textual.screen import Screen

from meshlab.tui.lab.screen import LabScreen
from meshlab.tui.theme import CYCLE
from meshlab.tui.translation import tr

EVERYWHERE = {"filter": "list.filter", "jump": "pane.jump", "zoom": "pane.zoom", "copy": "app.copy"}
LAB_ACTIONS = ("check", "hint", "next", "experiment", "trace", "debrief", "reset", "solve", "labs", "copy_kubeconfig")


def commands(screen: Screen[object]) -> Iterator[SystemCommand]:
    """Those that make sense on this screen."""
    app = screen.app
    if isinstance(screen, LabScreen):
        yield from lab_commands(screen)
    for action, name in EVERYWHERE.items():
        if screen.check_action(action, ()):
            run = partial(screen.call_later, screen.run_action, action)
            yield SystemCommand(tr(app, f"key.{name}"), tr(app, f"tip.{name}"), run)
    yield SystemCommand(
        tr(app, "command.compare"), tr(app, "command.compare-help"), lambda: app.call_later(app.run_action, "compare")
    )
    yield SystemCommand(
        tr(app, "command.language"), tr(app, "command.language-help"), lambda: app.call_later(app.run_action, "language")
    )
    for name in CYCLE:
        choose = partial(app.call_later, app.run_action, f"theme('{name}')")
        yield SystemCommand(tr(app, f"command.{name}"), tr(app, "command.theme-help"), choose)
    yield SystemCommand(tr(app, "command.help"), tr(app, "command.help-help"), lambda: app.call_later(app.run_action, "help"))
    yield SystemCommand(tr(app, "command.quit"), tr(app, "command.quit-help"), lambda: app.call_later(app.run_action, "quit"))


def lab_commands(screen: LabScreen) -> Iterator[SystemCommand]:
    """What can be done in a lab now; what cannot is left out."""
    for action in LAB_ACTIONS:
        if screen.check_action(action, ()) is not None:
            name = action.replace("_", "-")
            title = tr(screen, "command.lab", what=tr(screen, f"key.lab.{name}"))
            yield SystemCommand(title, tr(screen, f"tip.lab.{name}"), getattr(screen, f"action_{action}"))
    yield SystemCommand(tr(screen, "command.goto"), tr(screen, "command.goto-help"), screen.dialogs.choose_step)
    yield SystemCommand(tr(screen, "command.stop"), tr(screen, "command.stop-help"), screen.controller.stop)
    yield SystemCommand(tr(screen, "command.down"), tr(screen, "command.down-help"), screen.controller.down)
