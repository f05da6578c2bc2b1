"""Why a lab's cluster cannot be seen: the API server that does not answer cannot say it, but the engine can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshlab.errors import ConnectionLost, EngineError, EngineGone, KubeconfigGone, MeshlabError
from meshlab.run import clients
from meshlab.run.accounts import learner
from meshlab.run.clusters import lab_clusters

if TYPE_CHECKING:
    from meshlab.run.run import Run


async def explained(run: Run, error: ConnectionLost) -> MeshlabError:
    """The error that says most: the engine is gone, the cluster is gone or asleep; else the lost connection itself."""
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
    """KubeconfigGone when the learner's kubeconfig of a lab that is ready was deleted."""
    if run.state().environment != "ready":
        return
    for key in run.lab.clusters:
        file = run.folder_of(key) / learner.FILE
        if file.parent.exists() and not file.exists():
            raise KubeconfigGone("kubeconfig.gone", path=file)
