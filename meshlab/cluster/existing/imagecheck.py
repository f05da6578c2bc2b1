"""Whether a cluster can run images that meshlab cannot put there: asked by a pod, whose kubelet says so."""

from __future__ import annotations

import uuid
from typing import Any

from meshlab.cluster.api import Kube
from meshlab.cluster.poll import Left, until
from meshlab.errors import EngineError, PreparationTimeout
from meshlab.lab.address import ObjectRef

WITHIN = 180.0
REFUSED = {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ErrImagePullBackOff"}
HARMLESS = {
    "runAsNonRoot": True,
    "runAsUser": 65534,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


async def check(kube: Kube, namespace: str, refs: list[str]) -> None:
    """EngineError names the images that a node can neither find nor pull. PreparationTimeout when it does not say."""
    pod = _pod(f"meshlab-images-{uuid.uuid4().hex[:8]}", namespace, refs)
    ref = ObjectRef(namespace=namespace, kind="Pod", name=pod["metadata"]["name"])
    await kube.apply(pod)
    try:
        await _decided(kube, ref, refs)
    finally:
        await kube.delete(ref, grace=0)


async def _decided(kube: Kube, ref: ObjectRef, refs: list[str]) -> None:
    async def undecided() -> str:
        found = await kube.get(ref) or {}
        verdicts = [verdict(found, number) for number in range(len(refs))]
        bad = [f"{one} ({why})" for one, (known, why) in zip(refs, verdicts, strict=True) if known and why]
        if bad:
            raise EngineError("image.not-pullable", images=", ".join(bad))
        return ", ".join(one for one, (known, _) in zip(refs, verdicts, strict=True) if not known)

    def late(left: Left) -> PreparationTimeout:
        return PreparationTimeout("image.not-pulled-in-time", seconds=WITHIN, images=left or "")

    await until(undecided, WITHIN, interval=0.5, late=late)


def verdict(pod: dict[str, Any], number: int) -> tuple[bool, str]:
    """Whether the kubelet has decided about that container's image, and why not, if it cannot be had."""
    statuses = pod.get("status", {}).get("containerStatuses") or []
    state: dict[str, Any] = next((one.get("state", {}) for one in statuses if one["name"] == f"image-{number}"), {})
    waiting = state.get("waiting", {})
    if waiting.get("reason") in REFUSED:
        return True, str(waiting.get("message") or waiting["reason"])
    # Any later trouble (no such program, a refused user) comes after the image was found.
    return bool(state) and waiting.get("reason") not in ("ContainerCreating", "PodInitializing"), ""


def _pod(name: str, namespace: str, refs: list[str]) -> dict[str, Any]:
    containers = [
        {
            "name": f"image-{number}",
            "image": ref,
            "imagePullPolicy": "IfNotPresent",
            "command": ["true"],
            "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"cpu": "50m", "memory": "16Mi"}},
            "securityContext": HARMLESS,
        }
        for number, ref in enumerate(refs)
    ]
    spec = {"restartPolicy": "Never", "terminationGracePeriodSeconds": 0, "containers": containers}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace}, "spec": spec}
