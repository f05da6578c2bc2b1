"""The folder of the programs that setup installs, and its place on PATH."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder() -> Path:
    """What setup keeps for all runs of this user."""
    from platformdirs import user_data_path

    return user_data_path("meshlab")


def tools_folder() -> Path:
    """Where setup puts programs; it stands first on the PATH of everything that meshlab runs."""
    return data_folder() / "bin"


def put_first() -> None:
    """Make it so for this process and what it starts: programs, and the learner's shell."""
    ours = str(tools_folder())
    others = [one for one in os.environ.get("PATH", os.defpath).split(os.pathsep) if one != ours]
    os.environ["PATH"] = os.pathsep.join([ours, *others])
