"""Who wrote what, from a recorder that also works while meshlab is closed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from meshlab.check.world import Write, Writes
from meshlab.cluster.api import AuditEvent
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from meshlab.objects.ownership import who as who_manages
from meshlab.run.live.http import PodHttp, PodPort
from meshlab.run.live.positions import ADMIN_PORT, TOOLS, is_running
from meshlab.run.system.parts import LEARNER, SUBMITTER

if TYPE_CHECKING:
    from meshlab.run.clients import Clients

RECORDER = {"app": "recorder"}

ADMINS = ("kubernetes-admin", "system:admin")
"""Users of the kubeconfig that meshlab itself has on kind; the learner has another."""


async def since(clients: Clients, http: PodHttp, t: float) -> Writes:
    """Writes to the lab's first cluster since a time: from its audit log, else from the recorder pod."""
    info = await clients.info("")
    if info.traits.keeps_audit_log:
        return Writes(of_audit(await clients.engine.audit(info, t), t))
    return await _recorded(clients, http, t)


async def _recorded(clients: Clients, http: PodHttp, t: float) -> Writes:
    kube = await clients.kube("")
    pods = [pod for pod in await kube.list(ObjectRef(kind="Pod", namespace=TOOLS, labels=RECORDER)) if is_running(pod)]
    if not pods:
        raise ClusterError("recorder.none")
    pod_port = PodPort("", TOOLS, pods[0]["metadata"]["name"], ADMIN_PORT)
    return Writes(*of_recorder(await http.get(pod_port, f"/writes?since={t}"), t))


def of_audit(events: Iterable[AuditEvent], since: float) -> tuple[Write, ...]:
    """Completed writes since then, oldest first; what the API server refused changed nothing."""
    found = [
        Write(
            t=event.t,
            verb=event.verb,
            api_version=event.api_version,
            kind=event.kind,
            namespace=event.namespace,
            name=event.name,
            user=who(event.user),
        )
        for event in events
        if event.t >= since and event.status < 400
    ]
    return tuple(sorted(found, key=lambda write: write.t))


def of_recorder(raw: dict[str, Any], since: float) -> tuple[tuple[Write, ...], bool]:
    """The recorder pod's answer to /writes: the writes, and whether it saw all of the time since then."""
    found = tuple(
        Write(
            t=one["t"],
            verb=one["verb"],
            api_version=one.get("apiVersion", "v1"),
            kind=one["kind"],
            namespace=one.get("namespace", ""),
            name=one.get("name", ""),
            user=_by(one),
        )
        for one in raw.get("writes", ())
        if one["t"] >= since
    )
    return found, bool(raw.get("complete", False))


def _by(one: dict[str, Any]) -> str:
    """`learner`, `meshlab`, a controller's name, or "" where it is not known.

    A deletion names nobody. Pods are deleted by controllers too; of what else a recorder sees, meshlab deletes only before a
    new baseline is taken, so there it was the learner.
    """
    if one["verb"] == "delete":
        return "" if one["kind"] == "Pod" else "learner"
    return who_manages(one.get("manager") or "")


def who(user: str) -> str:
    """`learner`, `meshlab`, or the name as it is."""
    if user in (LEARNER, SUBMITTER):
        return "learner"
    return "meshlab" if user in ADMINS or user == "meshlab" else user
