"""Sends one request and finds the path that it took."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from meshlab.check.world import CallRequest, LogEntry, Reply
from meshlab.errors import ClusterError, UsageError
from meshlab.lab.address import ObjectRef
from meshlab.run.api import Hop, Trace
from meshlab.run.live.positions import TOOLS, of_pod
from meshlab.run.live.shop import reply as read_reply
from meshlab.run.observe.hops import OUTSIDE, PodAt, RequestEvidence, merge
from meshlab.words import Words

if TYPE_CHECKING:
    from meshlab.run.live import LiveWorld
    from meshlab.run.run import Run

EDGE = "edge"
READ_WITHIN = 0.6
"""Seconds to wait for lines in one reading; most proxies are not on the path at all."""
PATIENCE = 3.0
"""Seconds to wait for a line that must come."""
TIMEOUT_MS = 20000
"""Longer than a service of the shop waits for its upstreams, so that the answer reports their failure."""


async def trace(run: Run, url: str = "", headers: dict[str, str] | None = None) -> Trace:
    """Sends one request and returns its path.

    url: a service's id, a URL inside the cluster, a path of the edge; "" is the edge.
    UsageError for what cannot be called; ClusterError when nothing can be sent.
    """
    world = await run.world()
    target, outside = _target(run, url)
    nonce = world.nonce()
    evidence = await (_from_here if outside else _from_probe)(world, target, headers or {}, nonce)
    return await _explained(run, world, evidence)


async def _explained(run: Run, world: LiveWorld, evidence: RequestEvidence) -> Trace:
    """Merges the evidence with the logs; reads the logs again while a line that must come is missing."""
    end = time.monotonic() + PATIENCE
    while True:
        entries, unread = await _lines(run, world, evidence.nonce)
        whole = replace(evidence, entries=entries, pods=await _pods(run, world), missing=unread)
        merged = merge(whole)
        if len(merged.missing) == len(unread) or time.monotonic() >= end:
            return merged


def _target(run: Run, url: str) -> tuple[str, bool]:
    """Returns the URL to call, and whether this machine calls it, through the edge's port. Raises UsageError."""
    # A cluster may publish the port for a later lab: in a lab without proxies nothing answers there.
    edge = run.values.get("edge_url", "") if run.lab.proxies else ""
    inside = {name: one.url for name, one in run.lab.services.items() if one.url}
    if url in inside:
        return inside[url], False
    if edge and (url in ("", EDGE) or url.startswith("/")):
        return edge.rstrip("/") + (url if url.startswith("/") else "/"), True
    if url.startswith("http://"):
        return url, bool(edge) and urlsplit(url).netloc == urlsplit(edge).netloc
    if not url and inside:
        return next(iter(inside.values())), False
    raise UsageError("trace.url", url=url, known=", ".join(inside))


async def _from_probe(world: LiveWorld, url: str, headers: dict[str, str], nonce: str) -> RequestEvidence:
    probes = [probe for probe in await world.positions("probe") if probe.ready]
    if not probes:
        raise ClusterError("probe.not-ready")
    request = CallRequest(url=url, headers=headers, timeout_ms=TIMEOUT_MS, nonce=nonce)
    calls = await world.call(probes[0], request)
    caller = Hop(kind="client", name="probe", pod=probes[0].pod, node=probes[0].node)
    return RequestEvidence(nonce=nonce, url=url, reply=calls.replies[0], caller=caller, caller_ip=probes[0].ip)


async def _from_here(world: LiveWorld, url: str, headers: dict[str, str], nonce: str) -> RequestEvidence:
    del world
    caller = Hop(kind="client", name="you")
    reply = await _get(url, {**headers, "x-meshlab-nonce": nonce})
    return RequestEvidence(nonce=nonce, url=url, reply=reply, caller=caller, caller_ip=OUTSIDE)


async def _get(url: str, headers: dict[str, str]) -> Reply:
    """Sends one request from this machine and describes it as the shop's callers describe theirs."""
    import httpx2

    begun, sent = time.perf_counter(), time.time()

    async def note(event: str, _: Any) -> None:
        """Starts the clock at the first byte: loading the client takes longer than most requests."""
        nonlocal begun, sent
        if event.endswith("send_request_headers.started"):
            begun, sent = time.perf_counter(), time.time()

    async with httpx2.AsyncClient(trust_env=False, verify=False, timeout=TIMEOUT_MS / 1000) as client:
        try:
            response = await client.get(url, headers=headers, extensions={"trace": note})
            raw = _answer(response)
        except httpx2.TransportError as error:
            raw = {"error": _class(error)}
        raw["ms"] = round((time.perf_counter() - begun) * 1000, 3)
    return read_reply({**raw, "t": sent, "nonce": headers["x-meshlab-nonce"]})


def _answer(response: Any) -> dict[str, Any]:
    status = response.status_code
    error = f"http_{status // 100}xx" if status >= 400 else None
    return {"status": status, "headers": dict(response.headers), "tree": _tree(response), "error": error}


def _class(error: Exception) -> str:
    import httpx2

    if isinstance(error, httpx2.TimeoutException):
        return "timeout"
    return "refused" if isinstance(error, httpx2.ConnectError) else "reset"


def _tree(response: Any) -> dict[str, Any] | None:
    try:
        tree = response.json()
    except ValueError:
        return None
    return tree if isinstance(tree, dict) and "service" in tree else None


async def _lines(run: Run, world: LiveWorld, nonce: str) -> tuple[tuple[LogEntry, ...], tuple[Words, ...]]:
    """Reads the log lines of all proxies; returns them, and a sentence for each log that cannot be read."""
    names = list(run.lab.proxies)
    found = await asyncio.gather(*(world.access_logs(name, [nonce], READ_WITHIN) for name in names), return_exceptions=True)
    entries: list[LogEntry] = []
    unread: list[Words] = []
    for name, one in zip(names, found, strict=True):
        if isinstance(one, ClusterError):
            unread.append(Words("run.trace.unread", {"proxy": name, "error": one.words}))
        elif isinstance(one, BaseException):
            raise one
        else:
            entries += one
    return tuple(entries), tuple(unread)


async def _pods(run: Run, world: LiveWorld) -> tuple[PodAt, ...]:
    """Lists every pod that could be on the path."""
    spaces = dict.fromkeys([*(run.lab.namespaces or [run.lab.namespace]), TOOLS])
    proxies = {pod.pod: name for name in run.lab.proxies for pod in await world.proxy_pods(name)}
    found = []
    for cluster in run.lab.clusters:
        for space in spaces:
            for raw in await world.objects(ObjectRef(cluster=cluster, namespace=space, kind="Pod")):
                pod = of_pod(raw, "", cluster)
                found.append(PodAt(pod.pod, pod.ip, pod.node, proxies.get(pod.pod, "")))
    return tuple(found)
