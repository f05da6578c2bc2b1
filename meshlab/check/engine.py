"""Runs checks: needed ones first, independent ones at once, each until its verdict is final.

    async for verdict in evaluate(inputs, step.checks, known=last, wait=True):
        ...

Every check ends in exactly one final verdict. With `wait`, a check that is not green yet may come as `pending` first (and
again whenever what it waits for changes).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec.structs import replace

from meshlab.check import kinds
from meshlab.check.findings import evidence, unknown
from meshlab.check.inputs import Inputs
from meshlab.check.plan import chosen, with_needs
from meshlab.check.verdict import Finding, Outcome, Verdict
from meshlab.check.waiting import look_until_final
from meshlab.errors import LabError, MeshlabError
from meshlab.lab.checks import Check

if TYPE_CHECKING:
    from meshlab.check.record import FixtureWriter


NOTHING: Mapping[str, Verdict] = MappingProxyType({})


async def evaluate(
    inputs: Inputs,
    checks: Iterable[Check],
    *,
    known: Mapping[str, Verdict] = NOTHING,
    asked: Collection[str] = (),
    wait: bool = True,
    step_of: Callable[[str], str] | None = None,
    record: Callable[[Verdict], None] | None = None,
    fixtures: FixtureWriter | None = None,
) -> AsyncGenerator[Verdict, None]:
    """Verdicts of the checks and of those they need, each as soon as it is known.

    known: last verdicts; a needed check that is green there is not looked at again (see plan.with_needs).
    asked: ids of checks of experiments that shall run too.
    wait: look again until a check is green, or its `within` has passed; without it every check is looked at once.
    step_of: the step of a check; the lab's own by default.
    record: called with every final verdict before it is yielded.
    fixtures: keeps what each check saw as <folder>/<kind>/<check>.json.

    LabError when needs do not exist or form a circle. Closing or cancelling it cancels every look and waits for it to end.
    """
    lab = inputs.lab.all_checks()
    plan = with_needs(chosen(checks, asked), lab, known)
    run = _Evaluation(inputs, known, wait, step_of or (lambda check: inputs.lab.step_of(check).id), record, fixtures)
    run.prepare(plan)
    tasks = [asyncio.create_task(run.one(check), name=f"check {check.id}") for check in plan]
    finished = asyncio.ensure_future(asyncio.gather(*tasks))
    try:
        finished.add_done_callback(lambda _: run.news.put_nowait(None))
        while (verdict := await run.news.get()) is not None:
            yield verdict
        await finished
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(finished, *tasks, return_exceptions=True)


class _Evaluation:
    """One run of `evaluate`: its tasks share the limit of looks and wait for each other's verdicts."""

    def __init__(
        self,
        inputs: Inputs,
        known: Mapping[str, Verdict],
        wait: bool,
        step_of: Callable[[str], str],
        record: Callable[[Verdict], None] | None,
        fixtures: FixtureWriter | None,
    ) -> None:
        self.news: asyncio.Queue[Verdict | None] = asyncio.Queue()
        self._inputs = inputs
        self._known = known
        self._wait = wait
        self._step_of = step_of
        self._record = record
        self._fixtures = fixtures
        self._look_limit = LookLimit()
        self._done: dict[str, asyncio.Future[Verdict]] = {}

    def prepare(self, plan: Iterable[Check]) -> None:
        """One promise a check, before the first task runs."""
        loop = asyncio.get_running_loop()
        self._done = {check.id: loop.create_future() for check in plan}

    async def one(self, check: Check) -> None:
        """The verdicts of one check, the last of them final."""
        verdict = await self._verdict(check)
        if self._record:
            self._record(verdict)
        self.news.put_nowait(verdict)
        self._done[check.id].set_result(verdict)

    async def _verdict(self, check: Check) -> Verdict:
        red = [name for name in check.needs if not await self._green(name)]
        started = self._inputs.world.now()
        if red:
            blocked = Finding(Outcome.BLOCKED, reason="engine.blocked", parameters={"checks": ", ".join(red)})
            return replace(self._say(check, blocked, started), blocked_by=tuple(red))
        return self._say(check, await self._final_finding(check, started), started)

    async def _green(self, name: str) -> bool:
        if name in self._done:
            return (await self._done[name]).green
        return name in self._known and self._known[name].green

    async def _final_finding(self, check: Check, started: float) -> Finding:
        def say(finding: Finding) -> None:
            self.news.put_nowait(self._say(check, finding, started))

        return await look_until_final(check, self._inputs.world, started, lambda: self._look(check), say, wait=self._wait)

    async def _look(self, check: Check) -> Finding:
        async with self._look_limit.enter(check.kind):
            return await look_safely(check, self._inputs, self._fixtures)

    def _say(self, check: Check, finding: Finding, started: float) -> Verdict:
        now = self._inputs.world.now()
        return Verdict(
            check=check.id,
            step=self._step_of(check.id),
            kind=check.kind,
            role=check.role,
            outcome=finding.outcome,
            reason=finding.reason,
            expected=finding.expected,
            seen=finding.seen,
            waits_for=finding.waits_for,
            severity=check.severity,
            time=now,
            seconds=round(now - started, 3),
            evidence=finding.evidence,
            parameters=finding.parameters,
            numbers=finding.numbers,
            reach=finding.reach,
            error=finding.error,
        )


ALONE = frozenset({"cost", "latency", "share", "limit"})
"""Kinds that measure what others would disturb."""


class LookLimit:
    """At most `limit` looks at once; one that is alone waits for the others, and they for it."""

    def __init__(self, limit: int = 6) -> None:
        self._limit = limit
        self._inside = 0
        self._alone = False
        self._queued = 0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def enter(self, kind: str) -> AsyncIterator[None]:
        """Inside while the context lasts."""
        alone = kind in ALONE
        await self._take(alone)
        try:
            yield
        finally:
            await self._leave(alone)

    async def _take(self, alone: bool) -> None:
        async with self._changed:
            self._queued += alone
            try:
                await self._changed.wait_for(lambda: self._free(alone))
            finally:
                self._queued -= alone
                # Those queued behind this one may start now, also when it was cancelled.
                self._changed.notify_all()
            self._inside += 1
            self._alone = alone

    def _free(self, alone: bool) -> bool:
        if alone:
            return not self._inside
        return not self._alone and not self._queued and self._inside < self._limit

    async def _leave(self, alone: bool) -> None:
        # No await before the numbers are right: a second cancellation must not leave the limit taken.
        self._inside -= 1
        self._alone = self._alone and not alone
        async with self._changed:
            self._changed.notify_all()


LIMIT = 300.0
"""Seconds after which a look that does not end is given up."""


async def look_safely(check: Check, inputs: Inputs, fixtures: FixtureWriter | None = None) -> Finding:
    """Never raises but for cancellation. With `fixtures`, what the look saw is kept as a fixture."""
    if fixtures is None:
        return await _guarded(check, inputs)
    from meshlab.check.record import RecordingWorld

    recording = RecordingWorld(inputs.world)
    finding = await _guarded(check, Inputs(inputs.lab, recording))
    fixtures.keep(recording, inputs.lab, check, finding)
    return finding


async def _guarded(check: Check, inputs: Inputs) -> Finding:
    limit = asyncio.timeout(LIMIT)
    try:
        async with limit:
            return await kinds.look(check, inputs)
    except LabError as error:
        return unknown("engine.lab", message=_sentence(error))
    except MeshlabError as error:
        finding = unknown("engine.environment", message=_sentence(error))
        return replace(finding, error=error.words)
    except Exception as error:  # a mistake of ours must not be taken for the learner's
        if limit.expired():
            return unknown("engine.timeout", seconds=LIMIT)
        name = type(error).__name__
        return unknown("engine.unexpected", evidence("exception", {"type": name, "message": str(error)}), seen=name, type=name)


def _sentence(error: MeshlabError) -> str:
    return f"{error} {error.hint}".strip()
