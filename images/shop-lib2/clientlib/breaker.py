"""The circuit breaker: after so many failures in a row nothing is sent for a while, then one call tries (after Hystrix')."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


class Breaker:
    """failures 0: there is none. `seconds`: how long it stays open before one call may try."""

    def __init__(self, failures: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._failures, self._seconds, self._clock = failures, seconds, clock
        self._in_a_row = 0
        self._opened: float | None = None

    @property
    def closed(self) -> bool:
        return self._opened is None

    @property
    def state(self) -> str:
        return "off" if self._failures == 0 else "closed" if self.closed else "open"

    def admits(self) -> bool:
        """Whether a call may be sent now. Open for long enough, it lets one try, and the next one only as much later."""
        if self._opened is None:
            return True
        now = self._clock()
        if now - self._opened < self._seconds:
            return False
        self._opened = now
        return True

    def heard(self, *, ok: bool) -> None:
        """What came of an attempt."""
        self._in_a_row = 0 if ok else self._in_a_row + 1
        if ok:
            self._opened = None
        elif self._failures and self._in_a_row >= self._failures:
            self._opened = self._clock()

    def policy(self) -> dict[str, Any]:
        return {"breaker_failures": self._failures, "breaker_ms": self._seconds * 1000}
