"""Moves the learner to the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshlab.errors import UsageError
from meshlab.run.checks import judge
from meshlab.run.desired import baseline
from meshlab.run.store import events

if TYPE_CHECKING:
    from meshlab.run.run import Run


async def advance(run: Run) -> None:
    """Moves to the step after the current one, if any. UsageError names the red checks when the current is not done."""
    step = judge.step_of(run)
    if step.id not in run.state().done:
        await _require_done(run, step.id)
    later = run.lab.steps[run.lab.steps.index(step) + 1 :]
    if later:
        await baseline.take(run, "step-start", later[0].id)
        run.append(events.Moved(step=later[0].id))


async def _require_done(run: Run, name: str) -> None:
    """Checks the step now, because the learner may have finished it while no meshlab watched. Raises UsageError."""
    step = judge.step_of(run, name)
    found = await judge.evaluate_now(run, judge.required(step), wait=False)
    if not await judge.mark_done(run, step, found):
        red = ", ".join(judge.red(step, found))
        raise UsageError("step.not-done", step=step.id, checks=red)
