"""Version 2: only what is safe is sent again, only while the budget lasts, and a dead upstream is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clientlib.breaker import Breaker
from clientlib.budget import Budget
from clientlib.policy import number

VERSION = "2"
# https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2: the rest may do its work twice.
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})


class Rules:
    """Of one upstream."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._retries = int(number(env, "LIB_RETRIES", 0, 10))
        self._budget = Budget(number(env, "LIB_BUDGET", 0.2, 1))
        self._breaker = Breaker(int(number(env, "LIB_BREAKER_FAILURES", 0)), number(env, "LIB_BREAKER_MS", 2000) / 1000)

    def refuse(self) -> str | None:
        """The error class of a call that is not even sent; None: send it."""
        if not self._breaker.admits():
            return "breaker"
        self._budget.earn()
        return None

    def again(self, method: str, attempts: int) -> bool:
        """Whether a failed call is sent again after so many attempts."""
        return attempts <= self._retries and method in IDEMPOTENT and self._breaker.closed and self._budget.spend()

    def attempted(self, *, ok: bool) -> None:
        """What came of one attempt."""
        self._breaker.heard(ok=ok)

    def policy(self) -> dict[str, Any]:
        return {"retries": self._retries, "budget": self._budget.share, **self._breaker.policy()}

    def report(self) -> dict[str, Any]:
        return {"retries_saved": self._budget.saved, "retries_denied": self._budget.denied, "breaker": self._breaker.state}
