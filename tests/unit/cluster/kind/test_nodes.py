"""What containers say about the nodes of a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meshlab.cluster.kind.engine import state
from meshlab.cluster.kind.nodes import made_from
from meshlab.cluster.programs.containers import Node, _node
from tests.unit.cluster.kind.test_files import SPEC


def told(**changes: Any) -> dict[str, Any]:
    """What `docker inspect` says about a node, as far as it is read."""
    return {
        "Id": "abc",
        "Name": "/meshlab-a-control-plane",
        "State": {"Status": "running", "StartedAt": "2026-11-23T15:24:40.123456789Z"},
        "Config": {"Labels": {"io.x-k8s.kind.cluster": "meshlab-a", "io.x-k8s.kind.role": "control-plane"}},
        "HostConfig": {"PortBindings": {"30080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "34477"}], "53/udp": None}},
        "NetworkSettings": {"Networks": {"kind": {"IPAddress": "172.19.0.2"}}},
        "Mounts": [{"Destination": "/etc/kubernetes/meshlab", "Source": "/state/a/node"}, {"Destination": "/var"}],
        **changes,
    }


def test_a_container_is_a_node() -> None:
    node = _node(told())
    assert (node.name, node.cluster) == ("meshlab-a-control-plane", "meshlab-a")
    assert (node.role, node.state) == ("control-plane", "running")
    assert (node.started, node.ip, node.ports) == (1795447480.0, "172.19.0.2", {30080: 34477})
    assert made_from(node, Path("/state/a/node"))
    assert not made_from(node, Path("/state/b/node"))
    assert not made_from(_node(told(Mounts=[])), Path("/state/a/node"))
    assert _node(told(State={"Status": "created"})).state == "exited"


@pytest.mark.parametrize(
    ("states", "word"),
    [
        (["running"] * 3, "running"),
        (["running", "paused", "paused"], "paused"),
        (["exited", "paused", "running"], "stopped"),
        (["running"] * 2, "partial"),
    ],
)
def test_one_word_for_all_nodes(states: list[str], word: str) -> None:
    nodes = [Node(id="", name="", cluster="", role="worker", state=one) for one in states]
    assert state(nodes, SPEC) == word
