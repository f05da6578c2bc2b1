"""Putting a lab back to the start of a step, and going forward to one."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from meshlab.cluster.estimates import Estimates
from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Track
from meshlab.errors import ClusterError, PreparationTimeout
from meshlab.run import baseline, events, judge, lifecycle, paths, prepare, reference_point
from meshlab.run.api import ResetPlan
from meshlab.run.context import Run
from meshlab.run.converge import PHASES, Convergence, NotConverged
from meshlab.run.target import before, of_step

UNFINISHED = "resetting"


async def plan(run: Run, step: str = "") -> ResetPlan:
    """What a reset to the step (default: the current one) would remove of the learner's own."""
    chosen = judge.step_of(run, step).id
    convergence = Convergence(run, chosen, of_step(run, chosen), Track(PHASES))
    found = await convergence.strays()
    names = [f"{name} on {cluster}" if len(found) > 1 else name for cluster, some in found.items() for name in some]
    return ResetPlan(step=chosen, strays=tuple(sorted(names)))


async def reset(run: Run, step: str = "") -> AsyncGenerator[Progress, None]:
    """Back to the start of the step: converge, else clean the namespaces, else a new cluster. Progress stays."""
    chosen = judge.step_of(run, step).id
    with run.lock("reset"):
        estimates = Estimates(run.paths.root)
        for event in Track(PHASES, estimates).planned():
            yield event
        # A kill -9 from here on leaves neither the one state nor the other: the next start takes the reset up again.
        paths.write(run.folder / UNFINISHED, chosen.encode())
        async with aclosing(_ladder(run, chosen, estimates)) as progress:
            async for event in progress:
                yield event
        await baseline.take(run, "lab-start", chosen)
        if reference_point.kept(run, chosen) is None:
            await reference_point.keep(run, chosen)
        run.append(events.WasReset(step=chosen))
        (run.folder / UNFINISHED).unlink(missing_ok=True)


def unfinished(run: Run) -> str:
    """The step of a reset that was begun and never ended; "" when there is none."""
    step = (paths.read(run.folder / UNFINISHED) or b"").decode(errors="replace")
    return step if step in [one.id for one in run.lab.steps] else ""


async def _ladder(run: Run, step: str, estimates: Estimates) -> AsyncGenerator[Progress, None]:
    """Each rung only when the one before did not lead there."""

    def attempt() -> Convergence:
        return Convergence(run, step, of_step(run, step), Track(PHASES, estimates))

    try:
        async with aclosing(attempt().go()) as progress:
            async for event in progress:
                yield event
        return
    except (NotConverged, PreparationTimeout, ClusterError) as error:
        yield Progress(phase=PHASES[0], state="note", detail=error.message)
    try:
        async with aclosing(attempt().from_nothing()) as progress:
            async for event in progress:
                yield event
        return
    except (NotConverged, PreparationTimeout, ClusterError) as error:
        if run.engine.name != "kind":
            raise
        yield Progress(phase=PHASES[0], state="note", detail=error.message)
    for source in (lifecycle.remove(run), prepare.prepare(run, only_start=True)):
        async with aclosing(source) as progress:
            async for event in progress:
                yield event
    async with aclosing(attempt().go()) as progress:
        async for event in progress:
            yield event


async def goto(run: Run, step: str) -> AsyncGenerator[Progress, None]:
    """Forward or back to the start of the step by applying solves within the lab; experiments are skipped."""
    from meshlab.run.solve import solve

    chosen = judge.step_of(run, step).id
    ids = [one.id for one in run.lab.steps]
    here = judge.step_of(run).id
    with run.lock("goto"):
        if ids.index(chosen) < ids.index(here):
            async for event in reset(run, chosen):
                yield event
            return
        # What was done before a reset no longer stands on the cluster; what leads to the current step does.
        standing = run.state().standing
        for one in before(run.lab, chosen):
            if ids.index(one) >= ids.index(here) and one not in standing:
                async for event in solve(run, one, experiments=False):
                    yield event
        await baseline.take(run, "step-start", chosen)
        run.append(events.Moved(step=chosen))
