"""The closed list of faults. Each has an inverse, which is journalled before the fault is applied, so that the next meshlab
can undo what a killed one left in force.

entry = await faults.begin(run, fault)      # journalled, then applied
await faults.undo(run, entry)               # may be repeated
await faults.undo_all(run)                  # what a killed meshlab left
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from meshlab.errors import EnvironmentFault, MeshlabError
from meshlab.lab.address import describe
from meshlab.lab.model import Fault
from meshlab.run.api import FaultState
from meshlab.run.faults.base import FaultAccess, Handler
from meshlab.run.faults.config import ConfigLine
from meshlab.run.faults.environment import SetEnv
from meshlab.run.faults.node import DropRoute, LabelNode, PauseNode
from meshlab.run.faults.proxy import DrainProxy
from meshlab.run.faults.shop import Load, ShopFault
from meshlab.run.faults.workload import DeletePod, Scale
from meshlab.run.live.http import PodHttp
from meshlab.run.run import Run
from meshlab.run.store import events
from meshlab.run.store.journal import Entry, Journal, state_of
from meshlab.run.store.log import Log

HANDLERS: dict[str, Handler] = {
    "scale": Scale(),
    "delete-pod": DeletePod(),
    "label-node": LabelNode(),
    "drain-proxy": DrainProxy(),
    "config-line": ConfigLine(),
    "set-env": SetEnv(),
    "slow-service": ShopFault(),
    "fail-service": ShopFault(),
    "drop-route": DropRoute(),
    "pause-node": PauseNode(),
    "load": Load(),
}


async def begin(
    run: Run,
    fault: Fault,
    *,
    experiment: str = "",
    step: str = "",
    apply: bool = True,
    opened: Callable[[Entry], None] = lambda _: None,
) -> Entry:
    """Computes the inverse, journals it, applies the fault. apply: False when the learner applies it.

    opened: called after journalling, before applying. Raises EnvironmentFault, and changes nothing, when the fault's
    subject does not exist.
    """
    handler = HANDLERS[fault.kind]
    async with _access(run) as access:
        inverse = await handler.plan(access, fault)
        entry = Entry(
            id=f"f{secrets.token_hex(4)}",
            fault=fault,
            inverse=inverse,
            experiment=experiment,
            step=step,
            by="meshlab" if apply else "learner",
        )
        run.journal.open(entry)
        opened(entry)
        if apply:
            await handler.apply(access, fault, inverse)
            run.append(events.FaultApplied(fault=state_of(entry)))
    return entry


async def in_force(run: Run, entry: Entry) -> bool:
    """Whether the fault is in force, whoever applied it. Raises EnvironmentFault, ClusterError."""
    async with _access(run) as access:
        return await HANDLERS[entry.fault.kind].in_force(access, entry.fault, entry.inverse)


async def undo(run: Run, entry: Entry) -> None:
    """Undoes the fault and closes it in the journal. May be repeated, also when the fault was not applied."""
    async with _access(run) as access:
        await HANDLERS[entry.fault.kind].undo(access, entry.fault, entry.inverse)
    run.journal.close(entry.id)
    run.append(events.FaultUndone(id=entry.id))


async def undo_all(run: Run) -> list[FaultState]:
    """Undoes every fault that may be in force by the journal, newest first; returns what was undone. May be repeated.

    EnvironmentFault names those that could not be undone; they stay in the journal.
    """
    done, problems = [], []
    for entry in reversed(run.journal.pending()):
        try:
            await undo(run, entry)
        except MeshlabError as error:
            problems.append(f"{entry.fault.kind} of {describe(entry.fault.subject)}: {error.message}")
            continue
        done.append(state_of(entry))
    if problems:
        raise EnvironmentFault("fault.not-undone", problems=" ".join(problems))
    return done


ON_NODES = ("drop-route", "pause-node")
"""Faults that outlive the objects of their lab."""


async def undo_on_nodes(run: Run, journal: Journal, log: Log) -> None:
    """Undoes another run's faults on nodes. Its other faults vanish with its lab's objects, so they are only closed."""
    for entry in reversed(journal.pending()):
        if entry.fault.kind in ON_NODES:
            async with _access(run) as access:
                await HANDLERS[entry.fault.kind].undo(access, entry.fault, entry.inverse)
        journal.close(entry.id)
        log.append(events.FaultUndone(id=entry.id))


def forget_all(run: Run) -> None:
    """Closes every fault in the journal. Call it when the clusters were removed or made anew."""
    for entry in run.journal.pending():
        run.journal.close(entry.id)
        run.append(events.FaultUndone(id=entry.id))


@asynccontextmanager
async def _access(run: Run) -> AsyncIterator[FaultAccess]:
    http = PodHttp(run.kube)
    try:
        yield FaultAccess(run, http)
    finally:
        await http.close()
