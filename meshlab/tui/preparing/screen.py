"""From whatever there is to a lab that is ready, with something to read meanwhile."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Log, Static
from textual.worker import WorkerState

from meshlab.cluster.progress import Progress
from meshlab.report.wrap import wrap
from meshlab.run.api import LabRun
from meshlab.tui.base.screen import BREAKPOINTS
from meshlab.tui.keys import bind
from meshlab.tui.messages import LabReady, LeaveLab
from meshlab.tui.preparing.operation import FollowsOperation
from meshlab.tui.preparing.phase_list import PhaseList
from meshlab.tui.road.pictures import picture
from meshlab.tui.road.road import STAGES
from meshlab.tui.translation import lab_title, language_of, recorded, tour, tr
from meshlab.tui.widgets.drawing import content_of
from meshlab.tui.widgets.guide import GuidePage
from meshlab.tui.widgets.key_footer import KeyFooter
from meshlab.tui.widgets.pane import Pane
from meshlab.tui.widgets.status import StatusRow

MAKING = "create-nodes"
"""A phase that is only there where a cluster is made."""


class Pages(Container):
    """Pages in one place, of which one is in sight: one below the other, each as high as this; what is shown is scrolled to.

    To hide a long Markdown text and show it again takes 40 ms, because Textual does it block by block.
    """

    DEFAULT_CSS: ClassVar[str] = """
    Pages {
        layout: vertical;
        overflow: hidden hidden;
        & > * { height: 100%; }
    }
    """

    seen = ""

    def turn(self, name: str) -> None:
        """To the child of that id. Only that one takes keys."""
        self.seen = name
        for number, page in enumerate(self.children):
            page.can_focus = page.can_focus_children = page.id == name
            if page.id == name:
                # The outer size, because to ask for a region makes Textual arrange and draw all anew (see `outline`).
                self.scroll_to(y=number * self.outer_size.height, animate=False, immediate=True, force=True)

    def on_resize(self) -> None:
        self.call_after_refresh(self.turn, self.seen)


class PreparingScreen(FollowsOperation[None]):
    """Phases and, beside them, the lab's introduction or the log; where it is narrow, one of the three at a time."""

    CSS_PATH = "preparing.tcss"
    HELP_TOPIC = "help.preparing"
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("i", "turn", "preparing.page"),
        bind("l", "log", "preparing.log"),
        bind("r", "retry", "preparing.retry"),
        bind("escape", "leave", "preparing.cancel"),
    ]

    page: var[str] = var("phases", init=False)
    """phases, intro or log: which one is seen where it is narrow. Elsewhere phases stand beside the other two."""

    def __init__(self, run: LabRun) -> None:
        super().__init__()
        self.lab_run = run
        self.prepare_table()
        self.failed = False

    def compose(self) -> ComposeResult:
        yield StatusRow(id="status")
        with Horizontal(id="body"):
            with Vertical(id="phases", classes="pane"):
                yield PhaseList(self.table, fits=True)
                yield Static(id="note")
            with Pages():
                with Pane(id="intro"):
                    yield Static(id="stage")
                    yield GuidePage()
                yield Log(id="log", classes="pane")
        yield KeyFooter()

    async def on_mount(self) -> None:
        self.watch_page()
        self.query_one("#intro").focus()
        self.follow(self.lab_run.prepare)
        await self._label()
        # What was told until here found nothing mounted.
        self.query_one(PhaseList).redraw()
        self._status()

    # --- what is seen --- #

    @property
    def narrow(self) -> bool:
        """Whether there is room for one page only."""
        return self.size.width < BREAKPOINTS[-1][0]

    def on_resize(self) -> None:
        self.watch_page()
        self._introduce()
        self.refresh_bindings()

    def watch_page(self) -> None:
        alone = self.page if self.narrow else ""
        self.query_one("#phases").display = alone in ("", "phases")
        beside = self.query_one(Pages)
        beside.display = alone != "phases"
        beside.turn("log" if self.page == "log" else "intro")

    def targets(self) -> list[Widget]:
        """Not the page that is out of sight."""
        pages = self.query_one(Pages)
        return [widget for widget in super().targets() if widget.parent is not pages or widget.id == pages.seen]

    def show_page(self, page: str) -> None:
        """Turn to it, and let the arrows scroll it."""
        self.page = page
        self.refresh_bindings()
        seen = self.query_one(f"#{page if self.narrow else self.query_one(Pages).seen}")
        # What is not in sight yet cannot be drawn alone.
        self.call_after_refresh(self.set_focus, seen, scroll_visible=False)

    async def _label(self) -> None:
        self.query_one("#phases").border_title = tr(self, "preparing.title")
        self.query_one("#intro").border_title = tr(self, "preparing.intro")
        self.query_one("#log").border_title = tr(self, "preparing.log")
        snapshot = self.lab_run.snapshot()
        self.query_one(StatusRow).left = (
            ("meshlab", "bold $accent"),
            (f"  {snapshot.stage} ", "$muted"),
            (lab_title(self, snapshot), ""),
        )
        self._introduce()
        self._status()
        await self.query_one(GuidePage).update(self.lab_run.page(language=language_of(self)).markdown)

    def _introduce(self) -> None:
        """The stage of the road that the lab is about, above its page."""
        stage = self.lab_run.lab.stage[:1]
        if stage not in STAGES:
            return
        space = max(20, self.query_one("#intro").scrollable_content_region.width - 4)
        parts = [content_of(picture(stage))]
        for topic in ("what", "claim"):
            text = "\n".join(wrap(tr(self, f"stage.{stage}.{topic}"), space))
            parts.append(Content.assemble((tr(self, f"home.{topic}"), "$accent"), "\n", text))
        self.query_one("#stage", Static).update(Content("\n\n").join(parts))

    def _status(self) -> None:
        key, style = ("failed", "$error") if self.failed else ("busy", "$accent")
        key = "cancelling" if self.cancelling else key
        left = self.query_one(PhaseList).left(monotonic()) if key == "busy" else ""
        self.query_one(StatusRow).right = (("● ", style), (tr(self, f"preparing.{key}"), ""), (f"  {left}", "$muted"))
        notes = {"failed": "preparing.failed-note", "cancelling": "preparing.cancelling-note"}
        usual = tour(self, "note") if recorded(self) else tr(self, "preparing.note")
        note = tr(self, notes[key]) if key in notes else usual
        self.query_one("#note", Static).update(note)

    def redraw(self) -> None:
        super().redraw()
        if self.is_mounted:
            self._status()

    def relabel(self) -> None:
        super().relabel()
        self.call_later(self._label)

    def retitle(self) -> None:
        self.call_later(self._label)

    def progressed(self, event: Progress) -> None:
        if event.state == "note":
            self.query_one(Log).write_line(event.told(language_of(self)))

    # --- keys --- #

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The key that turns the page names where it leads."""
        bindings = super().active_bindings
        for key, active in bindings.items():
            if active.binding.id == "preparing.page" and self.page == "intro":
                binding = replace(active.binding, description=tr(self, "key.preparing.phases"))
                bindings[key] = active._replace(binding=binding)
        return bindings

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "retry":
                return True if self.failed else None
            case "leave":
                return None if self.cancelling else True
            case "turn":
                return self.narrow
        return super().check_action(action, parameters)

    def action_turn(self) -> None:
        self.show_page("phases" if self.page == "intro" else "intro")

    def action_log(self) -> None:
        self.show_page("phases" if self.page == "log" else "log")

    def action_retry(self) -> None:
        self.failed = False
        self.table.clear()
        self.follow(self.lab_run.prepare)
        self._status()

    def action_leave(self) -> None:
        if self.busy:
            self.ask_cancel(tr(self, "preparing.cancel-title"), tr(self, "preparing.cancel-text"), self.cleaned_up())
        else:
            self.post_message(LeaveLab())

    def cleaned_up(self) -> tuple[str, ...]:
        """What cancelling now removes, and what stays."""
        snapshot = self.lab_run.snapshot()
        key = "made" if MAKING in self.table.phases else "kept" if snapshot.owns_nodes else "context"
        return (
            tr(self, f"preparing.cancel-{key}", cluster=snapshot.cluster),
            tr(self, "preparing.cancel-stays"),
        )

    # --- how it ends --- #

    def cancel_started(self) -> None:
        self._status()
        self.refresh_bindings()

    def ended(self, state: WorkerState, error: BaseException | None) -> None:
        if state is WorkerState.SUCCESS:
            self.post_message(LabReady(self.lab_run))
        elif self.cancelling:
            key, severity = ("cancelled", "information") if error is None else ("cancel-failed", "error")
            self.notify(tr(self, f"preparing.{key}"), severity=severity, markup=False)  # type: ignore[arg-type]
            self.post_message(LeaveLab())
        elif error is not None:
            self.failed = True
            self._status()
            self.refresh_bindings()
            self.show_failure(error)
        else:
            self.post_message(LeaveLab())

    def ways_on(self, error: BaseException) -> tuple[str, ...]:
        return ("retry", "leave")

    def go_way(self, way: str | None) -> None:
        match way:
            case "retry":
                self.action_retry()
            case "leave":
                self.action_leave()
