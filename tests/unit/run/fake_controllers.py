"""What a cluster does by itself, at once: Deployments get pods, pods get addresses, Services get endpoints."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.unit.run.fake_kube import FakeKube

Object = dict[str, Any]


def workloads(kube: FakeKube) -> None:
    """Pods of every Deployment and DaemonSet, Ready, replaced when the template changes."""
    for obj in [obj for key, obj in kube.store.items() if key[1] in ("Deployment", "DaemonSet")]:
        _reconcile(kube, obj)


def _reconcile(kube: FakeKube, owner: Object) -> None:
    meta, spec = owner["metadata"], owner["spec"]
    template = spec["template"]
    digest = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:6]
    count = spec.get("replicas", 1) if owner["kind"] == "Deployment" else len(_nodes(kube))
    wanted = [f"{meta['name']}-{digest}-{number}" for number in range(count)]
    have = [obj for obj in kube.store.values() if obj["kind"] == "Pod" and _owned_by(obj, owner)]
    for pod in have:
        if pod["metadata"]["name"] not in wanted:
            kube.remove(("", "Pod", meta["namespace"], pod["metadata"]["name"]))
    names = {pod["metadata"]["name"] for pod in have}
    for number, name in enumerate(wanted):
        if name not in names:
            kube.add(_pod(owner, template, name, _nodes(kube)[number % len(_nodes(kube))]))
    kube.status(owner["kind"], meta["name"], _status(owner, count), meta["namespace"])


def _status(owner: Object, count: int) -> Object:
    shared = {"observedGeneration": owner["metadata"]["generation"]}
    if owner["kind"] == "DaemonSet":
        names = ("desiredNumberScheduled", "updatedNumberScheduled", "numberAvailable", "currentNumberScheduled")
        return shared | dict.fromkeys(names, count)
    return shared | dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), count)


def _pod(owner: Object, template: Object, name: str, node: str) -> Object:
    meta = owner["metadata"]
    reference = {"kind": owner["kind"], "name": meta["name"], "uid": meta["uid"], "controller": True}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": meta["namespace"],
            "labels": dict(template["metadata"].get("labels", {})),
            "ownerReferences": [reference],
        },
        "spec": dict(template["spec"]) | {"nodeName": node},
        "status": {"phase": "Running", "podIP": "10.0.0.1", "conditions": [{"type": "Ready", "status": "True"}]},
    }


def _owned_by(obj: Object, owner: Object) -> bool:
    return any(one["uid"] == owner["metadata"]["uid"] for one in obj["metadata"].get("ownerReferences", []))


def _nodes(kube: FakeKube) -> list[str]:
    return sorted(key[3] for key in kube.store if key[1] == "Node") or ["node-1"]
