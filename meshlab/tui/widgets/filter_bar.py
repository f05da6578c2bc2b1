"""The line in which one writes what a list shall be reduced to."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label

from meshlab.tui.speak import tr


class FilterBar(Horizontal):
    """There while something is left out; enter goes back to the list, escape shows all again."""

    DEFAULT_CSS = """
    FilterBar { height: 1; background: $surface; padding: 0 1; }
    FilterBar Label { width: auto; color: $accent; }
    FilterBar Input { width: 1fr; margin: 0 1; background: $surface; }
    FilterBar #found { color: $text-muted; }
    MeshModal FilterBar { dock: bottom; margin: 0 0 1 0; }
    """

    @dataclass
    class Changed(Message):
        """Something else is wanted."""

        wanted: str

    class Left(Message):
        """Back to the list; what is left out stays so."""

    def compose(self) -> ComposeResult:
        yield Label("/")
        yield Input(placeholder=tr(self, "filter.placeholder"), compact=True, id="wanted")
        yield Label(id="found")

    def on_mount(self) -> None:
        self.focus_line()

    def focus_line(self) -> None:
        """Let keys go to the line."""
        self.query_one(Input).focus()

    def say(self, shown: int, of: int) -> None:
        """How much is left."""
        self.query_one("#found", Label).update(Content(tr(self, "filter.found", shown=shown, of=of)))

    @on(Input.Changed)
    def changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left())
