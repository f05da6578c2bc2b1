"""."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from meshlab.cluster.progress import Progress
from meshlab.run.checks import judge
from meshlab.run.desired import baseline
from meshlab.run.desired.target import before
from meshlab.run.prepare.reset import reset
from meshlab.run.run import Run
from meshlab.run.store import events


async def goto(run: Run, step: str) -> AsyncGenerator[Progress, None]:
    """Forward or back to the start of the step by applying solves within the lab; experiments are skipped."""
    from meshlab.run.solve.solve import solve

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
