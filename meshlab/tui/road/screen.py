"""The road: where the learner is, what comes next, why each stage exists."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.worker import WorkerError

from meshlab.errors import MeshlabError
from meshlab.tui.backend import Backend, Diagnosis, LiveBackend
from meshlab.tui.base.modals import ConfirmModal
from meshlab.tui.base.screen import BREAKPOINTS, MeshScreen
from meshlab.tui.keys import bind
from meshlab.tui.messages import OpenLab, TitlesRead
from meshlab.tui.road.detail import stage_detail
from meshlab.tui.road.list import RoadList
from meshlab.tui.road.road import STAGES, Stop, road, total, where_to_go
from meshlab.tui.road.rows import hours
from meshlab.tui.translation import language_of, recorded, tour, tr
from meshlab.tui.widgets.key_footer import KeyFooter
from meshlab.tui.widgets.pane import Pane
from meshlab.tui.widgets.status import StatusRow

ROOMY = 30
"""Rows from which the detail has room for its drawing above all else."""


class HomeScreen(MeshScreen[None]):
    """The list on one side, the highlighted stage on the other."""

    CSS_PATH = "road.tcss"
    HELP_TOPIC = "help.home"
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("enter", "open", "home.open", priority=True),
        bind("v", "app.compare", "app.compare"),
        bind("d", "doctor", "home.doctor"),
        bind("L", "app.language", "app.language", display="L"),
    ]

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self.backend = backend
        self.stops: list[Stop] = []
        self.here = -1
        self.findings: list[Diagnosis] | None = None

    def compose(self) -> ComposeResult:
        yield StatusRow(id="status")
        yield Static(id="problem")
        with Horizontal(id="body"):
            yield RoadList(id="road", classes="pane")
            with Pane(id="detail"):
                yield Static(id="stage")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#problem").display = False
        self.query_one("#road").focus()
        # The frame first: labs follow into it, and then the doctor's findings, for which many programs are started.
        self.call_after_refresh(self.load_first)

    def on_resize(self) -> None:
        # The panes know their new sizes only then.
        self.call_after_refresh(self._detail)

    def on_screen_resume(self) -> None:
        if self.stops:
            self.load()

    def relabel(self) -> None:
        super().relabel()
        self.load()
        self.examine()

    @work(exclusive=True, group="first", exit_on_error=False)
    async def load_first(self) -> None:
        """What is there at the start, in the order in which it is wanted."""
        with suppress(WorkerError):
            await self.load().wait()
        self.call_after_refresh(self.examine)

    @work(exclusive=True, group="labs", exit_on_error=False)
    async def load(self) -> None:
        """Read the labs and draw the road; the highlight goes to where the learner continues."""
        labs = await self.backend.labs(language_of(self))
        self.stops = road(labs)
        self.post_message(TitlesRead({lab.id: lab.title for lab in labs}))
        listing = self.query_one(RoadList)
        listing.border_title = tr(self, "home.road")
        listing.border_subtitle = self._total()
        listing.show(self.stops)
        here = where_to_go(self.stops, tour=recorded(self))
        if here != self.here:
            self.here = here
            listing.choose(self.stops[here].id)
        self._detail()
        self._status()

    def _total(self) -> str:
        all_of_it = total(self.stops)
        time = hours(all_of_it.minutes_left, partial(tr, self))
        key = "home.total" if all_of_it.minutes_left else "home.total-done"
        return tr(self, key, done=all_of_it.steps_done, steps=all_of_it.steps, time=time)

    @work(exclusive=True, group="doctor", exit_on_error=False)
    async def examine(self) -> None:
        """Ask the doctor in the background: a machine that cannot run a lab is said here, not minutes later."""
        self.findings = await self.backend.doctor(language_of(self))
        self._status()

    def _status(self) -> None:
        if recorded(self):
            self._tour_status()
            return
        way = total(self.stops)
        status = self.query_one(StatusRow)
        status.left = (("meshlab", "bold $accent"), (f"  {tr(self, 'home.motto')}", ""))
        problems = [finding for finding in self.findings or () if finding.state == "problem"]
        style, key = ("$muted", "looking") if self.findings is None else ("$success", "ready")
        style, key = ("$error", "problems") if problems else (style, key)
        status.right = (
            ("● ", style),
            (tr(self, f"home.{key}", count=len(problems)), ""),
            ("   " + tr(self, "home.passed", done=way.labs_done, labs=way.labs), "$muted"),
        )
        banner = self.query_one("#problem", Static)
        banner.display = bool(problems)
        if problems:
            ways = [tr(self, "home.doctor"), *([tour(self, "instead")] if self._recorded() else [])]
            problem = Content.assemble(("✘ ", "$error"), problems[0].text)
            banner.update(Content("  ").join([problem, *(Content.styled(way, "$accent") for way in ways)]))

    def _recorded(self) -> int:
        """How many labs can be watched."""
        return sum(stop.lab.recorded for stop in self.stops if stop.lab)

    def _tour_status(self) -> None:
        """A tour asks nothing of this machine, so it says nothing of it."""
        labs, count = total(self.stops).labs, self._recorded()
        status = self.query_one(StatusRow)
        status.left = (("meshlab", "bold $accent"), (f"  {tour(self, 'motto')}", ""))
        status.right = ((tour(self, "labs", count=count, labs=labs), "$muted"),)
        banner = self.query_one("#problem", Static)
        banner.display = True
        banner.add_class("-tour")
        banner.update(Content.assemble(("▶ ", "$warning"), tour(self, "banner")))

    def _detail(self) -> None:
        stop = self._stop()
        if stop is None:
            return
        self.query_one("#detail").border_title = self._stage(stop)
        space = self.query_one("#detail").scrollable_content_region.width
        self.query_one("#stage", Static).update(stage_detail(self, stop, space, roomy=self.size.height >= ROOMY))
        self.refresh_bindings()

    def _stage(self, stop: Stop) -> str:
        if stop.stage not in STAGES:
            return stop.stage
        title = tr(self, f"stage.{stop.stage}.title")
        return title if len(stop.stage) > 1 else f"{tr(self, 'home.stage', stage=stop.stage)}  {title}"

    @on(OptionList.OptionHighlighted, "#road")
    def highlighted(self) -> None:
        self._detail()

    @on(OptionList.OptionSelected, "#road")
    def clicked(self) -> None:
        self.action_open()

    def _stop(self) -> Stop | None:
        chosen = self.query_one(RoadList).chosen
        return next((stop for stop in self.stops if stop.id == chosen), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action != "open":
            return super().check_action(action, parameters)
        if isinstance(self.focused, Input):
            return False
        stop = self._stop() if self.is_mounted else None
        return True if stop and stop.lab and not stop.lab.broken else None

    def action_open(self) -> None:
        stop = self._stop()
        if stop is not None and stop.lab is not None:
            self.open(stop.lab.id)

    @work(exclusive=True, group="open", exit_on_error=False)
    async def open(self, lab: str) -> None:
        """A machine that cannot run a lab is said to be none before anything is made."""
        problems = [finding.text for finding in self.findings or () if finding.state == "problem"]
        if not problems or (isinstance(self.backend, LiveBackend) and self.backend.default_context):
            self.post_message(OpenLab(lab))
            return
        question = ConfirmModal(tr(self, "doctor.try-title"), tr(self, "doctor.try-text"), items=problems)
        if await self.app.push_screen_wait(question):
            self.post_message(OpenLab(lab))
        else:
            self.action_doctor()

    def ways_on(self, error: BaseException) -> tuple[str, ...]:
        return ("retry",) if isinstance(error, MeshlabError) else ()

    def go_way(self, way: str | None) -> None:
        if way == "retry":
            self.action_open()

    def action_doctor(self) -> None:
        from meshlab.tui.machine.doctor import DoctorScreen

        self.app.push_screen(DoctorScreen(self.backend))
