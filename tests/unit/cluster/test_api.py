"""What a lab needs and a cluster cannot offer is named."""

from __future__ import annotations

import subprocess
import sys

import pytest

from meshlab.cluster.api import Capabilities, unmet
from meshlab.lab.model import Needs
from meshlab.words import tell


@pytest.mark.parametrize(
    ("needs", "offer", "word"),
    [
        (Needs(scope="cluster"), Capabilities(scope="namespaces"), "scope"),
        (Needs(host_port=True), Capabilities(host_port=False), "host-port"),
        (Needs(network_policy=True), Capabilities(network_policy=False), "network-policy"),
        (Needs(net_admin=True), Capabilities(net_admin=False), "net-admin"),
        (Needs(node_labels=True), Capabilities(node_labels=False), "node-labels"),
        (Needs(node_access=True), Capabilities(node_access=False), "node-access"),
        (Needs(nodes=2), Capabilities(nodes=1), "nodes"),
        (Needs(memory_mib=4096), Capabilities(memory_mib=2048), "memory-mib"),
    ],
)
def test_each_unmet_need_is_named(needs: Needs, offer: Capabilities, word: str) -> None:
    [words] = unmet(needs, offer)
    sentence = tell(words)
    assert word in sentence
    assert sentence.endswith(".")


def test_what_is_unknown_is_not_refused() -> None:
    assert unmet(Needs(nodes=3, memory_mib=9000), Capabilities(nodes=0, memory_mib=0)) == []
    assert unmet(Needs(scope="cluster", nodes=2, node_access=True), Capabilities(nodes=2)) == []


def test_importing_the_room_loads_nothing_heavy() -> None:
    code = (
        "import sys, meshlab.cluster.kind.engine, meshlab.cluster.existing.engine, meshlab.cluster.images.images\n"
        "print([one for one in ('lightkube', 'httpx2', 'websockets', 'yaml', 'docker', 'uv') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
