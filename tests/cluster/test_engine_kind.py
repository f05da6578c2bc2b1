"""One kind cluster through its whole life, with a second one beside it. The order of the tests is the order of the life."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from meshlab.cluster.api import ClusterInfo, ClusterSpec, Engine
from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.kind.config import ZONE_LABEL, subnets
from meshlab.cluster.kind.engine import KindEngine
from meshlab.cluster.kube.client import KubeClient, connect
from meshlab.cluster.kube.ready import wait_ready
from meshlab.cluster.programs import containers
from meshlab.cluster.programs.containers import docker
from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Estimates, Track
from meshlab.errors import ClusterError, EngineError
from meshlab.lab.address import ObjectRef

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="module")]

PINS = load_pins().images
BASE = PINS["base"].ref
SPEC = ClusterSpec(name="engine-a", node_image=PINS["node"].ref, ports={"edge": 30080})
WEB = ObjectRef(namespace="shop", kind="Pod", name="web")


class Life:
    """The cluster of this module, and what its making told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = KindEngine()
        self.events: list[Progress] = []

    def track(self) -> Track:
        return Track(self.events.append, Estimates(self.folder.parent))

    async def info(self) -> ClusterInfo:
        found = await self.engine.find(SPEC.name, self.folder)
        assert found is not None
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def life(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Life]:
    life = Life(tmp_path_factory.mktemp("state") / "engine-a")
    try:
        await life.engine.create(SPEC, life.folder, [BASE], track=life.track())
        yield life
    finally:
        await life.engine.delete(SPEC.name, life.folder)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kube(life: Life) -> AsyncIterator[KubeClient]:
    client = connect(await life.info())
    yield client
    await client.close()


async def test_every_phase_was_announced_and_ended(life: Life) -> None:
    planned = [event.phase for event in life.events if event.state == "planned"]
    assert planned == life.engine.phases(SPEC, [BASE])
    ended = {event.phase for event in life.events if event.state in ("done", "skipped")}
    assert ended == set(planned)
    assert life.events[-1].state != "failed"


async def test_it_becomes_ready(life: Life, kube: KubeClient) -> None:
    events: list[Progress] = []
    await wait_ready(kube, nodes=3, track=Track(events.append))
    assert [event.phase for event in events if event.state == "done"] == ["api", "nodes-ready", "dns-ready"]


async def test_it_is_found_as_it_was_asked_for(life: Life) -> None:
    info = await life.info()
    assert (info.state, info.spec) == ("running", SPEC)
    assert [node.role for node in info.nodes] == ["control-plane", "worker", "worker"]
    assert info.kubeconfig.stat().st_mode & 0o777 == 0o600
    assert info.ports["edge"] > 1024
    own = [node for node in await containers.nodes("meshlab-engine-a") if node.role == "control-plane"]
    assert own[0].ports[30080] == info.ports["edge"]


async def test_its_workers_have_zones(kube: KubeClient) -> None:
    nodes = await kube.list(ObjectRef(kind="Node"))
    zones = [node["metadata"]["labels"].get(ZONE_LABEL) for node in nodes]
    assert zones == [None, "a", "b"]


async def test_coredns_forgets_soon_and_runs_once(kube: KubeClient) -> None:
    config = await kube.get(ObjectRef(namespace="kube-system", kind="ConfigMap", name="coredns"))
    assert config is not None
    assert "cache 5" in config["data"]["Corefile"]
    pods = await kube.list(ObjectRef(namespace="kube-system", kind="Pod", labels={"k8s-app": "kube-dns"}))
    assert len(pods) == 1


async def test_images_are_in_every_worker_and_not_loaded_twice(life: Life) -> None:
    again: list[Progress] = []
    await life.engine.load(await life.info(), [BASE], Track(again.append))
    assert [event.detail for event in again if event.state == "done"] == ["all there"]
    more: list[Progress] = []
    await life.engine.load(await life.info(), [BASE, PINS["traefik"].ref], Track(more.append))
    assert [event.state for event in more] == ["running", "running", "done"]
    for node in (await life.info()).nodes[1:]:
        told = await docker("exec", node.name, "ctr", "-n", "k8s.io", "images", "ls", "-q")
        assert f"docker.io/library/{PINS['traefik'].ref}" in told.text.split()


async def test_a_missing_image_is_said(life: Life) -> None:
    info = await life.info()
    with pytest.raises(EngineError, match="does not have meshlab/nothing:1"):
        await life.engine.load(info, ["meshlab/nothing:1"], Track())


async def test_a_whole_cluster_is_not_made_again(life: Life) -> None:
    with pytest.raises(EngineError, match="There is a kind cluster meshlab-engine-a already"):
        await made(life.engine, SPEC, life.folder)
    assert (await life.info()).state == "running"


async def test_applied_objects_are_watched_and_their_pod_is_reached(kube: KubeClient) -> None:
    await kube.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    seen: list[tuple[str, str]] = []
    synced, ready = asyncio.Event(), asyncio.Event()

    async def look() -> None:
        async for kind, pod in kube.watch(ObjectRef(namespace="shop", kind="Pod")):
            if kind == "SYNC":
                synced.set()
                continue
            seen.append((kind, pod["metadata"]["name"]))
            if is_ready(pod):
                ready.set()

    watching = asyncio.create_task(look())
    async with asyncio.timeout(60):
        await synced.wait()
        await kube.apply(pod("web"))
        await ready.wait()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert seen[0] == ("ADDED", "web")
    async with kube.forward("shop", "web", 8080) as url, httpx2.AsyncClient() as client:
        answers = await asyncio.gather(*(client.get(f"{url}/etc/hostname") for _ in range(5)))
    assert {answer.text.strip() for answer in answers} == {"web"}
    assert "GET /etc/hostname" in await kube.logs("shop", "web", "main")


async def test_a_port_that_nobody_listens_on_fails_with_its_reason(kube: KubeClient) -> None:
    async with kube.forward("shop", "web", 9) as url, httpx2.AsyncClient() as client:
        with pytest.raises(httpx2.HTTPError):
            await client.get(url)
        assert "refused" in kube.forwards.error("shop", "web", 9)


async def test_a_pod_that_is_not_there_cannot_be_forwarded_to(kube: KubeClient) -> None:
    with pytest.raises(ClusterError, match="shop/nobody"):
        async with kube.forward("shop", "nobody", 80):
            pass


async def test_the_audit_log_says_who_wrote(life: Life, kube: KubeClient) -> None:
    # The test before this one has written the same pod, perhaps in the same second.
    before = time.time()
    await kube.patch(WEB, {"metadata": {"labels": {"seen": "yes"}}})
    found = [event for event in await life.engine.audit(await life.info(), before) if event.name == "web"]
    assert [(event.verb, event.kind, event.namespace, event.user) for event in found] == [
        ("patch", "Pod", "shop", "kubernetes-admin")
    ]


async def test_refusals_are_sentences(kube: KubeClient) -> None:
    with pytest.raises(ClusterError, match=r"Applying Pod shop/bad was refused \(422\)"):
        await kube.apply({**pod("bad"), "spec": {"containers": []}})
    with pytest.raises(ClusterError, match=r"does not know the kind Nothing of example\.com/v1"):
        await kube.apply({"apiVersion": "example.com/v1", "kind": "Nothing", "metadata": {"name": "x"}})
    assert await kube.get(ObjectRef(api_version="example.com/v1", kind="Nothing", name="x")) is None
    assert await kube.list(ObjectRef(api_version="example.com/v1", kind="Nothing")) == []
    assert await kube.get(ObjectRef(namespace="shop", kind="Pod", name="nobody")) is None


async def test_a_paused_cluster_does_not_answer_and_recovers(life: Life, kube: KubeClient) -> None:
    await life.engine.pause(await life.info())
    assert (await life.info()).state == "paused"
    with pytest.raises(ClusterError, match="cannot be read"):
        await life.engine.audit(await life.info(), 0)
    done = await recovered(life)
    assert done == ["start-nodes", "api", "nodes-ready", "dns-ready"]
    found = await kube.get(WEB)
    assert found is not None
    assert is_ready(found)


async def test_a_stopped_cluster_keeps_its_ports_and_recovers(life: Life, kube: KubeClient) -> None:
    ports = (await life.info()).ports
    await life.engine.halt(await life.info())
    assert (await life.info()).state == "stopped"
    await recovered(life)
    assert ((await life.info()).state, (await life.info()).ports) == ("running", ports)
    assert await hostname_of_web(kube) == "web"


async def test_a_second_cluster_stands_beside_it(life: Life, kube: KubeClient) -> None:
    pods, services = subnets(1)
    spec = ClusterSpec(name="engine-b", workers=0, node_image=SPEC.node_image, pod_subnet=pods, service_subnet=services)
    folder = life.folder.parent / "engine-b"
    engine: Engine = KindEngine()
    try:
        await made(engine, spec, folder)
        info = await engine.find("engine-b", folder)
        assert info is not None
        other = connect(info)
        await wait_ready(other, nodes=1)
        service = await other.get(ObjectRef(namespace="default", kind="Service", name="kubernetes"))
        assert service is not None
        assert service["spec"]["clusterIP"] == "10.97.0.1"
        await other.close()
    finally:
        await engine.delete("engine-b", folder)
    assert await containers.nodes("meshlab-engine-b") == []
    assert not folder.exists()
    assert len((await life.info()).nodes) == 3
    assert await kube.raw("/readyz") == "ok"


async def test_a_cluster_of_another_folder_is_left_alone(life: Life, tmp_path: Path) -> None:
    engine = KindEngine()
    assert await engine.find(SPEC.name, tmp_path) is None
    await engine.delete(SPEC.name, tmp_path)
    with pytest.raises(EngineError, match="was not made from"):
        await made(engine, SPEC, tmp_path / "x")
    assert len((await life.info()).nodes) == 3


async def test_deleting_leaves_nothing_and_can_be_repeated(life: Life) -> None:
    volumes = {name for node in await containers.nodes("meshlab-engine-a") for name in await volumes_of(node.id)}
    assert volumes
    await life.engine.delete(SPEC.name, life.folder)
    await life.engine.delete(SPEC.name, life.folder)
    assert await containers.nodes("meshlab-engine-a") == []
    assert not volumes & set((await docker("volume", "ls", "-q")).text.split())
    assert not life.folder.exists()
    assert await life.engine.find(SPEC.name, life.folder) is None


async def hostname_of_web(kube: KubeClient, within: float = 60) -> str:
    """As soon as it answers: a pod's container is started again after the API is."""
    end = time.monotonic() + within
    while True:
        try:
            async with kube.forward("shop", "web", 8080) as url, httpx2.AsyncClient(timeout=5) as client:
                return (await client.get(f"{url}/etc/hostname")).text.strip()
        except (httpx2.HTTPError, ClusterError):
            if time.monotonic() > end:
                raise
        await asyncio.sleep(0.5)


async def recovered(life: Life) -> list[str]:
    events: list[Progress] = []
    await life.engine.recover(await life.info(), Track(events.append))
    return [event.phase for event in events if event.state == "done"]


async def made(engine: Engine, spec: ClusterSpec, folder: Path) -> None:
    await engine.create(spec, folder, track=Track())


async def volumes_of(container: str) -> list[str]:
    template = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{end}}{{end}}'
    return (await docker("inspect", "--format", template, container)).text.split()


def pod(name: str) -> dict[str, Any]:
    container = {
        "name": "main",
        "image": BASE,
        "command": ["python3", "-u", "-m", "http.server", "8080", "--directory", "/"],
        "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1},
    }
    spec = {"containers": [container], "terminationGracePeriodSeconds": 1}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def is_ready(pod: dict[str, Any]) -> bool:
    conditions = pod.get("status", {}).get("conditions") or []
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
