"""Latencies of a pair and its control, in interleaved slices: without and with load, or one after the other."""

from __future__ import annotations

from msgspec import Struct

from meshlab.check.context import Context
from meshlab.check.findings import Stop, unknown
from meshlab.check.observe import call, callers, gather, succeeded, url_of
from meshlab.check.world import CallRequest, Position
from meshlab.errors import LabError
from meshlab.lab.checks import LatencySpec, Pair

MOST_RATE = 100.0
"""Requests a second of pair and control together. Above it two cores measure their own scheduler."""
WARM = 0.5
"""Seconds that are thrown away before each is measured; twice that where a load must take hold."""
ENOUGH = 0.9
"""Fraction of requests that must be answered in each slice."""


class Slice(Struct, frozen=True):
    """Milliseconds of each answered request while the load was off or on."""

    loaded: bool
    pair: list[float]
    control: list[float]


async def measure(context: Context, spec: LatencySpec) -> list[Slice]:
    """off, on, off, on ...: pair and control at the same time in each slice. The load is stopped whatever happens.

    Without a load: pair, control; control, pair; pair, control ..., never both at once, because each would be the other's load.
    """
    if 2 * spec.rate >= MOST_RATE:
        raise LabError(f"pair and control at {spec.rate:g}/s each are too fast to measure: at most 50/s", key="latency.rate")
    ends = [(spec.pair, await _caller(context, spec.pair)), (spec.control, await _caller(context, spec.control))]
    loader = await _caller(context, spec.load) if spec.load else None
    if loader is None:
        return [await _alternating(context, spec, ends, number) for number in range(max(2, spec.slices))]
    slices = []
    for number in range(max(2, spec.slices)):
        loaded = bool(number % 2)
        try:
            if loaded:
                await context.world.load(loader, _load(context, spec), spec.seconds + 30)
            slices.append(Slice(loaded, *await _slice(context, spec, ends)))
        finally:
            if loaded:
                await context.world.load(loader, _load(context, spec), 0)
    return slices


async def _caller(context: Context, pair: Pair) -> Position:
    return (await callers(context, pair.from_))[0]


def _load(context: Context, spec: LatencySpec) -> CallRequest:
    assert spec.load is not None
    return CallRequest(
        url=url_of(context, spec.load.to),
        keepalive=True,
        rate=spec.load_rate or None,
        concurrency=spec.load_concurrency,
        headers={"x-meshlab-depth": "0"},
        tree=False,
    )


async def _slice(context: Context, spec: LatencySpec, ends: list[tuple[Pair, Position]]) -> list[list[float]]:
    """One second of each first, thrown away: connections open, the load takes hold."""
    await gather(_times(context, spec, pair, position, 2 * WARM) for pair, position in ends)
    return await gather(_times(context, spec, pair, position, spec.seconds) for pair, position in ends)


async def _alternating(context: Context, spec: LatencySpec, ends: list[tuple[Pair, Position]], number: int) -> Slice:
    """Each right after the other; who is first changes, so that neither has the machine's better moments."""
    times: dict[int, list[float]] = {}
    for which in (0, 1) if number % 2 == 0 else (1, 0):
        pair, position = ends[which]
        await _times(context, spec, pair, position, WARM)
        times[which] = await _times(context, spec, pair, position, spec.seconds)
    return Slice(False, times[0], times[1])


async def _times(context: Context, spec: LatencySpec, pair: Pair, position: Position, seconds: float) -> list[float]:
    """Open loop: requests are sent on time, however long the answers take. The first opens the connection and is left out."""
    n = max(1, round(spec.rate * seconds))
    nonce = context.world.nonce()
    request = CallRequest(url=url_of(context, pair.to), n=n + 1, rate=spec.rate, keepalive=True, nonce=nonce, tree=False)
    replies = (await call(context, position, request)).replies
    times = [reply.ms for reply in replies if succeeded(reply) and reply.i]
    if len(times) < ENOUGH * n:
        facts = {"caller": pair.from_, "callee": pair.to, "answers": len(times), "requests": n}
        raise Stop(unknown("latency.answers", expected=f"≥ {ENOUGH:.0%}", seen=f"{len(times)}/{n}", **facts))
    return times
