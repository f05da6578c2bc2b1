"""Which image runs in each pod of some services: by what the nodes report, not by what a name or a variable claims.

A container's status names the image by its content (imageID). The right contents are those that the cluster knows for the
reference of the lab's image; a pod whose reference is another, or whose content is another under the same reference, is found.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from meshlab.check.findings import Stop, evidence, failed, passed, pending
from meshlab.check.inputs import Inputs
from meshlab.check.verdict import Finding, Outcome
from meshlab.lab.address import ObjectRef
from meshlab.lab.checks import Check, ImageSpec


class Running(Struct, frozen=True):
    """One container as its node reports it."""

    service: str
    pod: str
    image: str
    """The reference that the pod asks for."""
    content: str
    """sha256:..., empty while it has not started."""


async def look(check: Check, spec: ImageSpec, inputs: Inputs) -> Finding:
    """The pods of each service, and what the cluster knows of the image."""
    known = await inputs.world.image(spec.image)
    seen = [running for service in spec.of for running in await _running(spec, inputs, service)]
    note = evidence("images", seen)
    for running in seen:
        if not running.content and running.image == known.ref:
            waits = {"service": running.service, "pod": running.pod}
            return pending("image.not-started", running.pod, late=Outcome.FAIL, seen=running.pod, **waits)
        if running.image != known.ref or (known.contents and running.content not in known.contents):
            facts = {"service": running.service, "pod": running.pod, "image": spec.image}
            return failed("image.other", note, expected=known.ref, seen=_shown(running, known.ref), **facts)
    return passed(f"{len(seen)} × {spec.image}", note)


async def _running(spec: ImageSpec, inputs: Inputs, service: str) -> list[Running]:
    about = inputs.service(service)
    ref = ObjectRef(cluster=about.cluster, namespace=about.namespace, kind="Pod", labels=dict(about.select))
    pods = [pod for pod in await inputs.world.objects(ref) if not pod["metadata"].get("deletionTimestamp")]
    if not pods:
        raise Stop(pending("image.no-pods", service, late=Outcome.FAIL, seen="0", service=service))
    return [_of(pod, service, spec.container) for pod in pods]


def _of(pod: dict[str, Any], service: str, container: str) -> Running:
    asked = _named(pod["spec"].get("containers"), container)
    status = _named(pod.get("status", {}).get("containerStatuses"), container)
    return Running(service, pod["metadata"]["name"], asked.get("image", ""), content(status.get("imageID", "")))


def _named(items: list[dict[str, Any]] | None, name: str) -> dict[str, Any]:
    return next((item for item in items or [] if item.get("name") == name), {})


def content(text: str) -> str:
    """The digest in an imageID: `docker.io/library/x@sha256:1a` and `sha256:1a` are both sha256:1a."""
    return text.rpartition("@")[2].rpartition("//")[2]


def _shown(running: Running, wanted: str) -> str:
    return running.image if running.image != wanted else running.content
