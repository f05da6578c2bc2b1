"""What can be looked at beside verdicts: the matrix now, the lab's pods, the variables of a learner's shell."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshlab.errors import ConnectionLost, UsageError
from meshlab.lab.address import ObjectRef
from meshlab.lab.model import Step
from meshlab.run import health, judge, learner
from meshlab.run.api import Cell, Matrix

if TYPE_CHECKING:
    from meshlab.check.matrix import CellSeen
    from meshlab.lab.checks import Check
    from meshlab.run.context import Run


async def matrix(run: Run) -> Matrix | None:
    """Measured now, for the current step's matrix check, else the lab's first; None when the lab has none."""
    check = matrix_check(run)
    if check is None or check.matrix is None:
        return None
    from meshlab.check.context import Context
    from meshlab.check.matrix import measure

    world = await run.world()
    cells = await measure(Context(run.lab, world), check.matrix)
    return as_matrix(check.matrix.columns, cells, predicted(run, check.id), world.now())


def as_matrix(columns: tuple[str, ...], cells: list[CellSeen], red: set[tuple[str, str]] | None, t: float) -> Matrix:
    """For screens. red: the cells that the learner said would be red, None without a prediction."""
    rows = tuple(dict.fromkeys(cell.row for cell in cells))
    return Matrix(rows=rows, columns=columns, cells=tuple(_cell(cell, red) for cell in cells), t=t)


def matrix_check(run: Run) -> Check | None:
    """The current step's, else the lab's first."""
    current = judge.step_of(run)
    steps: list[Step] = [current, *run.lab.steps]
    return next((check for step in steps for check in step.checks if check.matrix is not None), None)


def predicted(run: Run, check: str) -> set[tuple[str, str]] | None:
    """The cells that the learner said would be red, in the experiment about this matrix; None when there is no prediction."""
    for name, experiment in run.lab.all_experiments().items():
        if experiment.prediction is not None and experiment.prediction.matrix == check:
            told = run.state().predictions.get(name)
            if told is not None and "cells" in told:
                return {(row, column) for row, column in told["cells"]}
    return None


def _cell(cell: CellSeen, red: set[tuple[str, str]] | None) -> Cell:
    said = None if red is None else bool({(cell.row, cell.column), (cell.row.partition("@")[0], cell.column)} & red)
    return Cell(
        row=cell.row,
        column=cell.column,
        ok=cell.ok,
        of=cell.of,
        errors=dict(cell.errors),
        expected=cell.expected,
        predicted=said,
    )


async def pods(run: Run) -> list[dict[str, Any]]:
    """The lab's pods in short, in the order of clusters, namespaces, names.

    ClusterError, which says what the engine knows where the API server does not answer; KubeconfigGone also for the
    learner's own, without which nothing can be done in the shell.
    """
    health.shell_leads_there(run)
    try:
        return await _pods(run)
    except ConnectionLost as error:
        raise await health.explained(run, error) from error


async def _pods(run: Run) -> list[dict[str, Any]]:
    found = []
    for cluster in run.lab.clusters:
        kube = await run.kube(cluster)
        for namespace in run.lab.namespaces or (run.lab.namespace,):
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
    """As kubectl puts it: why it waits, where it does."""
    if pod["metadata"].get("deletionTimestamp"):
        return "Terminating"
    waiting = [((one.get("state") or {}).get("waiting") or {}).get("reason") for one in containers]
    return next(filter(None, waiting), None) or str(pod.get("status", {}).get("phase", "Unknown"))


def _sidecars(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in spec.get("initContainers") or [] if one.get("restartPolicy") == "Always"]


def environment(run: Run) -> dict[str, str]:
    """For the learner's shell. UsageError before the lab was started."""
    from meshlab.cluster.setup.tools import tools_folder
    from meshlab.run.paths import ENVIRONMENT

    kubeconfig = run.cluster_folder / learner.FILE
    if not kubeconfig.exists():
        raise UsageError(f"The lab {run.lab_id} has no cluster to work on yet.", hint=f"`meshlab start {run.lab_id}`.")
    told = {name.upper(): value for name, value in run.values.items() if name.endswith(("_url", "_port"))}
    others = {
        f"KUBECONFIG_{key.upper().replace('-', '_')}": str(run.folder_of(key) / learner.FILE)
        for key in list(run.lab.clusters)[1:]
    }
    return {
        **told,
        **others,
        "KUBECONFIG": str(kubeconfig),
        "MESHLAB_RUN": run.lab_id,
        ENVIRONMENT: str(run.paths.root),
        "PATH": os.pathsep.join([str(tools_folder()), os.environ.get("PATH", os.defpath), *_own_programs()]),
    }


def _own_programs() -> list[str]:
    """Where the `meshlab` that runs now is, for a shell on whose PATH it is not (a clone, a virtual environment)."""
    return [] if shutil.which("meshlab") else [str(Path(sys.executable).parent)]
