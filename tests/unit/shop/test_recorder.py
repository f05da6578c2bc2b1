"""The recorder against a small API server: what is a write, and whether any may be missing."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.shop.fake_api import FakeApi
from tests.unit.shop.parts import load
from tests.unit.shop.served import Served, eventually

RECORD = "v1/configmaps,apps/v1/deployments"


class Running(Served):
    """A recorder in this process, asked over HTTP."""

    def __init__(self, api: FakeApi, data: Path) -> None:
        env = {"ROLE": "recorder", "RECORD": RECORD, "NAMESPACES": "shop", "DATA": str(data)}
        settings = load("settings").Settings.from_env(env)
        self.state = load("state").State(settings)
        kube = load("kube").Api(api.url, data / "no-account")
        super().__init__(load("recorder").Recorder(settings, kube), self.state)

    async def writes(self, since: float = 0) -> Any:
        return await self.ask(f"/writes?since={since}")

    async def verbs(self) -> list[tuple[str, str]]:
        return [(one["verb"], one["name"]) for one in (await self.writes())["writes"]]

    async def ready(self) -> None:
        await eventually(lambda: self.state.waiting_for is None)


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    fake = FakeApi()
    await fake.server.start_server()
    yield fake
    await fake.end_watches()
    await fake.server.close()


async def has(recorder: Running, *verbs: tuple[str, str]) -> None:
    async def same() -> bool:
        return await recorder.verbs() == list(verbs)

    await eventually(same)


async def test_writes_are_recorded_and_what_was_there_is_not(api: FakeApi, tmp_path: Path) -> None:
    await api.put("configmaps", "old", data={"a": "1"})
    async with Running(api, tmp_path) as recorder:
        await recorder.ready()
        await api.put("configmaps", "new", data={"a": "1"}, manager="meshlab-learner")
        await api.put("configmaps", "old", data={"a": "2"}, manager="kubectl-edit")
        # Each kind has its own watch: what comes first is certain within one only.
        await has(recorder, ("create", "new"), ("update", "old"))
        await api.put("deployments", "web", spec={"replicas": 1})
        await api.put("deployments", "web", spec={"replicas": 2}, manager="kubectl-scale")
        await eventually(lambda: _count(recorder, 4))
        await api.delete("configmaps", "new")
        await has(recorder, ("create", "new"), ("update", "old"), ("create", "web"), ("update", "web"), ("delete", "new"))
        kept = (await recorder.writes())["writes"]
    assert [one["seq"] for one in kept] == [1, 2, 3, 4, 5]
    assert [one["manager"] for one in kept[:4]] == ["meshlab-learner", "kubectl-edit", "kubectl", "kubectl-scale"]
    assert kept[3].items() >= {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop", "name": "web"}.items()
    assert kept[3]["resourceVersion"] == "105"


async def test_a_change_of_status_or_labels_alone_is_no_write(api: FakeApi, tmp_path: Path) -> None:
    await api.put("deployments", "web", spec={"replicas": 1})
    await api.put("configmaps", "cm", data={"a": "1"})
    async with Running(api, tmp_path) as recorder:
        await recorder.ready()
        await api.put("deployments", "web", status={"readyReplicas": 1})
        await api.put("configmaps", "cm")
        await api.put("configmaps", "last", data={})
        await api.put("deployments", "last", spec={})
        await eventually(lambda: _count(recorder, 2))
        assert {one["name"] for one in (await recorder.writes())["writes"]} == {"last"}


async def _count(recorder: Running, number: int) -> bool:
    return len(await recorder.verbs()) == number


async def test_complete_since_it_began_and_not_before(api: FakeApi, tmp_path: Path) -> None:
    before = time.time()
    async with Running(api, tmp_path) as recorder:
        await recorder.ready()
        assert (await recorder.writes(before))["complete"] is False
        assert (await recorder.writes(time.time()))["complete"] is True


async def test_since_leaves_out_what_was_before(api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dated(verb: str, item: dict[str, Any], before: object, now: float) -> tuple[str, float]:
        return "kubectl", 1000.0 if item["metadata"]["name"] == "a" else 2000.0

    monkeypatch.setattr(load("recorder"), "author", dated)
    async with Running(api, tmp_path) as recorder:
        await recorder.ready()
        await api.put("configmaps", "a", data={})
        await api.put("configmaps", "b", data={})
        await has(recorder, ("create", "a"), ("create", "b"))
        assert [one["name"] for one in (await recorder.writes(1500))["writes"]] == ["b"]


async def test_a_watch_that_ends_is_taken_up_without_loss(api: FakeApi, tmp_path: Path) -> None:
    async with Running(api, tmp_path) as recorder:
        await recorder.ready()
        began = time.time()
        for number in range(5):
            await api.end_watches()
            await api.put("configmaps", f"cm-{number}", data={})
        await has(recorder, *(("create", f"cm-{number}") for number in range(5)))
        assert (await recorder.writes(began))["complete"] is True
        assert api.watches > 2


async def test_compaction_is_a_gap_whose_outcome_is_known(api: FakeApi, tmp_path: Path) -> None:
    for name in ("kept", "changed", "deleted"):
        await api.put("configmaps", name, data={"a": "1"})
    async with Running(api, tmp_path) as recorder:
        await recorder.ready()
        began = time.time()
        api.refuse = 503
        await api.end_watches()
        await api.put("configmaps", "changed", data={"a": "2"})
        await api.put("configmaps", "new", data={})
        await api.delete("configmaps", "deleted")
        api.compact()
        api.refuse = None
        await has(recorder, ("update", "changed"), ("create", "new"), ("delete", "deleted"))
        assert (await recorder.writes(began))["complete"] is False
        assert (await recorder.writes(time.time()))["complete"] is True
        gaps = [gap for one in (await recorder.writes())["watching"] for gap in one["gaps"]]
        assert gaps


async def test_a_restart_goes_on_where_it_was(api: FakeApi, tmp_path: Path) -> None:
    async with Running(api, tmp_path) as recorder:
        await recorder.ready()
        began = time.time()
        await api.put("configmaps", "first", data={})
        await has(recorder, ("create", "first"))
    await api.put("configmaps", "meanwhile", data={})
    await api.put("configmaps", "first", data={"b": "1"})
    async with Running(api, tmp_path) as recorder:
        await has(recorder, ("create", "first"), ("create", "meanwhile"), ("update", "first"))
        answer = await recorder.writes(began)
        assert answer["complete"] is True
        assert [one["seq"] for one in (await recorder.writes())["writes"]] == [1, 2, 3]


async def test_a_write_told_twice_is_kept_once(api: FakeApi, tmp_path: Path) -> None:
    """As after a kill between the journal and the state of the watch."""
    async with Running(api, tmp_path) as recorder:
        await recorder.ready()
        states = {path: path.read_text() for path in (tmp_path / "watches").glob("*.json")}
        await api.put("configmaps", "once", data={})
        await has(recorder, ("create", "once"))
    for path, text in states.items():
        path.write_text(text)
    async with Running(api, tmp_path) as recorder:
        await recorder.ready()
        await api.put("configmaps", "after", data={})
        await has(recorder, ("create", "once"), ("create", "after"))


async def test_without_permission_it_is_not_ready_and_says_why(
    api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("recorder"), "RECONNECT", 0.2)
    api.refuse = 403
    async with Running(api, tmp_path) as recorder:
        answer = await recorder.writes(time.time())
        assert answer["complete"] is False
        assert "403" in answer["watching"][0]["problem"]
        assert recorder.state.waiting_for is not None
        api.refuse = None
        await recorder.ready()


async def test_a_kind_that_comes_later(api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load("watcher"), "ABSENT_PAUSE", 0.02)
    api.absent.add("deployments")
    async with Running(api, tmp_path) as recorder:
        await recorder.ready()
        began = time.time()
        api.absent.clear()
        await eventually(lambda: api.watches >= 2)
        await api.put("deployments", "web", spec={})
        await has(recorder, ("create", "web"))
        assert (await recorder.writes(began))["complete"] is True


WRITTEN = 1577923200.0
"""2020-01-02"""


def test_who_wrote_is_whose_time_has_moved(api_item: dict[str, Any]) -> None:
    author, before = load("writes").author, {"older|Update|": "2020-01-01T00:00:00Z"}
    assert author("update", api_item, before, WRITTEN + 1.5) == ("kubectl", WRITTEN + 1.5)
    assert author("update", api_item, before, WRITTEN + 60) == ("kubectl", WRITTEN), "told after a restart"
    assert author("create", api_item, {}, WRITTEN + 1.5) == ("kubectl", WRITTEN + 1.5)


def test_a_deletion_does_not_say_who(api_item: dict[str, Any]) -> None:
    assert load("writes").author("delete", api_item, {}, WRITTEN + 60) == (None, WRITTEN + 60)


def test_a_write_that_only_removes_fields_is_nobodys(api_item: dict[str, Any]) -> None:
    writes = load("writes")
    assert writes.author("update", api_item, writes.times(api_item), WRITTEN + 60) == (None, WRITTEN + 60)
    # The same manager twice in one second.
    assert writes.author("update", api_item, writes.times(api_item), WRITTEN + 1) == ("kubectl", WRITTEN + 1)


def test_two_writers_of_one_second_cannot_be_told_apart(api_item: dict[str, Any]) -> None:
    api_item["metadata"]["managedFields"].append({"manager": "helm", "operation": "Apply", "time": "2020-01-02T00:00:00Z"})
    assert load("writes").author("create", api_item, {}, WRITTEN + 1)[0] is None


async def test_what_a_restart_knows_of_times(api: FakeApi, tmp_path: Path) -> None:
    async with Running(api, tmp_path) as recorder:
        await recorder.ready()
        await api.put("configmaps", "cm", data={"a": "1"}, manager="meshlab")
        await has(recorder, ("create", "cm"))
    await api.put("configmaps", "cm", data={}, manager="meshlab")
    async with Running(api, tmp_path) as recorder:
        await has(recorder, ("create", "cm"), ("update", "cm"))
        assert [one["manager"] for one in (await recorder.writes())["writes"]] == ["meshlab", None]


@pytest.fixture
def api_item() -> dict[str, Any]:
    entries = [
        {"manager": "kubectl", "operation": "Update", "time": "2020-01-02T00:00:00Z"},
        {"manager": "older", "operation": "Update", "time": "2020-01-01T00:00:00Z"},
        {"manager": "status", "operation": "Update", "subresource": "status", "time": "2021-01-01T00:00:00Z"},
    ]
    return {"metadata": {"name": "x", "managedFields": entries}}


@pytest.mark.parametrize("text", ["configmaps", "a/b/c/d"])
def test_a_kind_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(load("settings").SettingsError, match=text):
        load("kube").Resource.parse(text, None)


def test_paths_of_kinds() -> None:
    resource = load("kube").Resource
    assert resource.parse("v1/services", "shop").path == "/api/v1/namespaces/shop/services"
    assert resource.parse("apps/v1/deployments", None).path == "/apis/apps/v1/deployments"
