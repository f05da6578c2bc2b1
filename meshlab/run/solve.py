"""Applying a step's solution."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from msgspec.structs import replace

from meshlab.cluster.estimates import Estimates
from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Track
from meshlab.lab import layout
from meshlab.lab.change import load_change
from meshlab.run import act, events, judge, script
from meshlab.run.act import Manner
from meshlab.run.context import Run
from meshlab.run.identity import solver


async def solve(run: Run, step: str = "", *, experiments: bool | frozenset[str] = True) -> AsyncGenerator[Progress, None]:
    """Apply solve/<step> (default: the current step), its answers and predictions, run its experiments, wait, record.

    experiments: all of them, none, or those named.
    A second solve changes nothing. What it writes counts as the learner's. ClusterError, PreparationTimeout, LockedError.
    """
    with run.lock("solve"):
        chosen = judge.step_of(run, step)
        found = load_change(run.loaded, layout.solve_folder(run.loaded, chosen.id))
        if not isinstance(experiments, bool):
            found = replace(found, experiments=tuple(one for one in found.experiments if one.experiment in experiments))
        async with solver(run) as hands:
            manner = Manner(hands=hands, script=script.trusted(run), experiments=experiments is not False)
            track = Track(act.phases(found, manner), Estimates(run.paths.root))
            for event in track.planned():
                yield event
            async with aclosing(act.perform(run, found, manner, track)) as progress:
                async for event in progress:
                    yield event
        track.learn()
        run.append(events.Solved(step=chosen.id))
