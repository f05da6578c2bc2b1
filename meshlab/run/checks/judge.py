"""Evaluates a run's checks, records their verdicts, and marks a step done when all its checks are green at once."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from meshlab import files
from meshlab.check import engine
from meshlab.check.inputs import Inputs
from meshlab.check.plan import of_experiment
from meshlab.check.verdict import Outcome, Verdict
from meshlab.errors import EnvironmentFault, MeshlabError, UsageError
from meshlab.lab.checks import Check
from meshlab.lab.comparison import compared
from meshlab.lab.model import Step
from meshlab.run.desired import reference
from meshlab.run.run import Run
from meshlab.run.store import events, state

if TYPE_CHECKING:
    from meshlab.check.record import FixtureWriter
    from meshlab.run.run import Run


SMALL = 2048
"""Largest evidence, in bytes, that the log holds; a larger one goes to a file of its own."""


Tell = Callable[[Verdict], None]


def ignore(verdict: Verdict) -> None:
    """Does nothing, for callers that only want the last verdicts."""


async def check(
    run: Run,
    names: list[str] | None = None,
    tell: Tell = ignore,
    *,
    wait: bool = False,
    fixtures: FixtureWriter | None = None,
) -> dict[str, Verdict]:
    """Evaluates and records the checks (default: the current step's); returns the last verdict of each.

    tell: gets each verdict as soon as it is known. wait: until none is pending. Raises UsageError, ClusterError.
    """
    wanted = _named(run, names) if names is not None else list(step_of(run).checks)
    every = len(wanted) == len(run.lab.all_checks())
    asked = () if names is None or every else names
    if every:
        here = step_of(run).id
        wanted = [one for one in wanted if not run.lab.ended(one, here)]
    found: dict[str, Verdict] = {}
    async with aclosing(await evaluation(run, wanted, asked=asked, wait=wait, fixtures=fixtures)) as verdicts:
        async for verdict in verdicts:
            found[verdict.check] = verdict
            # Mark the step before telling: whoever hears of the last green verdict must find the step done.
            await mark_done(run, run.lab.step_of(verdict.check), found)
            tell(verdict)
    return found


async def evaluation(
    run: Run,
    checks: Iterable[Check],
    *,
    known: Mapping[str, Verdict] | None = None,
    asked: Iterable[str] = (),
    wait: bool = False,
    fixtures: FixtureWriter | None = None,
    record: Callable[[Verdict], None] | None = None,
) -> AsyncGenerator[Verdict, None]:
    """Returns the stream of the check engine's verdicts on this run's world; final verdicts are recorded. Marks no step."""
    return engine.evaluate(
        Inputs(run.lab, await run.world()),
        checks,
        known=run.state().fresh if known is None else known,
        asked=[name for name in asked if run.lab.all_checks()[name].role != "phase"],
        wait=wait,
        record=record or (lambda verdict: keep(run, verdict)),
        fixtures=fixtures,
    )


def keep(run: Run, verdict: Verdict) -> None:
    """Records a verdict that differs from the last one; writes large evidence to evidence/<check>.json."""
    if verdict.outcome is Outcome.PENDING:
        return
    last = run.state().fresh.get(verdict.check)
    if last is not None and _news(run, last) == _news(run, verdict):
        return
    evidence = msgspec.json.encode(verdict.evidence)
    if len(evidence) > SMALL:
        files.write(evidence_file(run, verdict.check), msgspec.json.encode(verdict))
        verdict = replace(verdict, evidence=())
    run.append(events.Judged(t=verdict.time, verdict=verdict))


def with_evidence(run: Run, verdict: Verdict) -> Verdict:
    """Returns the verdict with its evidence, which may be in a file."""
    if verdict.evidence:
        return verdict
    with contextlib.suppress(msgspec.DecodeError, EnvironmentFault):
        kept = msgspec.json.decode(files.read(evidence_file(run, verdict.check)) or b"", type=Verdict)
        if kept.time == verdict.time:
            return kept
    return verdict


def evidence_file(run: Run, check: str) -> Path:
    """Returns the file for the last large evidence of a check."""
    return run.folder / "evidence" / f"{check}.json"


async def mark_done(run: Run, step: Step, verdicts: Mapping[str, Verdict]) -> bool:
    """Records that the step is done when all its checks are green in `verdicts`; returns whether it is."""
    if red(step, verdicts):
        return False
    known = run.state()
    if step.id not in known.done or step.id not in known.standing:
        run.append(events.StepDone(step=step.id))
        # The debrief shows the learner's objects of this moment. When they cannot be read, it shows the reference alone.
        with contextlib.suppress(MeshlabError):
            await reference.keep(run, step.id)
    return True


def red(step: Step, verdicts: Mapping[str, Verdict]) -> list[str]:
    """Names the checks that keep the step from being done. A warning does not."""
    return [
        check.id
        for check in required(step)
        if check.id not in verdicts or not (verdicts[check.id].green or _warns(verdicts[check.id]))
    ]


def required(step: Step) -> list[Check]:
    """Lists the step's checks but those that only run inside experiments."""
    return [check for check in step.checks if not of_experiment(check)]


def step_of(run: Run, name: str = "") -> Step:
    """Returns the step of that id, by default the current one. UsageError when the lab has none of that id."""
    wanted = name or state.current(run.state(), run.lab)
    for step in run.lab.steps:
        if step.id == wanted:
            return step
    known = ", ".join(step.id for step in run.lab.steps)
    raise UsageError("lab.no-step", lab=run.lab_id, step=name, known=known)


def check_of(run: Run, name: str) -> Check:
    """Returns the check of that id. UsageError when the lab has none."""
    found = run.lab.all_checks().get(name)
    if found is None:
        known = ", ".join(run.lab.all_checks())
        raise UsageError("lab.no-check", lab=run.lab_id, check=name, known=known)
    return found


def _named(run: Run, names: list[str]) -> list[Check]:
    return [check_of(run, name) for name in names]


def _warns(verdict: Verdict) -> bool:
    return verdict.severity == "warn" and verdict.outcome is Outcome.FAIL


def _news(run: Run, verdict: Verdict) -> Any:
    """Returns what makes a verdict new. A green check's numbers always vary, so they count only for the comparison."""
    if verdict.green:
        return verdict.outcome, (verdict.numbers if verdict.check in compared(run.lab) else None)
    return verdict.outcome, verdict.reason, verdict.seen, verdict.expected, verdict.blocked_by


def lasting(check: Check) -> bool:
    """Whether the check means the same at the end of the lab as at the end of its step."""
    if check.until:
        return False
    if check.object is not None and any(one.same_as == "step-start" for one in check.object.conditions):
        return False
    if check.writes is not None and check.writes.since == "step-start":
        return False
    return check.success is None or check.success.window != "step"


async def evaluate_now(run: Run, checks: Iterable[Check], tell: Tell = ignore, *, wait: bool) -> dict[str, Verdict]:
    """Evaluates these checks, and those they need, anew; returns their final verdicts. Raises ClusterError."""
    found: dict[str, Verdict] = {}
    async with aclosing(await evaluation(run, checks, known={}, wait=wait)) as verdicts:
        async for verdict in verdicts:
            if verdict.outcome is not Outcome.PENDING:
                found[verdict.check] = verdict
                tell(verdict)
    return found
