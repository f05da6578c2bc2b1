"""Small observations that several kinds share: who can call, what was called, what came back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from meshlab.check.findings import Stop, pending, unknown
from meshlab.check.inputs import Inputs
from meshlab.check.verdict import Outcome
from meshlab.check.world import CallRequest, Calls, Position, Reply
from meshlab.errors import ClusterError, LabError

NONCE = "x-meshlab-nonce"
PUBLISHED = ".published"
"""Ends the host name of a URL that leads to a port of 127.0.0.1: `http://edge.published/` is that of the port `edge`."""
DEPTH = "x-meshlab-depth"
"""The shop stops calling further after that many levels; 0 observes one hop and no other."""

Thing = TypeVar("Thing")


async def callers(inputs: Inputs, service: str) -> list[Position]:
    """The pods of a service that can call now. Stops with `error` when none runs, `pending` when none is ready."""
    inputs.service(service)
    running = await inputs.world.positions(service)
    if not running:
        raise Stop(unknown("engine.caller-missing", seen="-", service=service))
    ready = [position for position in running if position.ready]
    if not ready:
        pods = ", ".join(position.pod for position in running)
        raise Stop(pending("engine.caller-not-ready", pods, late=Outcome.ERROR, seen=pods, service=service, pods=pods))
    return ready


def url_of(inputs: Inputs, service: str, path: str = "/") -> str:
    """The URL under which others call a service. LabError when the lab gives it none."""
    endpoint = inputs.service(service)
    url = f"http://{endpoint.port}{PUBLISHED}/" if endpoint.port else endpoint.url
    if not url:
        raise LabError(f"service {service!r} has no url, so it cannot be called", key="services")
    return url if path == "/" else join(url, path)


def join(url: str, path: str) -> str:
    """The URL with the path below its own."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/" + path.lstrip("/")))


def host_of(url: str) -> str:
    """The host that a URL names."""
    return urlsplit(url).hostname or ""


async def call(inputs: Inputs, position: Position, request: CallRequest) -> Calls:
    """Call one hop deep, unless the request says how deep. ClusterError when the pod gave up before the last request."""
    if DEPTH not in request.headers:
        request = _with_header(request, DEPTH, "0")
    calls = await inputs.world.call(position, request)
    if len(calls.replies) < request.n:
        raise ClusterError("check.out-of-time", pod=position.pod, sent=len(calls.replies), requests=request.n, url=request.url)
    return calls


def _with_header(request: CallRequest, name: str, value: str) -> CallRequest:
    import msgspec

    return msgspec.structs.replace(request, headers={**request.headers, name: value})


def carries(reply: Reply) -> bool:
    """Whether the answer is the application's and to this very request: its tree shows our nonce."""
    if not reply.tree or not reply.nonce:
        return False
    headers = reply.tree.get("headers") or {}
    return bool(headers.get(NONCE) == reply.nonce)


def tree_text(reply: Reply, key: str) -> str:
    """A fact of the tree as text, empty where there is none."""
    return str((reply.tree or {}).get(key) or "")


def answered(reply: Reply) -> bool:
    """Whether any HTTP answer came, whatever its status."""
    return reply.status > 0


def succeeded(reply: Reply) -> bool:
    """Whether the call did what it should: an answer without an error class."""
    return answered(reply) and reply.error is None


def address_of(text: str) -> str:
    """The address of `address:port`; "" where a log says nothing ("" or `-`)."""
    return text.rpartition(":")[0].strip("[]")


async def gather(waits: Iterable[Awaitable[Thing]], limit: int = 8) -> list[Thing]:
    """All results in order, at most `limit` at once; the first error cancels the rest before it is raised."""
    slots = asyncio.Semaphore(limit)

    async def limited(wait: Awaitable[Thing]) -> Thing:
        async with slots:
            return await wait

    tasks = [asyncio.ensure_future(limited(wait)) for wait in waits]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def shorten(reply: Reply) -> dict[str, Any]:
    """A reply for evidence, without the depths of its tree."""
    tree = reply.tree or {}
    kept = {name: tree[name] for name in ("service", "version", "pod", "node", "peer", "status", "headers") if name in tree}
    return {
        "nonce": reply.nonce,
        "status": reply.status,
        "ms": reply.ms,
        "error": reply.error,
        "peer": reply.peer,
        "headers": reply.headers,
        "tree": kept or None,
    }
