"""Goes to the start of another step of the same lab."""

from __future__ import annotations

from meshlab.cluster.track import Track
from meshlab.run.checks import judge
from meshlab.run.desired import baseline
from meshlab.run.desired.target import before
from meshlab.run.prepare.reset import reset
from meshlab.run.run import Run
from meshlab.run.store import events


async def goto(run: Run, step: str, track: Track) -> None:
    """Goes forward by solving steps without experiments, or back by a reset.

    Raises ClusterError, PreparationTimeout, LockedError.
    """
    from meshlab.run.solve.solve import solve

    chosen = judge.step_of(run, step).id
    ids = [one.id for one in run.lab.steps]
    here = judge.step_of(run).id
    with run.lock("goto"):
        if ids.index(chosen) < ids.index(here):
            await reset(run, chosen, track)
            return
        # A reset removed the solutions that were applied before it; those that lead to the current step are on the cluster.
        standing = run.state().standing
        for one in before(run.lab, chosen):
            if ids.index(one) >= ids.index(here) and one not in standing:
                await solve(run, one, track.anew(), experiments=False)
        await baseline.take(run, "step-start", chosen)
        run.append(events.Moved(step=chosen))
