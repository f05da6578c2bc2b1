"""What has scrolled out of the shell pane: to read, to search, to copy from."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, TextArea
from textual.widgets.text_area import Selection

from meshlab.tui.base.screen import MeshScreen
from meshlab.tui.keys import bind
from meshlab.tui.translation import tr
from meshlab.tui.widgets.key_footer import KeyFooter


def find(lines: list[str], wanted: str, row: int, way: int) -> tuple[int, int] | None:
    """(row, column) of the next line with the words, upper and lower case alike, from `row` upwards (-1) or downwards (1).

    The search goes round. None where no line has them.
    """
    wanted = wanted.lower()
    for away in range(1, len(lines) + 1) if wanted else ():
        at = (row + way * away) % len(lines)
        if (column := lines[at].lower().find(wanted)) >= 0:
            return at, column
    return None


class Lines(TextArea, inherit_bindings=False):
    """Text to read. Of the keys of an editor it has those that move and mark."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("up,k", "cursor_up", "list.up", show=False),
        bind("down,j", "cursor_down", "list.down", show=False),
        bind("pageup", "cursor_page_up", "scrollback.page-up", show=False),
        bind("pagedown", "cursor_page_down", "scrollback.page-down", show=False),
        bind("shift+up", "cursor_up(True)", "scrollback.mark-up", show=False),
        bind("shift+down", "cursor_down(True)", "scrollback.mark-down", show=False),
        bind("ctrl+c", "copy", "scrollback.copy", show=False),
    ]


class ScrollbackScreen(MeshScreen[None]):
    """Read-only, and a copy: the shell goes on meanwhile. It opens at its end, where the shell's screen stands."""

    CSS_PATH = "scrollback.tcss"
    HELP_TOPIC = "help.scrollback"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("slash", "ask", "scrollback.find"),
        bind("n", "search(-1)", "scrollback.up"),
        bind("N", "search(1)", "scrollback.down"),
        bind("escape", "close", "modal.close"),
        bind("f6", "close", "modal.close", show=False, priority=True),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.wanted = ""

    def compose(self) -> ComposeResult:
        with Vertical(id="history", classes="pane"):
            yield Lines(self.text, read_only=True, soft_wrap=True, show_line_numbers=False)
        yield Input(placeholder=tr(self, "scrollback.find"), id="find", compact=True)
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#history").border_title = tr(self, "scrollback.title")
        self.query_one("#find").display = False
        self.lines.focus()
        self.lines.move_cursor(self.lines.document.end)

    @property
    def lines(self) -> Lines:
        """The text with its cursor and selection."""
        return self.query_one(Lines)

    def action_ask(self) -> None:
        asking = self.query_one("#find", Input)
        asking.display = True
        # At once: letters that are typed fast must not go elsewhere.
        self.set_focus(asking)

    @on(Input.Submitted)
    def asked(self, event: Input.Submitted) -> None:
        """Upwards from where the cursor is: what was last is what is looked for."""
        self.wanted = event.value
        self._leave_input()
        self.action_search(-1)

    def action_search(self, way: int) -> None:
        place = find(self.lines.text.split("\n"), self.wanted, self.lines.cursor_location[0], way)
        if place is None:
            self.notify(tr(self, "scrollback.none", text=self.wanted), markup=False)
            return
        row, column = place
        self.lines.selection = Selection((row, column), (row, column + len(self.wanted)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "search":
            return True if self.wanted and not self._asking else None
        return super().check_action(action, parameters)

    def text_to_copy(self) -> str:
        return self.lines.selected_text or self.lines.text

    @property
    def _asking(self) -> bool:
        return isinstance(self.focused, Input)

    def _leave_input(self) -> None:
        self.query_one("#find").display = False
        self.lines.focus()
        self.refresh_bindings()

    def action_close(self) -> None:
        if self._asking:
            self._leave_input()
        else:
            self.dismiss(None)
