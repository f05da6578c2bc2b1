"""Names for the keys that Textual's widgets bring, so that the help can tell of them: what each does, not how it is called."""

from __future__ import annotations

from textual.binding import ActiveBinding
from textual.widgets import Input

BY_ACTION = {
    "focus": ("app.focus_next", "app.focus_previous"),
    "marked": ("screen.copy_text",),
    "minimize": ("screen.minimize",),
    "move": ("cursor_up", "cursor_down", "first", "last"),
    "choose": ("select",),
    "scroll": ("scroll_up", "scroll_down", "scroll_left", "scroll_right", "scroll_home", "scroll_end"),
    "page": ("page_up", "page_down", "page_left", "page_right"),
}
GROUPS = {action: group for group, actions in BY_ACTION.items() for action in actions}


def group_of(active: ActiveBinding) -> str:
    """Key of the words (`own.…`) for a binding that is not ours; "" where there are none."""
    if isinstance(active.node, Input):
        return "submit" if active.binding.action == "submit" else "edit"
    return GROUPS.get(active.binding.action, "")
