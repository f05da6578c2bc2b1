"""How much slower a pair gets while another is under load, or how much slower it is than a direct one.

With `load` the ratio is the pair's latency in loaded slices over its latency in idle ones; without, the pair's over the
control's. The lab says at which quantile: queueing moves the median, and on a small machine the tail of a few hundred
requests is mostly the scheduler's.
Slices alternate, so that what drifts on the machine falls on both; a paired bootstrap (meshlab.check.stats.ratio_interval)
gives the interval of the ratio. The control pair, which does not use the proxy, is measured in the same slices: when it slows
down too, the machine is the reason and the verdict is `error`, not a lesson. An interval that leaves both answers open is an
`error` as well.

Without `load`, slices of pair and control follow each other instead of running at once, and request by request it is measured
how many milliseconds the pair takes longer: numbers `added-p50` (median of paired differences) and `added-p99`, with intervals.
"""

from __future__ import annotations

import asyncio

from msgspec import Struct

from meshlab.check.calls import call, callers, gather, succeeded, url_of
from meshlab.check.findings import Stop, evidence, failed, measured, passed, unknown
from meshlab.check.inputs import Inputs
from meshlab.check.stats import added, percentile, ratio_interval
from meshlab.check.verdict import Evidence, Finding, Number
from meshlab.check.world import CallRequest, Position
from meshlab.errors import LabError
from meshlab.lab.checks import Check, LatencySpec, Pair

SEED = 20_240_917

SlicePairs = list[tuple[list[float], list[float]]]


MOST_RATE = 100.0
"""Requests a second of pair and control together. Above it two cores measure their own scheduler."""
WARM = 0.5
"""Seconds that are thrown away before each is measured; twice that where a load must take hold."""
ENOUGH = 0.9
"""Fraction of requests that must be answered in each slice."""


class Ratio(Struct, frozen=True):
    """Quantile over quantile, with its bootstrap interval."""

    point: float
    low: float
    high: float


class Slice(Struct, frozen=True):
    """Milliseconds of each answered request while the load was off or on."""

    loaded: bool
    pair: list[float]
    control: list[float]


async def look(check: Check, spec: LatencySpec, inputs: Inputs) -> Finding:
    """slices x (seconds + 1) seconds. LabError when nothing is asked of the ratio, or pair and control are too fast."""
    if spec.ratio_at_least is None and spec.ratio_at_most is None and not spec.measure:
        raise LabError("latency asks for nothing: give ratio-at-least or ratio-at-most", key="latency")
    slices = await measure(inputs, spec)
    # Resampling takes a good part of a second of pure computing.
    pair = await asyncio.to_thread(ratio, _slice_pairs(slices, spec, "pair"), spec.quantile)
    control = _quantile_ratio(_slice_pairs(slices, spec, "control"), spec.quantile)
    note = _note(slices, pair, control)
    if control > spec.control_at_most:
        ends = {"caller": spec.control.from_, "callee": spec.control.to, "ratio": control, "allowed": spec.control_at_most}
        return unknown("latency.machine", note, expected=f"≤ {spec.control_at_most:g} ×", seen=f"{control:.2g} ×", **ends)
    finding = judge(spec, pair, note)
    return finding if spec.load else measured(finding, await asyncio.to_thread(_added, slices))


def _added(slices: list[Slice]) -> dict[str, Number]:
    """Milliseconds that the pair takes longer than the control."""
    more = added([(part.control, part.pair) for part in slices], seed=SEED)
    return {
        "added-p50": _ms(more.median, more.median_low, more.median_high),
        "added-p99": _ms(more.tail, more.tail_low, more.tail_high),
    }


def _ms(value: float, low: float, high: float) -> Number:
    return Number(round(value, 3), "ms", round(low, 3), round(high, 3))


def judge(spec: LatencySpec, pair: Ratio, note: Evidence) -> Finding:
    """Pass or fail only where the whole interval agrees with the point on the threshold's side."""
    ends = {"caller": spec.pair.from_, "callee": spec.pair.to}
    seen = f"{pair.point:.2g} × ({pair.low:.2g}–{pair.high:.2g})"
    least, most = spec.ratio_at_least, spec.ratio_at_most
    if least is not None and pair.high < least:
        return failed("latency.too-small", note, expected=f"≥ {least:g} ×", seen=seen, ratio=pair.point, wanted=least, **ends)
    if most is not None and pair.low > most:
        return failed("latency.too-large", note, expected=f"≤ {most:g} ×", seen=seen, ratio=pair.point, allowed=most, **ends)
    enough = least is None or (pair.point >= least and pair.low > 1)
    if enough and (most is None or pair.point <= most):
        return passed(seen, note)
    threshold = least if not enough else most
    return unknown("latency.unclear", note, seen=seen, low=pair.low, high=pair.high, threshold=threshold, **ends)


def ratio(pairs: SlicePairs, quantile: float) -> Ratio:
    """The ratio of the pooled quantiles and its interval."""
    return Ratio(_quantile_ratio(pairs, quantile), *ratio_interval(pairs, quantile, seed=SEED))


def _quantile_ratio(pairs: SlicePairs, quantile: float) -> float:
    first = percentile([value for before, _ in pairs for value in before], quantile)
    return percentile([value for _, after in pairs for value in after], quantile) / max(first, 1e-9)


def _slice_pairs(slices: list[Slice], spec: LatencySpec, name: str) -> SlicePairs:
    """(without, with): adjacent slices of the same pair; without a load the control and the pair of one slice.

    The control without a load: its own even slices against its odd ones, which differ by nothing but time.
    """
    if spec.load is None and name == "pair":
        return [(part.control, part.pair) for part in slices]
    times: list[list[float]] = [getattr(part, name) for part in slices]
    return list(zip(times[::2], times[1::2], strict=False))


def _note(slices: list[Slice], pair: Ratio, control: float) -> Evidence:
    rows = [
        {
            "loaded": part.loaded,
            **{
                f"{name} p{q:.0f}": round(percentile(getattr(part, name), q / 100), 2)
                for name in ("pair", "control")
                for q in (50, 99)
            },
            "answers": len(part.pair),
        }
        for part in slices
    ]
    return evidence("latency", {"slices": rows, "pair": pair, "control": round(control, 3), "unit": "ms"})


async def measure(inputs: Inputs, spec: LatencySpec) -> list[Slice]:
    """off, on, off, on ...: pair and control at the same time in each slice. The load is stopped whatever happens.

    Without a load: pair, control; control, pair; pair, control ..., never both at once, because each would be the other's load.
    """
    if 2 * spec.rate >= MOST_RATE:
        raise LabError(f"pair and control at {spec.rate:g}/s each are too fast to measure: at most 50/s", key="latency.rate")
    ends = [(spec.pair, await _caller(inputs, spec.pair)), (spec.control, await _caller(inputs, spec.control))]
    loader = await _caller(inputs, spec.load) if spec.load else None
    if loader is None:
        return [await _alternating(inputs, spec, ends, number) for number in range(max(2, spec.slices))]
    slices = []
    for number in range(max(2, spec.slices)):
        loaded = bool(number % 2)
        try:
            if loaded:
                await inputs.world.load(loader, _load(inputs, spec), spec.seconds + 30)
            slices.append(Slice(loaded, *await _slice(inputs, spec, ends)))
        finally:
            if loaded:
                await inputs.world.load(loader, _load(inputs, spec), 0)
    return slices


async def _caller(inputs: Inputs, pair: Pair) -> Position:
    return (await callers(inputs, pair.from_))[0]


def _load(inputs: Inputs, spec: LatencySpec) -> CallRequest:
    assert spec.load is not None
    return CallRequest(
        url=url_of(inputs, spec.load.to),
        keepalive=True,
        rate=spec.load_rate or None,
        concurrency=spec.load_concurrency,
        headers={"x-meshlab-depth": "0"},
        tree=False,
    )


async def _slice(inputs: Inputs, spec: LatencySpec, ends: list[tuple[Pair, Position]]) -> list[list[float]]:
    """One second of each first, thrown away: connections open, the load takes hold."""
    await gather(_times(inputs, spec, pair, position, 2 * WARM) for pair, position in ends)
    return await gather(_times(inputs, spec, pair, position, spec.seconds) for pair, position in ends)


async def _alternating(inputs: Inputs, spec: LatencySpec, ends: list[tuple[Pair, Position]], number: int) -> Slice:
    """Each right after the other; who is first changes, so that neither has the machine's better moments."""
    times: dict[int, list[float]] = {}
    for which in (0, 1) if number % 2 == 0 else (1, 0):
        pair, position = ends[which]
        await _times(inputs, spec, pair, position, WARM)
        times[which] = await _times(inputs, spec, pair, position, spec.seconds)
    return Slice(False, times[0], times[1])


async def _times(inputs: Inputs, spec: LatencySpec, pair: Pair, position: Position, seconds: float) -> list[float]:
    """Open loop: requests are sent on time, however long the answers take. The first opens the connection and is left out."""
    n = max(1, round(spec.rate * seconds))
    nonce = inputs.world.nonce()
    request = CallRequest(url=url_of(inputs, pair.to), n=n + 1, rate=spec.rate, keepalive=True, nonce=nonce, tree=False)
    replies = (await call(inputs, position, request)).replies
    times = [reply.ms for reply in replies if succeeded(reply) and reply.i]
    if len(times) < ENOUGH * n:
        facts = {"caller": pair.from_, "callee": pair.to, "answers": len(times), "requests": n}
        raise Stop(unknown("latency.answers", expected=f"≥ {ENOUGH:.0%}", seen=f"{len(times)}/{n}", **facts))
    return times
