"""Shares of a version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.unit.check.sim import Sim, changed, shop
from tests.unit.check.situations.base import situation

SHARE = {"from": "web", "to": "catalog", "version": "v2", "share": 0.2, "nearest": 0.8, "through": [{"proxy": "router"}]}


def every(n: int, **more: Any) -> Callable[[], Sim]:
    """Each n-th request goes to version 2."""

    def make() -> Sim:
        turn = iter(range(100000))
        choose = lambda position, request, i: "catalog-v2-1" if next(turn) % n == n - 1 else "catalog-v1-1"  # noqa: E731
        return changed(shop("catalog"), "catalog", callee=choose, **more)

    return make


situation("share", "one-in-five", SHARE, every(5), "pass")
situation("share", "all-of-them", SHARE, every(1), "fail", "share.off")
situation("share", "none-of-them", SHARE, every(10**6), "fail", "share.off")
situation("share", "split-at-the-edge", SHARE, every(5, through=()), "fail", "path.no-proxy", cheat=True)
situation("share", "canned-answers", SHARE, every(5, canned=True), "fail", "share.no-answer", cheat=True)
situation("share", "half-fail", SHARE, every(5, error=lambda p, r, i: "timeout" if i % 2 else None), "fail", "share.no-answer")
