"""What a lab needs against what an engine offers."""

from __future__ import annotations

from meshlab.cluster.api import Capabilities
from meshlab.lab.model import Needs

SWITCHES = {
    "host_port": "pods that listen on a port of their node (hostPort)",
    "network_policy": "network policies that are enforced",
    "net_admin": "pods that redirect their own traffic (NET_ADMIN, and a kernel with nat, owner and REDIRECT)",
    "node_labels": "the right to label nodes",
    "node_access": "access to the nodes themselves",
}


def unmet(needs: Needs, capabilities: Capabilities) -> list[str]:
    """A sentence for each need that the engine does not meet; none: the lab can start."""
    found = []
    if needs.scope == "cluster" and capabilities.scope != "cluster":
        found.append("The lab needs the whole cluster (scope: cluster), and here it may only use namespaces.")
    for need, words in SWITCHES.items():
        if getattr(needs, need) and not getattr(capabilities, need):
            key = need.replace("_", "-")
            found.append(f"The lab needs {words} ({key}), which this engine does not offer.")
    if 0 < capabilities.nodes < needs.nodes:
        found.append(f"The lab needs {needs.nodes} nodes for pods (nodes), and there are {capabilities.nodes}.")
    if 0 < capabilities.memory_mib < needs.memory_mib:
        found.append(f"The lab needs {needs.memory_mib} MiB of memory (memory-mib), and there are {capabilities.memory_mib}.")
    return found
