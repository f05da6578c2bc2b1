"""The actors of the probe: kept as the plan says, asked and told through the admin port."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from aiohttp import web

from shop import journal, log
from shop.actor import ActorRun
from shop.admin import BadRequest, answer, read_json
from shop.plan import ID, PlanError, parse_plan, read_plan
from shop.settings import Settings

PLAN_SECONDS = 1.0
MAX_RESULTS = 20000


class Actors:
    def __init__(self, settings: Settings) -> None:
        self._plan = settings.plan
        self._folder = settings.data / "actors"
        self._node = settings.node or settings.pod or "probe"
        self._runs: dict[str, ActorRun] = {}
        self._raw: bytes | None = None
        self._error: str | None = None
        self._watching: asyncio.Task[None] | None = None

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/plan", self._get_plan),
            web.get("/actors", self._list),
            web.post("/actors/{id}", self._override),
            web.get("/results", self._results),
        ]

    async def start(self) -> None:
        await self._follow()
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        await asyncio.gather(*(run.close() for run in self._runs.values()))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(PLAN_SECONDS)
            await self._follow()

    async def _follow(self) -> None:
        """Takes over a plan that has changed; one that cannot be read leaves the actors as they are."""
        try:
            raw = read_plan(self._plan)
            if raw == self._raw:
                return
            self._raw = raw
            wanted = parse_plan(raw)
        except (OSError, PlanError) as exc:
            self._error = str(exc)
            log.line(event="plan refused", why=self._error)
            return
        self._error = None
        for name in [name for name, run in self._runs.items() if wanted.get(name) != run.plan]:
            await self._runs.pop(name).close()
        for name, actor in wanted.items():
            if name not in self._runs:
                self._runs[name] = ActorRun(actor, self._folder / name, self._node)
                self._runs[name].start()

    async def _get_plan(self, _: web.Request) -> web.Response:
        return answer({"error": self._error, "actors": list(self._runs)})

    async def _list(self, _: web.Request) -> web.Response:
        return answer([run.as_dict() for run in self._runs.values()])

    async def _override(self, request: web.Request) -> web.Response:
        run = self._runs.get(request.match_info["id"])
        if run is None:
            return answer({"error": f"the plan has no actor {request.match_info['id']}"}, 404)
        body = await read_json(request)
        if set(body) - {"running", "rate"} or not isinstance(body.get("running", True), bool):
            raise BadRequest("send {running: true or false, rate: requests a second}, each if it is to change")
        try:
            run.override(body.get("running"), body.get("rate"))
        except PlanError as exc:
            raise BadRequest(str(exc)) from None
        return answer(run.as_dict())

    async def _results(self, request: web.Request) -> web.Response:
        name = request.query.get("actor", "")
        folder = self._folder / name
        if not ID.fullmatch(name) or not folder.is_dir():
            return answer({"error": f"no results of an actor {name!r}"}, 404)
        low, high = _int(request, "from") or 0, _int(request, "to")
        since = float(request.query.get("since", "0"))
        run = self._runs.get(name)
        # Taken first, and nothing is told of later numbers: else one that is sent meanwhile would look lost.
        in_flight = sorted(run.in_flight) if run else []
        if run:
            high = run.next - 1 if high is None else min(high, run.next - 1)
        return answer(
            {
                "actor": name,
                "in_flight": in_flight,
                **await asyncio.to_thread(read_results, folder, low, high, since),
            }
        )


def read_results(folder: Path, low: int, high: int | None, since: float) -> dict[str, Any]:
    """At most MAX_RESULTS, by number; `more` is the number to ask on from, or None."""
    found = journal.read(folder, low, high, since)
    more = found[MAX_RESULTS]["seq"] if len(found) > MAX_RESULTS else None
    return {
        "first": journal.first(folder),
        "last": journal.last(folder),
        "results": found[:MAX_RESULTS],
        "more": more,
    }


def _int(request: web.Request, name: str) -> int | None:
    text = request.query.get(name)
    if text is None:
        return None
    if not text.isdigit():
        raise BadRequest(f"{name} must be a whole number")
    return int(text)
