"""Keys as data: what a key is called is looked up by its id (`tui.key.<id>`) in the language spoken when it is shown."""

from __future__ import annotations

from textual.binding import Binding


def bind(
    keys: str, action: str, name: str, *, show: bool = True, priority: bool = False, display: str | None = None
) -> Binding:
    """A binding whose id is `name`. Textual hides bindings without a description, so the id stands in until it is shown."""
    return Binding(keys, action, name, id=name, show=show, priority=priority, key_display=display or None)
