"""The learner's own identity in a cluster, so that their edits are theirs: a ServiceAccount, its rights, a kubeconfig."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshlab.errors import ClusterError
from meshlab.run import paths

if TYPE_CHECKING:
    from meshlab.cluster.api import ClusterInfo, Kube

NAMESPACE = "meshlab"
NAME = "learner"
USER = f"system:serviceaccount:{NAMESPACE}:{NAME}"
SUBMITTER = f"system:serviceaccount:{NAMESPACE}:submission"
"""Whoever's work a submission is, its writes are a learner's."""
FILE = "learner.kubeconfig"
LIFE = 30 * 24 * 3600
"""Seconds that a token is asked for; an API server may give less."""
RENEW = 24 * 3600
"""Seconds before its end at which a token is renewed."""
RBAC = "rbac.authorization.k8s.io"
OURS = {"meshlab.dev/part-of": "meshlab"}
"""Marks what is meshlab's: no fingerprint counts it, `down` removes it."""


def objects(scope: str, namespaces: tuple[str, ...]) -> list[dict[str, Any]]:
    """What has to be there: all rights where the whole cluster is the lab's, else admin in its namespaces.

    The namespace `meshlab` comes first: it must exist before the account.
    """
    meta = {"name": NAME, "namespace": NAMESPACE, "labels": dict(OURS)}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}
    if scope == "cluster":
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": dict(OURS)}}
        return [namespace, account, _binding("ClusterRoleBinding", "cluster-admin", "")]
    return [account, *(_binding("RoleBinding", "admin", namespace) for namespace in namespaces)]


def _binding(kind: str, role: str, namespace: str) -> dict[str, Any]:
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": kind,
        "metadata": {"name": "meshlab-learner", "labels": dict(OURS)} | ({"namespace": namespace} if namespace else {}),
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}],
    }


async def ensure(kube: Kube, info: ClusterInfo, folder: Path, namespaces: tuple[str, ...]) -> Path:
    """Make or renew the identity; learner.kubeconfig (0600) in the cluster's folder, the first namespace its default."""
    for one in objects(info.capabilities.scope, namespaces):
        await kube.apply(one)
    token, _ = await _token(kube)
    file = folder / FILE
    paths.write(file, kubeconfig(cluster_of(info), token, namespaces[0]))
    return file


def expires_soon(file: Path, now: float | None = None) -> bool:
    """Whether the token in the kubeconfig is missing or near its end."""
    end = _end_of(paths.read(file))
    return end - (time.time() if now is None else now) < RENEW


async def _token(kube: Kube) -> tuple[str, str]:
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": LIFE}}
    answer = await kube.post(f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{NAME}/token", body)
    status = answer.get("status") or {}
    if not status.get("token"):
        raise ClusterError("The API server gave no token for the learner's account.")
    return status["token"], status.get("expirationTimestamp", "")


def cluster_of(info: ClusterInfo) -> dict[str, Any]:
    """The `cluster` entry of meshlab's own kubeconfig: address and certificate authority."""
    import yaml

    try:
        config = yaml.safe_load(info.kubeconfig.read_text())
        context = info.context or config["current-context"]
        chosen = next(one["context"] for one in config["contexts"] if one["name"] == context)
        found = next(one["cluster"] for one in config["clusters"] if one["name"] == chosen["cluster"])
    except (OSError, yaml.YAMLError, KeyError, StopIteration, TypeError) as error:
        raise ClusterError(f"The kubeconfig {info.kubeconfig} cannot be read: {error}.") from error
    return dict(found)


def kubeconfig(cluster: dict[str, Any], token: str, namespace: str) -> bytes:
    """A kubeconfig for the learner's token."""
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
    """When the token ends, from the token itself; 0 when there is none that can be read."""
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
