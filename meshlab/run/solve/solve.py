"""Applies a step's solution."""

from __future__ import annotations

from msgspec.structs import replace

from meshlab.cluster.track import Track
from meshlab.lab.change.read import load_change
from meshlab.lab.files import lab_folder
from meshlab.run.accounts import scripts
from meshlab.run.accounts.appliers import solver
from meshlab.run.checks import judge
from meshlab.run.run import Run
from meshlab.run.solve import perform
from meshlab.run.solve.perform import PerformOptions
from meshlab.run.store import events


async def solve(run: Run, step: str, track: Track, *, experiments: bool | frozenset[str] = True) -> None:
    """Applies solve/<step> ("": the current step), records its answers and predictions, runs its experiments, waits.

    experiments: all, none, or those named. A second solve changes nothing. Its writes count as the learner's. Raises
    ClusterError, PreparationTimeout, LockedError.
    """
    with run.lock("solve"):
        chosen = judge.step_of(run, step)
        found = load_change(run.loaded, lab_folder.solve_folder(run.loaded, chosen.id))
        if not isinstance(experiments, bool):
            found = replace(found, experiments=tuple(one for one in found.experiments if one.experiment in experiments))
        async with solver(run) as appliers:
            options = PerformOptions(appliers=appliers, script=scripts.trusted(run), experiments=experiments is not False)
            track.plan(perform.phases(found, options))
            await perform.perform(run, found, options, track)
        track.learn()
        run.append(events.Solved(step=chosen.id))
