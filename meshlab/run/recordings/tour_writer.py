"""Records the calls of a run and their results, and changes neither."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from functools import partial
from inspect import signature
from typing import Any, TypeVar, cast

import msgspec
from msgspec.structs import replace

from meshlab.check.verdict import Verdict
from meshlab.cluster.progress import Progress
from meshlab.errors import MeshlabError
from meshlab.run.api import Debrief, ExperimentEvent, LabRun, Language, Matrix, Snapshot, Trace, Traffic
from meshlab.run.recordings import lines
from meshlab.run.recordings.file import Writer
from meshlab.run.recordings.timeline import ACTS

LARGEST = 65536
"""Largest piece of evidence, in bytes, that is recorded."""
NEEDED = "matrix"
"""Title of the evidence that predictions are scored with: it is always recorded."""
COUNTS = 2
"""How many counts of traffic are recorded after each act."""
T = TypeVar("T")
Write = Callable[[int, float, T], lines.AnyLine]


def written_down(run: LabRun, writer: Writer, opened: lines.Opened, values: Callable[[], dict[str, str]] = dict) -> LabRun:
    """Returns the run, which from now on records itself.

    values: returns the template values that only the run knows; called after each call.
    """
    return cast("LabRun", TourWriter(run, writer, opened, values))


class TourWriter:
    """Wraps a LabRun. STREAMS and ANSWERS say how most methods are recorded; those with a method here leave something out.

    All other methods are not recorded, because the lab's texts ship with meshlab.
    """

    def __init__(self, run: LabRun, writer: Writer, opened: lines.Opened, values: Callable[[], dict[str, str]]) -> None:
        self._run = run
        self._writer = writer
        self._values = values
        self._calls = 0
        self._last: dict[str, bytes] = {}
        self._counted = 0
        writer.add(opened)
        self._record_state()

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._run, name)
        if name in STREAMS:
            return partial(self._stream, name, member, STREAMS[name])
        return partial(self._answer, name, member) if name in ANSWERS else member

    def snapshot(self) -> Snapshot:
        found = self._run.snapshot()
        slim = replace(found, verdicts={}, events=0, damaged=())
        if self._new("snapshot", slim):
            self._writer.add(lines.Stood(t=_now(), snapshot=slim))
        return found

    def debrief(self, step: str, language: Language = "en") -> Debrief:
        found = self._run.debrief(step, language)
        with self._calling("debrief", step=step, language=language) as call:
            self._writer.add(lines.Debriefed(t=_now(), call=call, language=language, debrief=found))
        return found

    async def next(self) -> Snapshot:
        with self._calling("next"):
            return await self._run.next()

    async def trace(self, url: str = "", headers: dict[str, str] | None = None) -> Trace:
        with self._calling("trace", url=url, headers=headers or {}) as call:
            found = await self._run.trace(url, headers)
            self._writer.add(lines.Traced(t=_now(), call=call, trace=found))
            return found

    async def matrix(self) -> Matrix | None:
        found = await self._run.matrix()
        if self._new("matrix", replace(found, t=0.0) if found is not None else None):
            with self._calling("matrix") as call:
                self._writer.add(lines.Reached(t=_now(), call=call, matrix=found))
        return found

    async def pods(self) -> list[dict[str, Any]]:
        found = await self._run.pods()
        if self._new("pods", found):
            with self._calling("pods") as call:
                self._writer.add(lines.Listed(t=_now(), call=call, pods=tuple(found)))
        return found

    async def traffic(self, pods: list[dict[str, Any]]) -> Traffic | None:
        found = await self._run.traffic(pods)
        # Two counts make a rate. Counts of every few seconds would fill most of the recording.
        if found is not None and self._counted < COUNTS:
            self._counted += 1
            with self._calling("traffic") as call:
                self._writer.add(lines.Counted(t=_now(), call=call, traffic=found))
        return found

    async def close(self) -> None:
        self._writer.flush()
        await self._run.close()

    # --- writing --- #

    def _answer(self, method: str, member: Callable[..., T], *given: Any, **named: Any) -> T:
        """Records a call that returns at once; a failed one is not recorded."""
        found = member(*given, **named)
        with self._calling(method, **_arguments(method, given, named)):
            return found

    async def _stream(
        self, method: str, member: Callable[..., AsyncGenerator[T, None]], line: Write[T], *given: Any, **named: Any
    ) -> AsyncGenerator[T, None]:
        with self._calling(method, **_arguments(method, given, named)) as call:
            async with aclosing(member(*given, **named)) as items:
                async for item in items:
                    self._writer.add(line(call, _now(), item))
                    yield item

    @contextmanager
    def _calling(self, method: str, **arguments: Any) -> Iterator[int]:
        """Records a call and how it ended; yields its number."""
        self._calls += 1
        call = self._calls
        if method in (*ACTS, "prepare", "next"):
            self._counted = 0
        given = {name: value for name, value in arguments.items() if value not in (None, "", False, {})}
        self._writer.add(lines.Called(t=_now(), call=call, method=method, arguments=given))
        try:
            yield call
        except BaseException as error:
            self._ended(call, error)
            raise
        self._ended(call)

    def _ended(self, call: int, error: BaseException | None = None) -> None:
        ended = lines.Ended(t=_now(), call=call)
        if isinstance(error, MeshlabError):
            ended = replace(ended, how="failed", message=str(error), hint=error.hint, words=error.words)
        elif error is not None:
            ended = replace(ended, how="failed" if isinstance(error, Exception) else "cancelled", message=str(error))
        self._writer.add(ended)
        self._record_state()
        self._writer.flush()

    def _record_state(self) -> None:
        """Records values and snapshot when a call changed them."""
        values = self._values()
        if values and self._new("values", values):
            self._writer.add(lines.Known(t=_now(), values=values))
        self.snapshot()

    def _new(self, what: str, found: object) -> bool:
        data = msgspec.json.encode(found)
        before, self._last[what] = self._last.get(what), data
        return data != before


def _now() -> float:
    return round(time.time(), 3)


def _arguments(method: str, given: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    """Names the arguments as LabRun does, with defaults."""
    bound = signature(getattr(LabRun, method)).bind(None, *given, **named)
    bound.apply_defaults()
    return {name: value for name, value in bound.arguments.items() if name != "self"}


def _progressed(call: int, t: float, progress: Progress) -> lines.AnyLine:
    return lines.Progressed(t=t, call=call, progress=progress)


def _judged(call: int, t: float, verdict: Verdict) -> lines.AnyLine:
    return lines.Judged(t=t, call=call, verdict=_slim(verdict))


def _happened(call: int, t: float, event: ExperimentEvent) -> lines.AnyLine:
    slim = replace(event, verdict=_slim(event.verdict)) if event.verdict is not None else event
    return lines.Happened(t=t, call=call, event=slim)


def _slim(verdict: Verdict) -> Verdict:
    """Replaces evidence that is too large for a recording (a proxy's whole configuration) by its size."""
    sizes = [0 if one.title == NEEDED else len(msgspec.json.encode(one.data)) for one in verdict.evidence]
    if all(size <= LARGEST for size in sizes):
        return verdict
    pairs = zip(verdict.evidence, sizes, strict=True)
    kept = (one if size <= LARGEST else replace(one, data=f"(not in the recording: {size} bytes)") for one, size in pairs)
    return replace(verdict, evidence=tuple(kept))


STREAMS: dict[str, Write[Any]] = {
    **dict.fromkeys(("prepare", "solve", "goto", "reset", "stop", "down"), _progressed),
    **dict.fromkeys(("check", "watch"), _judged),
    "experiment": _happened,
}
"""Methods of LabRun that return streams, and the line for each item."""
ANSWERS = ("explain", "hint", "answer", "predict")
"""Methods that return at once."""
