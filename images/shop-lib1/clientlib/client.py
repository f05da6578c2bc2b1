"""One call: find the pods, take the next one, give up in time, try again where the rules allow it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from shop.client import Request
from shop.outgoing import Outcome, send
from shop.pool import Pool
from shop.settings import Upstream

from clientlib.discovery import Balancer
from clientlib.policy import number
from clientlib.rules import VERSION, Rules

# What is wrong with the request itself gets no better by asking again.
FINAL = frozenset({None, "http_4xx"})
UNREACHED = frozenset({"refused", "dns", "timeout"})


class Client:
    """All upstreams of one service; `LIB_TIMEOUT_MS` bounds a call with all its attempts."""

    name = f"lib{VERSION}"

    def __init__(self, upstreams: tuple[Upstream, ...], env: Mapping[str, str]) -> None:
        """ValueError, as a sentence, for a policy that cannot be read."""
        self._timeout = number(env, "LIB_TIMEOUT_MS", 10_000) / 1000
        self._below = {one.name: _Below(one, Rules(env)) for one in upstreams}
        self._policy = {"timeout_ms": self._timeout * 1000, **Rules(env).policy()}

    async def send(self, upstream: Upstream, request: Request) -> tuple[Outcome, int]:
        begun = time.perf_counter()
        outcome, attempts = await self._below[upstream.name].call(request, begun + self._timeout)
        outcome.ms = round((time.perf_counter() - begun) * 1000, 3)
        return outcome, attempts

    def report(self) -> dict[str, Any]:
        return {
            "library": self.name,
            "policy": self._policy,
            "upstreams": {name: below.report() for name, below in self._below.items()},
        }

    async def close(self) -> None:
        await asyncio.gather(*(below.close() for below in self._below.values()))


class _Below:
    """One upstream: its pods, its rules, its counts."""

    def __init__(self, upstream: Upstream, rules: Rules) -> None:
        self._balancer = Balancer(upstream.url)
        self._rules = rules
        self._pools: dict[str, Pool] = {}
        self._counts: Counter[str] = Counter()

    async def call(self, request: Request, deadline: float) -> tuple[Outcome, int]:
        self._counts["calls"] += 1
        if (refusal := self._rules.refuse()) is not None:
            self._counts["refused"] += 1
            return Outcome(error=refusal), 0
        attempts = 0
        while True:
            attempts += 1
            self._counts["attempts"] += 1
            outcome = await self._attempt(request, deadline - time.perf_counter())
            good = outcome.error in FINAL
            self._rules.attempted(ok=good)
            if good or time.perf_counter() >= deadline or not self._rules.again(request.method, attempts):
                self._counts["failed"] += outcome.error is not None
                return outcome, attempts

    async def _attempt(self, request: Request, seconds: float) -> Outcome:
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(seconds):
                url = await self._balancer.next()
        except TimeoutError:
            return Outcome(error="timeout")
        except OSError:
            return Outcome(error="dns")
        # The pods are asked by address, but under the service's name.
        headers = {**request.headers, "host": self._balancer.host}
        left = max(0.0, seconds - (time.perf_counter() - begun))
        async with self._pool(url).lease() as session:
            outcome = await send(session, url + request.path, method=request.method, headers_=headers, timeout=left)
        if outcome.error in UNREACHED:
            self._balancer.distrust()
        return outcome

    def _pool(self, url: str) -> Pool:
        return self._pools.setdefault(url, Pool())

    def report(self) -> dict[str, Any]:
        return {**{name: self._counts[name] for name in ("calls", "attempts", "failed", "refused")}, **self._rules.report()}

    async def close(self) -> None:
        await asyncio.gather(*(pool.close() for pool in self._pools.values()))
