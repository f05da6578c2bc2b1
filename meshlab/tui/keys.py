"""Keys as data: which keys an action has, by its id, and sentences that name them: `${key:lab.check}`."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable
from importlib import import_module

from textual.binding import Binding

import meshlab.tui
from meshlab.settings.key_clashes import Bound

IN_WORDS = re.compile(r"\$\{key:([\w.-]+)\}")
WITHOUT_KEYS = "terminal"
"""The emulator has no keys of its own, and is not imported before a shell starts."""

_bound: dict[str, Bound] = {}
"""By id, the keys of all classes that are imported."""


def bind(
    keys: str, action: str, name: str, *, show: bool = True, priority: bool = False, display: str | None = None
) -> Binding:
    """A binding whose id is `name`; what the key is called are the words `tui.key.<name>`.

    Textual hides bindings without a description, so the id stands in until it is shown.
    """
    known = _bound.get(name, Bound(()))
    _bound[name] = Bound(tuple(dict.fromkeys([*known.keys, *keys.split(",")])), known.always or priority)
    return Binding(keys, action, name, id=name, show=show, priority=priority, key_display=display or None)


def all_keys() -> dict[str, Bound]:
    """By id, the keys that an action has when the settings say nothing. Imports every screen."""
    for module in pkgutil.walk_packages(meshlab.tui.__path__, "meshlab.tui."):
        if not module.name.endswith(f".{WITHOUT_KEYS}"):
            import_module(module.name)
    return dict(sorted(_bound.items()))


def default_key(name: str) -> str:
    """The first key of an action. Raises KeyError where no screen has such an action."""
    return (_bound.get(name) or all_keys()[name]).keys[0]


def with_keys(words: str, shown: Callable[[str], str]) -> str:
    """The words with each `${key:<name>}` as `shown` gives it; other parameters are not filled in yet."""
    return IN_WORDS.sub(lambda match: shown(match[1]).replace("$", "$$"), words)
