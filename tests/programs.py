"""Programs that tests drive and a bare machine may lack: `make test` brings them as root on Debian, as in CI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NEEDED = ("tmux", "vim", "less")
"""Their packages are called the same."""


def bring() -> list[str]:
    """Install what is missing, where that is possible; what is missing still."""
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
            subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL, check=False)
    return [name for name in missing if not shutil.which(name)]


def need(name: str) -> str:
    """The program's path. AssertionError where there is none: nothing that was not tested may look as if it were."""
    found = shutil.which(name)
    assert found, f"{name} is missing: install it (on Debian, `make test` does so as root)"
    return found


if __name__ == "__main__":
    if lacking := bring():
        print(f"!!! CANNOT BE HAD HERE: {', '.join(lacking)}. Install it: the tests that need it fail. !!!", file=sys.stderr)
    sys.exit(1 if lacking else 0)
