"""Raw Kubernetes objects: how they are named, ordered and related. No client here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from meshlab.lab.address import ObjectRef

Object = dict[str, Any]

PART_OF = "meshlab.dev/part-of"
SYSTEM_NAMESPACE = "meshlab"
RESTARTED = "kubectl.kubernetes.io/restartedAt"
NUDGE = "meshlab.dev/nudge"
OCCUPANT = "meshlab.dev/occupant"
WORKLOADS = ("Deployment", "DaemonSet", "StatefulSet")

# Where an object must wait for others: a Namespace before what is in it, configuration before the pods that read it.
_RANKS = (
    ("Namespace", "CustomResourceDefinition", "PriorityClass"),
    ("ServiceAccount", "ClusterRole", "Role", "ValidatingAdmissionPolicy"),
    ("ClusterRoleBinding", "RoleBinding", "ValidatingAdmissionPolicyBinding"),
    ("ConfigMap", "Secret"),
    ("Service",),
    (*WORKLOADS, "Job", "CronJob", "Pod"),
)


class Key(NamedTuple):
    """What makes an object one and the same within a cluster. The version of its API is no part of it."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place}"


def group_of(api_version: str) -> str:
    """`apps` of apps/v1, empty for v1."""
    return api_version.rpartition("/")[0]


def key_of(obj: Mapping[str, Any]) -> Key:
    """Key of a raw object."""
    meta = obj["metadata"]
    return Key(group_of(obj["apiVersion"]), obj["kind"], meta.get("namespace", ""), meta["name"])


def ref_of(obj: Mapping[str, Any], cluster: str = "") -> ObjectRef:
    """The reference that names a raw object."""
    meta = obj["metadata"]
    return ObjectRef(
        cluster=cluster,
        namespace=meta.get("namespace", ""),
        api_version=obj["apiVersion"],
        kind=obj["kind"],
        name=meta["name"],
    )


def rank(obj: Mapping[str, Any]) -> int:
    """Smaller ranks are applied first; what is not known comes last."""
    return next((index for index, kinds in enumerate(_RANKS) if obj["kind"] in kinds), len(_RANKS))


def annotations_of(obj: Mapping[str, Any]) -> dict[str, str]:
    """An object's annotations, {} where there are none."""
    return obj.get("metadata", {}).get("annotations") or {}


def labels_of(obj: Mapping[str, Any]) -> dict[str, str]:
    """An object's labels, {} where there are none."""
    return obj.get("metadata", {}).get("labels") or {}


def owned(obj: Mapping[str, Any]) -> bool:
    """Whether another object made it."""
    return bool(obj["metadata"].get("ownerReferences"))


def selects(selector: Mapping[str, str] | None, obj: Mapping[str, Any]) -> bool:
    """Whether plain selector labels (of a Service, or matchLabels) choose the object; an empty selector chooses nothing."""
    if not selector:
        return False
    have = labels_of(obj)
    return all(have.get(name) == value for name, value in selector.items())


def mounts(pod: Mapping[str, Any], config_map: str) -> bool:
    """Whether a pod has the ConfigMap as a volume (also projected)."""
    for volume in pod.get("spec", {}).get("volumes") or []:
        sources = [volume, *((volume.get("projected") or {}).get("sources") or [])]
        if any((source.get("configMap") or {}).get("name") == config_map for source in sources):
            return True
    return False


def terminating(obj: Mapping[str, Any]) -> bool:
    """Whether it is on its way out."""
    return bool(obj["metadata"].get("deletionTimestamp"))


def ready(pod: Mapping[str, Any]) -> bool:
    """Whether a pod is Ready."""
    conditions = pod.get("status", {}).get("conditions") or []
    return any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)
