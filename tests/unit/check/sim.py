"""A shop that is only arithmetic: pods, a router, logs and counters that agree with each other unless a test makes them lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from meshlab.check.world import ActorResults, CallRequest, Calls, KnownImage, LogEntry, Position, Reply, Usages, Writes
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from meshlab.lab.model import Lab

START = 1_700_000_000.0
LAB = msgspec.convert(
    {
        "schema": 1,
        "stage": "2",
        "minutes": 30,
        "clusters": {"shop": {}},
        "services": {
            "web": {"select": {"app": "web"}, "url": "http://web:8080/"},
            "catalog": {"select": {"app": "catalog"}, "url": "http://catalog:8080/"},
            "reviews": {"select": {"app": "reviews"}, "url": "http://reviews:8080/"},
            "catalog-direct": {"url": "http://catalog-direct:8080/"},
            "edge": {"select": {"app": "traefik"}, "url": "http://traefik:8000/"},
            "probe": {"select": {"app": "probe"}, "probe": True},
        },
        "proxies": {
            "router": {"select": {"app": "router"}},
            "node-proxy": {"select": {"app": "node-proxy"}},
            "edge": {"select": {"app": "traefik"}, "adapter": "traefik"},
        },
        "actors": {"steady": {"url": "http://web:8080/", "rate": 5}},
        "steps": [
            {
                "id": "broken",
                "experiments": [
                    {"id": "router-dies", "prediction": {"kind": "matrix"}, "phases": [{"id": "down"}]},
                    {"id": "no-question", "phases": [{"id": "down"}]},
                ],
            }
        ],
    },
    Lab,
)


@dataclass
class Hop:
    """What becomes of one request."""

    callee: str = ""
    """Pod that answers, empty when none does."""
    through: tuple[str, ...] = ()
    """Pods of proxies, in order."""
    status: int = 200
    error: str | None = None
    ms: float = 4.0
    flags: str = "-"
    tree: bool = True
    canned: bool = False
    """The answer does not know the nonce."""
    peer: str = ""
    """What the application takes for its peer, where that is a lie."""
    server: str = ""
    upstream: bool = True
    """Whether the last proxy sent it on."""


@dataclass
class Sim:
    """A world. Assign `hop` to change what happens to requests, the other fields to change what is there."""

    hop: Callable[[Position, CallRequest, int], Hop] = field(default=lambda position, request, i: Hop())
    pods: dict[str, Position] = field(default_factory=dict)
    """Application pods by name."""
    proxies: dict[str, dict[str, Position]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    blind: set[str] = field(default_factory=set)
    """Proxy pods that log and do not count."""
    store: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Kind to objects."""
    before: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    pages: dict[str, Any] = field(default_factory=dict)
    """Admin pages by the start of their path."""
    images: dict[str, KnownImage] = field(default_factory=dict)
    written: Writes = field(default_factory=lambda: Writes(()))
    results: list[ActorResults] = field(default_factory=list)
    usages: list[Usages] = field(default_factory=list)
    """What kubelets say, look by look; the last one again and again."""
    answers: dict[str, str] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    unreachable: set[str] = field(default_factory=set)
    """Pods whose admin API does not answer."""
    loaded: bool = False
    loads: list[float] = field(default_factory=list)
    clock: float = START
    logs: list[LogEntry] = field(default_factory=list)
    received: list[tuple[str, str]] = field(default_factory=list)
    """(pod, nonce) of every request that reached an application."""
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)
    nonces: int = 0

    def add(self, service: str, name: str, node: str = "node-a", version: str = "v1", *, ready: bool = True) -> Position:
        """One more application pod."""
        self.pods[name] = Position(service, name, node, f"10.244.1.{len(self.pods) + 1}", "shop", ready=ready)
        self.versions[name] = version
        return self.pods[name]

    def add_proxy(self, proxy: str, name: str, node: str = "node-a") -> Position:
        """One more proxy pod."""
        pods = self.proxies.setdefault(proxy, {})
        number = 1 + sum(len(one) for one in self.proxies.values())
        pods[name] = Position(proxy, name, node, f"10.244.2.{number}", "shop")
        return pods[name]

    async def objects(self, ref: ObjectRef) -> list[dict[str, Any]]:
        found = self.store.get(ref.kind, []) if ref.namespace in ("", LAB.namespace) else []
        named = [one for one in found if ref.name in ("", one["metadata"]["name"])]
        return [one for one in named if ref.labels.items() <= one["metadata"].get("labels", {}).items()]

    async def baseline(self, ref: ObjectRef, since: str) -> list[dict[str, Any]]:
        return [one for one in self.before.get(ref.kind, []) if ref.name in ("", one["metadata"]["name"])]

    async def positions(self, service: str) -> list[Position]:
        return [pod for pod in self.pods.values() if pod.service == service]

    async def call(self, position: Position, request: CallRequest) -> Calls:
        if position.pod in self.unreachable:
            raise ClusterError("other", sentence=f"the admin API of {position.pod} does not answer.", hint="Look at the pod.")
        return Calls(position, tuple(self._send(position, request, i) for i in range(request.n)))

    def _send(self, position: Position, request: CallRequest, i: int) -> Reply:
        hop = self.hop(position, request, i)
        nonce = f"{request.nonce}-{i}" if request.n > 1 and request.nonce else request.nonce
        self.clock += 0.01
        error = hop.error or ("http_5xx" if hop.status >= 500 else "http_4xx" if hop.status >= 400 else None)
        last = self._pass(position, request, hop, nonce)
        if hop.callee:
            self.received.append((hop.callee, nonce))
        return Reply(
            i=i, t=self.clock, nonce=nonce, status=0 if hop.error else hop.status, ms=hop.ms, error=error,
            headers={"server": hop.server or ("envoy" if hop.through else "shop")},
            tree=self._tree(hop, nonce, last) if hop.callee and hop.tree and request.tree and not hop.error else None,
        )  # fmt: skip

    def _pass(self, position: Position, request: CallRequest, hop: Hop, nonce: str) -> str:
        """Write the logs and counters of the proxies on the way; the address of the last one."""
        at = position.ip
        known = {name: (proxy, pod) for proxy, pods in self.proxies.items() for name, pod in pods.items()}
        for number, name in enumerate(hop.through):
            proxy, pod = known[name]
            last = number == len(hop.through) - 1
            host = self.pods[hop.callee].ip if hop.callee and last else "10.244.9.9"
            cluster = urlsplit(request.url).hostname or ""
            entry = LogEntry(
                proxy=proxy, pod=name, node=pod.node, nonce=nonce, authority=cluster, path="/", status=hop.status,
                flags=hop.flags if last else "-", duration_ms=hop.ms - number, upstream_cluster=cluster,
                upstream_host=f"{host}:8080" if hop.upstream else "-", downstream=f"{at}:40000", t=self.clock,
            )  # fmt: skip
            self.logs.append(entry)
            if name not in self.blind and hop.upstream:
                self.counted[name, cluster] += 1
            at = pod.ip
        return at

    def _tree(self, hop: Hop, nonce: str, peer: str) -> dict[str, Any]:
        pod = self.pods[hop.callee]
        headers = {} if hop.canned else {"x-meshlab-nonce": nonce}
        return {
            "service": pod.service,
            "version": self.versions[pod.pod],
            "pod": pod.pod,
            "node": pod.node,
            "peer": hop.peer or peer,
            "headers": headers,
            "status": hop.status,
        }

    async def access_logs(self, proxy: str, nonces: list[str], within: float = 2.0) -> list[LogEntry]:
        return [entry for entry in self.logs if entry.proxy == proxy and entry.nonce in nonces]

    async def proxy_pods(self, proxy: str) -> list[Position]:
        return list(self.proxies.get(proxy, {}).values())

    async def admin(self, proxy: str, pod: str, path: str) -> Any:
        if path.startswith("/stats?format=json&filter"):
            mine = {cluster: count for (name, cluster), count in self.counted.items() if name == pod}
            return {"stats": [{"name": f"cluster.{name}.upstream_rq_total", "value": count} for name, count in mine.items()]}
        return next(page for start, page in self.pages.items() if path.startswith(start))

    async def counters(self, position: Position, nonce: str) -> int:
        return sum(pod == position.pod and one.startswith(nonce) for pod, one in self.received)

    async def image(self, name: str) -> KnownImage:
        return self.images[name]

    async def writes(self, since: str) -> Writes:
        return self.written

    async def actor(self, actor: str, since: float, until: float | None = None) -> list[ActorResults]:
        def inside(one: ActorResults) -> tuple[Reply, ...]:
            return tuple(reply for reply in one.replies if since <= reply.t <= (until or since))

        return [replace(one, replies=inside(one)) for one in self.results]

    async def mark(self, name: str) -> float:
        return START

    async def load(self, position: Position, request: CallRequest, seconds: float) -> None:
        self.loaded = seconds > 0
        self.loads.append(seconds)

    async def usage(self, cluster: str = "") -> Usages:
        return self.usages.pop(0) if len(self.usages) > 1 else self.usages[0]

    async def answer(self, check: str) -> str | None:
        return self.answers.get(check)

    async def experiment(self, experiment: str) -> dict[str, Any] | None:
        return self.runs.get(experiment)

    def nonce(self) -> str:
        self.nonces += 1
        return f"n{self.nonces:04d}"

    def now(self) -> float:
        return self.clock

    async def pause(self, seconds: float) -> None:
        self.clock += seconds


def host(request: CallRequest) -> str:
    """The name that a request goes to."""
    return urlsplit(request.url).hostname or ""


def shop(*flipped: str, kind: type[Sim] = Sim) -> Sim:
    """Three nodes, two catalogs; the named services behind the router."""
    sim = kind()
    for service, name, node, version in (
        ("web", "web-1", "node-a", "v1"),
        ("catalog", "catalog-v1-1", "node-a", "v1"),
        ("catalog", "catalog-v2-1", "node-b", "v2"),
        ("reviews", "reviews-v1-1", "node-b", "v1"),
        ("probe", "probe-a", "node-a", "v1"),
        ("probe", "probe-b", "node-b", "v1"),
    ):
        sim.add(service, name, node, version)
    sim.add_proxy("edge", "traefik-1", "node-b")
    sim.add_proxy("router", "router-1", "node-a")
    # It has been at work for a while.
    sim.counted.update({("router-1", "catalog"): 1000, ("router-1", "reviews"): 1000})
    sim.add_proxy("node-proxy", "node-proxy-a", "node-a")
    sim.add_proxy("node-proxy", "node-proxy-b", "node-b")

    def hop(position: Position, request: CallRequest, i: int) -> Hop:
        name = host(request).removesuffix("-direct")
        callee = next((pod.pod for pod in sim.pods.values() if pod.service == name or pod.ip == name), "")
        return Hop(callee, ("router-1",) if host(request) in flipped else (), error="" or (None if callee else "dns"))

    sim.hop = hop
    return sim


def changed(sim: Sim, service: str, **changes: Any) -> Sim:
    """The same shop, where requests to one name go otherwise."""
    usual = sim.hop

    def hop(position: Position, request: CallRequest, i: int) -> Hop:
        result = usual(position, request, i)
        if host(request) == service:
            for name, value in changes.items():
                setattr(result, name, value(position, request, i) if callable(value) else value)
        return result

    sim.hop = hop
    return sim
