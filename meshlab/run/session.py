"""LabRun: all that commands and screens can ask of a run. Every method hands on to the module that knows how."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshlab.check.verdict import Verdict
from meshlab.cluster.progress import Progress
from meshlab.lab.model import Lab
from meshlab.run import snapshot
from meshlab.run.api import (
    CheckText,
    Debrief,
    ExperimentEvent,
    ExperimentText,
    Explanation,
    FaultState,
    HintText,
    Language,
    Matrix,
    Page,
    ResetPlan,
    Snapshot,
    Trace,
    Traffic,
)
from meshlab.run.guide import answers, hints, pages
from meshlab.run.observe import pods, shell
from meshlab.run.run import Run
from meshlab.run.solve import goto

if TYPE_CHECKING:
    from meshlab.check.record import FixtureWriter


class Facade:
    """Implements api.LabRun on a Run. Modules that need a cluster are imported when they are asked for."""

    def __init__(self, run: Run, record: Path | None = None) -> None:
        self.run = run
        self._record = record

    @property
    def lab_id(self) -> str:
        return self.run.lab_id

    @property
    def lab(self) -> Lab:
        return self.run.lab

    def snapshot(self) -> Snapshot:
        return snapshot.take(self.run)

    def page(self, step: str = "", language: Language = "en") -> Page:
        return pages.page(self.run, step, language)

    def check_text(self, check: str, language: Language = "en") -> CheckText:
        return pages.check_text(self.run, check, language)

    def experiment_text(self, experiment: str, language: Language = "en") -> ExperimentText:
        return pages.experiment_text(self.run, experiment, language)

    def explain(self, check: str, language: Language = "en") -> Explanation:
        return pages.explain(self.run, check, language)

    def debrief(self, step: str, language: Language = "en") -> Debrief:
        return pages.debrief(self.run, step, language)

    def environment(self) -> dict[str, str]:

        return shell.environment(self.run)

    async def prepare(self) -> AsyncIterator[Progress]:
        from meshlab.run.prepare import prepare

        async for progress in prepare.prepare(self.run):
            yield progress

    def check(self, checks: list[str] | None = None, *, wait: bool = False) -> AsyncIterator[Verdict]:
        from meshlab.run.checks import judge

        return judge.check(self.run, checks, wait=wait, recorder=self._recorder())

    def watch(self) -> AsyncIterator[Verdict]:
        from meshlab.run.checks import watch

        return watch.watch(self.run)

    def hint(self, check: str = "", language: Language = "en") -> HintText | None:
        return hints.show(self.run, check, language)

    def answer(self, check: str, text: str) -> None:
        answers.answer(self.run, check, text)

    def predict(self, experiment: str, prediction: dict[str, Any]) -> None:
        answers.predict(self.run, experiment, prediction)

    def experiment(self, experiment: str) -> AsyncIterator[ExperimentEvent]:
        from meshlab.run.experiments.experiment import run_experiment

        return run_experiment(self.run, experiment)

    async def undo_faults(self) -> list[FaultState]:
        from meshlab.run import faults

        return await faults.undo_all(self.run)

    async def next(self) -> Snapshot:
        from meshlab.run.guide import next_step

        await next_step.go_on(self.run)
        return snapshot.take(self.run)

    def solve(self, step: str = "") -> AsyncIterator[Progress]:
        from meshlab.run.solve import solve

        return solve.solve(self.run, step)

    def goto(self, step: str) -> AsyncIterator[Progress]:

        return goto.goto(self.run, step)

    async def plan_reset(self, step: str = "") -> ResetPlan:
        from meshlab.run.prepare import reset

        return await reset.plan(self.run, step)

    def reset(self, step: str = "") -> AsyncIterator[Progress]:
        from meshlab.run.prepare import reset

        return reset.reset(self.run, step)

    async def trace(self, url: str = "", headers: dict[str, str] | None = None) -> Trace:
        from meshlab.run.observe import trace

        return await trace.trace(self.run, url, headers)

    async def matrix(self) -> Matrix | None:
        from meshlab.run.observe import matrix as look

        return await look.matrix(self.run)

    async def pods(self) -> list[dict[str, Any]]:

        return await pods.pods(self.run)

    async def traffic(self, pods: list[dict[str, Any]]) -> Traffic | None:
        from meshlab.run.observe import traffic

        return await traffic.traffic(self.run, pods)

    def stop(self, *, free: bool = False) -> AsyncIterator[Progress]:
        from meshlab.run.clusters import removal

        return removal.stop(self.run, free=free)

    def down(self) -> AsyncIterator[Progress]:
        from meshlab.run.clusters import removal

        return removal.down(self.run)

    async def close(self) -> None:
        await self.run.close()

    def _recorder(self) -> FixtureWriter | None:
        if self._record is None:
            return None
        from meshlab.run.checks import fixtures

        return fixtures.recorder(self.run, self._record)
