"""Lists the lab's pods for screens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meshlab.errors import ConnectionLost
from meshlab.lab.address import ObjectRef
from meshlab.run.clusters import health

if TYPE_CHECKING:
    from meshlab.run.run import Run


async def pods(run: Run) -> list[dict[str, Any]]:
    """Lists the lab's pods in short, ordered by cluster, namespace and name.

    Raises ClusterError, which says what the engine knows when the API server does not answer. Raises KubeconfigGone also
    when the learner's kubeconfig is missing, because the shell does not work without it.
    """
    health.require_kubeconfig(run)
    try:
        return await _pods(run)
    except ConnectionLost as error:
        raise await health.explained(run, error) from error


async def _pods(run: Run) -> list[dict[str, Any]]:
    found = []
    for cluster in run.lab.clusters:
        kube = await run.kube(cluster)
        for namespace in run.lab.all_namespaces:
            found += [_pod(pod, cluster) for pod in await kube.list(ObjectRef(kind="Pod", namespace=namespace))]
    return found


def _pod(pod: dict[str, Any], cluster: str) -> dict[str, Any]:
    about, status, spec = pod["metadata"], pod.get("status", {}), pod.get("spec", {})
    containers = status.get("containerStatuses") or []
    return {
        "cluster": cluster,
        "namespace": about.get("namespace", ""),
        "name": about["name"],
        "node": spec.get("nodeName", ""),
        "phase": _phase(pod, containers),
        "ready": bool(containers) and all(one.get("ready") for one in containers),
        "restarts": sum(one.get("restartCount", 0) for one in containers),
        "containers": [one["name"] for one in [*_sidecars(spec), *spec.get("containers", [])]],
        "labels": about.get("labels") or {},
    }


def _phase(pod: dict[str, Any], containers: list[dict[str, Any]]) -> str:
    """Returns the status as kubectl prints it: the reason why a container waits, else the phase."""
    if pod["metadata"].get("deletionTimestamp"):
        return "Terminating"
    waiting = [((one.get("state") or {}).get("waiting") or {}).get("reason") for one in containers]
    return next(filter(None, waiting), None) or str(pod.get("status", {}).get("phase", "Unknown"))


def _sidecars(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in spec.get("initContainers") or [] if one.get("restartPolicy") == "Always"]
