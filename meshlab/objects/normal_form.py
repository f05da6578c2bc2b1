"""An object without what a cluster writes into it by itself: two are the same exactly when somebody declared the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshlab.objects.names import NUDGE, OCCUPANT, RESTARTED, Object, owned

_META = ("namespace", "name", "labels", "annotations", "finalizers")
_ANNOTATIONS = {
    RESTARTED,
    NUDGE,
    OCCUPANT,
    "deployment.kubernetes.io/revision",
    "deprecated.daemonset.template.generation",
    "kubectl.kubernetes.io/last-applied-configuration",
}
_ANNOTATION_PREFIXES = ("pv.kubernetes.io/", "volume.kubernetes.io/", "volume.beta.kubernetes.io/", "batch.kubernetes.io/")
CLUSTERS_TAINTS = "node.kubernetes.io/"
"""Taints with this beginning are the cluster's, not a person's."""
_ASSIGNED_LABELS = ("controller-uid", "batch.kubernetes.io/controller-uid", "job-name", "batch.kubernetes.io/job-name")
_ROOT_CERTIFICATES = ("kube-root-ca.crt", "istio-ca-root-cert")


def skipped(obj: Mapping[str, Any]) -> bool:
    """Whether the cluster put it there by itself."""
    kind, name = obj["kind"], obj["metadata"]["name"]
    if owned(obj):
        return True
    if kind == "ConfigMap":
        return name in _ROOT_CERTIFICATES
    if kind == "Secret":
        return bool(obj.get("type") == "kubernetes.io/service-account-token")
    if kind == "ServiceAccount" and name == "default":
        return not (normal(obj).keys() - {"apiVersion", "kind", "metadata"})
    return False


def normal(obj: Mapping[str, Any], declared: Mapping[str, Any] | None = None) -> Object:
    """What was declared of an object. declared: its manifest, which says whether node ports were chosen or assigned."""
    if obj["kind"] == "Pod":
        return {"apiVersion": obj["apiVersion"], "kind": "Pod", "metadata": {"name": obj["metadata"]["name"]}}
    kept: Object = {name: _clean(value) for name, value in obj.items() if name not in ("status", "metadata")}
    kept["metadata"] = _metadata(obj["metadata"])
    spec = kept.get("spec")
    if isinstance(spec, dict):
        _template(spec)
        _assigned(obj["kind"], spec, declared)
    if obj["kind"] == "ServiceAccount":
        kept.pop("secrets", None)
    return kept


def node(obj: Mapping[str, Any]) -> Object:
    """What a person may have changed of a node."""
    taints = [one for one in obj["spec"].get("taints") or [] if not one["key"].startswith(CLUSTERS_TAINTS)]
    return {
        "metadata": {"name": obj["metadata"]["name"], "labels": obj["metadata"].get("labels") or {}},
        "spec": {"taints": taints, "unschedulable": bool(obj["spec"].get("unschedulable"))},
    }


def _metadata(meta: Mapping[str, Any]) -> Object:
    kept: Object = {name: meta[name] for name in _META if meta.get(name)}
    return _without_annotations(kept)


def _without_annotations(meta: Object) -> Object:
    left = {
        name: value
        for name, value in (meta.get("annotations") or {}).items()
        if name not in _ANNOTATIONS and not name.startswith(_ANNOTATION_PREFIXES)
    }
    return {name: value for name, value in meta.items() if name != "annotations"} | ({"annotations": left} if left else {})


def _template(spec: Object) -> None:
    """A pod template's metadata: restarts leave a mark there that nobody declared."""
    template = spec.get("template")
    if isinstance(template, dict) and isinstance(template.get("metadata"), dict):
        template["metadata"] = _without_annotations(template["metadata"])
        template["metadata"].pop("creationTimestamp", None)


def _assigned(kind: str, spec: Object, declared: Mapping[str, Any] | None) -> None:
    if kind == "Service":
        _service(spec, declared)
    if kind == "PersistentVolumeClaim":
        spec.pop("volumeName", None)
    if kind == "Job":
        spec.pop("selector", None)
        have = spec.get("template", {}).get("metadata", {}).get("labels") or {}
        for name in _ASSIGNED_LABELS:
            have.pop(name, None)


def _service(spec: Object, declared: Mapping[str, Any] | None) -> None:
    if spec.get("clusterIP") != "None":
        spec.pop("clusterIP", None)
    spec.pop("clusterIPs", None)
    spec.pop("healthCheckNodePort", None)
    chosen = any("nodePort" in port for port in (declared or {}).get("spec", {}).get("ports") or [])
    for port in spec.get("ports") or []:
        if not chosen:
            port.pop("nodePort", None)


def _clean(value: Any) -> Any:
    """A copy without certificates that controllers inject."""
    if isinstance(value, dict):
        return {name: _clean(inner) for name, inner in value.items() if name != "caBundle"}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    return value
