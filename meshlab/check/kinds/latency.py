"""How much slower a pair gets while another is hot, or how much slower it is than a direct one.

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

from meshlab.check.context import Context
from meshlab.check.findings import evidence, failed, measured, passed, unknown
from meshlab.check.slices import Slice, measure
from meshlab.check.stats import added, percentile, ratio_interval
from meshlab.check.verdict import Evidence, Finding, Number
from meshlab.errors import LabError
from meshlab.lab.checks import Check, LatencySpec

SEED = 20_240_917

Couples = list[tuple[list[float], list[float]]]


class Ratio(Struct, frozen=True):
    """Quantile over quantile, with its bootstrap interval."""

    point: float
    low: float
    high: float


async def look(check: Check, spec: LatencySpec, context: Context) -> Finding:
    """slices x (seconds + 1) seconds. LabError when nothing is asked of the ratio, or pair and control are too fast."""
    if spec.ratio_at_least is None and spec.ratio_at_most is None and not spec.measure:
        raise LabError("latency asks for nothing: give ratio-at-least or ratio-at-most", key="latency")
    slices = await measure(context, spec)
    # Resampling takes a good part of a second of pure computing.
    pair = await asyncio.to_thread(ratio, _couples(slices, spec, "pair"), spec.quantile)
    control = _moved(_couples(slices, spec, "control"), spec.quantile)
    note = _note(slices, pair, control)
    if control > spec.control_at_most:
        ends = {"caller": spec.control.from_, "callee": spec.control.to, "ratio": control, "allowed": spec.control_at_most}
        return unknown("latency.machine", note, expected=f"≤ {spec.control_at_most:g} ×", seen=f"{control:.2g} ×", **ends)
    found = judge(spec, pair, note)
    return found if spec.load else measured(found, await asyncio.to_thread(_added, slices))


def _added(slices: list[Slice]) -> dict[str, Number]:
    """Milliseconds that the pair takes longer than the control."""
    more = added([(one.control, one.pair) for one in slices], seed=SEED)
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


def ratio(couples: Couples, quantile: float) -> Ratio:
    """The ratio of the pooled quantiles and its interval."""
    return Ratio(_moved(couples, quantile), *ratio_interval(couples, quantile, seed=SEED))


def _moved(couples: Couples, quantile: float) -> float:
    first = percentile([value for one, _ in couples for value in one], quantile)
    return percentile([value for _, other in couples for value in other], quantile) / max(first, 1e-9)


def _couples(slices: list[Slice], spec: LatencySpec, name: str) -> Couples:
    """(without, with): adjacent slices of the same pair; without a load the control and the pair of one slice.

    The control without a load: its own even slices against its odd ones, which differ by nothing but time.
    """
    if spec.load is None and name == "pair":
        return [(one.control, one.pair) for one in slices]
    times: list[list[float]] = [getattr(one, name) for one in slices]
    return list(zip(times[::2], times[1::2], strict=False))


def _note(slices: list[Slice], pair: Ratio, control: float) -> Evidence:
    rows = [
        {
            "loaded": one.loaded,
            **{
                f"{name} p{q:.0f}": round(percentile(getattr(one, name), q / 100), 2)
                for name in ("pair", "control")
                for q in (50, 99)
            },
            "answers": len(one.pair),
        }
        for one in slices
    ]
    return evidence("latency", {"slices": rows, "pair": pair, "control": round(control, 3), "unit": "ms"})
