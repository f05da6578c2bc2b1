"""One actor: numbered, stamped requests on a schedule, and what came of each."""

from __future__ import annotations

import asyncio
import json
import os
import time
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import aiohttp

from shop import headers, log
from shop.journal import Journal, write_whole
from shop.outgoing import open_session, send
from shop.plan import Actor, check_rate
from shop.pool import Pool

# A schedule that is further behind (a paused node) starts anew instead of sending the backlog in one burst.
LATE = 1.0


class ActorRun:
    """Results, the next number and what was overridden at run time are on disk and outlive a restart.

    The next number is on disk before it is sent, so none is ever used twice; one that was on its way when the process
    was killed has no result.
    """

    def __init__(self, plan: Actor, folder: Path, node: str) -> None:
        self.plan = plan
        self._folder = folder
        self._node = node
        self._journal = Journal(folder)
        self._counter = os.open(folder / "next", os.O_RDWR | os.O_CREAT, 0o644)
        self.next = max(int(os.pread(self._counter, 20, 0) or b"1"), (self._journal.last or 0) + 1)
        self.in_flight: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None
        self._pool = Pool()
        self._fresh = open_session(keepalive=False)
        self.running, self.rate = self._overridden()

    def start(self) -> None:
        if self.running and self._loop is None:
            self._loop = asyncio.create_task(self._send_on_time())

    def override(self, running: bool | None, rate: float | None) -> None:
        """Raises PlanError for a rate that cannot be kept."""
        if rate is not None:
            check_rate(self.plan.id, rate, self.plan.timeout_ms)
            self.rate = rate
        if running is not None:
            self.running = running
        write_whole(self._state, json.dumps({"plan": asdict(self.plan), "running": self.running, "rate": self.rate}))
        self._halt()
        self.start()

    async def close(self) -> None:
        """Sends no more, and waits for what is on its way: each has its own timeout."""
        self._halt()
        if self._tasks:
            await asyncio.wait(set(self._tasks))
        await self._pool.close()
        await self._fresh.close()
        self._journal.close()
        os.close(self._counter)

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.plan.id,
            "url": self.plan.url,
            "rate": self.rate,
            "running": self.running,
            "next": self.next,
            "in_flight": sorted(self.in_flight),
        }

    @property
    def _state(self) -> Path:
        return self._folder / "state.json"

    def _overridden(self) -> tuple[bool, float]:
        """What was set at run time holds until the plan says something else about this actor."""
        try:
            state = json.loads(self._state.read_bytes())
        except FileNotFoundError:
            return self.plan.start, self.plan.rate
        if state["plan"] != asdict(self.plan):
            return self.plan.start, self.plan.rate
        return state["running"], state["rate"]

    def _halt(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            self._loop = None

    async def _send_on_time(self) -> None:
        clock = asyncio.get_running_loop().time
        due = clock()
        while True:
            self._send_next()
            due = max(due + 1 / self.rate, clock() - LATE)
            await asyncio.sleep(max(0.0, due - clock()))

    def _send_next(self) -> None:
        seq = self.next
        self.next += 1
        os.pwrite(self._counter, b"%020d" % self.next, 0)
        self.in_flight.add(seq)
        task = asyncio.create_task(self._one(seq))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _one(self, seq: int) -> None:
        plan = self.plan
        sent = time.time()
        async with self._session() as session:
            outcome = await send(
                session,
                plan.url,
                headers_={**plan.headers, headers.NONCE: f"{plan.id}-{self._node}-{seq}"},
                timeout=plan.timeout_ms / 1000,
            )
        try:
            self._journal.append(seq, t=round(sent, 3), status=outcome.status, ms=outcome.ms, error=outcome.error)
        except OSError as exc:
            log.line(event="result lost", actor=plan.id, seq=seq, why=str(exc))
        self.in_flight.discard(seq)

    def _session(self) -> AbstractAsyncContextManager[aiohttp.ClientSession]:
        return self._pool.lease() if self.plan.keepalive else nullcontext(self._fresh)
