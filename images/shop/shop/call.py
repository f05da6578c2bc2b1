"""POST /call: requests from this pod's own place in the network."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import aiohttp
from aiohttp import web

from shop import headers, pace
from shop.admin import BadRequest, read_json
from shop.outgoing import Outcome, open_session, send
from shop.spec import CallSpec, SpecError
from shop.state import State
from shop.tree import tree_of

MAX_SECONDS = 60.0
BODY_SHOWN = 200


class Caller:
    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/call", self._call)]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        try:
            spec = CallSpec.parse(await read_json(request))
        except SpecError as exc:
            raise BadRequest(str(exc)) from None
        results, complete = await run_calls(spec)
        # Encoded one by one: five thousand trees as objects would not fit the memory of a pod.
        head = json.dumps({"from": self._state.origin(), "complete": complete})[:-1]
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(head.encode() + b', "results": [')
        for number in range(0, len(results), 64):
            chunk = b",".join(results[number : number + 64])
            await response.write((b"," if number else b"") + chunk)
        await response.write(b"]}")
        return response


async def run_calls(spec: CallSpec, limit: float = MAX_SECONDS) -> tuple[list[bytes], bool]:
    """Encoded results in order, and whether all `n` are there after `limit` seconds."""
    done: dict[int, bytes] = {}
    async with open_session(keepalive=spec.keepalive) as session:

        async def job(number: int) -> None:
            done[number] = await _one(session, spec, number)

        try:
            async with asyncio.timeout(limit):
                if spec.rate is None:
                    await pace.closed_loop(job, spec.n, spec.concurrency)
                else:
                    await pace.open_loop(job, spec.n, spec.rate)
        except TimeoutError:
            pass
    return [done[number] for number in sorted(done)], len(done) == spec.n


async def _one(session: aiohttp.ClientSession, spec: CallSpec, number: int) -> bytes:
    nonce = spec.nonce_of(number)
    passed = {**spec.headers, headers.NONCE: nonce} if nonce else spec.headers
    sent = time.time()
    outcome = await send(session, spec.url, method=spec.method, headers_=passed, body=spec.body, timeout=spec.timeout)
    tree = tree_of(outcome)
    result: dict[str, Any] = {
        "i": number,
        "t": round(sent, 3),
        "nonce": nonce,
        "status": outcome.status,
        "ms": outcome.ms,
        "error": outcome.error,
        "headers": outcome.headers,
        "peer": outcome.peer,
    }
    if spec.tree:
        result["tree"] = tree
    if tree is None and outcome.body:
        result["body"] = _text(outcome)
    return json.dumps(result, separators=(",", ":")).encode()


def _text(outcome: Outcome) -> str:
    """The start of an answer that is no tree: a proxy's own words."""
    return outcome.body[:BODY_SHOWN].decode("utf-8", "replace")
