"""What a control plane starts from, unpacked while kubeadm still makes its certificates.

A node image has its images packed. containerd unpacks one when a container needs it, and several of the same layers at the
same time as often as they are asked for.
"""

from __future__ import annotations

from meshlab.cluster.archive import CTR
from meshlab.cluster.containers import Node, docker

NEEDED = "name~=(etcd|kube-apiserver|kube-controller-manager|kube-scheduler):"
CONTAINERD = " ".join(CTR)
SCRIPT = f"""\
{CONTAINERD} images ls '{NEEDED}' | tail -n +2 | while read -r name type digest rest; do
    echo "$digest"
done | uniq | while read -r digest; do
    {CONTAINERD} snapshots unpack "$digest"
done
"""
WITHIN = 120.0


async def unpack(node: Node) -> None:
    """Do it. Whatever fails here, containerd does later."""
    await docker("exec", node.name, "sh", "-c", SCRIPT, deadline=WITHIN, check=False)
