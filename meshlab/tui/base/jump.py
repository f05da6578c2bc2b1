"""A letter on each pane; that letter goes there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Click, Key, Resize
from textual.widget import Widget
from textual.widgets import Label

from meshlab.tui.base.screen import MeshModal
from meshlab.tui.keys import bind
from meshlab.tui.translation import tr
from meshlab.tui.widgets.key_footer import KeyFooter

LETTERS = "asdfjklghweruio"


def lettered(targets: Sequence[Widget]) -> dict[str, Widget]:
    """A letter for each, those under the fingers first."""
    return dict(zip(LETTERS, targets, strict=False))


class JumpLetter(Label):
    """Lies on the pane's corner."""

    def __init__(self, letter: str, target: Widget) -> None:
        super().__init__(Content(f" {letter} "), classes="letter")
        self.letter, self.target = letter, target
        self.styles.offset = (target.region.x + 1, target.region.y)

    def on_click(self, event: Click) -> None:
        event.stop()
        self.screen.dismiss(self.target)


class JumpScreen(MeshModal[Widget | None]):
    """Gives the widget that was chosen, or nothing."""

    CSS_PATH = "modals.tcss"
    HELP_TOPIC = "help.jump"
    BINDINGS: ClassVar[list[BindingType]] = [bind("escape", "close", "modal.close")]

    def __init__(self, targets: Mapping[str, Widget]) -> None:
        super().__init__()
        self.lettered = targets
        self.sized: bool | None = False

    def compose(self) -> ComposeResult:
        for letter, target in self.lettered.items():
            yield JumpLetter(letter, target)
        yield Label(Content(tr(self, "jump.how")), id="jump-how")
        yield KeyFooter()

    def on_key(self, event: Key) -> None:
        if event.key in self.lettered:
            event.stop()
            self.dismiss(self.lettered[event.key])

    def on_click(self) -> None:
        self.dismiss(None)

    def on_resize(self, event: Resize) -> None:
        # The first one is this screen's own; at any other the panes are elsewhere.
        if self.sized is True:
            self.dismiss(None)
        self.sized = None if self.sized else True

    def action_close(self) -> None:
        self.dismiss(None)
