"""Putting a lab back to the start of a step, and going forward to one."""

from __future__ import annotations

from meshlab import files
from meshlab.cluster.track import Track
from meshlab.errors import ClusterError, PreparationTimeout
from meshlab.run.api import ResetPlan
from meshlab.run.checks import judge
from meshlab.run.clusters import removal
from meshlab.run.desired import baseline, untouched
from meshlab.run.desired.target import of_step
from meshlab.run.prepare.converge import PHASES, Convergence, NotConverged
from meshlab.run.prepare.preparation import UNFINISHED, prepare_with
from meshlab.run.run import Run
from meshlab.run.store import events


async def plan(run: Run, step: str = "") -> ResetPlan:
    """What a reset to the step (default: the current one) would remove of the learner's own."""
    chosen = judge.step_of(run, step).id
    convergence = Convergence(run, chosen, of_step(run, chosen), Track())
    found = await convergence.strays()
    names = [f"{name} on {cluster}" if len(found) > 1 else name for cluster, some in found.items() for name in some]
    return ResetPlan(step=chosen, strays=tuple(sorted(names)))


async def reset(run: Run, step: str, track: Track) -> None:
    """Back to the start of the step ("": the current one): converge, else clean the namespaces, else a new cluster.

    Progress stays.
    """
    chosen = judge.step_of(run, step).id
    with run.lock("reset"):
        track.plan(PHASES)
        # A kill -9 from here on leaves neither the one state nor the other: the next start takes the reset up again.
        files.write(run.folder / UNFINISHED, chosen.encode())
        await _escalate(run, chosen, track)
        await baseline.take(run, "lab-start", chosen)
        if untouched.kept(run, chosen) is None:
            await untouched.keep(run, chosen)
        run.append(events.WasReset(step=chosen))
        (run.folder / UNFINISHED).unlink(missing_ok=True)


async def _escalate(run: Run, step: str, track: Track) -> None:
    """Each rung only when the one before did not lead there."""

    def attempt() -> Convergence:
        return Convergence(run, step, of_step(run, step), track.inner())

    try:
        await attempt().go()
        return
    except (NotConverged, PreparationTimeout, ClusterError) as error:
        track.note("undo-faults", error.message)
    try:
        await attempt().from_nothing()
        return
    except (NotConverged, PreparationTimeout, ClusterError) as error:
        if not run.engine.traits.owns_nodes:
            raise
        track.note("undo-faults", error.message)
    await removal.remove(run, track.anew())
    await prepare_with(run, track.anew(), None)
    await attempt().go()
