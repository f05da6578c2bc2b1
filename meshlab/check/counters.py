"""What proxies counted: a third source for the path of a request, beside their logs and the application's tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from meshlab.check.calls import gather
from meshlab.check.inputs import Inputs
from meshlab.check.world import LogEntry, Position

ENVOYS = ("envoy", "pilot", "istio")
NOTHING = "-"
"""How access logs write that there is nothing."""
STATS = "/stats?format=json&filter=upstream_rq_total$"

Totals = dict[tuple[str, str], int]
"""(pod, upstream cluster) to requests since the proxy started."""


async def totals(inputs: Inputs, proxies: dict[str, list[Position]]) -> Totals:
    """Requests that each pod of the Envoy proxies has sent to each of its upstream clusters."""
    pods = [(proxy, pod.pod) for proxy, running in proxies.items() if counts(inputs, proxy) for pod in running]
    answers = await gather(inputs.world.admin(proxy, pod, STATS) for proxy, pod in pods)
    return {(pod, name): value for (_, pod), answer in zip(pods, answers, strict=True) for name, value in _read(answer)}


def counts(inputs: Inputs, proxy: str) -> bool:
    """Whether this kind of proxy has counters that we can read."""
    return inputs.proxy(proxy).adapter in ENVOYS


def _read(answer: Any) -> Iterable[tuple[str, int]]:
    """Envoy writes {"stats": [{"name": "cluster.catalog.upstream_rq_total", "value": 7}, ...]}."""
    stats = answer.get("stats", []) if isinstance(answer, dict) else []
    for stat in stats:
        name = str(stat.get("name", ""))
        if name.startswith("cluster.") and name.endswith(".upstream_rq_total"):
            yield name.removeprefix("cluster.").removesuffix(".upstream_rq_total"), int(stat.get("value", 0))


def shortfall(before: Totals, after: Totals, entries: Iterable[LogEntry]) -> tuple[LogEntry, int, int] | None:
    """The first (log line, logged requests, counted requests) where the counter grew by less than the log claims.

    Only lines that name an upstream host count: a proxy's own answer was sent to none.
    """
    lines = [entry for entry in entries if entry.upstream_host not in ("", NOTHING)]
    logged = Counter((entry.pod, stat_name(entry.upstream_cluster)) for entry in lines)
    for entry in lines:
        key = entry.pod, stat_name(entry.upstream_cluster)
        # A pod that was not there before counts from nothing.
        grown = after.get(key, 0) - before.get(key, 0)
        if grown < logged[key]:
            return entry, logged[key], grown
    return None


def stat_name(cluster: str) -> str:
    """Envoy writes a cluster's name into statistics with colons replaced."""
    return cluster.replace(":", "_")
