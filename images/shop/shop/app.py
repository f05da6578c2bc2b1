"""The application: any path, on the captured and on the direct port."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from shop import fault, headers, log
from shop.client import Client
from shop.state import State
from shop.tree import MAX_HOPS, ORDER, Upstreams, describe, hops

SERVER = {"Server": "shop"}
CLOSED_BY_CALLER = 499
NO_ANSWER = 0
LOOP = fault.Fault(status=508)


class App:
    def __init__(self, state: State, client: Client) -> None:
        self._state = state
        self._fixed = describe(state.settings, client)
        self._upstreams = Upstreams(state.settings, client)

    def on_port(self, port: int, *, direct: bool) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            return await self._counted(request, port, direct)

        return handle

    async def _counted(self, request: web.BaseRequest, port: int, direct: bool) -> web.StreamResponse:
        begun = time.perf_counter()
        nonce = request.headers.get(headers.NONCE)
        peer = _peer(request)
        self._state.counters.receive(nonce, direct=direct)
        status = CLOSED_BY_CALLER
        try:
            response = await self._answer(request, begun, port, peer)
            status = response.status
            return response
        finally:
            self._state.counters.statuses[str(status)] += 1
            log.soon(
                service=self._state.settings.service,
                pod=self._state.settings.pod,
                nonce=nonce,
                path=request.path,
                status=status,
                ms=_since(begun),
                peer=peer,
                port=port,
            )

    async def _answer(self, request: web.BaseRequest, begun: float, port: int, peer: str) -> web.Response:
        # Before any fault: an answer that is late or lost has placed the order all the same.
        order = await self._order(request)
        drawn = LOOP if hops(request.headers) > MAX_HOPS else self._draw(request)
        if drawn.latency_ms:
            await asyncio.sleep(drawn.latency_ms / 1000)
        if drawn.hang:
            await asyncio.Event().wait()
        if drawn.reset:
            _reset(request)
            return web.Response(status=NO_ANSWER)
        upstreams = [] if drawn.status else await self._upstreams.call(request.headers, order.get("id"))
        status = drawn.status or self._status(upstreams)
        body = {
            **self._fixed,
            "peer": peer,
            "port": port,
            "method": request.method,
            "path": request.path,
            "headers": headers.shown(request.headers),
            "status": status,
            "ms": _since(begun),
            **({"order": order} if order else {}),
            "upstreams": upstreams,
        }
        response = _json(body, status)
        if self._state.draining:
            response.force_close()
        return response

    def _draw(self, request: web.BaseRequest) -> fault.Fault:
        drawn = self._state.fault.draw(request.path)
        if text := request.headers.get(headers.FAULT):
            drawn = drawn.merged(fault.from_header(text, self._state.settings.service))
        return drawn

    def _status(self, upstreams: list[dict[str, Any]]) -> int:
        return 502 if self._state.settings.strict and any(one["error"] for one in upstreams) else 200

    async def _order(self, request: web.BaseRequest) -> dict[str, Any]:
        """Reads the body of any request; an order is counted by its id, however often it comes."""
        body = await request.read() if request.can_read_body else b""
        if request.method != "POST" or request.path != ORDER:
            return {}
        name = request.headers.get("idempotency-key") or _order_id(body)
        return {"id": name, "times": self._state.counters.orders.add(name)}


def _order_id(body: bytes) -> str:
    try:
        return str(json.loads(body)["id"])[:128]
    except (ValueError, KeyError, TypeError):
        return ""


def _json(body: dict[str, Any], status: int) -> web.Response:
    raw = json.dumps(body, separators=(",", ":")).encode()
    return web.Response(body=raw, status=status, content_type="application/json", headers=SERVER)


def _reset(request: web.BaseRequest) -> None:
    """Closes the connection by RST: no lingering, then abort."""
    if request.transport is not None:
        sock = request.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()


def _peer(request: web.BaseRequest) -> str:
    name = request.transport.get_extra_info("peername") if request.transport else None
    return str(name[0]) if name else ""


def _since(begun: float) -> float:
    return round((time.perf_counter() - begun) * 1000, 3)
