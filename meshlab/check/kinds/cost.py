"""What proxies take: how many containers, memory, processor time, as the kubelets count them.

Proxies are those that the lab names, or whatever runs an image of a certain name: a stage without proxies has none because
none was found. Processor time is what was used between two counts, which are kubelets' own (ten seconds apart or so), while
`load` is sent where the lab says so. Containers that take less than `each` are no proxies, whatever they are called.

Numbers: `count`, `memory` (MiB of all), `cpu` (thousandths of a core of all).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from meshlab.check import burden
from meshlab.check.burden import Container, Key, Taken
from meshlab.check.context import Context
from meshlab.check.findings import Stop, evidence, failed, measured, passed
from meshlab.check.verdict import Evidence, Finding, Number
from meshlab.lab.checks import Check, CostSpec, Limits

DIGITS = 2


class Asked(Struct, frozen=True):
    """One limit and what was measured."""

    seen: float
    unit: str
    limits: Limits
    reason: str = "cost.low"


async def look(check: Check, spec: CostSpec, context: Context) -> Finding:
    """`seconds` and some more, until each kubelet has counted again."""
    wanted = await burden.proxies(context, spec)
    taken = await burden.measure(context, spec, wanted) if wanted else {}
    note = _note(wanted, taken)
    memory, cpu = sum(one.memory for one in taken.values()), sum(one.cpu for one in taken.values())
    for asked in _asked(spec, taken, memory, cpu):
        _judge(asked, note)
    seen = f"{len(wanted)}: {memory:.1f} MiB, {cpu:.1f} m"
    numbers = {"count": Number(len(wanted)), "memory": _number(memory, "MiB"), "cpu": _number(cpu, "m")}
    return measured(passed(seen, note), numbers)


def _number(value: float, unit: str) -> Number:
    return Number(round(value, DIGITS), unit)


def _asked(spec: CostSpec, taken: dict[Key, Taken], memory: float, cpu: float) -> Iterator[Asked]:
    for one in taken.values():
        yield Asked(one.memory, "MiB", spec.each, "cost.idle")
    for seen, unit, limits in ((len(taken), "", spec.count), (memory, "MiB", spec.memory), (cpu, "m", spec.cpu)):
        if limits is not None:
            yield Asked(seen, unit, limits)


def _judge(asked: Asked, note: Evidence) -> None:
    """Stops with what is too little or too much."""
    least, most = asked.limits.at_least, asked.limits.at_most
    seen = _text(asked.seen, asked.unit)
    if least is not None and asked.seen < least:
        raise Stop(failed(asked.reason, note, expected=f"≥ {_text(least, asked.unit)}", seen=seen))
    if most is not None and asked.seen > most:
        raise Stop(failed("cost.high", note, expected=f"≤ {_text(most, asked.unit)}", seen=seen))


def _text(value: float, unit: str) -> str:
    return f"{value:.4g} {unit}".strip()


def _note(wanted: dict[Key, Container], taken: dict[Key, Taken]) -> Evidence:
    rows = [
        {
            "pod": one.pod,
            "node": one.node,
            "container": one.container,
            "image": one.image,
            "memory MiB": round(taken[key].memory, DIGITS),
            "cpu m": round(taken[key].cpu, DIGITS),
        }
        for key, one in wanted.items()
    ]
    return evidence("containers", rows)
