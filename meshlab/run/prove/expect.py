"""Compares verdicts with expectations, and objects with an earlier inventory."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping

from msgspec import Struct

from meshlab.check.verdict import Outcome, Verdict
from meshlab.cluster.progress import Progress
from meshlab.lab.checks import Check
from meshlab.lab.model import Step
from meshlab.objects.inventory import Inventory
from meshlab.run.checks import judge
from meshlab.run.desired import untouched
from meshlab.run.prove.events import ProofEvent, Tell
from meshlab.run.run import Run


class ProofVerdicts:
    """The verdicts of one run; `found` has the last verdict of each check."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.found: dict[str, Verdict] = {}

    async def judge(self, checks: list[Check], *, wait: bool) -> None:
        """Evaluates these checks now. Raises ClusterError."""
        self.found |= await judge.evaluate_now(self._run, checks, wait=wait)

    async def judge_until(self, checks: list[Check], expected: dict[str, Expected], within: float) -> None:
        """Repeats the checks until all are as expected. within: seconds."""
        end = time.monotonic() + within
        await self.judge(checks, wait=True)
        while time.monotonic() < end and not self._all_hold(expected):
            await self.judge(checks, wait=True)

    def _all_hold(self, expected: dict[str, Expected]) -> bool:
        return all(holds(one, self.found.get(check)) for check, one in expected.items())

    def compare(self, phase: str, check: Check, expected: Expected) -> ProofEvent:
        """Compares the last verdict with the expected one."""
        verdict = self.found.get(check.id)
        ok = holds(expected, verdict)
        seen = shown(verdict)
        return ProofEvent(kind="expectation", phase=phase, check=check.id, expected=str(expected), seen=seen, ok=ok)

    async def unchanged(self, phase: str, what: str, before: dict[str, Inventory]) -> ProofEvent:
        """Compares the lab's objects with an earlier inventory. Raises ClusterError."""
        left = untouched.differences(before, await untouched.take(self._run))
        return ProofEvent(kind="expectation", phase=phase, expected=what, seen=", ".join(left), ok=not left)


def required(steps: Iterable[Step]) -> list[Check]:
    """Lists the checks of the steps but those that only run inside experiments."""
    return [check for step in steps for check in judge.required(step)]


def as_proof(phase: str, tell: Tell) -> Callable[[Progress], None]:
    """Returns a function that tells an operation's progress as events of the proof."""

    def progress(event: Progress) -> None:
        if event.state != "planned":
            tell(ProofEvent(kind="progress", phase=phase, progress=event))

    return progress


class Expected(Struct, frozen=True):
    """An expected outcome, and its reason where it is red."""

    outcome: Outcome
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.outcome} ({self.reason})" if self.reason else str(self.outcome)


RED = (Outcome.FAIL, Outcome.UNRECOVERABLE)


def fresh(check: Check) -> Expected:
    """Expects a goal to be red for its stated reason, or blocked; and a guard to be green."""
    if check.role == "guard":
        return Expected(Outcome.PASS)
    return Expected(Outcome.BLOCKED) if check.fresh == "blocked" else Expected(Outcome.FAIL, check.fresh)


def wrong(check: Check, red: Mapping[str, str], known: Mapping[str, Check]) -> Expected:
    """Expects the declared checks to be red, checks that need one of them to be blocked, and all others to pass."""
    if check.id in red and not blocked(check, red, known):
        return Expected(Outcome.FAIL, red[check.id])
    return Expected(Outcome.BLOCKED) if blocked(check, red, known) else Expected(Outcome.PASS)


def blocked(check: Check, red: Collection[str], known: Mapping[str, Check]) -> bool:
    """Whether the check needs, directly or not, a check that is red."""
    return any(need in red or blocked(known[need], red, known) for need in check.needs)


def holds(expected: Expected, verdict: Verdict | None) -> bool:
    """Whether the verdict is as expected; `unrecoverable` counts as red, too."""
    if verdict is None:
        return False
    if expected.outcome is Outcome.FAIL:
        return verdict.outcome in RED and verdict.reason == expected.reason
    return verdict.outcome is expected.outcome


def shown(verdict: Verdict | None) -> str:
    """Describes the verdict that was seen."""
    if verdict is None:
        return "no verdict"
    facts = f"{verdict.outcome} ({verdict.reason})" if verdict.reason else str(verdict.outcome)
    details = [f"expected {verdict.expected}" if verdict.expected else "", f"seen {verdict.seen}" if verdict.seen else ""]
    blockers = f"by {', '.join(verdict.blocked_by)}" if verdict.blocked_by else ""
    return "; ".join(part for part in (facts, blockers, *details) if part)
