"""Explains why a lab's cluster does not answer: the engine knows what a silent API server cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshlab.errors import ConnectionLost, EngineError, EngineGone, KubeconfigGone, MeshlabError
from meshlab.run import clients
from meshlab.run.accounts import learner
from meshlab.run.clusters import lab_clusters

if TYPE_CHECKING:
    from meshlab.run.run import Run


async def explained(run: Run, error: ConnectionLost) -> MeshlabError:
    """Returns the most helpful error: engine gone, cluster gone, cluster paused; else the lost connection itself."""
    try:
        clusters = await lab_clusters.find_all(run)
    except EngineError as fault:
        return EngineGone("engine.gone", why=fault)
    except MeshlabError:
        return error
    for cluster in clusters:
        if cluster.info is None:
            return clients.gone(run.lab_id, cluster.spec.name)
        if cluster.info.state != "running":
            return clients.asleep(cluster.info)
    return error


def require_kubeconfig(run: Run) -> None:
    """Raises KubeconfigGone when the learner's kubeconfig of a lab that is ready was deleted."""
    if run.state().environment != "ready":
        return
    for key in run.lab.clusters:
        file = run.folder_of(key) / learner.FILE
        if file.parent.exists() and not file.exists():
            raise KubeconfigGone("kubeconfig.gone", path=file)
