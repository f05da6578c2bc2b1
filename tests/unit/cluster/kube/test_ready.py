"""Ready means usable now: old records of a stopped cluster do not count."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from meshlab.cluster.kube import ready
from meshlab.cluster.kube.ready import Since, dns_missing, nodes_missing, wait_ready
from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Track
from meshlab.errors import ClusterError, PreparationTimeout
from meshlab.lab.address import ObjectRef
from meshlab.words import tell

NOW = 1_800_000_000.0


class Records:
    """A Kube that answers from a dict by kind, and keeps patches."""

    def __init__(self, **objects: list[dict[str, Any]]) -> None:
        self.objects = objects
        self.errors: list[ClusterError] = []
        self.patches: list[tuple[str, Any]] = []

    async def raw(self, path: str) -> Any:
        if self.errors:
            raise self.errors.pop()
        return "ok"

    async def list(self, ref: ObjectRef) -> list[dict[str, Any]]:
        return self.objects.get(ref.kind, [])

    async def get(self, ref: ObjectRef) -> dict[str, Any] | None:
        return next(iter(self.objects.get(ref.kind, [])), None)

    async def patch(self, ref: ObjectRef, patch: Any, **_: Any) -> dict[str, Any]:
        self.patches.append((ref.kind, patch))
        return {}


def stamp(t: float) -> str:
    return datetime.fromtimestamp(t, UTC).isoformat().replace("+00:00", "Z")


def node(name: str, status: str = "True", heard: float = NOW) -> dict[str, Any]:
    ready = {"type": "Ready", "status": status, "lastHeartbeatTime": stamp(heard)}
    return {"metadata": {"name": name}, "status": {"conditions": [ready]}}


def lease(name: str, renewed: float = NOW) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"renewTime": stamp(renewed)}}


def dns(status: str = "True", began: float = NOW, **metadata: Any) -> dict[str, Any]:
    states = [{"state": {"running": {"startedAt": stamp(began)}}}]
    conditions = [{"type": "Ready", "status": status}]
    return {"metadata": {"name": "coredns-1", **metadata}, "status": {"conditions": conditions, "containerStatuses": states}}


async def test_every_phase_is_told() -> None:
    kube: Any = Records(Node=[node("a")], Lease=[lease("a")], Pod=[dns()])
    kube.errors = [ClusterError("other", sentence="not yet", hint="")]
    events: list[Progress] = []
    await wait_ready(kube, nodes=1, track=Track(events.append))
    assert [(event.phase, event.state) for event in events] == [
        (phase, state) for phase in ready.PHASES for state in ("running", "done")
    ]


@pytest.mark.parametrize(
    ("nodes", "leases", "since", "missing"),
    [
        ([node("a")], [lease("a")], Since(), ""),
        ([], [], Since(), "nodes that have not joined yet: 1"),
        ([node("a", "False")], [lease("a")], Since(), "nodes that are not Ready: a"),
        ([node("a")], [], Since(renewed=1), "nodes that are not Ready: a"),
        ([node("a")], [lease("a", NOW - 60)], Since(renewed=NOW - 12), "nodes that are not Ready: a"),
        ([node("a", heard=NOW - 60)], [lease("a")], Since(renewed=NOW - 30, started=NOW - 30), "nodes that are not Ready: a"),
        ([node("a")], [lease("a")], Since(renewed=NOW - 30, started=NOW - 30), ""),
    ],
)
async def test_nodes_count_when_they_said_so_lately(
    nodes: list[dict[str, Any]], leases: list[dict[str, Any]], since: Since, missing: str
) -> None:
    kube: Any = Records(Node=nodes, Lease=leases)
    assert tell(await nodes_missing(kube, 1, since) or "") == missing


async def test_nodes_that_have_not_joined_are_waited_for() -> None:
    kube: Any = Records(Node=[node("a")], Lease=[lease("a")])
    assert tell(await nodes_missing(kube, 3, Since()) or "") == "nodes that have not joined yet: 2"


@pytest.mark.parametrize(
    ("pods", "there"),
    [
        ([dns()], True),
        ([dns("False"), dns()], True),
        ([], False),
        ([dns("False")], False),
        ([dns(began=NOW - 60)], False),
        ([dns(deletionTimestamp=stamp(NOW))], False),
        ([{"metadata": {"name": "new"}, "status": {}}], False),
    ],
)
async def test_dns_counts_when_it_runs_since_the_start(pods: list[dict[str, Any]], there: bool) -> None:
    kube: Any = Records(Pod=pods)
    assert (await dns_missing(kube, Since(started=NOW - 30)) is None) is there


async def test_the_wait_names_what_it_waited_for() -> None:
    kube: Any = Records(Node=[node("a", "False")])
    late = r"The start of the nodes did not finish within 0\.01 seconds: nodes that are not Ready: a"
    with pytest.raises(PreparationTimeout, match=late):
        await wait_ready(kube, within={"nodes-ready": 0.01})
