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
"""Users in meshlab's own kubeconfig on kind; the learner has another user."""


async def since(clients: Clients, http: PodHttp, t: float) -> Writes:
    """Returns the writes to the lab's first cluster since t (unix seconds), from its audit log, else from the recorder.

    Raises ClusterError.
    """
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
    """Selects completed writes since then, oldest first; refused requests changed nothing."""
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
    """Converts the recorder's answer to /writes: the writes, and whether it ran all the time since then."""
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


def _by(write: dict[str, Any]) -> str:
    """Returns `learner`, `meshlab`, a controller's name, or "" where the writer is unknown.

    A deletion names no writer. Controllers delete pods, too. meshlab deletes other recorded objects only before it takes a
    new baseline, so the learner deleted them.
    """
    if write["verb"] == "delete":
        return "" if write["kind"] == "Pod" else "learner"
    return who_manages(write.get("manager") or "")


def who(user: str) -> str:
    """Returns `learner`, `meshlab`, or the user's name."""
    if user in (LEARNER, SUBMITTER):
        return "learner"
    return "meshlab" if user in ADMINS or user == "meshlab" else user
