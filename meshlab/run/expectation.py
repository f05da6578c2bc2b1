"""What verdicts must be on a fresh, a solved and a wrongly solved lab. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from meshlab.check.verdict import Outcome, Verdict
from meshlab.lab.checks import Check


class Expected(Struct, frozen=True):
    """One outcome, and the reason where it is red."""

    outcome: Outcome
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.outcome} ({self.reason})" if self.reason else str(self.outcome)


RED = (Outcome.FAIL, Outcome.UNRECOVERABLE)


def fresh(check: Check) -> Expected:
    """A goal is red for its stated reason, or blocked by one that is; a guard is green."""
    if check.role == "guard":
        return Expected(Outcome.PASS)
    return Expected(Outcome.BLOCKED) if check.fresh == "blocked" else Expected(Outcome.FAIL, check.fresh)


def wrong(check: Check, red: Mapping[str, str], known: Mapping[str, Check]) -> Expected:
    """Exactly the declared reds; what needs one of them, directly or not, is blocked; all others pass."""
    if check.id in red and not blocked(check, red, known):
        return Expected(Outcome.FAIL, red[check.id])
    return Expected(Outcome.BLOCKED) if blocked(check, red, known) else Expected(Outcome.PASS)


def blocked(check: Check, red: Collection[str], known: Mapping[str, Check]) -> bool:
    """Whether it needs a check that is red."""
    return any(need in red or blocked(known[need], red, known) for need in check.needs)


def holds(expected: Expected, verdict: Verdict | None) -> bool:
    """Whether the verdict is as expected: of the reds, one that cannot be mended is as good as one that can."""
    if verdict is None:
        return False
    if expected.outcome is Outcome.FAIL:
        return verdict.outcome in RED and verdict.reason == expected.reason
    return verdict.outcome is expected.outcome


def shown(verdict: Verdict | None) -> str:
    """What was seen instead."""
    if verdict is None:
        return "no verdict"
    facts = f"{verdict.outcome} ({verdict.reason})" if verdict.reason else str(verdict.outcome)
    details = [f"expected {verdict.expected}" if verdict.expected else "", f"seen {verdict.seen}" if verdict.seen else ""]
    blockers = f"by {', '.join(verdict.blocked_by)}" if verdict.blocked_by else ""
    return "; ".join(part for part in (facts, blockers, *details) if part)
