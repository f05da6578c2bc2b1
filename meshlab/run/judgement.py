"""What verdicts come to: an exit code; which checks can be asked again at the end."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from meshlab.check import engine
from meshlab.check.context import Context
from meshlab.check.verdict import Outcome, Verdict
from meshlab.errors import ExitCode, worst
from meshlab.lab.checks import Check
from meshlab.run import judge
from meshlab.run.context import Run


def code(verdicts: Iterable[Verdict]) -> ExitCode:
    """Of a whole grade: an environment that could not tell is never a grade."""
    return worst([_code(verdict) for verdict in verdicts])


def _code(verdict: Verdict) -> ExitCode:
    match verdict.outcome:
        case Outcome.PASS:
            return ExitCode.PASS
        case Outcome.ERROR | Outcome.PENDING:
            return ExitCode.ENVIRONMENT
        case _:
            return ExitCode.WARNINGS if verdict.severity == "warn" else ExitCode.CHECKS_FAILED


def lasting(check: Check) -> bool:
    """Whether the check means the same at the end of the lab as at the end of its step."""
    if check.until:
        return False
    if check.object is not None and any(one.same_as == "step-start" for one in check.object.conditions):
        return False
    if check.writes is not None and check.writes.since == "step-start":
        return False
    return check.success is None or check.success.window != "step"


async def look(run: Run, checks: Iterable[Check], *, wait: bool) -> AsyncGenerator[Verdict, None]:
    """Final verdicts of exactly these checks and those they need, all looked at now."""
    context = Context(run.lab, await run.world())
    source = engine.evaluate(context, checks, known={}, wait=wait, record=lambda one: judge.keep(run, one))
    async with aclosing(source) as verdicts:
        async for verdict in verdicts:
            if verdict.outcome is not Outcome.PENDING:
                yield verdict
