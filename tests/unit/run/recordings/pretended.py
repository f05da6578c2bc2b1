"""A built-in lab whose cluster is pretended: texts, progress and log are real, what would be seen is red until it is solved."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterator
from typing import Any

from msgspec.structs import replace

from meshlab.check.plan import of_experiment
from meshlab.check.verdict import Cell, Evidence, Outcome, Verdict
from meshlab.cluster.progress import Progress
from meshlab.lab.checks import Check
from meshlab.lab.model import Experiment, Phase
from meshlab.lab.values.template_values import placeholders
from meshlab.run.api import ExperimentEvent, Hop, Matrix, Received, Snapshot, Trace, Traffic
from meshlab.run.checks import judge
from meshlab.run.run import Run
from meshlab.run.session import Session
from meshlab.run.store import events


class Pretended(Session):
    """Nothing here asks an engine or a cluster."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._solved: set[str] = set()
        self._counted = 0

    async def prepare(self) -> AsyncGenerator[Progress, None]:
        self.run.begin()
        self.run.remember(placeholders(self.run.loaded))
        yield Progress(phase="create-nodes", state="running", estimate=20.0)
        yield Progress(phase="create-nodes", state="done", seconds=20.0)
        self.run.append(events.Prepared(seconds=20.0))

    async def check(self, checks: list[str] | None = None, *, wait: bool = False) -> AsyncGenerator[Verdict, None]:
        step = judge.step_of(self.run)
        for check in step.checks:
            if not of_experiment(check):
                verdict = self._verdict(check, step.id in self._solved)
                judge.keep(self.run, verdict)
                yield verdict
        if step.id not in self.run.state().done and not judge.red(step, self.run.state().fresh):
            self.run.append(events.StepDone(step=step.id))

    def _verdict(self, check: Check, solved: bool) -> Verdict:
        good = check.role == "guard" or solved
        if check.experiment is not None:
            good = check.experiment.experiment in self.run.state().experiments
        seen = self._right(check) if good and check.answer is not None else ""
        return Verdict(
            check=check.id,
            step=self.lab.step_of(check.id).id,
            kind=check.kind,
            role=check.role,
            outcome=Outcome.PASS if good else Outcome.FAIL,
            reason="" if good else check.fresh.replace("blocked", "object.missing"),
            seen=seen,
            time=time.time(),
        )

    def _right(self, check: Check) -> str:
        assert check.answer is not None
        return check.answer.equals or "measured"

    async def traffic(self, pods: list[dict[str, Any]]) -> Traffic:
        """Thirty requests in ten seconds, of which three fail."""
        self._counted += 1
        web = Received(service="web", pod="web-1", version="", received=30 * self._counted, failed=3 * self._counted)
        return Traffic(t=10.0 * self._counted, pods=(web,))

    async def solve(self, step: str = "") -> AsyncGenerator[Progress, None]:
        here = judge.step_of(self.run, step)
        yield Progress(phase="apply-solution", state="running")
        for check in here.checks:
            if check.answer is not None:
                self.run.append(events.Answered(check=check.id, text=self._right(check)))
        self._solved.add(here.id)
        self.run.append(events.Solved(step=here.id))

    async def experiment(self, experiment: str) -> AsyncGenerator[ExperimentEvent, None]:
        about = self.lab.all_experiments()[experiment]
        for phase in about.phases:
            for event in self._phase(about, phase):
                yield event
        self.run.append(events.ExperimentFinished(experiment=experiment, result={"finished": 1.0}))
        self._solved.add(judge.step_of(self.run).id)
        yield ExperimentEvent(experiment=experiment, kind="finished", result={"finished": 1.0})

    def _phase(self, about: Experiment, phase: Phase) -> Iterator[ExperimentEvent]:
        yield ExperimentEvent(experiment=about.id, kind="phase", phase=phase.id, text=phase.id)
        for fault in phase.apply:
            yield ExperimentEvent(experiment=about.id, kind="fault", phase=phase.id, fault=fault, text="?")
        for name in phase.checks:
            spec = self.lab.all_checks()[name].matrix
            verdict = self._verdict(self.lab.all_checks()[name], True)
            if spec is not None:
                cells = tuple(Cell(row=row, column=column, ok=0, of=2) for row in spec.rows for column in spec.columns)
                yield ExperimentEvent(
                    experiment=about.id,
                    kind="matrix",
                    phase=phase.id,
                    matrix=Matrix(rows=spec.rows, columns=spec.columns, cells=cells),
                )
                told = [{"row": cell.row, "column": cell.column, "ok": cell.ok, "of": cell.of} for cell in cells]
                verdict = _with(verdict, Evidence("matrix", {"cells": told}))
            yield ExperimentEvent(experiment=about.id, kind="verdict", phase=phase.id, verdict=verdict)

    async def next(self) -> Snapshot:
        steps = list(self.lab.steps)
        later = steps[steps.index(judge.step_of(self.run)) + 1]
        self.run.append(events.Moved(step=later.id))
        return self.snapshot()

    async def trace(self, url: str = "", headers: dict[str, str] | None = None) -> Trace:
        return Trace(nonce="1", url="http://web/", status=200, ms=1.0, root=Hop(kind="client", name="you"))

    async def matrix(self) -> Matrix | None:
        return None

    async def pods(self) -> list[dict[str, Any]]:
        return [{"name": "web-1", "namespace": "shop", "labels": {"app": "web"}, "ready": True}]


def _with(verdict: Verdict, evidence: Evidence) -> Verdict:
    return replace(verdict, evidence=(evidence,))
