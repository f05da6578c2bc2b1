"""Small parts of the engines: capabilities, estimates, own files, other people's kubeconfigs, what a container tells."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshlab.cluster.api import Capabilities, ClusterSpec, unmet
from meshlab.cluster.existing.imagecheck import verdict
from meshlab.cluster.kind.engine import state
from meshlab.cluster.kind.files import OwnFiles, private
from meshlab.cluster.kind.nodes import made_from
from meshlab.cluster.kube import access, kubeconfigs
from meshlab.cluster.programs.containers import Node, _node
from meshlab.cluster.track import Estimates, Track
from meshlab.errors import ClusterError, UsageError
from meshlab.lab.model import Needs

SPEC = ClusterSpec(name="a", node_image="kindest/node:v1.34.2")


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
    [sentence] = unmet(needs, offer)
    assert word in sentence
    assert sentence.endswith(".")


def test_what_is_unknown_is_not_refused() -> None:
    assert unmet(Needs(nodes=3, memory_mib=9000), Capabilities(nodes=0, memory_mib=0)) == []
    assert unmet(Needs(scope="cluster", nodes=2, node_access=True), Capabilities(nodes=2)) == []


def test_estimates_are_learned_and_survive(tmp_path: Path) -> None:
    assert Estimates(tmp_path).get("join") is None
    Estimates(tmp_path).learn({"join": 10.0})
    assert Estimates(tmp_path).get("join") == 10.0
    Estimates(tmp_path).learn({"join": 20.0})
    assert Estimates(tmp_path).get("join") == 14.0
    (tmp_path / "estimates.json").write_text("broken")
    assert Estimates(tmp_path).get("join") is None
    Estimates(tmp_path / "no" / "such").learn({"join": 1.0})
    Estimates(None).learn({"join": 1.0})


def test_phases_are_tracked(tmp_path: Path) -> None:
    Estimates(tmp_path).learn({"a": 3.0})
    track = Track(["a", "b", "c"], Estimates(tmp_path))
    assert [(event.phase, event.state, event.estimate) for event in track.planned()] == [
        ("a", "planned", 3.0),
        ("b", "planned", None),
        ("c", "planned", None),
    ]
    track.running("a")
    track.running("b")
    track.done("a")
    assert (track.open(), track.left()) == (["b"], ["c"])
    assert track.failed("b", "no").state == "failed"
    track.skipped("c")
    assert (track.open(), track.left()) == ([], [])


def test_own_files_know_an_unfinished_creation(tmp_path: Path) -> None:
    files = OwnFiles(tmp_path / "a")
    assert (files.ours, files.incomplete) == (False, False)
    files.begin(SPEC)
    assert (files.ours, files.incomplete) == (True, True)
    assert files.spec() == SPEC
    files.complete()
    assert (files.ours, files.incomplete) == (True, False)
    (files.folder / "kubeconfig.lock").touch()
    private(files.kubeconfig, b"secret")
    assert files.kubeconfig.stat().st_mode & 0o777 == 0o600
    files.remove()
    assert not files.folder.exists()


def test_other_files_in_the_folder_are_left(tmp_path: Path) -> None:
    files = OwnFiles(tmp_path / "a")
    files.begin(SPEC)
    (files.folder / "lock").touch()
    files.remove()
    assert [one.name for one in files.folder.iterdir()] == ["lock"]


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


def user_file(folder: Path, name: str, **user: str) -> Path:
    file = folder / f"{name}.yaml"
    config = {
        "current-context": "else",
        "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": "mine"}}],
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}", "certificate-authority": "ca.crt"}}],
        "users": [{"name": name, "user": user}],
    }
    file.write_text(yaml.safe_dump(config))
    return file


def test_one_context_is_taken_out_of_many(tmp_path: Path) -> None:
    files = [user_file(tmp_path, "one", token="a"), user_file(tmp_path, "two", **{"client-key": "/abs/key"})]
    found = kubeconfigs.only("two", files)
    assert found["current-context"] == "two"
    assert [one["name"] for one in found["clusters"]] == ["two"]
    assert found["clusters"][0]["cluster"]["certificate-authority"] == str(tmp_path / "ca.crt")
    assert found["users"][0]["user"] == {"client-key": "/abs/key"}
    with pytest.raises(UsageError, match="no kubeconfig context three") as caught:
        kubeconfigs.only("three", files)
    assert caught.value.hint == "Contexts: one, two."


def test_the_users_files_are_found_as_kubectl_finds_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(["/a", "", "/b"]))
    assert kubeconfigs.user_files() == [Path("/a"), Path("/b")]
    monkeypatch.delenv("KUBECONFIG")
    assert kubeconfigs.user_files() == [Path.home() / ".kube" / "config"]


def test_a_context_that_points_nowhere_is_said(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_text(json.dumps({"contexts": [{"name": "x", "context": {"cluster": "gone", "user": "gone"}}]}))
    with pytest.raises(UsageError, match="gone"):
        kubeconfigs.only("x", [file])


class Rules:
    """A Kube of a user with some rights, behind some admission."""

    def __init__(self, rights: set[str], refused: set[str], nodes: list[dict[str, Any]] | None) -> None:
        self.rights, self.refused, self.nodes = rights, refused, nodes

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if "dryRun" in path:
            container = body["spec"]["containers"][0]
            if self.refused & set(container):
                raise ClusterError("violates PodSecurity", status=403)
            return body
        asked = body["spec"]["resourceAttributes"]
        return {"status": {"allowed": asked["resource"] in self.rights}}

    async def list(self, ref: Any) -> list[dict[str, Any]]:
        if self.nodes is None:
            raise ClusterError("forbidden", status=403)
        return self.nodes


async def test_a_user_of_some_namespaces() -> None:
    kube: Any = Rules({"networkpolicies"}, {"ports", "securityContext"}, None)
    found = await access.capabilities(kube, "mine")
    assert (found.scope, found.network_policy, found.host_port, found.net_admin) == ("namespaces", True, False, False)
    assert (found.node_labels, found.node_access, found.audit, found.images, found.nodes) == (False, False, False, "pull", 0)


async def test_an_administrator() -> None:
    taint = [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]
    nodes: list[dict[str, Any]] = [{"spec": {"taints": taint}}, {"spec": {}}, {"spec": {}}]
    kube: Any = Rules({"namespaces", "clusterrolebindings", "nodes", "networkpolicies"}, set(), nodes)
    found = await access.capabilities(kube, "default")
    assert (found.scope, found.node_labels, found.host_port, found.nodes) == ("cluster", True, True, 2)
    assert not found.node_access


@pytest.mark.parametrize(
    ("container", "known", "why"),
    [
        ({}, False, ""),
        ({"waiting": {"reason": "ContainerCreating"}}, False, ""),
        ({"waiting": {"reason": "ErrImagePull", "message": "no such host"}}, True, "no such host"),
        ({"waiting": {"reason": "CreateContainerConfigError"}}, True, ""),
        ({"terminated": {"exitCode": 0}}, True, ""),
        ({"running": {}}, True, ""),
    ],
)
def test_what_a_kubelet_says_about_an_image(container: dict[str, Any], known: bool, why: str) -> None:
    pod = {"status": {"containerStatuses": [{"name": "image-0", "state": container}]}}
    assert verdict(pod, 0) == (known, why)


def test_importing_the_room_loads_nothing_heavy() -> None:
    code = (
        "import sys, meshlab.cluster.kind.engine, meshlab.cluster.existing.engine, meshlab.cluster.images.images\n"
        "print([one for one in ('lightkube', 'httpx2', 'websockets', 'yaml', 'docker', 'uv') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
