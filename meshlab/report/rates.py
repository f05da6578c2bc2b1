"""How many requests a second each service receives, from two counts of its pods; and a table of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from meshlab.report.matrix_text import aligned
from meshlab.run.api import Received, Traffic
from meshlab.words import say

SHORTEST = 2.0
"""Seconds that must lie between two counts: of less, a rate would be noise."""


@dataclass(frozen=True)
class Rate:
    """Of one service between two counts."""

    per_second: float
    failed: float = 0.0
    """Share of what was received that was answered with a status of 500 and above, 0 to 1."""
    versions: dict[str, float] = field(default_factory=dict)
    """Share of each version, where there are several; empty where nothing came."""

    @property
    def text(self) -> str:
        """`35/s`, `3/s`, `<1/s`; `0/s` where nothing came. Short: it stands above a wire."""
        return f"{self.per_second:.0f}/s" if self.per_second >= 1 or not self.per_second else "<1/s"


Rates = Mapping[str, Rate]
NOTHING: Rates = MappingProxyType({})


def rates(before: Traffic | None, after: Traffic | None) -> Rates:
    """By service; nothing for a service of which no pod was asked both times, because nothing is known of it."""
    if before is None or after is None or after.t - before.t < SHORTEST:
        return {}
    known = {pod.pod: pod for pod in before.pods}
    grown: dict[str, list[Received]] = {}
    for pod in after.pods:
        if pod.pod in known:
            grown.setdefault(pod.service, []).append(_since(known[pod.pod], pod))
    return {service: _rate(pods, after.t - before.t) for service, pods in grown.items()}


def _since(before: Received, after: Received) -> Received:
    """What came between the two. A container that started anew counts from nothing."""
    anew = after.received < before.received
    received, failed = (0, 0) if anew else (before.received, before.failed)
    return Received(
        service=after.service,
        pod=after.pod,
        version=after.version,
        received=after.received - received,
        failed=max(0, after.failed - failed),
    )


def _rate(pods: list[Received], seconds: float) -> Rate:
    total = sum(pod.received for pod in pods)
    versions: Counter[str] = Counter()
    for pod in sorted(pods, key=lambda one: one.version):
        versions[pod.version] += pod.received
    several = total > 0 and len(versions) > 1
    return Rate(
        per_second=total / seconds,
        failed=min(1.0, sum(pod.failed for pod in pods) / total) if total else 0.0,
        versions={version: count / total for version, count in versions.items()} if several else {},
    )


def rates_text(rates: Rates, language: str = "en") -> str:
    """Service, requests a second, share that failed, share of each version; a sentence where nothing is known."""
    if not rates:
        return say("cli.traffic.none", language)
    table = [[say(f"cli.traffic.{name}", language) for name in ("service", "rate", "failed", "versions")]]
    table += [[service, rate.text, f"{rate.failed:.0%}", _versions(rate)] for service, rate in rates.items()]
    return aligned(table)


def _versions(rate: Rate) -> str:
    return " ".join(f"{version} {share:.0%}" for version, share in rate.versions.items())
