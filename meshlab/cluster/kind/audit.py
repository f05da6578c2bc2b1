"""The API server's audit log of a kind cluster: who completed which writes."""

from __future__ import annotations

import msgspec
from msgspec import Struct, field

from meshlab.cluster.api import AuditEvent
from meshlab.cluster.kind.config import LOG, LOGS
from meshlab.cluster.programs.containers import docker
from meshlab.errors import ClusterError, EngineError
from meshlab.timestamps import unix

KINDS = {
    "configmaps": "ConfigMap",
    "cronjobs": "CronJob",
    "customresourcedefinitions": "CustomResourceDefinition",
    "daemonsets": "DaemonSet",
    "deployments": "Deployment",
    "endpoints": "Endpoints",
    "endpointslices": "EndpointSlice",
    "gatewayclasses": "GatewayClass",
    "gateways": "Gateway",
    "httproutes": "HTTPRoute",
    "ingresses": "Ingress",
    "jobs": "Job",
    "namespaces": "Namespace",
    "networkpolicies": "NetworkPolicy",
    "nodes": "Node",
    "pods": "Pod",
    "replicasets": "ReplicaSet",
    "secrets": "Secret",
    "serviceaccounts": "ServiceAccount",
    "services": "Service",
    "statefulsets": "StatefulSet",
}
"""Kind by resource: an audit event names only the resource."""


class _User(Struct):
    username: str = ""


class _Object(Struct, rename="camel"):
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    api_group: str = ""
    api_version: str = ""


class _Response(Struct):
    code: int = 0


class _Line(Struct, rename="camel"):
    stage: str = ""
    verb: str = ""
    user: _User = field(default_factory=_User)
    object_ref: _Object = field(default_factory=_Object)
    response_status: _Response = field(default_factory=_Response)
    stage_timestamp: str = ""


async def read(control_plane: str, since: float) -> list[AuditEvent]:
    """Completed writes since a unix time, oldest first. ClusterError when the log cannot be read."""
    # A rotated file first; before the first write there is none.
    script = f'cd {LOGS} && ls -1tr | while read -r name; do cat "$name"; done'
    try:
        told = await docker("exec", control_plane, "sh", "-c", script, deadline=20)
    except EngineError as error:
        raise ClusterError("cluster.audit-log-unreadable", file=LOG, node=control_plane, why=error) from error
    return [event for event in events(told.text) if event.t >= since]


def events(text: str) -> list[AuditEvent]:
    """The completed writes of a log. A last line that is still being written is left for the next time."""
    found = []
    for line in text.splitlines():
        try:
            event = _event(msgspec.json.decode(line, type=_Line))
        except (msgspec.DecodeError, msgspec.ValidationError, ValueError):
            continue
        if event is not None:
            found.append(event)
    return sorted(found, key=lambda event: event.t)


def _event(line: _Line) -> AuditEvent | None:
    thing = line.object_ref
    if line.stage != "ResponseComplete" or not 200 <= line.response_status.code < 300:
        return None
    return AuditEvent(
        t=unix(line.stage_timestamp),
        user=line.user.username,
        verb=line.verb,
        api_version=f"{thing.api_group}/{thing.api_version}" if thing.api_group else thing.api_version,
        kind=KINDS.get(thing.resource, thing.resource) + (f"/{thing.subresource}" if thing.subresource else ""),
        namespace=thing.namespace,
        name=thing.name,
        status=line.response_status.code,
    )
