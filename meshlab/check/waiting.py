"""A check is looked at again until its finding is final."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from meshlab.check.verdict import Finding, Outcome
from meshlab.check.world import World
from meshlab.lab.checks import Check

PATIENCE = 20.0
"""Seconds that a check which cannot look yet may take, where it has no `within` of its own."""
PASSING = frozenset({"engine.environment", "engine.caller-missing"})
"""Errors that often go by themselves, such as a pod that was just replaced: one more look at least."""
POLL = 1.0
POLL_OBJECTS = 0.25


async def look_until_final(
    check: Check,
    world: World,
    started: float,
    look: Callable[[], Awaitable[Finding]],
    report: Callable[[Finding], None],
    *,
    wait: bool,
) -> Finding:
    """Look until the finding is final; `report` gets every other finding that differs from the one before."""
    green_since: float | None = None
    reported: Finding | None = None
    while True:
        finding = await look()
        now = world.now()
        green_since = (now if green_since is None else green_since) if finding.outcome is Outcome.PASS else None
        if green_since is not None and now - green_since >= check.stable_for:
            return finding
        final = _final(check, finding, now - started, green_since is not None, wait)
        if final is not None:
            return final
        waiting = _waiting(check, finding, green_since is not None)
        if reported is None or _differs(reported, waiting):
            reported = waiting
            report(waiting)
        await world.pause(POLL_OBJECTS if check.kind == "object" else POLL)


def _final(check: Check, finding: Finding, waited: float, holding: bool, wait: bool) -> Finding | None:
    """What the check comes to now, None when it may still change. A pass that must still hold is never cut short."""
    if holding:
        return None
    outcome = finding.outcome
    if not wait or outcome is Outcome.UNRECOVERABLE:
        return finding
    if outcome is Outcome.FAIL:
        return finding if waited >= check.within + check.stable_for else None
    if outcome is Outcome.ERROR:
        return finding if finding.reason not in PASSING or waited >= max(check.within, POLL) else None
    late = waited >= max(check.within, PATIENCE) + check.stable_for
    return replace(finding, outcome=finding.late) if late else None


def _waiting(check: Check, finding: Finding, holding: bool) -> Finding:
    """The same finding while it may still change: it waits for what it expected."""
    if holding:
        seconds = f"{check.stable_for:g}"
        waits = {"waits_for": f"{seconds} s", "parameters": {"seconds": seconds}}
        return replace(finding, outcome=Outcome.PENDING, reason="engine.unstable", **waits)
    return replace(finding, outcome=Outcome.PENDING, waits_for=finding.waits_for or finding.expected or check.id)


def _differs(earlier: Finding, later: Finding) -> bool:
    return (earlier.reason, earlier.seen, earlier.waits_for) != (later.reason, later.seen, later.waits_for)
