"""What a lost state folder leaves in the engine is named by `doctor` and removed by `clean`; what is somebody's stays."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from meshlab.cluster.api import ClusterSpec
from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.kind.files import OwnFiles
from meshlab.cluster.programs.containers import MOUNT
from tests.cluster.program import Program

pytestmark = pytest.mark.cluster

IMAGE = load_pins().images["node"].ref


def container(name: str, mount: Path) -> str:
    """One that looks like the node of a cluster; never started."""
    labels = ("--label", f"io.x-k8s.kind.cluster={name}", "--label", "io.x-k8s.kind.role=control-plane")
    return docker("create", "--name", f"{name}-control-plane", *labels, "-v", f"{mount}:{MOUNT}:ro", IMAGE)


def docker(*argv: str) -> str:
    return subprocess.run(["docker", *argv], capture_output=True, text=True, check=True).stdout.strip()


def told(program: Program) -> list[str]:
    """What doctor says about clusters that nobody remembers."""
    findings = program.run("doctor", "--format", "json").json()["findings"]
    return [one["parameters"]["clusters"] for one in findings if one["id"] == "leftovers"]


def test_a_cluster_whose_state_folder_is_gone(tmp_path: Path) -> None:
    lost, kept = tmp_path / "lost" / "clusters" / "lost", OwnFiles(tmp_path / "kept" / "clusters" / "kept")
    kept.begin(ClusterSpec(name="kept", node_image=IMAGE))
    # As an engine does when it starts a container whose folder is missing.
    (lost / "node").mkdir(parents=True)
    program = Program(tmp_path / "state")
    lost_id, kept_id = container("meshlab-lost", lost / "node"), container("meshlab-kept", kept.mount)
    try:
        assert told(program) == ["meshlab-lost"]
        program.ok("clean", "--yes")
        assert told(program) == []
        left = docker("ps", "-aq", "--no-trunc").split()
        assert (lost_id in left, kept_id in left, lost.exists()) == (False, True, False)
    finally:
        subprocess.run(["docker", "rm", "-f", "-v", lost_id, kept_id], capture_output=True, check=False)
