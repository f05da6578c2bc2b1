"""Phases of one long operation: announced, timed, told as Progress, and remembered as estimates."""

from __future__ import annotations

import asyncio
import os
import platform
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from meshlab.cluster.cancelling import stop, to_the_end
from meshlab.cluster.progress import Progress
from meshlab.errors import MeshlabError


class Track:
    """Makes the events of an operation's phases in their right order."""

    def __init__(self, phases: list[str], estimates: Estimates | None = None) -> None:
        self.phases = phases
        self._estimates = estimates or Estimates()
        self._since: dict[str, float] = {}
        self._took: dict[str, float] = {}
        self._over: set[str] = set()

    def planned(self) -> list[Progress]:
        """All of the way, before the first step."""
        return [Progress(phase=phase, state="planned", estimate=self._estimates.get(phase)) for phase in self.phases]

    def running(self, phase: str, *, done: int = 0, total: int = 0, detail: str = "") -> Progress:
        """It has begun, or has come further."""
        self._since.setdefault(phase, time.monotonic())
        return Progress(phase=phase, estimate=self._estimates.get(phase), done=done, total=total, detail=detail)

    def done(self, phase: str, *, done: int = 0, total: int = 0, detail: str = "") -> Progress:
        """It has ended well."""
        seconds = round(time.monotonic() - self._since.setdefault(phase, time.monotonic()), 3)
        self._took[phase] = seconds
        self._over.add(phase)
        return Progress(phase=phase, state="done", seconds=seconds, done=done, total=total, detail=detail)

    def failed(self, phase: str, detail: str) -> Progress:
        """It has ended badly."""
        seconds = round(time.monotonic() - self._since.get(phase, time.monotonic()), 3)
        self._over.add(phase)
        return Progress(phase=phase, state="failed", seconds=seconds, detail=detail)

    def skipped(self, phase: str, detail: str = "") -> Progress:
        """It was not needed."""
        self._over.add(phase)
        return Progress(phase=phase, state="skipped", detail=detail)

    def open(self) -> list[str]:
        """Phases that have begun and not ended, newest last."""
        return [phase for phase in self._since if phase not in self._over]

    def left(self) -> list[str]:
        """Phases that never began nor were skipped."""
        return [phase for phase in self.phases if phase not in self._since and phase not in self._over]

    def learn(self) -> None:
        """Remember what the phases took."""
        self._estimates.learn(self._took)


async def timed(track: Track, phase: str, work: Callable[[], Awaitable[object]]) -> AsyncGenerator[Progress, None]:
    """One phase around a piece of work."""
    yield track.running(phase)
    try:
        await work()
    except MeshlabError as error:
        yield track.failed(phase, error.message)
        raise
    yield track.done(phase)


async def forwarded(source: AsyncIterator[Progress]) -> AsyncGenerator[Progress, None]:
    """Another operation's events but for its plan, which is part of ours."""
    assert isinstance(source, AsyncGenerator)
    async with aclosing(source):
        async for event in source:
            if event.state != "planned":
                yield event


WEIGHT = 0.4
"""Of the newest run in the average."""


class Estimates:
    """An average for each phase in `folder/estimates.json`, by machine: a home folder may be shared by several."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = None if folder is None else folder / "estimates.json"
        self._machine = platform.node() or "localhost"

    def get(self, phase: str) -> float | None:
        """Seconds, or None when it never ran here."""
        return self._read().get(self._machine, {}).get(phase)

    def learn(self, seconds: dict[str, float]) -> None:
        """Take in what phases took just now. A file that cannot be written costs the estimate, nothing else."""
        if self._file is None or not seconds:
            return
        known = self._read()
        mine = known.setdefault(self._machine, {})
        for phase, new in seconds.items():
            old = mine.get(phase, new)
            mine[phase] = round(old + WEIGHT * (new - old), 2)
        fresh = self._file.with_suffix(f".{os.getpid()}.tmp")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(msgspec.json.format(msgspec.json.encode(known), indent=1))
            fresh.replace(self._file)
        except OSError:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)

    def _read(self) -> dict[str, dict[str, float]]:
        if self._file is None:
            return {}
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, dict[str, float]])
        except (OSError, msgspec.DecodeError, msgspec.ValidationError):
            return {}


T = TypeVar("T")


class _End(Generic[T]):
    """A source has ended, by this error or well."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error


async def merged(*sources: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """Items of all sources as they come. The first error ends all of them and is raised."""
    queue: asyncio.Queue[T | _End[T]] = asyncio.Queue()

    async def pump(source: AsyncGenerator[T, None]) -> None:
        try:
            async with aclosing(source):
                async for item in source:
                    queue.put_nowait(item)
        except Exception as error:
            queue.put_nowait(_End(error))
        else:
            queue.put_nowait(_End())

    tasks = [asyncio.ensure_future(pump(source)) for source in sources]
    left = len(tasks)
    try:
        while left:
            item = await queue.get()
            if not isinstance(item, _End):
                yield item
                continue
            if item.error is not None:
                raise item.error
            left -= 1
    finally:
        await to_the_end(stop(tasks))
