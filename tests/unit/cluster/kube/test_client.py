"""The Kubernetes client against an API server that answers, refuses and vanishes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from meshlab.cluster.kube import client as module
from meshlab.cluster.kube.client import KubeClient
from meshlab.errors import ClusterError, KubeconfigGone
from meshlab.lab.address import ObjectRef
from tests.unit.cluster.api_server import ApiServer, config, pod, serving

PODS = "/api/v1/namespaces/shop/pods"
WEB = ObjectRef(namespace="shop", kind="Pod", name="web")


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ApiServer]:
    async with serving() as server:
        yield server


@pytest_asyncio.fixture
async def kube(server: ApiServer, tmp_path: Path) -> AsyncIterator[KubeClient]:
    client = KubeClient(config(tmp_path, server.url))
    yield client
    await client.close()


async def test_what_is_there_is_read_and_what_is_not_is_none(server: ApiServer, kube: KubeClient) -> None:
    server.put(f"{PODS}/web", pod("web"))
    assert (await kube.get(WEB) or {})["metadata"]["name"] == "web"
    assert await kube.get(ObjectRef(namespace="shop", kind="Pod", name="other")) is None
    assert await kube.get(ObjectRef(api_version="example.com/v1", kind="Nothing", name="x")) is None
    assert await kube.get(ObjectRef(kind="Nothing", name="x")) is None


async def test_no_namespace_is_the_contexts(server: ApiServer, kube: KubeClient) -> None:
    server.put(f"{PODS}/web", pod("web"))
    assert await kube.get(ObjectRef(kind="Pod", name="web")) is not None


async def test_lists_come_page_by_page_sorted_and_with_their_kind(server: ApiServer, kube: KubeClient) -> None:
    for name in ("c", "a", "b", "e", "d"):
        server.put(f"{PODS}/{name}", pod(name))
    found = await kube.list(ObjectRef(namespace="shop", kind="Pod", labels={"b": "2", "a": "1"}))
    assert [one["metadata"]["name"] for one in found] == ["a", "b", "c", "d", "e"]
    assert {(one["apiVersion"], one["kind"]) for one in found} == {("v1", "Pod")}
    assert server.asked[-1][2]["labelSelector"] == "a=1,b=2"


async def test_all_namespaces(server: ApiServer, kube: KubeClient) -> None:
    await kube.list(ObjectRef(namespace="*", kind="Pod"))
    await kube.list(ObjectRef(kind="Pod"))
    assert [path for _, path, _, _ in server.asked[-2:]] == ["/api/v1/pods", "/api/v1/pods"]


async def test_apply_is_server_side(server: ApiServer, kube: KubeClient) -> None:
    obj = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}}
    await kube.apply(obj, manager="learner", force=False)
    assert server.asked[-1] == (
        "PATCH",
        "/apis/apps/v1/namespaces/shop/deployments/web",
        {"fieldManager": "learner", "force": "false"},
        obj,
    )


async def test_patches_reach_subresources(server: ApiServer, kube: KubeClient) -> None:
    await kube.patch(WEB, {"metadata": {}}, kind="strategic", subresource="status")
    assert server.asked[-1][:2] == ("PATCH", f"{PODS}/web/status")


async def test_deleting_what_is_gone_is_fine(server: ApiServer, kube: KubeClient) -> None:
    await kube.delete(WEB, grace=0, wait=True)
    assert server.asked[-1][2] == {"propagationPolicy": "Background", "gracePeriodSeconds": "0"}
    await kube.delete(ObjectRef(api_version="example.com/v1", kind="Nothing", name="x"))


async def test_deleting_by_labels(server: ApiServer, kube: KubeClient) -> None:
    for name in ("a", "b"):
        server.put(f"{PODS}/{name}", pod(name))
    await kube.delete(ObjectRef(namespace="shop", kind="Pod", labels={"app": "x"}), wait=True)
    assert server.objects == {}
    with pytest.raises(ClusterError, match="Refused to delete every Pod"):
        await kube.delete(ObjectRef(namespace="shop", kind="Pod"))


async def test_waiting_for_a_deletion_ends_when_another_takes_the_name(server: ApiServer, kube: KubeClient) -> None:
    server.put(f"{PODS}/web", pod("web"))
    server.ending.add(f"{PODS}/web")
    waiting = asyncio.create_task(kube.delete(WEB, wait=True))
    await server.deleting.wait()
    assert not waiting.done()
    del server.objects[f"{PODS}/web"]
    server.put(f"{PODS}/web", pod("web"))
    async with asyncio.timeout(10):
        await waiting


async def test_what_holds_a_deletion_is_named(server: ApiServer, kube: KubeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GONE_WITHIN", 0.1)
    server.put(f"{PODS}/web", pod("web", finalizers=["example.com/stuck"]))
    server.ending.add(f"{PODS}/web")
    with pytest.raises(ClusterError, match=r"Pod shop/web is still there .* its finalizers: example\.com/stuck"):
        await kube.delete(WEB, wait=True)


async def test_logs_since(server: ApiServer, kube: KubeClient) -> None:
    assert await kube.logs("shop", "web", "main", since=1764000000.9) == "a line\n"
    assert server.asked[-1][2] == {"container": "main", "sinceTime": "2025-11-24T16:00:00Z"}


async def test_raw_is_json_or_text(server: ApiServer, kube: KubeClient) -> None:
    assert await kube.raw("/readyz") == "ok"
    assert (await kube.raw("/api/v1"))["resources"][0]["kind"] == "Pod"


async def test_a_refusal_says_what_was_refused(server: ApiServer, kube: KubeClient) -> None:
    server.refuse["PATCH"] = (403, 'pods "web" is forbidden: User "learner" cannot patch resource "pods"')
    with pytest.raises(ClusterError) as caught:
        await kube.apply({"apiVersion": "v1", "kind": "Pod", **pod("web")})
    assert caught.value.status == 403
    assert caught.value.message.startswith('Applying Pod shop/web was refused (403): pods "web" is forbidden')
    assert caught.value.hint


async def test_a_kind_that_is_missing_is_said(kube: KubeClient) -> None:
    with pytest.raises(ClusterError, match=r"does not know the kind Gateway of gateway\.networking\.k8s\.io/v1") as caught:
        await kube.apply({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "x"}})
    assert caught.value.status == 404


async def test_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    kube = KubeClient(config(tmp_path, url))
    with pytest.raises(ClusterError, match=f"nothing listens at {url}") as caught:
        await kube.get(WEB)
    assert caught.value.status == 0
    assert "meshlab start" in caught.value.hint
    await kube.close()


async def test_a_frozen_server_is_given_up(tmp_path: Path) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        kube = KubeClient(config(tmp_path, f"http://127.0.0.1:{mute.getsockname()[1]}"))
        with pytest.raises(ClusterError, match="did not answer in time"):
            await kube.connection.request("GET", "/readyz", timeout=0.1)
        await kube.close()


async def test_an_unusable_kubeconfig_is_said(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigGone, match="none was deleted"):
        await KubeClient(tmp_path / "none").raw("/readyz")
    file = config(tmp_path, "http://127.0.0.1:1")
    with pytest.raises(ClusterError, match="other"):
        await KubeClient(file, "other").raw("/readyz")
    file.write_text("{")
    with pytest.raises(ClusterError, match="cannot be used"):
        await KubeClient(file).raw("/readyz")
