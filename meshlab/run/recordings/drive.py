"""A run from its beginning to its end with no person there, so that a recording of it has all that a viewer may look at."""

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
"""A text: what is done now."""
LANGUAGES: tuple[Language, ...] = ("en", "zh")
BETWEEN = 4.0
"""Seconds between two counts of traffic."""
TRIES = 3
"""How often the checks of a solved step are waited for: windows of traffic fill while they are looked at."""


class StayedRed(MeshlabError):
    """A step that did not become green: what was recorded is no whole way."""

    exit_code = ExitCode.CHECKS_FAILED


class Part(Struct, frozen=True, kw_only=True):
    """What a step's solution has beside its objects."""

    solved: bool = True
    """Whether there is anything to do before its experiments."""
    predictions: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By experiment."""


async def drive(run: LabRun, part: Callable[[str], Part], tell: Callable[[Event], None]) -> None:
    """Prepare; then each step red, solved, broken by its experiments, green. StayedRed names what did not become so.

    part: of a step, asked for when the lab is ready.
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
    await _look(run)
    await _follow(run.check(), tell)
    if part.solved:
        await _follow(run.solve(), tell)
        await _follow(run.check(wait=True), tell)
    for experiment in step.experiments:
        tell(f"{step.id}: {experiment.id}")
        if experiment.id in part.predictions:
            run.predict(experiment.id, part.predictions[experiment.id])
        await _follow(run.experiment(experiment.id), happened)
        # What it changed, before the next one.
        await _follow(run.check(), tell)
    await _green(run, step, tell)
    await _look(run)
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


async def _look(run: LabRun) -> None:
    """What screens show beside the checks. What cannot be seen now is left out; whether that is a fault, checks say."""
    pods = await _seen(run.pods) or []
    counted = await _seen(partial(run.traffic, pods))
    for look in (run.matrix, run.trace):
        await _seen(look)
    if counted is not None:
        await asyncio.sleep(min(BETWEEN, max(0.0, counted.t + BETWEEN - time.time())))
        await _seen(partial(run.traffic, pods))


async def _seen(look: Callable[[], Awaitable[T]]) -> T | None:
    with suppress(UsageError, EnvironmentFault):
        return await look()
    return None
