"""The namer against a small API server: which endpoints stand in the files, and when they are written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.shop.fake_api import FakeApi
from tests.unit.shop.parts import load
from tests.unit.shop.served import Served, eventually

A, B = "172.18.0.3", "172.18.0.4"


class Running(Served):
    """A namer in this process, and the files that it keeps."""

    def __init__(self, api: FakeApi, data: Path) -> None:
        self.folder = data / "xds"
        env = {"ROLE": "namer", "NAMESPACES": "shop", "ENDPOINTS": str(self.folder), "ENDPOINT_PORT": "4141"}
        settings = load("settings").Settings.from_env(env)
        self.state = load("state").State(settings)
        self.namer = load("namer").Namer(settings, load("kube").Api(api.url, data / "no-account"), self.state)
        super().__init__(self.namer)

    async def told(self) -> Any:
        return await self.ask("/endpoints")

    def written(self) -> dict[str, dict[str, int]]:
        """Cluster to `address:port` and weight, as Envoy would read its file: one cluster each."""
        found = {}
        for file in self.folder.glob("*.json"):
            (one,) = json.loads(file.read_text())["resources"]
            assert one["cluster_name"] == file.stem
            assert one["@type"] == "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"
            found[one["cluster_name"]] = {
                "{address}:{port_value}".format(**end["endpoint"]["address"]["socket_address"]): end["load_balancing_weight"]
                for end in one["endpoints"][0]["lb_endpoints"]
            }
        return found

    async def becomes(self, wanted: dict[str, dict[str, int]]) -> None:
        await eventually(lambda: self.written() == wanted)


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    fake = FakeApi()
    await fake.server.start_server()
    for node, address in (("node-a", A), ("node-b", B)):
        await fake.put("pods", f"any-{node}", spec={"nodeName": node}, status={"hostIP": address})
    yield fake
    await fake.end_watches()
    await fake.server.close()


async def slice_of(api: FakeApi, service: str, *nodes: str, ready: bool | None = None, name: str = "") -> None:
    ends = [{"nodeName": node, "conditions": {} if ready is None else {"ready": ready}} for node in nodes]
    labels = {"kubernetes.io/service-name": service}
    await api.put("endpointslices", name or f"{service}-x1", labels=labels, endpoints=ends or None)


async def test_the_files_have_the_nodes_of_ready_pods_by_weight(api: FakeApi, tmp_path: Path) -> None:
    await slice_of(api, "catalog-local", "node-b", "node-a", "node-a")
    await slice_of(api, "web-local", "node-a", ready=True)
    await slice_of(api, "ratings-local", "node-b", ready=False)
    await slice_of(api, "catalog", "node-a")
    async with Running(api, tmp_path) as namer:
        await namer.becomes({"catalog": {f"{A}:4141": 2, f"{B}:4141": 1}, "web": {f"{A}:4141": 1}, "ratings": {}})
        assert namer.state.waiting_for is None
        assert (await namer.told())["clusters"] == {"catalog": {A: 2, B: 1}, "ratings": {}, "web": {A: 1}}


async def test_the_files_follow_pods_that_move_come_and_go(api: FakeApi, tmp_path: Path) -> None:
    await slice_of(api, "web-local", "node-a")
    async with Running(api, tmp_path) as namer:
        await namer.becomes({"web": {f"{A}:4141": 1}})
        await slice_of(api, "web-local", "node-b")
        await namer.becomes({"web": {f"{B}:4141": 1}})
        await slice_of(api, "web-local", "node-a", name="web-local-x2")
        await namer.becomes({"web": {f"{A}:4141": 1, f"{B}:4141": 1}})
        await api.delete("endpointslices", "web-local-x1")
        await namer.becomes({"web": {f"{A}:4141": 1}})
        await api.delete("endpointslices", "web-local-x2")
        await namer.becomes({"web": {}})


async def test_a_node_without_a_known_address_is_left_out_until_a_pod_tells_it(api: FakeApi, tmp_path: Path) -> None:
    await slice_of(api, "web-local", "node-a", "node-c")
    async with Running(api, tmp_path) as namer:
        await namer.becomes({"web": {f"{A}:4141": 1}})
        await api.put("pods", "web-2", spec={"nodeName": "node-c"}, status={"hostIP": "172.18.0.5"})
        await namer.becomes({"web": {f"{A}:4141": 1, "172.18.0.5:4141": 1}})


async def test_what_changes_nothing_writes_nothing(api: FakeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await slice_of(api, "web-local", "node-a")
    async with Running(api, tmp_path) as namer:
        await namer.becomes({"web": {f"{A}:4141": 1}})
        await api.put("pods", "any-node-a", spec={"nodeName": "node-a"}, status={"hostIP": A, "phase": "Running"})
        await slice_of(api, "other", "node-a")
        await slice_of(api, "pricing-local", "node-b")
        await namer.becomes({"web": {f"{A}:4141": 1}, "pricing": {f"{B}:4141": 1}})
        assert capsys.readouterr().out.count("endpoints written") == 2
        # Moved into place: nothing half-written is left beside it.
        assert {file.name for file in namer.folder.iterdir()} == {"web.json", "pricing.json"}


async def test_the_last_files_stay_while_the_api_is_away(
    api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(load("following"), "FIRST_PAUSE", 0.01)
    await slice_of(api, "web-local", "node-a")
    async with Running(api, tmp_path) as namer:
        await namer.becomes({"web": {f"{A}:4141": 1}})
        api.refuse = 403
        await api.end_watches()

        async def troubled() -> bool:
            return "403" in (await namer.told())["troubles"].get("discovery.k8s.io/v1/endpointslices in shop", "")

        await eventually(troubled)
        assert namer.written() == {"web": {f"{A}:4141": 1}}
        await slice_of(api, "web-local", "node-b")
        api.refuse = None
        await namer.becomes({"web": {f"{B}:4141": 1}})
    assert "watch lost" in capsys.readouterr().out


async def test_changes_that_the_api_has_forgotten_are_listed_anew(api: FakeApi, tmp_path: Path) -> None:
    await slice_of(api, "web-local", "node-a")
    await slice_of(api, "gone-local", "node-a")
    async with Running(api, tmp_path) as namer:
        await namer.becomes({"web": {f"{A}:4141": 1}, "gone": {f"{A}:4141": 1}})
        api.refuse = 500
        await api.end_watches()
        await api.delete("endpointslices", "gone-local-x1")
        await slice_of(api, "web-local", "node-b")
        api.compact()
        api.refuse = None
        await namer.becomes({"web": {f"{B}:4141": 1}, "gone": {}})


async def test_what_did_not_change_is_not_written_again(api: FakeApi, tmp_path: Path) -> None:
    """Not even by the next namer, which finds the files of the one before."""
    await slice_of(api, "web-local", "node-a")
    await slice_of(api, "old-local", "node-b")
    async with Running(api, tmp_path) as namer:
        await namer.becomes({"web": {f"{A}:4141": 1}, "old": {f"{B}:4141": 1}})
    first = (namer.folder / "web.json").stat()
    await api.delete("endpointslices", "old-local-x1")
    async with Running(api, tmp_path) as namer:
        await namer.becomes({"web": {f"{A}:4141": 1}, "old": {}})
    assert (namer.folder / "web.json").stat().st_ino == first.st_ino


async def test_without_permission_it_is_not_ready(api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load("following"), "FIRST_PAUSE", 0.01)
    api.refuse = 403
    async with Running(api, tmp_path) as namer:

        async def told() -> bool:
            return len((await namer.told())["troubles"]) == 2

        await eventually(told)
        assert namer.state.waiting_for == "the first list of endpoints"
        assert not namer.folder.exists()


@pytest.mark.parametrize("text", ["", "shop,other"])
def test_a_namer_has_one_namespace(text: str) -> None:
    with pytest.raises(ValueError, match="NAMESPACES must name the one namespace"):
        load("settings").Settings.from_env({"ROLE": "namer", "NAMESPACES": text})


def test_it_runs_as_a_role_of_the_image(tmp_path: Path) -> None:
    """The whole process: ready only once the file is there."""
    from tests.unit.shop.process import launch, until

    async def both() -> None:
        fake = FakeApi()
        await fake.server.start_server()
        await fake.put("pods", "web-1", spec={"nodeName": "node-a"}, status={"hostIP": A})
        await slice_of(fake, "web-local", "node-a")
        folder = tmp_path / "xds"
        env = {"ROLE": "namer", "NAMESPACES": "shop", "ENDPOINTS": str(folder), "KUBE_API": fake.url}
        shop = await asyncio.to_thread(launch, "python", tmp_path, **env)
        try:
            await asyncio.to_thread(until, lambda: shop.admin("/readyz").status == 200)
            assert json.loads((folder / "web.json").read_text())["resources"][0]["cluster_name"] == "web"
            assert (await asyncio.to_thread(shop.admin, "/info")).body["service"] == "namer"
        finally:
            shop.stop()
            await fake.end_watches()
            await fake.server.close()

    asyncio.run(both())
