"""What kind is told of a cluster."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path
from typing import Any

import pytest

from meshlab.cluster.api import ClusterSpec
from meshlab.cluster.kind.config import POLICY, cluster_config, subnets
from meshlab.cluster.programs.containers import MOUNT

HERE = Path("/state/clusters/a/node")


def spec(**changes: Any) -> ClusterSpec:
    return ClusterSpec(**{"name": "a", "node_image": "kindest/node:v1.34.2", "ports": {"edge": 30080}, **changes})


def patch(config: dict[str, Any], kind: str) -> dict[str, Any] | None:
    found = [one for one in map(json.loads, config["kubeadmConfigPatches"]) if one["kind"] == kind]
    return found[0] if found else None


def test_ports_are_only_on_this_machine() -> None:
    config = cluster_config(spec(), HERE)
    assert config["networking"]["apiServerAddress"] == "127.0.0.1"
    assert config["nodes"][0]["extraPortMappings"] == [
        {"containerPort": 30080, "hostPort": 0, "listenAddress": "127.0.0.1", "protocol": "TCP"}
    ]


def test_two_names_of_one_port_are_one_mapping() -> None:
    config = cluster_config(spec(ports={"edge": 30080, "door": 30080, "side": 30081}), HERE)
    assert [one["containerPort"] for one in config["nodes"][0]["extraPortMappings"]] == [30080, 30081]


def test_workers_have_zones() -> None:
    nodes = cluster_config(spec(workers=2), HERE)["nodes"]
    assert [(node["role"], node.get("labels")) for node in nodes] == [
        ("control-plane", None),
        ("worker", {"meshlab.dev/zone": "a"}),
        ("worker", {"meshlab.dev/zone": "b"}),
    ]


def test_a_node_that_is_alone_has_a_zone() -> None:
    assert cluster_config(spec(workers=0), HERE)["nodes"][0]["labels"] == {"meshlab.dev/zone": "a"}


def test_every_node_shows_from_which_folder_it_was_made() -> None:
    for node in cluster_config(spec(), HERE)["nodes"]:
        assert node["extraMounts"] == [{"hostPath": str(HERE), "containerPath": MOUNT, "readOnly": True}]


def test_patches_fit_any_version_of_kubeadm_and_elect_nobody() -> None:
    config = cluster_config(spec(), HERE)
    assert all("apiVersion" not in json.loads(one) for one in config["kubeadmConfigPatches"])
    cluster = patch(config, "ClusterConfiguration")
    assert cluster is not None
    assert cluster["controllerManager"]["extraArgs"]["leader-elect"] == "false"
    assert int(cluster["controllerManager"]["extraArgs"]["kube-api-qps"]) > 100
    assert cluster["scheduler"]["extraArgs"]["leader-elect"] == "false"
    assert cluster["apiServer"]["extraArgs"]["audit-policy-file"] == f"{MOUNT}/{POLICY}"


@pytest.mark.parametrize(
    ("image", "cgroup", "patched"),
    [
        ("kindest/node:v1.34.2", 1, False),
        ("kindest/node:v1.35.0", 1, True),
        ("kindest/node:v1.36.4@sha256:0", 1, True),
        ("kindest/node:v1.35.0", 2, False),
    ],
)
def test_new_kubelets_are_told_to_bear_cgroup_v1(image: str, cgroup: int, patched: bool) -> None:
    kubelet = patch(cluster_config(spec(node_image=image), HERE, cgroup), "KubeletConfiguration")
    assert (kubelet == {"kind": "KubeletConfiguration", "failCgroupV1": False}) is patched


def test_subnets_of_different_clusters_are_disjoint() -> None:
    nets = [ipaddress.ip_network(one) for number in range(10) for one in subnets(number)]
    assert not any(a.overlaps(b) for a in nets for b in nets if a is not b)
    with pytest.raises(ValueError, match="10"):
        subnets(10)
