"""Runs an experiment: prediction, faults, live matrix and checks; undoes every fault at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

from meshlab.check.inputs import Inputs
from meshlab.check.verdict import Outcome, Verdict
from meshlab.cluster.cancelling import to_the_end, together
from meshlab.cluster.poll import until
from meshlab.errors import EnvironmentFault, PreparationTimeout, UsageError
from meshlab.lab.model import Experiment, Fault, Phase
from meshlab.objects import rollout
from meshlab.run import faults
from meshlab.run.api import ExperimentEvent
from meshlab.run.checks import judge
from meshlab.run.experiments import fault_words, scoring
from meshlab.run.experiments.live_matrix import LiveMatrix
from meshlab.run.guide import pages
from meshlab.run.run import Run
from meshlab.run.store import events
from meshlab.run.store.journal import Entry, state_of
from meshlab.words import Words, tell

if TYPE_CHECKING:
    from meshlab.run.run import Run


Tell = Callable[[ExperimentEvent], None]
LEARNER_WITHIN = 900.0
"""Seconds to wait for the learner to apply a fault."""
SETTLE_WITHIN = 90.0


async def run_experiment(run: Run, experiment: str, tell: Tell, *, unattended: bool = False) -> dict[str, Any]:
    """Runs the experiment and undoes every fault at the end, also on failure and cancel.

    Returns, and tells last as `finished`, {predicted, right, score, phases: [{id, verdicts}], finished}. unattended: meshlab
    applies the learner's faults, too. Raises UsageError when the prediction is missing, LockedError, EnvironmentFault.
    """
    about = pages.experiment_of(run, experiment)
    predicted = run.state().predictions.get(experiment)
    if about.prediction is not None and predicted is None:
        raise UsageError("experiment.not-predicted", experiment=experiment)
    with run.lock("experiment"):
        work = _Experiment(run, about, predicted, tell, unattended)
        await faults.undo_all(run)
        run.append(events.ExperimentStarted(experiment=experiment))
        try:
            await work.go()
        finally:
            await to_the_end(work.put_back())
        result = work.result()
        run.append(events.ExperimentFinished(experiment=experiment, result=result))
        tell(ExperimentEvent(experiment=experiment, kind="finished", result=result))
        return result


class _Experiment:
    def __init__(self, run: Run, about: Experiment, predicted: dict[str, Any] | None, tell: Tell, unattended: bool) -> None:
        self._run = run
        self._about = about
        self._predicted = predicted
        self._tell = tell
        self._unattended = unattended
        self._step = next(step.id for step in run.lab.steps if about in step.experiments)
        self._applied: list[Entry] = []
        self._verdicts: dict[str, list[Verdict]] = {}
        self._began: dict[str, float] = {}
        """Maps a phase to the time when it began to change something (unix seconds)."""

    async def go(self) -> None:
        """Runs the phases, once the actors' requests succeed."""
        await wait_for_answers(self._run)
        for phase in self._about.phases:
            await self._phase(phase)
        for entry in reversed(self._applied):
            self._fault("undo", "", entry.fault)

    async def _phase(self, phase: Phase) -> None:
        began = events.PhaseStarted(experiment=self._about.id, phase=phase.id)
        self._run.append(began)
        self._began[phase.id] = began.t
        self._event("phase", phase.id, text=phase.id)
        if phase.undo:
            while self._applied:
                entry = self._applied.pop()
                await faults.undo(self._run, entry)
                self._fault("undo", phase.id, entry.fault)
        for fault in phase.apply:
            await self._apply(fault, phase)
        await self._observe(phase)

    async def _apply(self, fault: Fault, phase: Phase) -> None:
        by_learner = fault.by == "learner" and not self._unattended
        entry = await faults.begin(
            self._run, fault, experiment=self._about.id, step=self._step, apply=not by_learner, opened=self._applied.append
        )
        if by_learner:
            self._fault("waiting", phase.id, fault)
            await self._learner(entry)
        self._fault("fault", phase.id, fault)

    async def _learner(self, entry: Entry) -> None:
        async def pending() -> Words | None:
            return None if await faults.in_force(self._run, entry) else Words("waits.not-in-force")

        await until(pending, LEARNER_WITHIN, what=fault_words.sentence(entry.fault), interval=0.5)
        self._run.append(events.FaultApplied(fault=state_of(entry)))

    async def _observe(self, phase: Phase) -> None:
        """Evaluates the phase's checks, and shows the matrix until they have their verdicts."""
        self._verdicts[phase.id] = []
        live = LiveMatrix(self._run, self._about, phase)
        settled = asyncio.Event()
        matrix = [live.show(settled, self._tell)] if live.wanted else []
        await together(self._judge(phase, settled), *matrix)

    async def _judge(self, phase: Phase, settled: asyncio.Event) -> None:
        from meshlab.check import engine

        checks = [judge.check_of(self._run, name) for name in phase.checks]
        inputs = Inputs(self._run.lab, await self._run.world())
        source = engine.evaluate(inputs, checks, asked=phase.checks, wait=True, record=lambda one: judge.keep(self._run, one))
        try:
            async with aclosing(source) as verdicts:
                async for verdict in verdicts:
                    if verdict.outcome is not Outcome.PENDING:
                        self._verdicts[phase.id].append(verdict)
                    self._event("verdict", phase.id, verdict=scoring.timed(verdict, self._began[phase.id]))
        finally:
            settled.set()

    async def put_back(self) -> None:
        """Undoes the faults in force, newest first, and waits until the lab has settled."""
        await faults.undo_all(self._run)
        for cluster in self._run.lab.clusters:
            try:
                await rollout.settled(await self._run.kube(cluster), self._run.lab.all_namespaces, SETTLE_WITHIN)
            except PreparationTimeout:
                # The lab was broken before, which the experiment does not repair; the next check reports it.
                continue

    def result(self) -> dict[str, Any]:
        """Returns what the log keeps of a finished run."""
        return {
            "predicted": self._predicted or {},
            "right": scoring.right_choice(self._about),
            "score": scoring.score(self._run, self._about, self._predicted, self._verdicts),
            "phases": [
                {"id": phase, "verdicts": [scoring.without_evidence(one, self._began[phase]) for one in some]}
                for phase, some in self._verdicts.items()
            ],
            "finished": round(time.time(), 3),
        }

    def _event(self, kind: Any, phase: str, **more: Any) -> None:
        self._tell(ExperimentEvent(experiment=self._about.id, kind=kind, phase=phase, **more))

    def _fault(self, kind: Any, phase: str, fault: Fault) -> None:
        words = fault_words.announcement(kind, fault)
        self._event(kind, phase, fault=fault, text=tell(words), words=words)


QUIET = 3.0
"""Seconds without a failed request. After that all callers have found pods that have just started."""
WITHIN = 10.0
"""Seconds after which the experiment begins anyway: a broken lab shows in its phases."""


async def wait_for_answers(run: Run, within: float = WITHIN) -> None:
    """Waits until the actors' requests have succeeded for a while. within: seconds. Never raises for a broken lab."""
    with suppress(EnvironmentFault, PreparationTimeout):
        await until(lambda: _failing_actors(run), within, what=Words("waits.answer-actors"), interval=0.5)


async def _failing_actors(run: Run) -> str:
    """Names the actors with a failed request in the last seconds."""
    world = await run.world()
    since = world.now() - QUIET
    found = await asyncio.gather(*(world.actor(name, since) for name in run.lab.actors))
    return ", ".join(one.actor for results in found for one in results if any(reply.error for reply in one.replies))
