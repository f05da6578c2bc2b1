"""Version 1: when a call is sent, and when it is sent again.

Two mistakes of the first libraries are planted here. A POST is sent again as if it were a GET, and every failed call
may be tried again, however many fail.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clientlib.policy import number

VERSION = "1"


class Rules:
    """Of one upstream."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._retries = int(number(env, "LIB_RETRIES", 0, 10))

    def refuse(self) -> str | None:
        """The error class of a call that is not even sent; None: send it."""
        return None

    def again(self, method: str, attempts: int) -> bool:
        """Whether a failed call is sent again after so many attempts."""
        return attempts <= self._retries

    def attempted(self, *, ok: bool) -> None:
        """What came of one attempt."""

    def policy(self) -> dict[str, Any]:
        return {"retries": self._retries}

    def report(self) -> dict[str, Any]:
        return {}
