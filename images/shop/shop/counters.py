"""Exact numbers of received requests, in bounded memory."""

from __future__ import annotations

from collections import Counter
from typing import Any

MAX_NONCES = 32768
MAX_ORDERS = 10000


class Bounded:
    """Counts by key; the keys seen first are forgotten first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._counts: dict[str, int] = {}
        self.forgotten = 0

    def add(self, key: str) -> int:
        count = self._counts[key] = self._counts.get(key, 0) + 1
        if len(self._counts) > self._limit:
            del self._counts[next(iter(self._counts))]
            self.forgotten += 1
        return count

    def __getitem__(self, key: str) -> int:
        return self._counts.get(key, 0)

    def __len__(self) -> int:
        return len(self._counts)

    def as_dict(self) -> dict[str, int]:
        return dict(self._counts)


class Counters:
    def __init__(self) -> None:
        self.received = 0
        self.direct = 0
        self.statuses: Counter[str] = Counter()
        self.nonces = Bounded(MAX_NONCES)
        self.orders = Bounded(MAX_ORDERS)

    def receive(self, nonce: str | None, *, direct: bool) -> None:
        if direct:
            self.direct += 1
            return
        self.received += 1
        if nonce:
            self.nonces.add(nonce)

    def of_nonce(self, nonce: str) -> dict[str, Any]:
        return {"nonce": nonce, "received": self.nonces[nonce], "forgotten": self.nonces.forgotten}

    def totals(self) -> dict[str, Any]:
        return {
            "received": self.received,
            "direct": self.direct,
            "by_status": dict(self.statuses),
            "nonces": len(self.nonces),
            "forgotten": self.nonces.forgotten,
        }
