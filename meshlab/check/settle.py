"""From looks to a verdict: a check is looked at until what it says is final."""

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


async def settle(
    check: Check,
    world: World,
    started: float,
    look: Callable[[], Awaitable[Finding]],
    say: Callable[[Finding], None],
    *,
    wait: bool,
) -> Finding:
    """Look until the finding is final; `say` hears of every one that is not and says something new."""
    held: float | None = None
    said: Finding | None = None
    while True:
        finding = await look()
        now = world.now()
        held = (now if held is None else held) if finding.outcome is Outcome.PASS else None
        if held is not None and now - held >= check.stable_for:
            return finding
        final = _final(check, finding, now - started, held is not None, wait)
        if final is not None:
            return final
        waiting = _waiting(check, finding, held is not None)
        if said is None or _differs(said, waiting):
            said = waiting
            say(waiting)
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


def _differs(one: Finding, other: Finding) -> bool:
    return (one.reason, one.seen, one.waits_for) != (other.reason, other.seen, other.waits_for)
