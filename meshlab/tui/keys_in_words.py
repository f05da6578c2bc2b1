"""Sentences that name keys, and whose keys these are: where the settings give an action another key, its sentences say that."""

from __future__ import annotations

import re
from collections.abc import Mapping

NAMED: dict[str, dict[str, str]] = {
    "why.next": {"c": "lab.check", "h": "lab.hint", "s": "lab.solve"},
    "why.run": {"a": "experiment.again"},
    "checks.keys": {"enter": "checks.open"},
    "evidence.none": {"c": "lab.check"},
    "guide.keys": {"b": "lab.back", "f": "lab.forward"},
    "guide.command": {"⏎": "guide.run"},
    "map.keys": {"5": "pane.matrix"},
    "matrix.keys": {"2": "pane.map"},
    "hint.keys": {"h": "lab.hint", "escape": "lab.escape"},
    "hint.none": {"s": "lab.solve"},
    "answer.enter": {"escape": "modal.cancel"},
    "shell.keys": {"F2": "lab.shell", "F3": "lab.full-shell", "F4": "pane.zoom-anywhere", "F6": "lab.scrollback"},
    "shell.ended": {"enter": "shell.restart"},
    "shell.no-suspend": {"F2": "lab.shell"},
    "lab.step-done": {"n": "lab.next", "d": "lab.debrief"},
    "lab.step-was-done": {"d": "lab.debrief"},
    "working.cancel-text": {"r": "lab.reset"},
    "preparing.note": {"l": "preparing.log"},
    "preparing.failed-note": {"r": "preparing.retry", "escape": "preparing.cancel", "l": "preparing.log"},
    "home.enter-first": {"enter": "home.open"},
    "home.enter-on": {"enter": "home.open"},
    "home.enter-again": {"enter": "home.open"},
    "home.doctor": {"d": "home.doctor"},
    "doctor.keys": {"y": "app.copy"},
    "first.language-about": {"L": "app.language"},
    "experiment.legend": {"enter": "experiment.run", "space": "matrix.mark"},
    "quit.busy": {"escape": "preparing.cancel"},
    "filter.found": {"esc": "list.filter-off"},
    "help.read": {"/": "list.filter", "y": "app.copy"},
    "help.home": {"enter": "home.open"},
    "help.preparing": {"l": "preparing.log", "i": "preparing.page", "escape": "preparing.cancel"},
    "help.guide": {"enter": "guide.run", "b": "lab.back", "f": "lab.forward"},
    "help.checks": {"enter": "checks.open"},
    "help.shell": {"F2": "lab.shell", "F6": "lab.scrollback"},
    "help.trace": {"u": "trace.url", "h": "trace.headers", "t": "trace.send"},
    "help.compare": {"b": "compare.plots"},
    "help.scrollback": {"/": "scrollback.find", "n": "scrollback.up", "N": "scrollback.down"},
}
"""By the words' id: how a key is written there, and the action that it calls."""


def with_keys(words: str, key: str, names: Mapping[str, str]) -> str:
    """The words of `key` with the keys of now; `names` has those of the actions whose keys the settings changed."""
    changed = {written: names[action] for written, action in NAMED.get(key, {}).items() if action in names}
    if not changed:
        return words
    return standing_alone(*changed).sub(lambda found: changed[found.group()], words)


def standing_alone(*written: str) -> re.Pattern[str]:
    """Finds these where they are no part of a word, a command or a parameter."""
    return re.compile(rf"(?<![A-Za-z0-9`${{])(?:{'|'.join(map(re.escape, written))})(?![A-Za-z0-9`}}])")
