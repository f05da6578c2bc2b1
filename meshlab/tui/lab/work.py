"""What the lab screen does with its run: every piece of work is an async worker, so that nothing ever blocks a key."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from time import monotonic
from typing import Any, cast

from textual import work

from meshlab.check.verdict import Verdict
from meshlab.errors import EnvironmentFault, UsageError
from meshlab.report.rates import NOTHING, SHORTEST, Rates, rates
from meshlab.run.api import LabRun, Matrix, Traffic
from meshlab.tui.base.modals import ConfirmModal, ReadModal
from meshlab.tui.base.panes import PanesScreen
from meshlab.tui.lab.board import Board
from meshlab.tui.lab.topology.build import build
from meshlab.tui.lab.trouble import FacesTrouble
from meshlab.tui.messages import LeaveLab
from meshlab.tui.preparing.operation import Operation, WorkingModal
from meshlab.tui.speak import language_of, recorded, tr

LOOK_EVERY = 10.0
MEASURE_EVERY = 60.0
MEASURE_AT_MOST_EVERY = 15.0
"""Seconds between two measurements of the matrix: dozens of real requests, so only where it is seen, and after news."""
RETRY_AFTER = 5.0


class LabWork(PanesScreen, FacesTrouble):
    """The screen's own state is the board; `redraw_*` are the screen's."""

    lab_run: LabRun
    board: Board
    pods: list[dict[str, Any]]
    matrix: Matrix | None

    def start_work(self, run: LabRun) -> None:
        """Call before composing."""
        self.lab_run = run
        self.start_facing()
        self.board = Board(run)
        self.pods, self.matrix = [], None
        self.traffic: Traffic | None = None
        self.rates: Rates = NOTHING
        self.changed = asyncio.Event()
        self.measured = self.counted = float("-inf")
        self._redraw_pending = False

    def follow(self) -> None:
        """(Re)start what follows the cluster: verdicts of the current step, pods and matrix."""
        self.watch_verdicts()
        self.look_around()

    def rest(self) -> None:
        """Stop following, while the learner is elsewhere."""
        self.workers.cancel_group(self, "watch")
        self.workers.cancel_group(self, "look")

    # --- following --- #

    @work(exclusive=True, group="watch", exit_on_error=False)
    async def watch_verdicts(self) -> None:
        while True:
            try:
                async with aclosing(cast("Any", self.lab_run.watch())) as verdicts:
                    async for verdict in verdicts:
                        self.well("watch")
                        self.take(verdict)
                return
            except EnvironmentFault as error:
                self.troubled("watch", error)
                await asyncio.sleep(RETRY_AFTER)

    @work(exclusive=True, group="look", exit_on_error=False)
    async def look_around(self) -> None:
        while True:
            news = self.changed.is_set()
            self.changed.clear()
            try:
                self.pods = await self.lab_run.pods()
                self.draw_map()
                await self.count()
                self.draw_map()
                if self.due(news):
                    self.matrix = await self.lab_run.matrix()
                    self.measured = monotonic()
                    self.draw_map()
                self.well("look")
            except EnvironmentFault as error:
                self.troubled("look", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), RETRY_AFTER if self.lost else LOOK_EVERY)

    async def count(self) -> None:
        """What came since the last count, where it is seen. A burst of news counts no oftener than makes a rate."""
        replayed = recorded(self)
        if not self.pane("map").display or (monotonic() - self.counted < SHORTEST and not replayed):
            return
        if replayed:
            # Two counts of a recording lie as far apart as they did then.
            self.traffic = await self.lab_run.traffic(self.pods)
        newest = await self.lab_run.traffic(self.pods)
        self.counted = monotonic()
        self.rates, self.traffic = rates(self.traffic, newest), newest

    def due(self, news: bool) -> bool:
        """Whether the matrix is worth its requests now."""
        age = monotonic() - self.measured
        visible = any(self.pane(name).display for name in ("map", "matrix"))
        return visible and age >= (MEASURE_AT_MOST_EVERY if news else MEASURE_EVERY)

    def take(self, verdict: Verdict) -> None:
        """A verdict from the watcher or from a check. A burst of them is drawn once."""
        if not self.board.accept(verdict):
            return
        self.changed.set()
        if not self._redraw_pending:
            self._redraw_pending = True
            self.call_after_refresh(self._redraw_once)

    def _redraw_once(self) -> None:
        self._redraw_pending = False
        if self.board.look_again():
            self.show_page(self.board.snapshot.current)
        self.redraw_checks()

    def draw_map(self) -> None:
        """The picture from all that is known now."""
        self.redraw_map(build(self.lab_run.lab, self.pods, self.matrix, self.board.verdicts, self.rates))

    def look_again(self) -> None:
        self.changed.set()
        self.watch_verdicts()

    # --- the learner's keys --- #

    @work(exclusive=True, group="check", exit_on_error=False)
    async def check_now(self, checks: list[str] | None = None) -> None:
        self.board.start_checking(checks or self.board.checks())
        self.redraw_checks()
        try:
            async with aclosing(cast("Any", self.lab_run.check(checks))) as verdicts:
                async for verdict in verdicts:
                    self.take(verdict)
        finally:
            self.board.checking.clear()
            self.redraw_checks()

    @work(exclusive=True, group="move", exit_on_error=False)
    async def go_next(self) -> None:
        steps = self.board.snapshot.steps
        if steps and self.board.snapshot.current == steps[-1].id:
            self.app.push_screen(ReadModal(tr(self, "lab.finished-title"), markdown=tr(self, "lab.finished")))
            return
        try:
            await self.lab_run.next()
        except UsageError as error:
            self.notify(error.message, severity="warning", markup=False)
            return
        self.moved()

    @work(exclusive=True, group="hint", exit_on_error=False)
    async def take_hint(self, check: str = "") -> None:
        self.show_hint(self.lab_run.hint(check, language_of(self)))

    @work(exclusive=True, group="move", exit_on_error=False)
    async def reset_step(self) -> None:
        plan = await self.lab_run.plan_reset()
        text = tr(self, "reset.text") + ("\n\n" + tr(self, "reset.strays") if plan.strays else "")
        if await self.ask(tr(self, "reset.title"), text, plan.strays):
            await self.work_through(tr(self, "reset.working"), lambda: self.lab_run.reset(plan.step))

    @work(exclusive=True, group="move", exit_on_error=False)
    async def solve_step(self) -> None:
        if await self.ask(tr(self, "solve.title"), tr(self, "solve.text")):
            await self.work_through(tr(self, "solve.working"), lambda: self.lab_run.solve())

    @work(exclusive=True, group="move", exit_on_error=False)
    async def go_to(self, step: str) -> None:
        title = self.lab_run.page(step, language_of(self)).title
        if await self.ask(tr(self, "goto.title"), tr(self, "goto.text", step=title)):
            await self.work_through(tr(self, "goto.working"), lambda: self.lab_run.goto(step))

    @work(exclusive=True, group="move", exit_on_error=False)
    async def stop_cluster(self) -> None:
        if await self.ask(tr(self, "stop.title"), tr(self, "stop.text")):
            await self.leave_after(tr(self, "stop.working"), lambda: self.lab_run.stop())

    @work(exclusive=True, group="move", exit_on_error=False)
    async def remove_cluster(self) -> None:
        if await self.ask(tr(self, "down.title"), tr(self, "down.text")):
            await self.leave_after(tr(self, "down.working"), lambda: self.lab_run.down())

    async def leave_after(self, title: str, operation: Operation) -> None:
        """An operation after which there is no cluster to look at; call it from a worker."""
        self.rest()
        outcome = await self.app.push_screen_wait(WorkingModal(title, operation))
        if outcome is True:
            self.post_message(LeaveLab())
        else:
            self.follow()
        if isinstance(outcome, BaseException):
            self.show_failure(outcome)

    async def ask(self, title: str, text: str, items: tuple[str, ...] = ()) -> bool:
        """A question; call it from a worker."""
        answer = await self.app.push_screen_wait(ConfirmModal(title, text, items=items))
        return answer is True

    async def work_through(self, title: str, operation: Operation) -> None:
        """A longer operation over this screen; call it from a worker."""
        self.rest()
        outcome = await self.app.push_screen_wait(WorkingModal(title, operation))
        self.moved()
        if isinstance(outcome, BaseException):
            self.show_failure(outcome)
        elif outcome is True:
            self.check_now()

    def moved(self) -> None:
        """The run stands elsewhere now."""
        self.board.refresh()
        self.show_page(self.board.snapshot.current)
        self.follow()

    # --- what the screen draws --- #

    def redraw_checks(self) -> None: ...
    def redraw_status(self) -> None: ...
    def redraw_map(self, picture: object) -> None: ...
    def show_page(self, step: str) -> None: ...
    def show_hint(self, hint: object) -> None: ...
