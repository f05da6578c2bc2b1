"""The environment of what meshlab runs: programs that setup installed come first, and uv trusts what this machine does."""

from __future__ import annotations

import os
from pathlib import Path

AUTHORITIES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")


def data_folder() -> Path:
    """What setup keeps for all runs of this user."""
    from platformdirs import user_data_path

    return user_data_path("meshlab")


def tools_folder() -> Path:
    """Where setup puts programs; it stands first on the PATH of everything that meshlab runs."""
    return data_folder() / "bin"


def prepare() -> None:
    """For this process and what it starts: programs, and the learner's shell."""
    ours = str(tools_folder())
    others = [one for one in os.environ.get("PATH", os.defpath).split(os.pathsep) if one != ours]
    os.environ["PATH"] = os.pathsep.join([ours, *others])
    # uv brings authorities of its own; a company's proxy may have one that only this machine knows.
    if any(Path(file).exists() for file in AUTHORITIES):
        for name in ("UV_SYSTEM_CERTS", "UV_NATIVE_TLS"):  # the newer name, and the one that older versions know
            os.environ.setdefault(name, "1")
