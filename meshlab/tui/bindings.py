"""All keys of all screens, read from where they are bound: for the settings, which give them others."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from inspect import getmembers, isclass

from textual.binding import Binding
from textual.dom import DOMNode

import meshlab.tui
from meshlab.settings.clashes import Bound

WITHOUT_KEYS = "terminal"
"""The emulator has no keys of its own, and is not imported before a shell starts."""


def own_keys() -> dict[str, Bound]:
    """By id, the keys that an action has when the settings say nothing. Imports every screen."""
    found: dict[str, Bound] = {}
    for binding in _bindings():
        if binding.id:
            before = found.get(binding.id, Bound(()))
            keys = tuple(dict.fromkeys([*before.keys, binding.key]))
            found[binding.id] = Bound(keys, before.always or binding.priority)
    return found


def _bindings() -> Iterator[Binding]:
    for node in _nodes():
        yield from Binding.make_bindings(vars(node).get("BINDINGS", []))


def _nodes() -> list[type[DOMNode]]:
    """The app, screens and widgets of ours, in an order that does not change."""
    modules = pkgutil.walk_packages(meshlab.tui.__path__, "meshlab.tui.")
    names = [module.name for module in modules if not module.name.endswith(f".{WITHOUT_KEYS}")]
    members = [value for name in names for _, value in getmembers(import_module(name), isclass)]
    ours = [one for one in members if issubclass(one, DOMNode) and one.__module__.startswith("meshlab.")]
    return list(dict.fromkeys(ours))
