"""Environment variables of the learner's shell."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from meshlab.errors import UsageError
from meshlab.run.accounts import learner

if TYPE_CHECKING:
    from meshlab.run.run import Run


def environment(run: Run) -> dict[str, str]:
    """Returns the variables of the learner's shell. UsageError before the lab was started."""
    from meshlab.cluster.setup.tools import tools_folder
    from meshlab.run.store.paths import ENVIRONMENT

    kubeconfig = run.cluster_folder / learner.FILE
    if not kubeconfig.exists():
        raise UsageError("lab.no-cluster-yet", lab=run.lab_id)
    addresses = {name.upper(): value for name, value in run.values.items() if name.endswith(("_url", "_port"))}
    others = {
        f"KUBECONFIG_{key.upper().replace('-', '_')}": str(run.folder_of(key) / learner.FILE)
        for key in list(run.lab.clusters)[1:]
    }
    return {
        **addresses,
        **others,
        "KUBECONFIG": str(kubeconfig),
        "MESHLAB_RUN": run.lab_id,
        ENVIRONMENT: str(run.paths.root),
        "PATH": os.pathsep.join([str(tools_folder()), os.environ.get("PATH", os.defpath), *_own_programs()]),
    }


def _own_programs() -> list[str]:
    """Returns the folder of the running `meshlab` when it is not on the PATH (a clone, a virtual environment)."""
    return [] if shutil.which("meshlab") else [str(Path(sys.executable).parent)]
