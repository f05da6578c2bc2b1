"""The learner's account in a cluster (ServiceAccount, rights, kubeconfig), which tells the learner's edits from meshlab's."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshlab import files
from meshlab.errors import ClusterError
from meshlab.objects import apply
from meshlab.objects.apply import Applier
from meshlab.objects.names import PART_OF, SYSTEM_NAMESPACE, Object
from meshlab.run.system import parts

if TYPE_CHECKING:
    from meshlab.cluster.api import ClusterInfo, Kube
    from meshlab.lab.model import Lab

NAME = "learner"
FILE = "learner.kubeconfig"
LIFE = 30 * 24 * 3600
"""Lifetime of a token in seconds as requested; an API server may grant less."""
RENEW = 24 * 3600
"""Seconds before expiry at which a token is renewed."""
RBAC = "rbac.authorization.k8s.io"
OURS = {PART_OF: "meshlab"}
"""Labels meshlab's own objects: inventories leave them out, `down` removes them."""


def objects(lab: Lab, info: ClusterInfo) -> list[Object]:
    """Lists the account's objects: all rights in a cluster of meshlab's, elsewhere those that the lab declares.

    The namespace `meshlab` comes first because the account is in it.
    """
    meta = {"name": NAME, "namespace": SYSTEM_NAMESPACE, "labels": dict(OURS)}
    account = [{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}]
    if info.traits.owns_nodes:
        return [*parts.read("namespace"), *account, _binding("ClusterRoleBinding", "cluster-admin", "")]
    inside = [_binding("RoleBinding", "admin", namespace) for namespace in lab.all_namespaces]
    if info.capabilities.scope != "cluster":
        return [*account, *inside]
    for namespace in lab.all_namespaces:
        inside += parts.read("learner-rights", namespace=namespace)
    return [*parts.read("namespace"), *account, *inside, *_beyond(lab)]


def _beyond(lab: Lab) -> list[Object]:
    """Rights outside the lab's namespaces: to read, and to write what the lab's needs and privileges name."""
    verbs = ["*"] if lab.privileges.cluster_roles else ["get", "list", "watch"]
    found = parts.read("learner-cluster", role_verbs=json.dumps(verbs))
    role = next(one for one in found if one["kind"] == "ClusterRole")
    if lab.needs.node_labels:
        role["rules"].append({"apiGroups": [""], "resources": ["nodes"], "verbs": ["patch", "update"]})
    if lab.needs.scope == "cluster":
        own = list(lab.all_namespaces)
        role["rules"].append(
            {"apiGroups": [""], "resources": ["namespaces"], "resourceNames": own, "verbs": ["patch", "update"]}
        )
    return found


def _binding(kind: str, role: str, namespace: str) -> Object:
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": kind,
        "metadata": {"name": "meshlab-learner", "labels": dict(OURS)} | ({"namespace": namespace} if namespace else {}),
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": SYSTEM_NAMESPACE}],
    }


async def ensure(kube: Kube, info: ClusterInfo, folder: Path, lab: Lab) -> Path:
    """Creates the account and writes learner.kubeconfig (0600), with a new token, into the cluster's folder.

    Raises ClusterError.
    """
    await apply.objects(Applier.of(kube), objects(lab, info), replace=True)
    token, _ = await _token(kube)
    file = folder / FILE
    files.write(file, kubeconfig(cluster_of(info), token, lab.all_namespaces[0]))
    return file


def expires_soon(file: Path, now: float | None = None) -> bool:
    """Whether the token in the kubeconfig is missing or about to expire. now: unix seconds."""
    end = _end_of(files.read(file))
    return end - (time.time() if now is None else now) < RENEW


async def _token(kube: Kube) -> tuple[str, str]:
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": LIFE}}
    answer = await kube.post(f"/api/v1/namespaces/{SYSTEM_NAMESPACE}/serviceaccounts/{NAME}/token", body)
    status = answer.get("status") or {}
    if not status.get("token"):
        raise ClusterError("account.no-token")
    return status["token"], status.get("expirationTimestamp", "")


def cluster_of(info: ClusterInfo) -> dict[str, Any]:
    """Returns the `cluster` entry (address, certificate authority) of meshlab's own kubeconfig. Raises ClusterError."""
    import yaml

    try:
        config = yaml.safe_load(info.kubeconfig.read_text())
        context = info.context or config["current-context"]
        chosen = next(one["context"] for one in config["contexts"] if one["name"] == context)
        found = next(one["cluster"] for one in config["clusters"] if one["name"] == chosen["cluster"])
    except (OSError, yaml.YAMLError, KeyError, StopIteration, TypeError) as error:
        raise ClusterError("kubeconfig.unreadable", path=info.kubeconfig, why=str(error)) from error
    return dict(found)


def kubeconfig(cluster: dict[str, Any], token: str, namespace: str) -> bytes:
    """Makes a kubeconfig for an account's token."""
    import yaml

    name = "meshlab"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": NAME, "user": {"token": token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": NAME, "namespace": namespace}}],
    }
    return yaml.safe_dump(config, sort_keys=False).encode()


def _end_of(config: bytes | None) -> float:
    """Returns the token's expiry (unix seconds) from its claims; 0 when it cannot be read."""
    import msgspec
    import yaml

    if not config:
        return 0.0
    try:
        token = yaml.safe_load(config)["users"][0]["user"]["token"]
        body = token.split(".")[1]
        return float(msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["exp"])
    except (yaml.YAMLError, msgspec.DecodeError, KeyError, IndexError, TypeError, ValueError):
        return 0.0
