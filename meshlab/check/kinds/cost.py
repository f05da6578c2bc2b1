"""What proxies take: how many containers, memory, processor time, as the kubelets count them.

Proxies are those that the lab names, or whatever runs an image of a certain name: a stage without proxies has none because
none was found. Processor time is what was used between two counts, which are kubelets' own (ten seconds apart or so), while
`load` is sent where the lab says so. Containers that take less than `each` are no proxies, whatever they are called.

Numbers: `count`, `memory` (MiB of all), `cpu` (thousandths of a core of all).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct

from meshlab.check.findings import Stop, evidence, failed, measured, passed, pending, unknown
from meshlab.check.inputs import Inputs
from meshlab.check.observe import callers, url_of
from meshlab.check.verdict import Evidence, Finding, Number, Outcome
from meshlab.check.world import CallRequest, Usage
from meshlab.lab.address import ObjectRef
from meshlab.lab.checks import Check, CostSpec, Limits

DIGITS = 2


class Asked(Struct, frozen=True):
    """One limit and what was measured."""

    seen: float
    unit: str
    limits: Limits
    reason: str = "cost.low"


async def look(check: Check, spec: CostSpec, inputs: Inputs) -> Finding:
    """`seconds` and some more, until each kubelet has counted again."""
    wanted = await proxies(inputs, spec)
    taken = await measure(inputs, spec, wanted) if wanted else {}
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


AGAIN = 5.0
"""Seconds between two looks at whether the kubelets have counted again."""
PATIENCE = 60.0
"""Seconds beyond `seconds` that they may take; they need ten to twenty."""
MIB = 1024 * 1024

Key = tuple[str, str, str]
"""Namespace, pod, container."""


class Container(Struct, frozen=True):
    """One container of a proxy."""

    namespace: str
    pod: str
    node: str
    container: str
    image: str


class Taken(Struct, frozen=True):
    """MiB, and thousandths of a core."""

    memory: float
    cpu: float


async def proxies(inputs: Inputs, spec: CostSpec) -> dict[Key, Container]:
    """The containers that are meant. Stops with `fail` when a proxy that the lab names has none."""
    found: dict[Key, Container] = {}
    pods = await _pods(inputs)
    for name in spec.proxies:
        about = inputs.proxy(name)
        running = {pod.pod for pod in await inputs.world.proxy_pods(name)}
        mine = [one for pod in pods for one in _containers(pod) if one.pod in running and one.container == about.container]
        if not mine:
            raise Stop(failed("cost.none", seen="0", proxy=name))
        found |= {(one.namespace, one.pod, one.container): one for one in mine}
    of_image = [one for pod in pods for one in _containers(pod) if _repository(one.image) in spec.images]
    return found | {(one.namespace, one.pod, one.container): one for one in of_image}


async def measure(inputs: Inputs, spec: CostSpec, wanted: dict[Key, Container]) -> dict[Key, Taken]:
    """Stops with `pending` while a kubelet does not count one of them yet."""
    before = await _usages(inputs, wanted)
    async with _loaded(inputs, spec):
        await inputs.world.pause(spec.seconds)
        after = await _usages(inputs, wanted)
        waited = 0.0
        while waited < PATIENCE and any(after[key].t < before[key].t + spec.seconds / 2 for key in wanted):
            await inputs.world.pause(AGAIN)
            waited += AGAIN
            after = await _usages(inputs, wanted)
    again = [key[1] for key in wanted if after[key].t <= before[key].t or after[key].cpu < before[key].cpu]
    if again:
        raise Stop(_uncounted(again))
    return {key: _taken(before[key], after[key]) for key in wanted}


def _taken(before: Usage, after: Usage) -> Taken:
    return Taken(after.memory / MIB, (after.cpu - before.cpu) / (after.t - before.t) / 1e6)


async def _usages(inputs: Inputs, wanted: dict[Key, Container]) -> dict[Key, Usage]:
    clusters = dict.fromkeys(proxy.cluster for proxy in inputs.lab.proxies.values()) or {"": None}
    said = [await inputs.world.usage(cluster) for cluster in clusters]
    unreadable = [node for one in said for node in one.unreadable]
    if unreadable:
        raise Stop(unknown("cost.unreadable", nodes=unreadable))
    found = {(one.namespace, one.pod, one.container): one for some in said for one in some.containers}
    missing = sorted({key[1] for key in wanted if key not in found})
    if missing:
        raise Stop(_uncounted(missing))
    return {key: found[key] for key in wanted}


def _uncounted(pods: list[str]) -> Any:
    return pending("cost.not-counted", ", ".join(pods), late=Outcome.ERROR, pods=pods)


async def _pods(inputs: Inputs) -> list[dict[str, Any]]:
    elsewhere = [one.namespace for one in inputs.lab.proxies.values() if one.namespace]
    clusters = dict.fromkeys(proxy.cluster for proxy in inputs.lab.proxies.values()) or {"": None}
    refs = [
        ObjectRef(kind="Pod", namespace=space, cluster=cluster)
        for cluster in clusters
        for space in dict.fromkeys((*inputs.lab.all_namespaces, *elsewhere))
    ]
    return [pod for ref in refs for pod in await inputs.world.objects(ref) if _runs(pod)]


def _runs(pod: dict[str, Any]) -> bool:
    return (pod.get("status") or {}).get("phase") == "Running" and not pod["metadata"].get("deletionTimestamp")


def _containers(pod: dict[str, Any]) -> Iterator[Container]:
    """Those that run beside each other, native sidecars included."""
    spec, about = pod["spec"], pod["metadata"]
    sidecars = [one for one in spec.get("initContainers") or () if one.get("restartPolicy") == "Always"]
    for one in [*sidecars, *spec["containers"]]:
        yield Container(about.get("namespace", ""), about["name"], spec.get("nodeName", ""), one["name"], one.get("image", ""))


def _repository(image: str) -> str:
    """`envoy` of docker.io/envoyproxy/envoy:v1.39.5@sha256:..."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


@asynccontextmanager
async def _loaded(inputs: Inputs, spec: CostSpec) -> AsyncIterator[None]:
    """Requests are sent meanwhile, where the lab says so; they are stopped whatever happens."""
    if spec.load is None:
        yield
        return
    caller = (await callers(inputs, spec.load.from_))[0]
    request = CallRequest(
        url=url_of(inputs, spec.load.to),
        keepalive=True,
        rate=spec.load_rate,
        headers={"x-meshlab-depth": "0"},
        concurrency=4,
        tree=False,
    )
    try:
        await inputs.world.load(caller, request, spec.seconds + PATIENCE + 30)
        yield
    finally:
        await inputs.world.load(caller, request, 0)
