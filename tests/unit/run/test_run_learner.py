from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
import yaml

from meshlab.cluster.api import Capabilities, ClusterInfo
from meshlab.errors import ClusterError
from meshlab.run import learner
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


def info(tmp_path: Path, scope: str) -> ClusterInfo:
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(ADMIN))
    return ClusterInfo(name="x", engine="kind", kubeconfig=file, capabilities=Capabilities(scope=scope))


async def test_the_learner_gets_a_kubeconfig_of_their_own(tmp_path: Path) -> None:
    kube = Tokens()
    file = await learner.ensure(kube, info(tmp_path, "cluster"), tmp_path, ("shop", "bank"))
    config = yaml.safe_load(file.read_text())
    assert config["users"][0]["user"] == {"token": Tokens.token}
    assert config["clusters"][0]["cluster"] == ADMIN["clusters"][0]["cluster"]  # type: ignore[index]
    assert config["contexts"][0]["context"]["namespace"] == "shop"
    assert "secret" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    binding = kube.one("ClusterRoleBinding", "meshlab-learner")
    assert binding["roleRef"]["name"] == "cluster-admin"
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "learner", "namespace": "meshlab"}]
    path, body = kube.posts[0]
    assert path == "/api/v1/namespaces/meshlab/serviceaccounts/learner/token"
    assert body["spec"]["expirationSeconds"] >= 24 * 3600


async def test_where_only_namespaces_are_the_labs_so_are_the_rights(tmp_path: Path) -> None:
    kube = Tokens()
    for name in ("meshlab", "shop", "bank"):
        kube.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    await learner.ensure(kube, info(tmp_path, "namespaces"), tmp_path, ("shop", "bank"))
    assert {kind for _, kind, _ in kube.writes} == {"Namespace", "ServiceAccount", "RoleBinding"}
    for namespace in ("shop", "bank"):
        assert kube.one("RoleBinding", "meshlab-learner", namespace)["roleRef"]["name"] == "admin"


async def test_no_token_is_the_environments_fault(tmp_path: Path) -> None:
    kube = Tokens()
    kube.token = ""
    with pytest.raises(ClusterError, match="no token"):
        await learner.ensure(kube, info(tmp_path, "cluster"), tmp_path, ("shop",))


async def test_a_token_is_renewed_before_its_end(tmp_path: Path) -> None:
    file = tmp_path / learner.FILE
    assert learner.expires_soon(file)
    await learner.ensure(Tokens(), info(tmp_path, "cluster"), tmp_path, ("shop",))
    assert not learner.expires_soon(file, now=2_000_000_000 - 2 * learner.RENEW)
    assert learner.expires_soon(file, now=2_000_000_000 - learner.RENEW + 1)
    file.write_text("not: [yaml")
    assert learner.expires_soon(file)
