"""What a proof looks with: verdicts against expectations, objects against what they were."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from meshlab.check.verdict import Verdict
from meshlab.cluster.progress import Progress
from meshlab.lab.checks import Check
from meshlab.lab.model import Step
from meshlab.run import expectation, judge, judgement, reference_point
from meshlab.run.context import Run
from meshlab.run.expectation import Expected
from meshlab.run.fingerprint import Inventory
from meshlab.run.prove import ProofEvent

Told = AsyncGenerator[ProofEvent, None]


class ProofLook:
    """Of one run; `found` has the last verdict of every check."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.found: dict[str, Verdict] = {}

    async def judge(self, checks: list[Check], *, wait: bool) -> None:
        """Look at these checks now."""
        async with aclosing(judgement.look(self._run, checks, wait=wait)) as verdicts:
            async for verdict in verdicts:
                self.found[verdict.check] = verdict

    async def judge_until(self, checks: list[Check], expected: dict[str, Expected], within: float) -> None:
        """Look again until all are as expected, or the time is over: what lasts is what counts."""
        end = time.monotonic() + within
        await self.judge(checks, wait=True)
        while time.monotonic() < end and not self._all_hold(expected):
            await self.judge(checks, wait=True)

    def _all_hold(self, expected: dict[str, Expected]) -> bool:
        return all(expectation.holds(one, self.found.get(check)) for check, one in expected.items())

    def compare(self, phase: str, check: Check, expected: Expected) -> ProofEvent:
        """The last verdict against what it must be."""
        verdict = self.found.get(check.id)
        ok = expectation.holds(expected, verdict)
        seen = expectation.shown(verdict)
        return ProofEvent(kind="expectation", phase=phase, check=check.id, expected=str(expected), seen=seen, ok=ok)

    async def unchanged(self, phase: str, what: str, before: dict[str, Inventory]) -> ProofEvent:
        """The lab's objects against what they were."""
        left = reference_point.differences(before, await reference_point.take(self._run))
        return ProofEvent(kind="expectation", phase=phase, expected=what, seen=", ".join(left), ok=not left)


def required(steps: Iterable[Step]) -> list[Check]:
    """All checks of the steps but those that only run inside experiments."""
    return [check for step in steps for check in judge.required(step)]


async def progress(phase: str, source: AsyncGenerator[Progress, None]) -> Told:
    """An operation's progress as a proof tells it."""
    async with aclosing(source) as events:
        async for event in events:
            if event.state != "planned":
                yield ProofEvent(kind="progress", phase=phase, progress=event)
