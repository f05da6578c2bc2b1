"""What kind says while it makes a cluster, as phases: off a terminal, a line when one begins and a line when it ends."""

from __future__ import annotations

PHASES = {
    "Ensuring node image": "node-image",
    "Preparing nodes": "create-nodes",
    "Configuring the external load balancer": "configure",
    "Writing configuration": "configure",
    "Starting control-plane": "control-plane",
    "Installing CNI": "network",
    "Installing StorageClass": "storage",
    "Joining": "join",
}
SIGNS = {"•": "running", "✓": "done", "✗": "failed"}


def read(line: str) -> tuple[str, str] | None:
    """(phase, state) or None for a line that says nothing about a phase."""
    sign, _, text = line.strip().partition(" ")
    state = SIGNS.get(sign)
    phase = next((phase for words, phase in PHASES.items() if text.strip().startswith(words)), None)
    return (phase, state) if state and phase else None


def phases(workers: int) -> list[str]:
    """The phases of a cluster with one control plane, in their order."""
    found = list(dict.fromkeys(PHASES.values()))
    return found if workers else [phase for phase in found if phase != "join"]
