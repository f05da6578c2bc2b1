"""From whatever there is to a lab that is ready, with something to read meanwhile."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Log, Static
from textual.worker import WorkerState

from meshlab.cluster.progress import Progress
from meshlab.run.api import LabRun
from meshlab.tui.keys import bind
from meshlab.tui.messages import LabReady, LeaveLab
from meshlab.tui.pictures import picture
from meshlab.tui.screens.base import BREAKPOINTS
from meshlab.tui.screens.operation import FollowsOperation
from meshlab.tui.speak import lab_title, language_of, tr
from meshlab.tui.widgets.drawing import content_of
from meshlab.tui.widgets.guide import GuidePage
from meshlab.tui.widgets.key_footer import KeyFooter
from meshlab.tui.widgets.phase_list import PhaseList
from meshlab.tui.widgets.status import StatusRow


class PreparingScreen(FollowsOperation[None]):
    """Phases on one side, the lab's introduction on the other; `l` shows the log in its place."""

    CSS_PATH = "preparing.tcss"
    HELP_TOPIC = "help.preparing"
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("l", "log", "preparing.log"),
        bind("r", "retry", "preparing.retry"),
        bind("escape", "leave", "preparing.cancel"),
    ]

    def __init__(self, run: LabRun) -> None:
        super().__init__()
        self.lab_run = run
        self.prepare_table()
        self.failed = False

    def compose(self) -> ComposeResult:
        yield StatusRow(id="status")
        with Horizontal(id="body"):
            with Vertical(id="phases", classes="pane"):
                yield PhaseList(self.table)
                yield Static(id="note")
                yield Static(id="drawing")
            with VerticalScroll(id="intro", classes="pane"):
                yield GuidePage()
            yield Log(id="log", classes="pane")
        yield KeyFooter()

    async def on_mount(self) -> None:
        self.query_one("#log").display = False
        self.query_one("#intro").focus()
        self.follow(self.lab_run.prepare)
        await self._label()

    async def _label(self) -> None:
        page = self.lab_run.page(language=language_of(self))
        self.query_one("#phases").border_title = tr(self, "preparing.title")
        self.query_one("#intro").border_title = tr(self, "preparing.intro")
        self.query_one("#log").border_title = tr(self, "preparing.log")
        snapshot = self.lab_run.snapshot()
        self.query_one(StatusRow).left = (
            ("meshlab", "bold $accent"),
            (f"  {snapshot.stage} ", "$muted"),
            (lab_title(self, snapshot), ""),
        )
        claim = Content(tr(self, f"stage.{snapshot.stage[:1]}.claim")) if snapshot.stage[:1].isdigit() else Content("")
        self.query_one("#drawing", Static).update(Content("\n\n").join([content_of(picture(snapshot.stage[:1])), claim]))
        self._status()
        await self.query_one(GuidePage).update(page.markdown)

    def _status(self) -> None:
        key, style = ("failed", "$error") if self.failed else ("busy", "$accent")
        key = "cancelling" if self.cancelling else key
        self.query_one(StatusRow).right = (("● ", style), (tr(self, f"preparing.{key}"), ""))
        notes = {"failed": "preparing.failed-note", "cancelling": "preparing.cancelling-note"}
        note = tr(self, notes[key]) if key in notes else tr(self, "preparing.note")
        self.query_one("#note", Static).update(note)

    def relabel(self) -> None:
        super().relabel()
        self.call_later(self._label)

    def retitle(self) -> None:
        self.call_later(self._label)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "retry":
            return True if self.failed else None
        return None if action == "leave" and self.cancelling else True

    def progressed(self, event: Progress) -> None:
        if event.state == "note":
            self.query_one(Log).write_line(event.detail)

    def action_log(self) -> None:
        log, intro = self.query_one("#log"), self.query_one("#intro")
        log.display, intro.display = not log.display, log.display
        (log if log.display else intro).focus()

    def action_retry(self) -> None:
        self.failed = False
        self.table.clear()
        self.follow(self.lab_run.prepare)
        self._status()

    def action_leave(self) -> None:
        if self.busy:
            self.ask_cancel(tr(self, "preparing.cancel-title"), tr(self, "preparing.cancel-text"))
        else:
            self.post_message(LeaveLab())

    def cancel_started(self) -> None:
        self._status()
        self.refresh_bindings()

    def ended(self, state: WorkerState, error: BaseException | None) -> None:
        if state is WorkerState.SUCCESS:
            self.post_message(LabReady(self.lab_run))
        elif error is not None and not self.cancelling:
            self.failed = True
            self._status()
            self.refresh_bindings()
            self.show_failure(error)
        else:
            self.notify(tr(self, "preparing.cancelled"), markup=False)
            self.post_message(LeaveLab())
