"""What proxies take: how many containers, memory, processor time, as the kubelets count them.

Proxies are those that the lab names, or whatever runs an image of a certain name: a stage without proxies has none because
none was found. Processor time is what was used between two counts, which are kubelets' own (ten seconds apart or so), while
`load` is sent where the lab says so. Containers that take less than `each` do not count as proxies, whatever they are called.

Numbers: `count`, `memory` (MiB of all), `cpu` (thousandths of a core of all).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct

from meshlab.check.calls import callers, url_of
from meshlab.check.findings import Stop, evidence, failed, measured, passed, pending, unknown
from meshlab.check.inputs import Inputs
from meshlab.check.verdict import Evidence, Finding, Number, Outcome
from meshlab.check.world import CallRequest, Usage
from meshlab.lab.address import ObjectRef
from meshlab.lab.checks import Check, CostSpec, Limits

DIGITS = 2
POLL = 5.0
"""Seconds between two questions to the kubelets."""
PATIENCE = 60.0
"""Seconds beyond `seconds` that they may take; they need ten to twenty."""
MIB = 1024 * 1024
Key = tuple[str, str, str]
"""Namespace, pod, container."""


class Bound(Struct, frozen=True):
    """One limit and what was measured."""

    seen: float
    unit: str
    limits: Limits
    reason: str = "cost.low"


class Container(Struct, frozen=True):
    """One container of a proxy."""

    namespace: str
    pod: str
    node: str
    container: str
    image: str


class Consumption(Struct, frozen=True):
    """MiB, and thousandths of a core."""

    memory: float
    cpu: float


async def look(check: Check, spec: CostSpec, inputs: Inputs) -> Finding:
    """`seconds` and some more, until each kubelet has counted a second time."""
    containers = await proxies(inputs, spec)
    consumed = await measure(inputs, spec, containers) if containers else {}
    note = _note(containers, consumed)
    memory, cpu = sum(use.memory for use in consumed.values()), sum(use.cpu for use in consumed.values())
    for bound in _bounds(spec, consumed, memory, cpu):
        _judge(bound, note)
    seen = f"{len(containers)}: {memory:.1f} MiB, {cpu:.1f} m"
    numbers = {"count": Number(len(containers)), "memory": _number(memory, "MiB"), "cpu": _number(cpu, "m")}
    return measured(passed(seen, note), numbers)


def _number(value: float, unit: str) -> Number:
    return Number(round(value, DIGITS), unit)


def _bounds(spec: CostSpec, consumed: dict[Key, Consumption], memory: float, cpu: float) -> Iterator[Bound]:
    for use in consumed.values():
        yield Bound(use.memory, "MiB", spec.each, "cost.idle")
    for seen, unit, limits in ((len(consumed), "", spec.count), (memory, "MiB", spec.memory), (cpu, "m", spec.cpu)):
        if limits is not None:
            yield Bound(seen, unit, limits)


def _judge(bound: Bound, note: Evidence) -> None:
    """Stops with what is too little or too much."""
    least, most = bound.limits.at_least, bound.limits.at_most
    seen = _text(bound.seen, bound.unit)
    if least is not None and bound.seen < least:
        raise Stop(failed(bound.reason, note, expected=f"≥ {_text(least, bound.unit)}", seen=seen))
    if most is not None and bound.seen > most:
        raise Stop(failed("cost.high", note, expected=f"≤ {_text(most, bound.unit)}", seen=seen))


def _text(value: float, unit: str) -> str:
    return f"{value:.4g} {unit}".strip()


def _note(containers: dict[Key, Container], consumed: dict[Key, Consumption]) -> Evidence:
    rows = [
        {
            "pod": container.pod,
            "node": container.node,
            "container": container.container,
            "image": container.image,
            "memory MiB": round(consumed[key].memory, DIGITS),
            "cpu m": round(consumed[key].cpu, DIGITS),
        }
        for key, container in containers.items()
    ]
    return evidence("containers", rows)


async def proxies(inputs: Inputs, spec: CostSpec) -> dict[Key, Container]:
    """The containers that are meant. Stops with `fail` when a proxy that the lab names has none."""
    containers: dict[Key, Container] = {}
    pods = await _pods(inputs)
    for name in spec.proxies:
        about = inputs.proxy(name)
        running = {pod.pod for pod in await inputs.world.proxy_pods(name)}
        own = [
            container
            for pod in pods
            for container in _containers(pod)
            if container.pod in running and container.container == about.container
        ]
        if not own:
            raise Stop(failed("cost.none", seen="0", proxy=name))
        containers |= {(container.namespace, container.pod, container.container): container for container in own}
    of_image = [container for pod in pods for container in _containers(pod) if _repository(container.image) in spec.images]
    return containers | {(container.namespace, container.pod, container.container): container for container in of_image}


async def measure(inputs: Inputs, spec: CostSpec, containers: dict[Key, Container]) -> dict[Key, Consumption]:
    """Stops with `pending` while a kubelet does not count one of them yet."""
    before = await _usages(inputs, containers)
    async with _loaded(inputs, spec):
        await inputs.world.pause(spec.seconds)
        after = await _usages(inputs, containers)
        waited = 0.0
        while waited < PATIENCE and any(after[key].t < before[key].t + spec.seconds / 2 for key in containers):
            await inputs.world.pause(POLL)
            waited += POLL
            after = await _usages(inputs, containers)
    again = [key[1] for key in containers if after[key].t <= before[key].t or after[key].cpu < before[key].cpu]
    if again:
        raise Stop(_not_counted(again))
    return {key: _consumption(before[key], after[key]) for key in containers}


def _consumption(before: Usage, after: Usage) -> Consumption:
    return Consumption(after.memory / MIB, (after.cpu - before.cpu) / (after.t - before.t) / 1e6)


async def _usages(inputs: Inputs, containers: dict[Key, Container]) -> dict[Key, Usage]:
    clusters = dict.fromkeys(proxy.cluster for proxy in inputs.lab.proxies.values()) or {"": None}
    answers = [await inputs.world.usage(cluster) for cluster in clusters]
    unreadable = [node for answer in answers for node in answer.unreadable]
    if unreadable:
        raise Stop(unknown("cost.unreadable", nodes=unreadable))
    usages = {(usage.namespace, usage.pod, usage.container): usage for answer in answers for usage in answer.containers}
    missing = sorted({key[1] for key in containers if key not in usages})
    if missing:
        raise Stop(_not_counted(missing))
    return {key: usages[key] for key in containers}


def _not_counted(pods: list[str]) -> Any:
    return pending("cost.not-counted", ", ".join(pods), late=Outcome.ERROR, pods=pods)


async def _pods(inputs: Inputs) -> list[dict[str, Any]]:
    elsewhere = [proxy.namespace for proxy in inputs.lab.proxies.values() if proxy.namespace]
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
    sidecars = [container for container in spec.get("initContainers") or () if container.get("restartPolicy") == "Always"]
    for container in [*sidecars, *spec["containers"]]:
        yield Container(
            about.get("namespace", ""), about["name"], spec.get("nodeName", ""), container["name"], container.get("image", "")
        )


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
