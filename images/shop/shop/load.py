"""POST /load: background load from this pod."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

from aiohttp import web

from shop import pace
from shop.admin import BadRequest, answer, read_json
from shop.outgoing import send
from shop.pool import Pool
from shop.spec import LoadSpec, SpecError


class Load:
    """At most one load at a time; a new one takes the place of the last."""

    def __init__(self) -> None:
        self._run: _Run | None = None
        self._task: asyncio.Task[None] | None = None

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/load", self._post), web.get("/load", self._get), web.delete("/load", self._delete)]

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _post(self, request: web.Request) -> web.Response:
        try:
            spec = LoadSpec.parse(await read_json(request))
        except SpecError as exc:
            raise BadRequest(str(exc)) from None
        await self.stop()
        self._run = _Run(spec)
        self._task = asyncio.create_task(self._run.go())
        return answer(self._run.report())

    async def _get(self, _: web.Request) -> web.Response:
        return answer(self._run.report() if self._run else {"running": False})

    async def _delete(self, request: web.Request) -> web.Response:
        await self.stop()
        return await self._get(request)


class _Run:
    def __init__(self, spec: LoadSpec) -> None:
        self._spec = spec
        self._counts: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()
        self._started = time.time()
        self._ended: float | None = None
        self._body = b"x" * spec.body_bytes if spec.body_bytes else None
        self._pool = Pool(max_requests=None)

    async def go(self) -> None:
        try:
            async with asyncio.timeout(self._spec.seconds):
                await self._loop()
        except TimeoutError:
            pass
        finally:
            self._ended = time.time()
            await self._pool.close()

    def report(self) -> dict[str, Any]:
        return {
            "running": self._ended is None,
            "url": self._spec.url,
            "rate": self._spec.rate,
            "seconds": self._spec.seconds,
            "concurrency": self._spec.concurrency,
            "started": round(self._started, 3),
            "elapsed": round((self._ended or time.time()) - self._started, 3),
            **{name: self._counts[name] for name in ("sent", "ok", "failed", "skipped")},
            "errors": dict(self._errors),
        }

    async def _loop(self) -> None:
        if self._spec.rate is None:
            await pace.closed_loop(self._one, 1 << 62, self._spec.concurrency)
        else:
            n = int(self._spec.rate * self._spec.seconds) + 1
            await pace.open_loop(self._one, n, self._spec.rate, self._skip)

    def _skip(self, _: int) -> None:
        self._counts["skipped"] += 1

    async def _one(self, _: int) -> None:
        spec = self._spec
        self._counts["sent"] += 1
        async with self._pool.lease() as session:
            outcome = await send(
                session,
                spec.url,
                method="POST" if self._body else "GET",
                headers_=spec.headers,
                body=self._body,
                timeout=spec.timeout,
            )
        self._counts["failed" if outcome.error else "ok"] += 1
        if outcome.error:
            self._errors[outcome.error] += 1
