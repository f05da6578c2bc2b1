"""What a control plane is told to unpack, by the script that it runs, with a program in the place of containerd's."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from meshlab.cluster.kind import creation
from meshlab.cluster.kind.creation import NEEDED, SCRIPT

CTR = """#!/bin/sh
echo "$*" >> "$TOLD"
case "$*" in
  *"images ls"*) echo "REF TYPE DIGEST SIZE PLATFORMS LABELS"
    echo "etcd:3 kind sha256:aa 1 MiB"
    echo "kube-apiserver:1 kind sha256:bb 2 MiB"
    echo "kube-scheduler:1 kind sha256:bb 2 MiB" ;;
  *sha256:aa) exit 1 ;;
esac
"""


def test_each_content_is_unpacked_once_whatever_becomes_of_the_others(tmp_path: Path) -> None:
    program, told = tmp_path / "ctr", tmp_path / "told"
    program.write_text(CTR)
    program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "TOLD": str(told)}
    subprocess.run(["sh", "-c", SCRIPT], env=environment, check=True)
    assert told.read_text().splitlines() == [
        f"-n k8s.io images ls {NEEDED}",
        "-n k8s.io snapshots unpack sha256:aa",
        "-n k8s.io snapshots unpack sha256:bb",
    ]


SAID = """cgroup v1 is deprecated
Creating cluster "meshlab-a" ...
 • Ensuring node image (kindest/node:v1.34.2) 🖼  ...
 ✓ Ensuring node image (kindest/node:v1.34.2) 🖼
 • Preparing nodes 📦 📦 📦   ...
 ✓ Preparing nodes 📦 📦 📦
 • Writing configuration 📜  ...
 ✓ Writing configuration 📜
 • Starting control-plane 🕹️  ...
 ✗ Starting control-plane 🕹️
 • Joining worker nodes 🚜  ...
Set kubectl context to "kind-meshlab-a"
"""


def test_kinds_lines_are_phases() -> None:
    assert [found for line in SAID.splitlines() if (found := creation.read(line))] == [
        ("node-image", "running"),
        ("node-image", "done"),
        ("create-nodes", "running"),
        ("create-nodes", "done"),
        ("configure", "running"),
        ("configure", "done"),
        ("control-plane", "running"),
        ("control-plane", "failed"),
        ("join", "running"),
    ]


def test_a_single_node_joins_nobody() -> None:
    assert "join" in creation.kind_phases(2)
    assert "join" not in creation.kind_phases(0)
