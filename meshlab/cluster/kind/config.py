"""What kind is told about a cluster: pure text from a ClusterSpec. JSON, which every YAML reader reads."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import msgspec

from meshlab.cluster.api import ClusterSpec
from meshlab.cluster.programs.containers import MOUNT
from meshlab.cluster.versions import at_least

POLICY = "audit-policy.json"
LOGS = "/var/log/kubernetes/audit"
LOG = f"{LOGS}/audit.log"
ZONE_LABEL = "meshlab.dev/zone"
CGROUP_V1_UNTIL = "1.35"
"""From this version on, a kubelet refuses to start on cgroup v1 unless told otherwise."""
UNTHROTTLED = {"kube-api-qps": "200", "kube-api-burst": "400"}
"""With the usual 20 requests a second, starting forty controllers takes six seconds. Workers come too early then, find nothing
signed that they could trust, and ask again only five seconds later (`DiscoveryRetryInterval` of kubeadm):
https://github.com/kubernetes/kubernetes/blob/master/cmd/kubeadm/app/discovery/token/token.go
"""
SYSTEM_GROUPS = ["system:nodes", "system:serviceaccounts:kube-system"]
SYSTEM_USERS = ["system:apiserver", "system:kube-controller-manager", "system:kube-scheduler"]


def cluster_config(spec: ClusterSpec, mount: Path, cgroup: int = 2) -> dict[str, Any]:
    """The kind configuration. `mount` is the host's folder with the audit policy; cgroup the engine's version."""
    nodes = [_node("control-plane", mount)]
    nodes[0]["extraPortMappings"] = [
        # Port 0: kind takes a free one when it starts the node, and the node keeps it over a restart.
        {"containerPort": port, "hostPort": 0, "listenAddress": "127.0.0.1", "protocol": "TCP"}
        for port in dict.fromkeys(spec.ports.values())
    ]
    nodes += [_node("worker", mount) for _ in range(spec.workers)]
    for node, zone in zip(nodes[1:] or nodes, string.ascii_lowercase, strict=False):
        node["labels"] = {ZONE_LABEL: zone}
    return {
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "networking": {
            "apiServerAddress": "127.0.0.1",
            "podSubnet": spec.pod_subnet,
            "serviceSubnet": spec.service_subnet,
        },
        "nodes": nodes,
        "kubeadmConfigPatches": [_text(patch) for patch in _patches(spec, cgroup)],
    }


def _node(role: str, mount: Path) -> dict[str, Any]:
    return {"role": role, "extraMounts": [{"hostPath": str(mount), "containerPath": MOUNT, "readOnly": True}]}


def _patches(spec: ClusterSpec, cgroup: int) -> list[dict[str, Any]]:
    """Without apiVersion, so that kind fits them to whichever kubeadm the node has."""
    patches: list[dict[str, Any]] = [
        {
            "kind": "ClusterConfiguration",
            "apiServer": _api_server(),
            # There is one of each. Elections only cost time, above all after a pause.
            "controllerManager": {"extraArgs": {"leader-elect": "false", **UNTHROTTLED}},
            "scheduler": {"extraArgs": {"leader-elect": "false"}},
            # Writing images keeps a slow disk busy for long, and each write to the API would wait for it. Only a crash of
            # the whole machine can cost something now: the cluster, never the learner's progress.
            "etcd": {"local": {"extraArgs": {"unsafe-no-fsync": "true"}}},
        }
    ]
    version = spec.node_image.partition("@")[0].rpartition(":")[2]
    if cgroup == 1 and at_least(version, CGROUP_V1_UNTIL):
        patches.append({"kind": "KubeletConfiguration", "failCgroupV1": False})
    return patches


def _api_server() -> dict[str, Any]:
    return {
        "extraArgs": {
            "audit-policy-file": f"{MOUNT}/{POLICY}",
            "audit-log-path": LOG,
            "audit-log-maxsize": "50",
            "audit-log-maxbackup": "1",
        },
        "extraVolumes": [
            {"name": "audit-policy", "hostPath": MOUNT, "mountPath": MOUNT, "readOnly": True, "pathType": "Directory"},
            # Inside the node: nothing that belongs to root is left on the host.
            {"name": "audit-logs", "hostPath": LOGS, "mountPath": LOGS, "pathType": "DirectoryOrCreate"},
        ],
    }


def audit_policy(spec: ClusterSpec) -> dict[str, Any]:
    """Who wrote what in the audited namespaces and to cluster-scoped objects; not the system's own writes, not contents."""
    return {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived", "ResponseStarted"],
        "rules": [
            {"level": "None", "verbs": ["get", "list", "watch"]},
            {"level": "None", "userGroups": SYSTEM_GROUPS},
            {"level": "None", "users": SYSTEM_USERS},
            {"level": "None", "resources": [{"group": "", "resources": ["events"]}, {"group": "events.k8s.io"}]},
            {"level": "None", "resources": [{"group": "authentication.k8s.io"}, {"group": "authorization.k8s.io"}]},
            {"level": "None", "resources": [{"group": "coordination.k8s.io"}, {"group": "certificates.k8s.io"}]},
            {"level": "Metadata", "namespaces": ["", *spec.audited], "omitManagedFields": True},
            {"level": "None"},
        ],
    }


def subnets(index: int) -> tuple[str, str]:
    """Pod and service subnet of the cluster of that number (0 to 9): disjoint, so that clusters can be joined."""
    if not 0 <= index <= 9:
        raise ValueError(f"no subnets for cluster number {index}")
    return f"10.{244 - index}.0.0/16", f"10.{96 + index}.0.0/16"


def _text(obj: dict[str, Any]) -> str:
    return msgspec.json.encode(obj).decode()
