"""What is on this machine now: containers, volumes, networks, processes, temporary files. Before and after must be equal."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

from meshlab.cluster.programs.guardian import MARK


def docker(*arguments: str) -> set[str]:
    return set(subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout.split())


def processes() -> set[int]:
    """Processes of meshlab and its tools, by pid: those that this one did not start are left out."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid() and outside_containers(folder):
            words = command_line(folder)
            ours = any("meshlab" in word for word in words[:4]) or marked(folder)
            if ours and not any("pytest" in word for word in words):
                found.add(int(folder.name))
    return found


def outside_containers(folder: Path) -> bool:
    """A cluster's own programs name it too (kube-proxy does); they live in their nodes and end with them."""
    try:
        return (folder / "ns" / "pid").readlink() == Path("/proc/self/ns/pid").readlink()
    except OSError:
        return False


def marked(folder: Path) -> bool:
    """Whether a meshlab has started it, or what has started it."""
    try:
        return f"{MARK}=".encode() in (folder / "environ").read_bytes()
    except OSError:
        return False


def command_line(folder: Path) -> list[str]:
    try:
        return (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def left_over(before: set[int], within: float = 15) -> set[int]:
    """Processes that were not there before and do not end within some seconds: what is being ended may take a moment."""
    end = time.monotonic() + within
    while (found := processes() - before) and time.monotonic() < end:
        time.sleep(0.2)
    return found


def take() -> dict[str, object]:
    """An inventory that two moments can be compared by; the network `kind` is kind's own and stays."""
    return {
        "containers": docker("ps", "-aq"),
        "volumes": docker("volume", "ls", "-q"),
        "networks": docker("network", "ls", "--format", "{{.Name}}") - {"kind"},
        "temporary": {path.name for path in Path(tempfile.gettempdir()).iterdir() if "meshlab" in path.name},
        "processes": processes(),
    }
