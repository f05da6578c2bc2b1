"""Finds settings that give two actions the same key. Such a setting is not applied, so every action keeps a key."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from meshlab.settings.key_names import typed
from meshlab.settings.model import KEYS, Problem

EVERYWHERE = ("app", "list", "modal")
PLACES: dict[str, frozenset[str]] = {
    "pane": frozenset({"lab"}),
    "checks": frozenset({"lab"}),
    "shell": frozenset({"lab"}),
    "guide": frozenset({"lab", "preparing", "experiment"}),
    "matrix": frozenset({"lab", "experiment"}),
}
"""Where keys of these names hold together; a name that is not here is a place of its own."""
FIXED = frozenset({"tab", "shift+tab", "ctrl+c", "up", "down", "pageup", "pagedown", "home", "end"})
"""Moving between panes, moving in lists and copying what is marked: the same in every program of a terminal."""


class Bound(Struct, frozen=True):
    """An action's own keys."""

    keys: tuple[str, ...]
    always: bool = False
    """The action is available even while something is typed."""


def together(one: str, other: str) -> bool:
    """Whether the keys of two ids may be active at once."""
    first, second = one.partition(".")[0], other.partition(".")[0]
    if first in EVERYWHERE or second in EVERYWHERE:
        return True
    return not PLACES.get(first, frozenset({first})).isdisjoint(PLACES.get(second, frozenset({second})))


def agreed(wanted: Mapping[str, str], own: Mapping[str, Bound]) -> tuple[dict[str, str], list[Problem]]:
    """The settings that can be followed together, and what is wrong with each of the others."""
    chosen, problems = dict(wanted), []
    while (problem := _first_problem(chosen, own)) is not None:
        del chosen[problem.key.removeprefix(f"{KEYS}.")]
        problems.append(problem)
    return chosen, problems


def _first_problem(chosen: Mapping[str, str], own: Mapping[str, Bound]) -> Problem | None:
    """The first setting to drop: earlier settings win over later ones, and defaults win over all settings."""
    now = {name: tuple(chosen[name].split(",")) if name in chosen else bound.keys for name, bound in own.items()}
    for name in reversed(list(chosen)):
        problem = Problem(what="unknown-id", key=f"{KEYS}.{name}") if name not in own else _problem(name, now, own)
        if problem is not None:
            return problem
    return None


def _problem(name: str, now: Mapping[str, tuple[str, ...]], own: Mapping[str, Bound]) -> Problem | None:
    for key in now[name]:
        if key in own[name].keys:
            continue
        parameters = {"value": key}
        if key in FIXED:
            return Problem(what="fixed", key=f"{KEYS}.{name}", parameters=parameters)
        if own[name].always and typed(key):
            return Problem(what="typed", key=f"{KEYS}.{name}", parameters=parameters)
        for other, keys in now.items():
            if other != name and key in keys and together(name, other):
                return Problem(what="clash", key=f"{KEYS}.{name}", parameters=parameters | {"other": other})
    return None
