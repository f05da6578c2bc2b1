"""A run from its beginning to its end with no person there, so that a recording of it has all that a viewer may look at."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from functools import partial
from typing import Any, TypeVar, cast

from msgspec import Struct, field

from meshlab.check.verdict import Verdict
from meshlab.cluster.progress import Progress
from meshlab.errors import EnvironmentFault, ExitCode, MeshlabError, UsageError
from meshlab.lab.model import Step
from meshlab.run.api import LabRun, Language

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


async def drive(run: LabRun, part: Callable[[str], Part]) -> AsyncGenerator[Event, None]:
    """Prepare; then each step red, solved, broken by its experiments, green. StayedRed names what did not become so.

    part: of a step, asked for when the lab is ready.
    """
    async for prepared in _through(run.prepare()):
        yield prepared
    for step in run.lab.steps:
        async for event in _step(run, step, part(step.id)):
            yield event
        if step is not run.lab.steps[-1]:
            await run.next()


async def _step(run: LabRun, step: Step, part: Part) -> AsyncGenerator[Event, None]:
    yield step.id
    await _look(run)
    async for red in _through(run.check()):
        yield red
    if part.solved:
        async for progress in _through(run.solve()):
            yield progress
        async for verdict in _through(run.check(wait=True)):
            yield verdict
    for experiment in step.experiments:
        yield f"{step.id}: {experiment.id}"
        if experiment.id in part.predictions:
            run.predict(experiment.id, part.predictions[experiment.id])
        async for happened in _through(run.experiment(experiment.id)):
            if happened.verdict is not None:
                yield happened.verdict
        # What it changed, before the next one.
        async for after in _through(run.check()):
            yield after
    async for green in _green(run, step):
        yield green
    await _look(run)
    for language in LANGUAGES:
        run.debrief(step.id, language)


async def _green(run: LabRun, step: Step) -> AsyncGenerator[Verdict, None]:
    for _ in range(TRIES):
        async for verdict in _through(run.check(wait=True)):
            yield verdict
        if next(one for one in run.snapshot().steps if one.id == step.id).done:
            return
    known = run.snapshot().verdicts
    red = [check.id for check in step.checks if check.id in known and not known[check.id].green]
    raise StayedRed(f"The step {step.id} did not become green: {', '.join(red)}.", hint="`meshlab prove` says why.")


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


async def _through(source: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    async with aclosing(cast("AsyncGenerator[T, None]", source)) as items:
        async for item in items:
            yield item
