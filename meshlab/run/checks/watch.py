"""Watches the current step: evaluates its checks when something relevant changes, and from time to time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from meshlab.check.plan import of_experiment
from meshlab.check.relevance import relevant
from meshlab.check.verdict import Verdict
from meshlab.cluster.cancelling import stop
from meshlab.errors import MeshlabError
from meshlab.lab.address import ObjectRef
from meshlab.lab.checks import Check
from meshlab.lab.model import Lab, Step
from meshlab.run.checks import judge
from meshlab.run.checks.schedule import Schedule
from meshlab.run.store import events, lock

if TYPE_CHECKING:
    from meshlab.lab.checks import Check
    from meshlab.run.run import Run


QUICK = ("object", "answer", "experiment")
"""Kinds that need one request; they never wait for the others."""
READING = ("writes", "proxy-config", "image")
"""Kinds that read more, but send no traffic."""


async def watch(run: Run, tell: Callable[[Verdict], None]) -> None:
    """Watches for ever; continues with another step when the learner moves, here or in another meshlab.

    tell: gets each new verdict. Raises ClusterError.
    """
    while True:
        await _Step(run, judge.step_of(run), tell).watch()


def _same(one: Verdict, other: Verdict) -> bool:
    """Whether both verdicts say the same, so that the second is not new."""
    return (one.outcome, one.reason, one.seen, one.waits_for) == (other.outcome, other.reason, other.seen, other.waits_for)


class _Step:
    """Watches one step, until the learner leaves it or the clusters were prepared anew."""

    def __init__(self, run: Run, step: Step, tell: Callable[[Verdict], None]) -> None:
        self._run = run
        self._step = step
        self._tell = tell
        self._checks = [check for check in step.checks if check.when == "change" and not of_experiment(check)]
        self._schedule = Schedule(self._checks)
        self._latest: dict[str, Verdict] = {}

    async def watch(self) -> None:
        """Runs until the learner leaves the step or the clusters were prepared anew."""
        quick = [check for check in self._checks if check.kind in QUICK]
        reading = [check for check in self._checks if check.kind in READING]
        traffic = [check for check in self._checks if check.kind not in (*QUICK, *READING)]
        watched = wanted(self._run.lab, self._checks)
        works = [
            self._follow_log(),
            *(self._lane(lane) for lane in (quick, reading, traffic) if lane),
            *(
                follow(self._run, watched_kind, partial(self._schedule.mark, checks))
                for watched_kind, checks in watched.items()
            ),
        ]
        tasks = [asyncio.create_task(work) for work in works]
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            await stop(tasks)

    async def _lane(self, lane: list[Check]) -> None:
        while True:
            batch = await self._schedule.next(lane)
            if lane[0].kind not in (*QUICK, *READING) and self._disturbed():
                self._schedule.postpone([check.id for check in batch])
                continue
            source = await judge.evaluation(self._run, batch, known=self._latest, record=lambda _: None)
            async with aclosing(source) as verdicts:
                async for verdict in verdicts:
                    await self._tell_verdict(self._schedule.judged(verdict))

    def _disturbed(self) -> bool:
        """Whether an experiment runs: our traffic would disturb its measurements, and its faults would make checks red."""
        running = self._run.state().experiment
        return bool(running) and lock.holder(self._run.folder / "lock") is not None

    async def _tell_verdict(self, verdict: Verdict) -> None:
        before = self._latest.get(verdict.check)
        self._latest[verdict.check] = verdict
        judge.keep(self._run, verdict)
        # Mark the step before telling: whoever hears of the last green verdict must find the step done.
        await self._finish()
        if before is None or not verdict.waits_for or not _same(before, verdict):
            self._tell(verdict)
        if before is None or before.green != verdict.green:
            self._schedule.mark([check.id for check in self._checks if verdict.check in check.needs], change=False)

    async def _finish(self) -> None:
        """Marks the step done when all is green; checks that run only on request count with their last verdict."""
        asked = {check.id for check in self._step.checks if check.when == "asked"}
        last = {name: verdict for name, verdict in self._run.state().fresh.items() if name in asked}
        await judge.mark_done(self._run, self._step, {**last, **self._latest})

    async def _follow_log(self) -> None:
        """Marks checks by events of the log; ends when the learner leaves the step or the clusters were prepared anew."""
        async with aclosing(self._run.log.follow(self._run.log.length)) as news:
            async for event in news:
                match event:
                    case events.Moved() | events.WasReset() | events.Prepared():
                        return
                    case events.Answered() | events.Predicted() | events.ExperimentFinished() | events.BaselineTaken():
                        self._schedule.mark([check.id for check in self._checks if check.kind in (*QUICK, *READING)])
                    case events.FaultApplied() | events.FaultUndone():
                        self._schedule.mark([check.id for check in self._checks])
                    case _:
                        pass


AGAIN = 5.0
"""Seconds until a failed watch is repeated: the cluster is paused, or does not have the kind yet."""


class WatchedKind(Struct, frozen=True):
    """A kind of object in one namespace, which one watch follows."""

    cluster: str
    namespace: str
    api_version: str
    kind: str


def wanted(lab: Lab, checks: Iterable[Check]) -> dict[WatchedKind, list[str]]:
    """Lists the watches that are needed, each with the checks to run when it reports a change."""
    found: dict[WatchedKind, list[str]] = {}
    for check in checks:
        for api_version, kind in sorted(relevant(check, lab)):
            for cluster in lab.clusters:
                for namespace in lab.all_namespaces:
                    found.setdefault(WatchedKind(cluster, namespace, api_version, kind), []).append(check.id)
    return found


async def follow(run: Run, watched_kind: WatchedKind, changed: Callable[[], None]) -> None:
    """Calls `changed` on each change, for ever; objects that exist at the start are no change."""
    ref = ObjectRef(namespace=watched_kind.namespace, api_version=watched_kind.api_version, kind=watched_kind.kind)
    while True:
        try:
            kube = await run.kube(watched_kind.cluster)
            synced = False
            async with aclosing(kube.watch(ref)) as stream:
                async for kind, _ in stream:
                    if synced:
                        changed()
                    synced = synced or kind == "SYNC"
        except MeshlabError:
            await asyncio.sleep(AGAIN)
