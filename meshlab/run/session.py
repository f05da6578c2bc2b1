"""The LabRun of commands and screens. Every method calls the module that does the work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from meshlab.check.verdict import Verdict
from meshlab.cluster.cancelling import stop, to_the_end
from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Estimates, Tell, Track
from meshlab.run.api import (
    ExperimentEvent,
    FaultState,
    Matrix,
    ResetPlan,
    Trace,
    Traffic,
)
from meshlab.run.guide.guide import RunGuide
from meshlab.run.observe import pods, shell
from meshlab.run.run import Run
from meshlab.run.solve import goto

if TYPE_CHECKING:
    from meshlab.check.record import FixtureWriter


T = TypeVar("T")


async def streamed(operation: Callable[[Callable[[T], None]], Awaitable[object]]) -> AsyncGenerator[T, None]:
    """Turns what an operation tells into a stream. It runs in one task, because a run's lock belongs to a task.

    Raises the operation's error at the end. Closing or cancelling the stream cancels the operation, waits for its cleanup,
    and raises an error of the cleanup.
    """
    news: asyncio.Queue[T | _End] = asyncio.Queue()
    task = asyncio.ensure_future(operation(news.put_nowait))
    task.add_done_callback(lambda _: news.put_nowait(_END))
    try:
        while not isinstance(item := await news.get(), _End):
            yield item
    finally:
        await to_the_end(_ended(task))
    # Raises CancelledError when other code cancelled the task.
    task.result()


async def _ended(task: asyncio.Future[object]) -> None:
    await stop([task])
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error


class _End:
    """Marks the end of the stream."""


_END = _End()


class Session(RunGuide):
    """Implements api.LabRun on a Run. Modules that need a cluster are imported on first use, which keeps the start fast."""

    def __init__(self, run: Run, record: Path | None = None) -> None:
        super().__init__(run)
        self._record = record

    def environment(self) -> dict[str, str]:
        return shell.environment(self.run)

    def prepare(self) -> AsyncGenerator[Progress, None]:
        from meshlab.run.prepare import prepare

        return streamed(lambda tell: prepare.prepare(self.run, self.track(tell)))

    def check(self, checks: list[str] | None = None, *, wait: bool = False) -> AsyncGenerator[Verdict, None]:
        from meshlab.run.checks import judge

        fixture_writer = self._fixture_writer()
        return streamed(lambda tell: judge.check(self.run, checks, tell, wait=wait, fixtures=fixture_writer))

    def watch(self) -> AsyncGenerator[Verdict, None]:
        from meshlab.run.checks import watch

        return streamed(lambda tell: watch.watch(self.run, tell))

    def experiment(self, experiment: str) -> AsyncGenerator[ExperimentEvent, None]:
        from meshlab.run.experiments.experiment import run_experiment

        return streamed(lambda tell: run_experiment(self.run, experiment, tell))

    async def undo_faults(self) -> list[FaultState]:
        from meshlab.run import faults

        return await faults.undo_all(self.run)

    def solve(self, step: str = "") -> AsyncGenerator[Progress, None]:
        from meshlab.run.solve import solve

        return streamed(lambda tell: solve.solve(self.run, step, self.track(tell)))

    def goto(self, step: str) -> AsyncGenerator[Progress, None]:
        return streamed(lambda tell: goto.goto(self.run, step, self.track(tell)))

    async def plan_reset(self, step: str = "") -> ResetPlan:
        from meshlab.run.prepare import reset

        return await reset.plan(self.run, step)

    def reset(self, step: str = "") -> AsyncGenerator[Progress, None]:
        from meshlab.run.prepare import reset

        return streamed(lambda tell: reset.reset(self.run, step, self.track(tell)))

    async def trace(self, url: str = "", headers: dict[str, str] | None = None) -> Trace:
        from meshlab.run.observe import trace

        return await trace.trace(self.run, url, headers)

    async def matrix(self) -> Matrix | None:
        from meshlab.run.observe import matrix

        return await matrix.matrix(self.run)

    async def pods(self) -> list[dict[str, Any]]:
        return await pods.pods(self.run)

    async def traffic(self, pods: list[dict[str, Any]]) -> Traffic | None:
        from meshlab.run.observe import traffic

        return await traffic.traffic(self.run, pods)

    def stop(self, *, free: bool = False) -> AsyncGenerator[Progress, None]:
        from meshlab.run.clusters import removal

        return streamed(lambda tell: removal.stop(self.run, Track(tell), free=free))

    def down(self) -> AsyncGenerator[Progress, None]:
        from meshlab.run.clusters import removal

        return streamed(lambda tell: removal.down(self.run, Track(tell)))

    async def close(self) -> None:
        await self.run.close()

    def track(self, tell: Tell) -> Track:
        """Makes a track with estimates from earlier operations on this machine."""
        return Track(tell, Estimates(self.run.paths.root))

    def _fixture_writer(self) -> FixtureWriter | None:
        if self._record is None:
            return None
        from meshlab.run.checks import fixtures

        return fixtures.writer(self.run, self._record)
