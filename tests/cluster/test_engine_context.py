"""A cluster that meshlab did not make, as a user of one namespace who cannot reach its nodes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from meshlab.cluster.api import GUEST, ClusterInfo, ClusterSpec, Engine, unmet
from meshlab.cluster.existing.engine import ContextEngine
from meshlab.cluster.images import transfer
from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.kube.client import KubeClient, connect
from meshlab.cluster.kube.ready import wait_ready
from meshlab.cluster.programs import containers
from meshlab.cluster.programs.process import run
from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Track
from meshlab.errors import ClusterError, EngineError
from meshlab.lab.address import ObjectRef
from meshlab.lab.model import Needs

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="module")]

PINS = load_pins().images
CLUSTER = "somebodys-own"
SPEC = ClusterSpec(name="theirs", node_image="")
RIGHTS = [
    {"apiGroups": ["", "apps"], "resources": ["*"], "verbs": ["*"]},
    {"apiGroups": ["networking.k8s.io"], "resources": ["networkpolicies"], "verbs": ["*"]},
]


class Theirs:
    """The cluster of somebody else, and the kubeconfig that they gave us."""

    def __init__(self, admin: KubeClient, given: Path) -> None:
        self.admin = admin
        self.given = given

    def engine(self) -> ContextEngine:
        return ContextEngine("theirs", files=[self.given])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def theirs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Theirs]:
    folder = tmp_path_factory.mktemp("theirs")
    own = folder / "admin"
    argv = ["kind", "create", "cluster", "--name", CLUSTER, "--image", PINS["node"].ref]
    try:
        await run(*argv, "--wait", "0", "--kubeconfig", str(own), deadline=300)
        admin = KubeClient(own)
        await wait_ready(admin, nodes=1)
        yield Theirs(admin, await given(admin, own, folder))
        await admin.close()
    finally:
        await run("kind", "delete", "cluster", "--name", CLUSTER, "--kubeconfig", str(own), check=False)


async def given(admin: KubeClient, own: Path, folder: Path) -> Path:
    """A kubeconfig with a token that may do things in namespace `mine` alone, under its restricted pod security."""
    restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
    rbac = "rbac.authorization.k8s.io"
    for obj in (
        named("v1", "Namespace", "mine", "", labels=restricted),
        named("v1", "ServiceAccount", "me", "mine"),
        {**named(f"{rbac}/v1", "Role", "me", "mine"), "rules": RIGHTS},
        {
            **named(f"{rbac}/v1", "RoleBinding", "me", "mine"),
            "roleRef": {"apiGroup": rbac, "kind": "Role", "name": "me"},
            "subjects": [{"kind": "ServiceAccount", "name": "me", "namespace": "mine"}],
        },
    ):
        await admin.apply(obj)
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    token = (await admin.post("/api/v1/namespaces/mine/serviceaccounts/me/token", request))["status"]["token"]
    file = folder / "given"
    template = '{{range .clusters}}{{index .cluster "certificate-authority-data"}}{{end}}'
    argv = ["kubectl", "--kubeconfig", str(own), "config", "view", "--raw", "-o", f"go-template={template}"]
    authority = (await run(*argv)).text
    cluster = {"server": admin.connection.server, "certificate-authority-data": authority}
    context = {"cluster": "theirs", "user": "me", "namespace": "mine"}
    config = {
        "contexts": [{"name": "theirs", "context": context}],
        "clusters": [{"name": "theirs", "cluster": cluster}],
        "users": [{"name": "me", "user": {"token": token}}],
    }
    file.write_text(json.dumps(config))
    return file


def named(version: str, kind: str, name: str, namespace: str, **metadata: Any) -> dict[str, Any]:
    place = {"namespace": namespace} if namespace else {}
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **place, **metadata}}


@pytest.fixture
def no_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")


@pytest_asyncio.fixture(loop_scope="module")
async def info(theirs: Theirs, no_docker: None, tmp_path: Path) -> ClusterInfo:
    engine: Engine = theirs.engine()
    events: list[Progress] = []
    await engine.create(SPEC, tmp_path / "state", track=Track(events.append))
    assert [(event.phase, event.state) for event in events] == [
        ("connect", "planned"),
        ("connect", "running"),
        ("connect", "done"),
    ]
    found = await engine.find("theirs", tmp_path / "state")
    assert found is not None
    return found


async def test_what_it_offers_is_found_out(info: ClusterInfo) -> None:
    offer = info.capabilities
    assert (offer.scope, offer.nodes, offer.memory_mib) == ("namespaces", 0, 0)
    assert (offer.network_policy, offer.host_port, offer.net_admin) == (True, False, False)
    assert (offer.node_labels, offer.node_access) == (False, False)
    assert info.traits == GUEST
    assert unmet(Needs(nodes=2, network_policy=True), offer) == []
    assert len(unmet(Needs(scope="cluster", node_access=True), offer)) == 2


async def test_its_kubeconfig_is_a_copy_of_one_context(info: ClusterInfo) -> None:
    assert info.kubeconfig.stat().st_mode & 0o777 == 0o600
    kube = connect(info)
    assert await kube.list(ObjectRef(kind="Pod", namespace="mine")) == []
    with pytest.raises(ClusterError, match="403"):
        await kube.list(ObjectRef(kind="Node"))
    await kube.close()


async def test_an_image_that_it_cannot_have_is_said_and_one_that_it_has_is_fine(
    theirs: Theirs, info: ClusterInfo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine, refs = theirs.engine(), [PINS["base"].ref]
    with pytest.raises(EngineError, match=f"does not have {refs[0]} .* and cannot pull it"):
        await engine.load(info, refs, Track())
    monkeypatch.undo()
    nodes = await containers.nodes(CLUSTER)
    await transfer.load(nodes, refs, await containers.facts(), Track(), tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    await engine.load(info, refs, Track())
    assert await theirs.admin.list(ObjectRef(kind="Pod", namespace="mine")) == []


async def test_it_is_neither_paused_nor_stopped_nor_removed(theirs: Theirs, info: ClusterInfo) -> None:
    engine = theirs.engine()
    with pytest.raises(EngineError, match="not paused"):
        await engine.pause(info)
    with pytest.raises(EngineError, match="not stopped"):
        await engine.halt(info)
    with pytest.raises(ClusterError, match="audit log"):
        await engine.audit(info, 0)
    events: list[Progress] = []
    await engine.recover(info, Track(events.append))
    assert [event.state for event in events] == ["planned", "running", "done"]
    await engine.delete("theirs", info.kubeconfig.parent)
    assert await engine.find("theirs", info.kubeconfig.parent) is None
    assert await theirs.admin.raw("/readyz") == "ok"
