"""Help for what has the focus: a few sentences, then the keys that work now, and of each that does not, why."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import ActiveBinding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input

from meshlab.report.matrix_text import pad, width
from meshlab.report.wrap import wrap
from meshlab.tui.base.modals import ReadModal
from meshlab.tui.base.panes import PANES
from meshlab.tui.base.screen import MeshScreen
from meshlab.tui.keys import bind
from meshlab.tui.translation import has_words, tr

WIDEST = 9
"""Columns of keys; more of them stand on a line of their own."""
DIALOG, FRAME = 90, 8
"""Columns of the window at most, and of its frame and scroll bar."""


class HelpModal(ReadModal):
    """The key that opened it closes it."""

    HELP_TOPIC = "help.read"
    BINDINGS: ClassVar[list[BindingType]] = [bind("question_mark,f1", "close", "app.help", show=False)]


def help_modal(screen: Screen[object]) -> HelpModal:
    """The help of the screen, or of its focused pane."""
    head = Content.styled(tr(screen, "help.keys"), "bold $primary")
    tail = Content.styled(tr(screen, "help.terminal"), "$muted")
    parts = [Content(tr(screen, topic_of(screen))), Content("\n").join([head, *keys(screen)]), tail]
    return HelpModal(tr(screen, "help.title"), content=Content("\n\n").join(parts))


def topic_of(screen: Screen[object]) -> str:
    """Key of the help text."""
    for node in screen.focused.ancestors_with_self if screen.focused else ():
        if node.id in PANES and has_words(f"help.{node.id}"):
            return f"help.{node.id}"
    return screen.HELP_TOPIC if isinstance(screen, MeshScreen) else "help.lab"


def keys(screen: Screen[object]) -> list[Content]:
    """All keys, those of one action together: first what the footer has, last what every list, text and line has."""
    ours: dict[tuple[str, str], list[ActiveBinding]] = {}
    others: dict[tuple[str, str], list[ActiveBinding]] = {}
    for active in sorted(screen.active_bindings.values(), key=lambda active: not active.binding.show):
        if has_words(f"key.{active.binding.id}"):
            # Words alone may be those of another action: in Chinese the pane of checks and looking are one word.
            action = active.binding.action.partition("(")[0]
            ours.setdefault((action, active.binding.description), []).append(active)
        elif group := group_of(active):
            others.setdefault(("", tr(screen, f"own.{group}")), []).append(active)
    rows = [(shown(screen, actives), words, why(screen, actives)) for (_, words), actives in [*ours.items(), *others.items()]]
    widest = min(WIDEST, max([width(keys) for keys, _, _ in rows], default=0))
    space = min(DIALOG, screen.size.width * 9 // 10) - FRAME - widest
    return [_row(keys, words, wrap(reason, space) if reason else [], widest) for keys, words, reason in rows]


def _row(keys: str, words: str, reason: list[str], widest: int) -> Content:
    """Keys and what they do; what stands below hangs."""
    below = f"\n{' ' * widest}  "
    return Content.assemble(
        (pad(keys, widest), "bold $accent"),
        below if width(keys) > widest else "  ",
        (words, "$muted" if reason else ""),
        *((f"{below}{line}", "$muted") for line in reason),
    )


def shown(screen: Screen[object], actives: list[ActiveBinding]) -> str:
    """The keys as the footer shows them."""
    return " ".join(dict.fromkeys(screen.app.get_key_display(active.binding) for active in actives))


def why(screen: Screen[object], actives: list[ActiveBinding]) -> str:
    """Of a key that does nothing just now, the sentence that says why."""
    if not isinstance(screen, MeshScreen) or actives[0].enabled:
        return ""
    return screen.why_disabled(actives[0].binding.action)


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
