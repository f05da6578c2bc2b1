"""Resets a lab to the start of a step, earlier or later."""

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
    """Lists the learner's objects that a reset to the step (default: the current one) would remove."""
    chosen = judge.step_of(run, step).id
    convergence = Convergence(run, chosen, of_step(run, chosen), Track())
    found = await convergence.strays()
    names = [f"{name} on {cluster}" if len(found) > 1 else name for cluster, some in found.items() for name in some]
    return ResetPlan(step=chosen, strays=tuple(sorted(names)))


async def reset(run: Run, step: str, track: Track) -> None:
    """Resets to the start of the step ("": the current one). Progress stays.

    Tries to converge in place, then with new namespaces, then with a new cluster.
    """
    chosen = judge.step_of(run, step).id
    with run.lock("reset"):
        track.plan(PHASES)
        # After a kill -9 from here on the state is undefined; this file makes the next start repeat the reset.
        files.write(run.folder / UNFINISHED, chosen.encode())
        await _escalate(run, chosen, track)
        await baseline.take(run, "lab-start", chosen)
        if untouched.kept(run, chosen) is None:
            await untouched.keep(run, chosen)
        run.append(events.WasReset(step=chosen))
        (run.folder / UNFINISHED).unlink(missing_ok=True)


async def _escalate(run: Run, step: str, track: Track) -> None:
    """Makes each attempt only when the one before failed."""

    def attempt() -> Convergence:
        return Convergence(run, step, of_step(run, step), track.inner())

    try:
        await attempt().go()
        return
    except (NotConverged, PreparationTimeout, ClusterError) as error:
        track.note("undo-faults", error)
    try:
        await attempt().from_nothing()
        return
    except (NotConverged, PreparationTimeout, ClusterError) as error:
        if not run.engine.traits.owns_nodes:
            raise
        track.note("undo-faults", error)
    await removal.remove(run, track.anew())
    await prepare_with(run, track.anew(), None)
    await attempt().go()
