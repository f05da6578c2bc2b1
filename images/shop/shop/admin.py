"""Port 8081: health, faults, counters. No stage of the road captures it."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from shop.client import Client
from shop.fault import FaultError, RuntimeFault
from shop.state import State


class BadRequest(web.HTTPBadRequest):
    def __init__(self, text: str) -> None:
        super().__init__(text=json.dumps({"error": text}), content_type="application/json")


def answer(body: Any, status: int = 200) -> web.Response:
    return web.json_response(body, status=status)


async def read_json(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise BadRequest("the body is not JSON") from None
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    return body


class Admin:
    def __init__(self, state: State, client: Client) -> None:
        self._state = state
        self._client = client

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/healthz", self._healthz),
            web.get("/readyz", self._readyz),
            web.get("/info", self._info),
            web.get("/fault", self._get_fault),
            web.post("/fault", self._set_fault),
            web.delete("/fault", self._clear_fault),
            web.get("/counters", self._counters),
            web.get("/orders", self._orders),
            web.get("/client", self._report),
        ]

    async def _healthz(self, _: web.Request) -> web.Response:
        return answer({"ok": True})

    async def _readyz(self, _: web.Request) -> web.Response:
        why = "shutting down" if self._state.draining else self._state.waiting_for
        return answer({"ready": why is None, "why": why}, 503 if why else 200)

    async def _info(self, _: web.Request) -> web.Response:
        return answer(self._state.info())

    async def _get_fault(self, _: web.Request) -> web.Response:
        return answer(self._state.fault.as_dict())

    async def _set_fault(self, request: web.Request) -> web.Response:
        try:
            self._state.fault = RuntimeFault.parse(await read_json(request))
        except FaultError as exc:
            raise BadRequest(str(exc)) from None
        return answer(self._state.fault.as_dict())

    async def _clear_fault(self, _: web.Request) -> web.Response:
        self._state.fault = RuntimeFault()
        return answer(self._state.fault.as_dict())

    async def _counters(self, request: web.Request) -> web.Response:
        nonce = request.query.get("nonce")
        counters = self._state.counters
        return answer(counters.totals() if nonce is None else counters.of_nonce(nonce))

    async def _orders(self, _: web.Request) -> web.Response:
        orders = self._state.counters.orders
        return answer({"orders": orders.as_dict(), "forgotten": orders.forgotten})

    async def _report(self, _: web.Request) -> web.Response:
        return answer(self._client.report())
