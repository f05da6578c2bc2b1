"""meshlab's own parts in the namespace `meshlab`: the probe of each node, the recorder, the name of the run on the cluster."""

from __future__ import annotations

import json
from pathlib import Path
from string import Template
from typing import Any

from meshlab.cluster.api import ClusterInfo, EngineTraits, Kube
from meshlab.errors import ClusterError, EnvironmentFault
from meshlab.lab.address import ObjectRef
from meshlab.lab.model import Actor, Lab
from meshlab.objects import apply
from meshlab.objects.change import touch
from meshlab.objects.names import PART_OF, SYSTEM_NAMESPACE, Object

FOLDER = Path(__file__).parent
OCCUPANT = "occupant"
LEARNER = f"system:serviceaccount:{SYSTEM_NAMESPACE}:learner"
SUBMITTER = f"system:serviceaccount:{SYSTEM_NAMESPACE}:submission"
"""API users whose writes count as a learner's: a submission is a learner's work, too."""
RECORDED = (
    "v1/configmaps",
    "v1/services",
    "v1/serviceaccounts",
    "v1/pods",
    "apps/v1/deployments",
    "apps/v1/daemonsets",
    "apps/v1/statefulsets",
    "networking.k8s.io/v1/networkpolicies",
    "networking.k8s.io/v1/ingresses",
)


def plan(actors: dict[str, Actor]) -> str:
    """Makes the plan of requests that the probe sends."""
    return json.dumps({"actors": [_actor(name, one) for name, one in actors.items()]})


def _actor(name: str, actor: Actor) -> dict[str, Any]:
    return {
        "id": name,
        "url": actor.url,
        "rate": actor.rate,
        "timeout_ms": actor.timeout_ms,
        "headers": actor.headers,
        "keepalive": actor.keepalive,
        "start": actor.start,
    }


def objects(lab: Lab, cluster: str, image: str, traits: EngineTraits) -> list[Object]:
    """Lists the objects that meshlab adds for a lab on one of its clusters; actors run on the first."""
    actors = lab.actors if cluster == lab.default_cluster else {}
    found = read("namespace") + read("probe", plan=json.dumps(plan(actors)), image=image, cluster=cluster)
    if not traits.keeps_audit_log:
        found += read("recorder", image=image, record=",".join(RECORDED), namespaces=",".join(lab.all_namespaces))
        for namespace in lab.all_namespaces:
            found += read("recorder-rights", namespace=namespace)
    return found


def read(name: str, **values: str) -> list[Object]:
    """Reads the objects of one file of the folder `system`, fills in the values and labels them as meshlab's."""
    import yaml

    text = Template((FOLDER / f"{name}.yaml").read_text()).substitute(values)
    found = [one for one in yaml.safe_load_all(text) if one]
    for one in found:
        one["metadata"].setdefault("labels", {})[PART_OF] = "meshlab"
    return found


async def install(kube: Kube, lab: Lab, cluster: str, image: str, info: ClusterInfo) -> None:
    """Applies the objects, and makes the probes read a changed plan at once. Raises ClusterError, EnvironmentFault."""
    wanted = objects(lab, cluster, image, info.traits)
    if info.capabilities.scope == "namespaces":
        await namespaces_must_exist(kube, (SYSTEM_NAMESPACE, *lab.all_namespaces))
        wanted = [one for one in wanted if one["kind"] != "Namespace"]
    changed = {one.ref.name for one in await apply.objects(apply.Applier.of(kube), wanted) if one.changed}
    if "probe-plan" in changed:
        for pod in await kube.list(ObjectRef(namespace=SYSTEM_NAMESPACE, kind="Pod", labels={"app": "probe"})):
            await touch(kube, pod)


async def namespaces_must_exist(kube: Kube, names: tuple[str, ...]) -> None:
    """Raises EnvironmentFault for the first missing namespace, which an administrator must create."""
    for name in names:
        try:
            found = await kube.get(ObjectRef(kind="Namespace", name=name))
        except ClusterError as error:
            if error.status != 403:
                raise
            found = None
        if found is None:
            raise EnvironmentFault("context.no-namespace", namespace=name, namespaces=", ".join(names))


async def occupant(kube: Kube) -> dict[str, str]:
    """Returns which run's lab is ready on the cluster: {lab, seed, run}; {} while none is."""
    found = await kube.get(ObjectRef(namespace=SYSTEM_NAMESPACE, kind="ConfigMap", name=OCCUPANT))
    return dict((found or {}).get("data") or {})


async def occupy(kube: Kube, who: dict[str, str]) -> None:
    """Records whose lab is on the cluster. Call it once the lab is ready: a killed preparation must not look finished."""
    marks = {PART_OF: "meshlab"}
    meta = {"name": OCCUPANT, "namespace": SYSTEM_NAMESPACE, "labels": marks}
    await kube.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": who})


async def vacate(kube: Kube) -> None:
    """Records that no run's lab is on the cluster."""
    await kube.delete(ObjectRef(namespace=SYSTEM_NAMESPACE, kind="ConfigMap", name=OCCUPANT))
