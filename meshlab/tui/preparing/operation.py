"""Long operations: a worker follows the run's progress, the table is drawn once a second, cancelling waits for clean-up."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from time import monotonic
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from meshlab.cluster.progress import Progress
from meshlab.tui.base.modals import ConfirmModal
from meshlab.tui.base.screen import MeshModal, MeshScreen
from meshlab.tui.keys import bind
from meshlab.tui.preparing.phase_list import PhaseList
from meshlab.tui.preparing.phases import PhaseTable
from meshlab.tui.translation import tr
from meshlab.tui.widgets.key_footer import KeyFooter

Result = TypeVar("Result")
Operation = Callable[[], AsyncGenerator[Progress, None]]
TICK = 1.0
ENDED = (WorkerState.SUCCESS, WorkerState.ERROR, WorkerState.CANCELLED)


class FollowsOperation(MeshScreen[Result]):
    """Runs one operation at a time; `ended` says how it went."""

    def prepare_table(self) -> None:
        """Call before composing."""
        self.table = PhaseTable()
        self.operation: Worker[None] | None = None
        self.cancelling = False
        self._tick: Timer | None = None

    @property
    def busy(self) -> bool:
        """Whether the operation (or its clean-up) is still running."""
        return self.operation is not None and not self.operation.is_finished

    def follow(self, operation: Operation) -> None:
        """Start it."""
        self.cancelling = False
        self.operation = self.run_worker(self._follow(operation), group="operation", exclusive=True, exit_on_error=False)
        self._tick = self.set_interval(TICK, self.redraw)
        self.refresh_bindings()

    async def _follow(self, operation: Operation) -> None:
        # Progress comes from an async generator; closing it is what cleans up.
        async with aclosing(operation()) as events:
            async for event in events:
                self.table.accept(event, monotonic())
                self.progressed(event)
                self.redraw()

    def redraw(self) -> None:
        """Draw the table as it is now."""
        if self.is_mounted:
            self.query_one(PhaseList).redraw()

    def progressed(self, event: Progress) -> None:
        """One event has arrived; for screens that show more than the table."""

    def ended(self, state: WorkerState, error: BaseException | None) -> None:
        """The operation succeeded, failed with an error, or was cancelled and has cleaned up."""

    def worker_changed(self, event: Worker.StateChanged) -> None:
        if event.worker is not self.operation:
            super().worker_changed(event)
            return
        # Not worker.is_finished: that may hold already when the news of its start arrives.
        if event.state not in ENDED:
            return
        self.table.finish(monotonic())
        if self._tick is not None:
            self._tick.stop()
        self.redraw()
        self.refresh_bindings()
        state = WorkerState.CANCELLED if self.cancelling else event.state
        self.ended(state, event.worker.error if event.state is WorkerState.ERROR else None)

    def ask_cancel(self, title: str, text: str, items: Sequence[str] = ()) -> None:
        """Ask once, then cancel."""

        def answered(yes: bool | None) -> None:
            if yes:
                self.cancel()

        self.app.push_screen(ConfirmModal(title, text, items=items), answered)

    def cancel(self) -> None:
        """Cancel now; `ended` follows when all is cleaned up."""
        if self.operation is not None and self.busy and not self.cancelling:
            self.cancelling = True
            self.cancel_started()
            self.operation.cancel()

    def cancel_started(self) -> None:
        """For screens that say that they are cleaning up."""


class WorkingModal(FollowsOperation[BaseException | bool], MeshModal[BaseException | bool]):
    """A shorter operation over a screen: True when done, False when cancelled, else what it raised."""

    CSS_PATH = "../base/modals.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [bind("escape", "cancel", "working.cancel")]

    def __init__(self, title: str, operation: Operation) -> None:
        super().__init__()
        self.title_text, self.make = title, operation
        self.prepare_table()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -working") as box:
            box.border_title = Content(self.title_text)
            yield PhaseList(self.table)
            yield Static(id="working-note")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.follow(self.make)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "cancel":
            return None if self.cancelling else True
        return super().check_action(action, parameters)

    def action_cancel(self) -> None:
        self.ask_cancel(tr(self, "working.cancel-title"), tr(self, "working.cancel-text"))

    def cancel_started(self) -> None:
        self.query_one("#working-note", Static).update(tr(self, "working.cancelling"))
        self.refresh_bindings()

    def ended(self, state: WorkerState, error: BaseException | None) -> None:
        # A question that is still open over this modal has nothing to ask any more.
        while self.app.screen is not self and isinstance(self.app.screen, ConfirmModal):
            self.app.pop_screen()
        self.dismiss(error if error is not None else state is WorkerState.SUCCESS)
