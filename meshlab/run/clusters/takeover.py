"""Clusters are kept from lab to lab: the lab that was there before is told that it is not there any more."""

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
    """Before this run's lab is put on its clusters: of every other run of the same learner that has a lab on one of them.

    What that one did to nodes is undone; everything else goes with its objects. Its progress stays. EnvironmentFault when
    a node cannot be repaired.
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
