"""One request, drawn along the path that it really took."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Resize
from textual.timer import Timer
from textual.widgets import Input, Static

from meshlab.report.trace_text import reveal, trace_rows
from meshlab.run.api import Hop, LabRun, Trace
from meshlab.tui.base.screen import MeshScreen
from meshlab.tui.keys import bind
from meshlab.tui.translation import language_of, tr
from meshlab.tui.widgets.drawing import content_of
from meshlab.tui.widgets.key_footer import KeyFooter
from meshlab.tui.widgets.pane import Pane
from meshlab.tui.widgets.status import StatusRow

A_HOP = 0.15
"""Seconds in which a drawn request makes a hop."""


def headers_of(text: str) -> dict[str, str]:
    """`x-canary: k7f2, x-user: 3` as a mapping; what has no colon is left out."""
    pairs = [part.partition(":") for part in text.split(",")]
    return {name.strip(): value.strip() for name, colon, value in pairs if colon and name.strip()}


def count_hops(hop: Hop) -> int:
    """This one and all below it."""
    return 1 + sum(count_hops(below) for below in hop.hops)


class TraceScreen(MeshScreen[None]):
    """URL and headers above, the newest drawing first."""

    CSS_PATH = "trace.tcss"
    HELP_TOPIC = "help.trace"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("t", "send", "trace.send"),
        bind("u", "edit('url')", "trace.url"),
        bind("h", "edit('headers')", "trace.headers"),
        bind("escape", "close", "modal.close"),
    ]

    def __init__(self, run: LabRun) -> None:
        super().__init__()
        self.lab_run = run
        self.traces: list[Trace] = []
        self.sending = False
        self.travelled: int | None = None
        """How many hops of the newest request are drawn while it travels; None: all."""
        self._travel: Timer | None = None

    def compose(self) -> ComposeResult:
        yield StatusRow(id="status")
        with Horizontal(id="request"):
            yield Input(placeholder=tr(self, "trace.url"), id="url", compact=True)
            yield Input(placeholder=tr(self, "trace.headers"), id="headers", compact=True)
        with Pane(id="path"):
            yield Static(id="drawing")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.pane_title()
        self.query_one("#path").focus()
        self.send()

    def pane_title(self) -> None:
        """Words of the frame."""
        snapshot = self.lab_run.snapshot()
        status = self.query_one(StatusRow)
        status.left = (("meshlab", "bold $accent"), (f"  {snapshot.stage} ", "$muted"), (tr(self, "trace.title"), ""))
        status.right = ((tr(self, "trace.sending" if self.sending else "trace.legend"), "$muted"),)
        self.query_one("#path").border_title = tr(self, "trace.path")

    def relabel(self) -> None:
        super().relabel()
        self.query_one("#url", Input).placeholder = tr(self, "trace.url")
        self.query_one("#headers", Input).placeholder = tr(self, "trace.headers")
        self.pane_title()
        self.redraw()

    @work(exclusive=True, group="trace", exit_on_error=False)
    async def send(self) -> None:
        url, headers = self.query_one("#url", Input).value.strip(), self.query_one("#headers", Input).value
        self.sending = True
        self.pane_title()
        try:
            self.traces.insert(0, await self.lab_run.trace(url, headers_of(headers)))
        finally:
            self.sending = False
            self.pane_title()
        self.set_out()

    def set_out(self) -> None:
        """The newest request travels, where animations are wanted; else it has arrived."""
        self.arrive()
        if self.app.animation_level == "full":
            self.travelled = 1
            self._travel = self.set_interval(A_HOP, self.move_on)
        self.redraw()

    def move_on(self) -> None:
        """One hop further."""
        assert self.travelled is not None
        self.travelled += 1
        if self.travelled >= count_hops(self.traces[0].root):
            self.arrive()
        self.redraw()

    def arrive(self) -> None:
        """The drawing is whole."""
        if self._travel is not None:
            self._travel.stop()
        self.travelled, self._travel = None, None

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self.redraw)

    def redraw(self) -> None:
        """All drawings of this visit, the newest first, so that two can be compared."""
        language, space = language_of(self), self.query_one("#path").scrollable_content_region.width
        drawings = [trace_rows(trace, language, space) for trace in self.traces]
        if self.travelled is not None:
            drawings[0] = reveal(drawings[0], self.travelled)
        self.query_one("#drawing", Static).update(Content("\n\n\n").join([content_of(rows) for rows in drawings]))

    @on(Input.Submitted)
    def submitted(self) -> None:
        self.query_one("#path").focus()
        self.send()

    def action_send(self) -> None:
        self.send()

    def action_edit(self, name: str) -> None:
        self.query_one(f"#{name}").focus()

    def action_close(self) -> None:
        if isinstance(self.focused, Input):
            self.query_one("#path").focus()
        else:
            self.dismiss(None)
