"""Drives a run from beginning to end without a person, so that its recording has everything that a viewer may ask for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct, field

from meshlab.check.verdict import Verdict
from meshlab.cluster.progress import Progress
from meshlab.errors import EnvironmentFault, ExitCode, MeshlabError, UsageError
from meshlab.lab.model import Step
from meshlab.run.api import ExperimentEvent, LabRun, Language

T = TypeVar("T")
Event = Progress | Verdict | str
"""A text says what is done now."""
LANGUAGES: tuple[Language, ...] = ("en", "zh")
BETWEEN = 4.0
"""Seconds between two counts of traffic."""
TRIES = 3
"""How often the checks of a solved step are repeated, because windows of traffic fill meanwhile."""


class StayedRed(MeshlabError):
    """A solved step did not become green, so the recording is incomplete."""

    exit_code = ExitCode.CHECKS_FAILED


class Part(Struct, frozen=True, kw_only=True):
    """What a step's solution contains beside objects."""

    solved: bool = True
    """Whether there is anything to do before its experiments."""
    predictions: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By experiment."""


async def drive(run: LabRun, part: Callable[[str], Part], tell: Callable[[Event], None]) -> None:
    """Prepares the lab, then checks and solves each step, runs its experiments and checks it again.

    part: returns what the step's solution contains; called when the lab is ready. Raises StayedRed.
    """
    await _follow(run.prepare(), tell)
    for step in run.lab.steps:
        await _step(run, step, part(step.id), tell)
        if step is not run.lab.steps[-1]:
            await run.next()


async def _step(run: LabRun, step: Step, part: Part, tell: Callable[[Event], None]) -> None:
    def happened(event: ExperimentEvent) -> None:
        if event.verdict is not None:
            tell(event.verdict)

    tell(step.id)
    await _observe(run)
    await _follow(run.check(), tell)
    if part.solved:
        await _follow(run.solve(), tell)
        await _follow(run.check(wait=True), tell)
    for experiment in step.experiments:
        tell(f"{step.id}: {experiment.id}")
        if experiment.id in part.predictions:
            run.predict(experiment.id, part.predictions[experiment.id])
        await _follow(run.experiment(experiment.id), happened)
        # Record what the experiment changed before the next one.
        await _follow(run.check(), tell)
    await _green(run, step, tell)
    await _observe(run)
    for language in LANGUAGES:
        run.debrief(step.id, language)


async def _green(run: LabRun, step: Step, tell: Callable[[Event], None]) -> None:
    for _ in range(TRIES):
        await _follow(run.check(wait=True), tell)
        if next(one for one in run.snapshot().steps if one.id == step.id).done:
            return
    known = run.snapshot().verdicts
    red = [check.id for check in step.checks if check.id in known and not known[check.id].green]
    raise StayedRed("record.stayed-red", step=step.id, checks=", ".join(red))


async def _follow(stream: AsyncGenerator[T, None], tell: Callable[[T], None]) -> None:
    async with aclosing(stream) as items:
        async for item in items:
            tell(item)


async def _observe(run: LabRun) -> None:
    """Asks for what screens show beside checks; leaves out what is not available, because checks report that."""
    pods = await _if_available(run.pods) or []
    counted = await _if_available(partial(run.traffic, pods))
    for observe in (run.matrix, run.trace):
        await _if_available(observe)
    if counted is not None:
        await asyncio.sleep(min(BETWEEN, max(0.0, counted.t + BETWEEN - time.time())))
        await _if_available(partial(run.traffic, pods))


async def _if_available(observe: Callable[[], Awaitable[T]]) -> T | None:
    with suppress(UsageError, EnvironmentFault):
        return await observe()
    return None
