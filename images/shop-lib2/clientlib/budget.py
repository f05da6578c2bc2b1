"""The retry budget: calls earn a share of a retry each, so retries stay that share of the calls (after Finagle's)."""

from __future__ import annotations

# So many retries may be saved up: enough for a pod that goes away, nothing beside a storm.
RESERVE = 5.0


class Budget:
    """share 0.2: one retry for five calls."""

    def __init__(self, share: float) -> None:
        self.share = share
        self._saved = RESERVE
        self.denied = 0

    @property
    def saved(self) -> float:
        return round(self._saved, 3)

    def earn(self) -> None:
        self._saved = min(RESERVE, self._saved + self.share)

    def spend(self) -> bool:
        """Takes one retry out; False when there is none."""
        if self._saved < 1:
            self.denied += 1
            return False
        self._saved -= 1
        return True
