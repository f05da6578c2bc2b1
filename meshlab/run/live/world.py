"""LiveWorld: the World of a run on its clusters. Each method calls the module that does the work."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshlab.check.world import ActorResults, CallRequest, Calls, KnownImage, LogEntry, Position, Usages, Writes
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from meshlab.lab.model import Lab, Proxy
from meshlab.run.live import actors, images, logs, outside, positions, usage, writes
from meshlab.run.live.http import PodHttp, PodPort
from meshlab.run.live.shop import Shop
from meshlab.run.store import inventories

if TYPE_CHECKING:
    from meshlab.run.clients import Clients
    from meshlab.run.store.state import State

SKEW = 3.0
"""Seconds by which a node's clock may be slow: logs are read from that much earlier."""
UNKNOWN = 60.0
"""Seconds back from which logs are read for a nonce that this world did not make."""
REMEMBERED = 4096


class LiveWorld:
    """Implements meshlab.check.world.World."""

    def __init__(
        self,
        lab: Lab,
        folder: Path,
        clients: Clients,
        state: Callable[[], State],
        values: Callable[[], Mapping[str, str]],
    ) -> None:
        """folder: of the run. state: what its log says now. values: its template values now."""
        self._lab = lab
        self._folder = folder
        self._clients = clients
        self._state = state
        self._values = values
        self._http = PodHttp(clients.kube)
        self._shop = Shop(self._http)
        self._born: dict[str, float] = {}
        self._sent: dict[str, int] = {}

    async def objects(self, ref: ObjectRef) -> list[dict[str, Any]]:
        kube = await self._clients.kube(ref.cluster)
        placed = self._placed(ref)
        if not ref.name:
            return await kube.list(placed)
        obj = await kube.get(placed)
        return [obj] if obj is not None else []

    async def baseline(self, ref: ObjectRef, since: str) -> list[dict[str, Any]]:
        return inventories.select(inventories.load(self._folder, since), ref, self._lab)

    async def positions(self, service: str) -> list[Position]:
        place = positions.endpoint(self._lab, service)
        return await positions.of_service(await self._clients.kube(place.cluster), self._lab, service)

    async def call(self, position: Position, request: CallRequest) -> Calls:
        self._sent[request.nonce] = request.n
        if positions.endpoint(self._lab, position.service).outside:
            return await outside.call(position, request, self._values())
        return await self._shop.call(self._admin_of(position), position, request)

    async def access_logs(self, proxy: str, nonces: list[str], within: float = 2.0) -> list[LogEntry]:
        about = self._proxy(proxy)
        pods = await self.proxy_pods(proxy)
        kube = await self._clients.kube(about.cluster)
        return await logs.entries(kube, proxy, about, pods, nonces, self._since(nonces), within)

    async def proxy_pods(self, proxy: str) -> list[Position]:
        about = self._proxy(proxy)
        return await positions.of_proxy(await self._clients.kube(about.cluster), self._lab, proxy, about)

    async def admin(self, proxy: str, pod: str, path: str) -> Any:
        about = self._proxy(proxy)
        pod_port = PodPort(about.cluster, about.namespace or self._lab.default_namespace, pod, about.admin)
        return await self._http.get(pod_port, path if path.startswith("/") else f"/{path}")

    async def counters(self, position: Position, nonce: str) -> int:
        sent = self._sent.get(nonce, 1)
        nonces = [nonce] if sent == 1 else [nonce, *(f"{nonce}-{i}" for i in range(sent))]
        return await self._shop.received(self._admin_of(position), nonces)

    async def received(self, position: Position) -> tuple[int, int]:
        """(all, failed) requests that a shop pod has received since it started. ClusterError when it cannot be asked."""
        return await self._shop.totals(self._admin_of(position))

    async def image(self, name: str) -> KnownImage:
        return await images.known(self._clients, self._values(), name)

    async def writes(self, since: str) -> Writes:
        return await writes.since(self._clients, self._http, await self.mark(since))

    async def actor(self, actor: str, since: float, until: float | None = None) -> list[ActorResults]:
        probes = await self.positions("probe")
        found = await asyncio.gather(
            *(actors.results(self._http, self._admin_of(probe), probe, actor, since, until) for probe in probes)
        )
        return list(found)

    async def mark(self, name: str) -> float:
        if name in inventories.SINCE:
            return inventories.load(self._folder, name).t
        try:
            return self._state().marks[name]
        except KeyError:
            raise ClusterError("experiment.no-time", time=name) from None

    async def load(self, position: Position, request: CallRequest, seconds: float) -> None:
        await self._shop.load(self._admin_of(position), request, seconds)

    async def usage(self, cluster: str = "") -> Usages:
        return await usage.of_containers(await self._clients.kube(cluster), self._lab)

    async def answer(self, check: str) -> str | None:
        return self._state().answers.get(check)

    async def experiment(self, experiment: str) -> dict[str, Any] | None:
        return self._state().experiments.get(experiment)

    def nonce(self) -> str:
        nonce = f"n{secrets.token_hex(5)}"
        self._born[nonce] = time.time()
        for cache in (self._born, self._sent):
            while len(cache) > REMEMBERED:
                cache.pop(next(iter(cache)))
        return nonce

    def now(self) -> float:
        return time.time()

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def close(self) -> None:
        """Closes the connections; the clients close their port-forwards."""
        await self._http.close()

    def _placed(self, ref: ObjectRef) -> ObjectRef:
        """Adds the lab's namespace where the reference has none; the client drops it for kinds without a namespace."""
        from msgspec.structs import replace

        return ref if ref.namespace else replace(ref, namespace=self._lab.default_namespace)

    def _admin_of(self, position: Position) -> PodPort:
        place = positions.endpoint(self._lab, position.service)
        return PodPort(position.cluster, position.namespace, position.pod, place.admin)

    def _proxy(self, name: str) -> Proxy:
        try:
            return self._lab.proxies[name]
        except KeyError:
            raise ClusterError("lab.no-proxy", proxy=name) from None

    def _since(self, nonces: list[str]) -> float:
        stems = [nonce if nonce in self._born else nonce.rpartition("-")[0] for nonce in nonces]
        return min((self._born.get(stem, time.time() - UNKNOWN) for stem in stems), default=time.time()) - SKEW
