"""What is done with the run of an open lab: follow it, and what the learner's keys ask for. It knows no widget."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing, suppress
from functools import partial
from time import monotonic
from typing import Any, Protocol

from meshlab.check.verdict import Verdict
from meshlab.errors import EnvironmentFault, UsageError
from meshlab.report.rates import NOTHING, SHORTEST, Rates, rates
from meshlab.run.api import HintText, LabRun, Language, Matrix, Traffic
from meshlab.tui.lab.board import Board
from meshlab.tui.lab.topology.build import build
from meshlab.tui.lab.topology.model import Picture
from meshlab.tui.lab.troubles import Troubles
from meshlab.tui.preparing.operation import Operation

LOOK_EVERY = 10.0
MEASURE_EVERY = 60.0
MEASURE_AT_MOST_EVERY = 15.0
"""Seconds between two measurements of the matrix: dozens of real requests, so only where it is seen, and after news."""
RETRY_AFTER = 5.0


class LabView(Protocol):
    """What the controller asks of the screen: it draws what it is given, and asks the learner. It decides nothing."""

    @property
    def language(self) -> Language: ...

    @property
    def replaying(self) -> bool:
        """Whether the run is a recording."""
        ...

    def is_shown(self, *panes: str) -> bool:
        """Whether one of these panes is seen now."""
        ...

    # --- drawing --- #

    def show_page(self, step: str) -> None: ...

    def show_hint(self, hint: HintText | None) -> None: ...

    def redraw_checks(self) -> None: ...

    def redraw_soon(self) -> None:
        """Draw with the next frame what verdicts have changed: a burst of them is drawn once."""
        ...

    def draw_map(self, picture: Picture, matrix: Matrix | None) -> None: ...

    # --- the learner --- #

    def show_finished(self) -> None:
        """Say that the last step is done."""
        ...

    def refuse(self, error: UsageError) -> None:
        """Say why nothing was done."""
        ...

    def show_failure(self, error: BaseException) -> None: ...

    async def confirm(self, question: str, items: tuple[str, ...] = (), **parameters: object) -> bool:
        """Ask `<question>.title` and `.text`, and about the items; call it from a worker."""
        ...

    async def run_operation(self, name: str, operation: Operation) -> BaseException | bool | None:
        """Run a longer operation under the title `<name>.working`; call it from a worker.

        True when it is done, an exception when it failed, else it was cancelled.
        """
        ...

    def leave_lab(self) -> None: ...

    # --- workers --- #

    def start_work(self, work: Callable[[], Coroutine[None, None, None]], group: str) -> object:
        """Run an async function as a worker; one of the same group that runs already is cancelled."""
        ...

    def cancel_work(self, *groups: str) -> None: ...


class LabController:
    """Every piece of work is an async worker of the view, so that nothing ever blocks a key."""

    def __init__(self, run: LabRun, board: Board, view: LabView, troubles: Troubles) -> None:
        self.run, self.board, self.view, self.troubles = run, board, view, troubles
        self.pods: list[dict[str, Any]] = []
        self.matrix: Matrix | None = None
        self.traffic: Traffic | None = None
        self.rates: Rates = NOTHING
        self.changed = asyncio.Event()
        """Set it to have pods and matrix looked at before their time."""
        self._measured = self._counted = float("-inf")

    # --- following --- #

    def follow(self) -> None:
        """(Re)start what follows the cluster: verdicts of the current step, pods and matrix."""
        self.view.start_work(self._watch_verdicts, "watch")
        self.view.start_work(self._look_around, "look")

    def rest(self) -> None:
        """Stop following, while the learner is elsewhere."""
        self.view.cancel_work("watch", "look")

    def look_again(self) -> None:
        """Try at once what would be tried again by itself."""
        self.changed.set()
        self.view.start_work(self._watch_verdicts, "watch")

    async def _watch_verdicts(self) -> None:
        while True:
            try:
                async with aclosing(self.run.watch()) as verdicts:
                    async for verdict in verdicts:
                        self.troubles.succeeded("watch")
                        self._take(verdict)
                return
            except EnvironmentFault as error:
                self.troubles.failed("watch", error)
                await asyncio.sleep(RETRY_AFTER)

    async def _look_around(self) -> None:
        while True:
            news = self.changed.is_set()
            self.changed.clear()
            try:
                self.pods = await self.run.pods()
                self.draw_map()
                await self._count_traffic()
                self.draw_map()
                if self._is_matrix_due(news):
                    self.matrix = await self.run.matrix()
                    self._measured = monotonic()
                    self.draw_map()
                self.troubles.succeeded("look")
            except EnvironmentFault as error:
                self.troubles.failed("look", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), RETRY_AFTER if self.troubles.lost else LOOK_EVERY)

    async def _count_traffic(self) -> None:
        """What came since the last count, where it is seen. A burst of news counts no oftener than makes a rate."""
        replaying = self.view.replaying
        if not self.view.is_shown("map") or (monotonic() - self._counted < SHORTEST and not replaying):
            return
        if replaying:
            # Two counts of a recording lie as far apart as they did then.
            self.traffic = await self.run.traffic(self.pods)
        newest = await self.run.traffic(self.pods)
        self._counted = monotonic()
        self.rates, self.traffic = rates(self.traffic, newest), newest

    def _is_matrix_due(self, news: bool) -> bool:
        """Whether the matrix is worth its requests now."""
        age = monotonic() - self._measured
        return self.view.is_shown("map", "matrix") and age >= (MEASURE_AT_MOST_EVERY if news else MEASURE_EVERY)

    def _take(self, verdict: Verdict) -> None:
        """A verdict from the watcher or from a check."""
        if self.board.accept(verdict):
            self.changed.set()
            self.view.redraw_soon()

    def draw_map(self) -> None:
        """The picture from all that is known now."""
        picture = build(self.run.lab, self.pods, self.matrix, self.board.verdicts, self.rates)
        self.view.draw_map(picture, self.matrix)

    # --- the learner's keys --- #

    def check(self, checks: list[str] | None = None) -> None:
        """Judge these checks now, by default those of the current step."""
        self.view.start_work(partial(self._check, checks), "check")

    async def _check(self, checks: list[str] | None) -> None:
        self.board.start_checking(checks or self.board.checks())
        self.view.redraw_checks()
        try:
            async with aclosing(self.run.check(checks)) as verdicts:
                async for verdict in verdicts:
                    self._take(verdict)
        finally:
            self.board.checking.clear()
            self.view.redraw_checks()

    def answer(self, check: str, answer: str) -> None:
        """Note the learner's answer, and judge it."""
        self.run.answer(check, answer)
        self.board.refresh()
        self.check([check])

    def hint(self, check: str = "") -> None:
        """Take the next hint, of that check or of whichever needs one."""
        self.view.start_work(partial(self._hint, check), "hint")

    async def _hint(self, check: str) -> None:
        self.view.show_hint(self.run.hint(check, self.view.language))

    def next(self) -> None:
        """On to the next step."""
        self.view.start_work(self._next, "move")

    async def _next(self) -> None:
        steps = self.board.snapshot.steps
        if steps and self.board.snapshot.current == steps[-1].id:
            self.view.show_finished()
            return
        try:
            await self.run.next()
        except UsageError as error:
            self.view.refuse(error)
            return
        self._moved()

    def reset(self) -> None:
        """Put the step's objects back, after a question."""
        self.view.start_work(self._reset, "move")

    async def _reset(self) -> None:
        plan = await self.run.plan_reset()
        if await self.view.confirm("reset", plan.strays):
            await self._work_through("reset", lambda: self.run.reset(plan.step))

    def solve(self) -> None:
        """Apply the reference solution, after a question."""
        self.view.start_work(self._solve, "move")

    async def _solve(self) -> None:
        if await self.view.confirm("solve"):
            await self._work_through("solve", self.run.solve)

    def goto(self, step: str) -> None:
        """Bring the clusters to that step, after a question."""
        self.view.start_work(partial(self._goto, step), "move")

    async def _goto(self, step: str) -> None:
        title = self.run.page(step, self.view.language).title
        if await self.view.confirm("goto", step=title):
            await self._work_through("goto", lambda: self.run.goto(step))

    def stop(self) -> None:
        """Stop the cluster and leave, after a question."""
        self.view.start_work(partial(self._leave_after, "stop", self.run.stop), "move")

    def down(self) -> None:
        """Remove the cluster and leave, after a question."""
        self.view.start_work(partial(self._leave_after, "down", self.run.down), "move")

    async def _leave_after(self, name: str, operation: Operation) -> None:
        """An operation after which there is no cluster to look at."""
        if not await self.view.confirm(name):
            return
        self.rest()
        outcome = await self.view.run_operation(name, operation)
        if outcome is True:
            self.view.leave_lab()
        else:
            self.follow()
        if isinstance(outcome, BaseException):
            self.view.show_failure(outcome)

    async def _work_through(self, name: str, operation: Operation) -> None:
        """An operation after which the run stands elsewhere."""
        self.rest()
        outcome = await self.view.run_operation(name, operation)
        self._moved()
        if isinstance(outcome, BaseException):
            self.view.show_failure(outcome)
        elif outcome is True:
            self.check()

    def _moved(self) -> None:
        self.board.refresh()
        self.view.show_page(self.board.snapshot.current)
        self.follow()

    def experiment_ended(self) -> None:
        """It may have been run, or only looked at."""
        self.board.refresh()
        self.view.redraw_checks()
        self.check()
