"""Waits until a lab is usable: pods resolve names, every probe and the shop answer, actors run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from meshlab.check.world import CallRequest, Position, Reply
from meshlab.cluster.poll import until
from meshlab.errors import ClusterError
from meshlab.lab.model import Lab
from meshlab.run.live.http import PodHttp, PodPort
from meshlab.run.live.positions import ADMIN_PORT, TOOLS
from meshlab.run.run import Run
from meshlab.words import Words

WITHIN = 60.0
"""Seconds for each wait."""
# Every cluster has this address, so only name resolution can fail.
NAME = "http://kubernetes.default.svc:443/"


async def dns(run: Run) -> None:
    """Waits until every probe can resolve a name of the cluster. Raises PreparationTimeout."""

    async def pending() -> Words | None:
        for probe in await _probes(run):
            reply = await _ask(run, probe, NAME)
            if reply.error in ("dns", "timeout"):
                return Words("waits.probe-dns", {"node": probe.node, "error": reply.error})
        return None

    await until(lambda: _retrying(pending), WITHIN, what=Words("waits.answer-dns"))


async def probes(run: Run) -> None:
    """Waits until every probe is ready. Raises PreparationTimeout."""

    async def pending() -> Words | None:
        late = [probe.node for probe in await _probes(run) if not probe.ready]
        return Words("waits.probe-not-ready", {"node": late[0]}) if late else None

    await until(lambda: _retrying(pending), WITHIN, what=Words("waits.answer-probes"))


async def shop(run: Run) -> None:
    """Waits until the entry services answer 200, which needs every service that they call. Raises PreparationTimeout."""

    async def pending() -> Words | None:
        probe = (await _probes(run))[0]
        for service in fronts(run.lab):
            reply = await _ask(run, probe, run.lab.services[service].url, timeout_ms=1500)
            if reply.status != 200 or reply.error:
                return Words("waits.service-answers", {"service": service, "answer": reply.error or reply.status})
        return None

    if fronts(run.lab):
        await until(lambda: _retrying(pending), WITHIN, what=Words("waits.answer-shop"))


def fronts(lab: Lab) -> list[str]:
    """Lists services with a URL that no other service of the graph calls; without a graph, all that have pods and a URL."""
    callable_ = [name for name, one in lab.services.items() if one.url and not one.probe]
    called = {name for some in lab.graph.values() for name in some}
    if lab.graph:
        return [name for name in callable_ if name in lab.graph and name not in called]
    return [name for name in callable_ if lab.services[name].select]


async def actors(run: Run) -> None:
    """Waits until every probe has read its plan. Raises PreparationTimeout."""
    http = PodHttp(run.kube)

    async def pending() -> Words | None:
        for probe in await _probes(run):
            plan = await http.get(PodPort("", TOOLS, probe.pod, ADMIN_PORT), "/plan")
            if plan.get("error"):
                return Words("waits.plan-refused", {"node": probe.node, "why": str(plan["error"])})
            if set(plan.get("actors", ())) != set(run.lab.actors):
                return Words("waits.plan-unread", {"node": probe.node})
        return None

    try:
        # Without a nudge, kubelet takes up to 90 seconds to update a ConfigMap in a pod.
        await until(lambda: _retrying(pending), 100.0, what=Words("waits.start-actors"))
    finally:
        await http.close()


async def _probes(run: Run) -> list[Position]:
    found = await (await run.world()).positions("probe")
    if not found:
        raise ClusterError("probe.none")
    return found


async def _ask(run: Run, probe: Position, url: str, timeout_ms: int = 5000) -> Reply:
    world = await run.world()
    calls = await world.call(probe, CallRequest(url=url, timeout_ms=timeout_ms, nonce=world.nonce()))
    return calls.replies[0]


async def _retrying(pending: Callable[[], Awaitable[Words | None]]) -> Words | None:
    """Treats a ClusterError as a reason to wait."""
    try:
        return await pending()
    except ClusterError as error:
        return error.words
