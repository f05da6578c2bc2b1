"""Schedules checks: soon after a change, repeatedly while red, rarely while green."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from msgspec.structs import replace

from meshlab.check.verdict import Outcome, Verdict
from meshlab.lab.checks import Check

DEBOUNCE = 0.15
"""Seconds without a change before a check runs, because changes come in bursts."""
AT_MOST = 0.6
"""Seconds after the first change when a burst does not end."""
SOON = 1.0
"""Seconds until a pending check runs again."""
RED = 5.0
"""Seconds until a red check runs again; longer each time while nothing changes."""
GREEN = 30.0
"""Seconds until a green check runs again."""
GROWTH = 1.5


class Schedule:
    """When each check runs next, by its id. Belongs to one event loop."""

    def __init__(self, checks: Iterable[Check]) -> None:
        self._checks = {check.id: check for check in checks}
        now = time.monotonic()
        self._at = dict.fromkeys(self._checks, now)
        """When each check runs next (monotonic seconds)."""
        self._pause = dict.fromkeys(self._checks, RED)
        self._first: dict[str, float] = {}
        """When a marked check was first marked since its last run."""
        self._changed = {name: now for name, check in self._checks.items() if _looks_back(check)}
        """When something that the check looks at last changed. A check with a window in the past also sees the time before the
        watch began, when the lab was prepared or reset, which is nobody's failure."""
        self._marked = asyncio.Event()

    def mark(self, names: Iterable[str], *, change: bool = True) -> None:
        """Runs these checks soon. change: something they look at changed, so their time to become green starts anew."""
        now = time.monotonic()
        for name in names:
            if name in self._checks:
                first = self._first.setdefault(name, now)
                self._at[name] = min(now + DEBOUNCE, first + AT_MOST)
                self._pause[name] = RED
                if change:
                    self._changed[name] = now
        self._marked.set()

    async def next(self, lane: list[Check]) -> list[Check]:
        """Waits until a check of the lane is due; returns all that are."""
        while True:
            now = time.monotonic()
            due = [check for check in lane if self._at[check.id] <= now]
            if due:
                for check in due:
                    self._at[check.id] = now + GREEN
                    self._first.pop(check.id, None)
                return due
            await self._sleep(min(self._at[check.id] for check in lane) - now)

    def postpone(self, names: Iterable[str]) -> None:
        """Delays checks that cannot run now."""
        for name in names:
            self._at[name] = time.monotonic() + SOON

    def judged(self, verdict: Verdict) -> Verdict:
        """Schedules the next run; returns the verdict, as pending when a red check still has time to become green."""
        check = self._checks.get(verdict.check)
        if check is None:
            return verdict
        now = time.monotonic()
        left = self._changed.get(check.id, -check.within) + check.within - now
        if verdict.outcome is Outcome.FAIL and left > 0:
            verdict = replace(verdict, outcome=Outcome.PENDING, waits_for=verdict.waits_for or verdict.expected)
        if check.id not in self._first:
            self._at[check.id] = now + self._wait(check.id, verdict.outcome)
        return verdict

    def _wait(self, name: str, outcome: Outcome) -> float:
        if outcome is Outcome.PENDING:
            return SOON
        if outcome is Outcome.PASS:
            self._pause[name] = RED
            return GREEN
        pause, self._pause[name] = self._pause[name], min(GREEN, self._pause[name] * GROWTH)
        return pause

    async def _sleep(self, seconds: float) -> None:
        """Waits so many seconds, or until a check is marked."""
        self._marked.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._marked.wait()
        except TimeoutError:
            return


def _looks_back(check: Check) -> bool:
    return check.success is not None and check.success.window == "last"
