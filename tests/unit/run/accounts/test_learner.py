from __future__ import annotations

import base64
import json
from pathlib import Path

import msgspec
import pytest
import yaml

from meshlab.cluster.api import GUEST, OWN, Capabilities, ClusterInfo
from meshlab.errors import ClusterError
from meshlab.lab.model import Lab
from meshlab.run.accounts import learner
from tests.unit.run.fake_kube import FakeKube

ADMIN = {
    "current-context": "kind-x",
    "contexts": [{"name": "kind-x", "context": {"cluster": "kind-x", "user": "kind-x"}}],
    "clusters": [{"name": "kind-x", "cluster": {"server": "https://127.0.0.1:6443", "certificate-authority-data": "QQ=="}}],
    "users": [{"name": "kind-x", "user": {"client-key-data": "secret"}}],
}


class Tokens(FakeKube):
    token = "." + base64.urlsafe_b64encode(json.dumps({"exp": 2_000_000_000}).encode()).decode().rstrip("=") + "."

    async def post(self, path: str, body: dict[str, object]) -> dict[str, object]:
        await super().post(path, body)
        return {"status": {"token": self.token}} if self.token else {}


def info(tmp_path: Path, scope: str = "cluster", engine: str = "kind") -> ClusterInfo:
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(ADMIN))
    traits = OWN if engine == "kind" else GUEST
    return ClusterInfo(name="x", engine=engine, traits=traits, kubeconfig=file, capabilities=Capabilities(scope=scope))


def lab(**parts: object) -> Lab:
    plain = {"schema": 1, "stage": "9", "minutes": 5, "namespaces": ["shop", "bank"], "clusters": {"main": {}}, "steps": []}
    return msgspec.convert(plain | parts, Lab)


def spaces() -> Tokens:
    kube = Tokens()
    for name in ("meshlab", "shop", "bank"):
        kube.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    kube.writes.clear()
    return kube


async def test_the_learner_gets_a_kubeconfig_of_their_own(tmp_path: Path) -> None:
    kube = Tokens()
    file = await learner.ensure(kube, info(tmp_path), tmp_path, lab())
    config = yaml.safe_load(file.read_text())
    assert config["users"][0]["user"] == {"token": Tokens.token}
    assert config["clusters"][0]["cluster"] == ADMIN["clusters"][0]["cluster"]  # type: ignore[index]
    assert config["contexts"][0]["context"]["namespace"] == "shop"
    assert "secret" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    binding = kube.one("ClusterRoleBinding", "meshlab-learner")
    assert binding["roleRef"]["name"] == "cluster-admin", "a cluster of their own"
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "learner", "namespace": "meshlab"}]
    path, body = kube.posts[0]
    assert path == "/api/v1/namespaces/meshlab/serviceaccounts/learner/token"
    assert body["spec"]["expirationSeconds"] >= 24 * 3600


async def test_where_only_namespaces_are_the_labs_so_are_the_rights(tmp_path: Path) -> None:
    kube = spaces()
    await learner.ensure(kube, info(tmp_path, "namespaces", "context"), tmp_path, lab())
    assert {kind for _, kind, _ in kube.writes} == {"ServiceAccount", "RoleBinding"}
    for namespace in ("shop", "bank"):
        assert kube.one("RoleBinding", "meshlab-learner", namespace)["roleRef"]["name"] == "admin"


async def test_an_administrators_context_does_not_make_the_learner_one(tmp_path: Path) -> None:
    kube = spaces()
    old = {"apiGroup": learner.RBAC, "kind": "ClusterRole", "name": "cluster-admin"}
    meta = {"name": "meshlab-learner"}
    kube.add({"apiVersion": f"{learner.RBAC}/v1", "kind": "ClusterRoleBinding", "metadata": meta, "roleRef": old})
    await learner.ensure(kube, info(tmp_path, "cluster", "context"), tmp_path, lab())
    assert kube.one("ClusterRoleBinding", "meshlab-learner")["roleRef"]["name"] == "meshlab-learner"
    assert writable(kube) == {}
    for namespace in ("shop", "bank"):
        assert kube.one("RoleBinding", "meshlab-learner", namespace)["roleRef"]["name"] == "admin"


async def test_what_the_lab_declares_is_added(tmp_path: Path) -> None:
    kube, needs = spaces(), {"scope": "cluster", "node-labels": True}
    declared = lab(needs=needs, privileges={"cluster-roles": True})
    await learner.ensure(kube, info(tmp_path, "cluster", "context"), tmp_path, declared)
    assert writable(kube) == {
        "clusterroles": None,
        "clusterrolebindings": None,
        "nodes": None,
        "namespaces": ["shop", "bank"],
    }


def writable(kube: FakeKube) -> dict[str, object]:
    """What the learner may write outside namespaces: resource to the names that are meant, None for all."""
    looks = {"get", "list", "watch"}
    rules = [one for one in kube.one("ClusterRole", "meshlab-learner")["rules"] if set(one["verbs"]) - looks]
    return {resource: rule.get("resourceNames") for rule in rules for resource in rule["resources"]}


async def test_no_token_is_the_environments_fault(tmp_path: Path) -> None:
    kube = Tokens()
    kube.token = ""
    with pytest.raises(ClusterError, match="no token"):
        await learner.ensure(kube, info(tmp_path), tmp_path, lab())


async def test_a_token_is_renewed_before_its_end(tmp_path: Path) -> None:
    file = tmp_path / learner.FILE
    assert learner.expires_soon(file)
    await learner.ensure(Tokens(), info(tmp_path), tmp_path, lab())
    assert not learner.expires_soon(file, now=2_000_000_000 - 2 * learner.RENEW)
    assert learner.expires_soon(file, now=2_000_000_000 - learner.RENEW + 1)
    file.write_text("not: [yaml")
    assert learner.expires_soon(file)
