"""Takes clusters over from another lab: clusters are kept from lab to lab, and the other lab's log must say that it left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from meshlab.run.store import events, state
from meshlab.run.store.journal import Journal
from meshlab.run.store.log import Log

if TYPE_CHECKING:
    from meshlab.run.run import Run


async def displace(run: Run) -> None:
    """Displaces every other run of this learner that has its lab on one of this run's clusters.

    Undoes that run's faults on nodes; its other faults vanish with its objects. Its progress stays. Raises
    EnvironmentFault when a node cannot be repaired.
    """
    from meshlab.run import faults

    for folder in _others(run):
        log = Log(folder / "log.jsonl")
        await faults.undo_on_nodes(run, Journal(folder / "journal.jsonl"), log)
        log.append(events.Displaced(by=run.lab_id))


def _others(run: Run) -> Iterator[Path]:
    mine = {run.cluster_name(key) for key in run.lab.clusters}
    for folder in sorted(run.paths.runs.iterdir()) if run.paths.runs.is_dir() else ():
        if folder.name == run.folder.name:
            continue
        known = state.fold(Log(folder / "log.jsonl").read())
        began = known.started
        there = began is not None and began.context == run.context and mine & set(began.clusters.values())
        if there and known.environment != "none":
            yield folder
