"""Reads access log lines of proxies by nonce, until every nonce has its lines."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from meshlab.check.world import LogEntry, Position
from meshlab.errors import ClusterError
from meshlab.lab.model import Proxy
from meshlab.run.live import adapters

if TYPE_CHECKING:
    from meshlab.cluster.api import Kube

POLL = 0.1
SETTLE = 0.15
"""Seconds; longer than a proxy buffers log lines (Envoy runs with --file-flush-interval-msec 100)."""
MOST = 8 * 1024 * 1024
"""Characters that are read from the end of one log."""


async def entries(
    kube: Kube, name: str, proxy: Proxy, pods: list[Position], nonces: list[str], since: float, within: float
) -> list[LogEntry]:
    """Returns lines with one of the nonces. Ends when each was seen and no more come, or after `within` seconds.

    Raises ClusterError.
    """
    end = time.monotonic() + within
    found = await _read(kube, name, proxy, pods, nonces, since)
    while time.monotonic() < end:
        seen = not missing(found, nonces)
        await asyncio.sleep(SETTLE if seen else POLL)
        before, found = len(found), await _read(kube, name, proxy, pods, nonces, since)
        if seen and len(found) == before:
            break
    return found


def missing(found: Iterable[LogEntry], nonces: list[str]) -> set[str]:
    """Returns the nonces without a line."""
    have = {entry.nonce for entry in found}
    stems = {nonce.rpartition("-")[0] for nonce in have}
    return set(nonces) - have - stems


def matching(text: str, nonces: list[str], name: str, proxy: Proxy, position: Position) -> list[LogEntry]:
    """Parses the lines of one pod's log that carry a nonce, in order."""
    wanted = set(nonces)
    found = []
    for line in text[-MOST:].splitlines():
        # Most lines of a busy proxy belong to other requests, and a text search is a hundred times cheaper than decoding.
        if not any(nonce in line for nonce in nonces):
            continue
        entry = adapters.entry(proxy.adapter, line, name, position)
        if entry and (entry.nonce in wanted or entry.nonce.rpartition("-")[0] in wanted):
            found.append(entry)
    return found


async def _read(kube: Kube, name: str, proxy: Proxy, pods: list[Position], nonces: list[str], since: float) -> list[LogEntry]:
    texts = await asyncio.gather(*(_text(kube, pod, proxy.container, since) for pod in pods))
    return [entry for pod, text in zip(pods, texts, strict=True) for entry in matching(text, nonces, name, proxy, pod)]


async def _text(kube: Kube, pod: Position, container: str, since: float) -> str:
    try:
        return await kube.logs(pod.namespace, pod.pod, container, since=since)
    except ClusterError as error:
        # The pod is gone, or its container has not started: it has no log.
        if error.status in (400, 404):
            return ""
        raise
