"""The engine by its API: found where its program finds it, asked without holding the loop up, and every failure a sentence."""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
import time
from pathlib import Path

import pytest

from meshlab.cluster.programs import containers
from meshlab.cluster.programs.engine_api import Endpoint, Refused, ask, endpoint
from meshlab.errors import EngineError, EngineGone
from tests.unit.cluster.engine_socket import EngineSocket


async def test_facts_of_the_engine(engine: EngineSocket) -> None:
    engine.info["DriverStatus"] = [["driver-type", "io.containerd.snapshotter.v1"]]
    facts = await containers.facts()
    assert (facts.version, facts.arch, facts.cgroup, facts.memory_mib, facts.cpus) == ("20.10.24+dfsg1", "amd64", 2, 8192, 4)
    assert facts.containerd_store


async def test_nodes_of_one_cluster_and_of_all(engine: EngineSocket) -> None:
    engine.node("w2")
    engine.node("cp", "control-plane")
    engine.node("w", cluster="kind")
    engine.node("lb", "external-load-balancer")
    assert [node.name for node in await containers.nodes("meshlab-a")] == ["cp", "w2"]
    assert [node.name for node in await containers.nodes()] == ["w", "cp", "w2"]


async def test_a_container_that_vanishes_between_two_questions_is_left_out(engine: EngineSocket) -> None:
    engine.node("w1")
    engine.node("w2")
    engine.refuses["/containers/w1/json"] = (404, "No such container: w1")
    assert [node.name for node in await containers.nodes()] == ["w2"]


async def test_images_that_are_there(engine: EngineSocket) -> None:
    engine.image("envoyproxy/envoy:v1", "sha256:aa")
    assert await containers.image_ids(["envoyproxy/envoy:v1", "web:1"]) == {"envoyproxy/envoy:v1": "sha256:aa"}
    await containers.tag("envoyproxy/envoy:v1", "proxy:2")
    assert await containers.image_ids(["proxy:2"]) == {"proxy:2": "sha256:aa"}


async def test_orders_go_to_all_also_when_one_is_refused(engine: EngineSocket) -> None:
    engine.node("w1")
    engine.node("w2")
    engine.refuses["/containers/w1/pause"] = (409, "Container w1 is already paused")
    with pytest.raises(Refused, match="w1 is already paused"):
        await containers.pause(["w1", "w2"])
    assert engine.containers["w2"]["State"]["Status"] == "paused"


async def test_what_has_gone_is_removed_already(engine: EngineSocket) -> None:
    engine.node("w1")
    await containers.remove(["w0", "w1"])
    assert engine.containers == {}
    assert "DELETE /containers/w1?v=True&link=False&force=True" in engine.asked


async def test_one_client_serves_all(engine: EngineSocket) -> None:
    await asyncio.gather(*(containers.facts() for _ in range(8)))
    assert engine.asked.count("GET /version") == 1


async def test_an_engine_that_hangs_is_given_up_and_holds_nobody_up(engine: EngineSocket) -> None:
    await containers.facts()
    engine.hangs.set()
    start = time.monotonic()
    with pytest.raises(EngineError, match=r"did not answer within 0\.1 seconds"):
        await ask(lambda client: client.info(), deadline=0.1)
    waiting = asyncio.ensure_future(ask(lambda client: client.info()))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert time.monotonic() - start < 30


async def test_an_answer_that_makes_no_sense_is_a_sentence(engine: EngineSocket) -> None:
    engine.node("w1", State=None)
    with pytest.raises(EngineError, match="cannot be read"):
        await containers.nodes()


async def test_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(EngineGone, match=r"does not answer: unix:///nowhere/docker\.sock: No such file or directory"):
        await containers.facts()


async def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{port}")
    with pytest.raises(EngineGone, match="Connection refused"):
        await containers.facts()


@pytest.mark.parametrize("host", ["nonsense://x", "ssh://somebody@nowhere.invalid"])
async def test_a_host_that_cannot_be_asked(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    with pytest.raises(EngineGone, match="does not answer"):
        await containers.facts()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose Docker configuration knows a context."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "CONTAINER_HOST", "KIND_EXPERIMENTAL_PROVIDER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / ".docker"))
    meta = tmp_path / ".docker/contexts/meta" / hashlib.sha256(b"rootless").hexdigest() / "meta.json"
    meta.parent.mkdir(parents=True)
    host = "unix:///run/user/1000/docker.sock"
    told = {"Name": "rootless", "Metadata": {}, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": False}}}
    meta.write_text(json.dumps(told))
    (tmp_path / ".docker/config.json").write_text("{}")
    return tmp_path


def test_the_usual_socket(home: Path) -> None:
    assert endpoint() == Endpoint("unix:///var/run/docker.sock")


def test_the_chosen_context(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rootless = Endpoint("unix:///run/user/1000/docker.sock", "rootless")
    (home / ".docker/config.json").write_text('{"currentContext": "rootless"}')
    assert endpoint() == rootless
    (home / ".docker/config.json").write_text("{}")
    monkeypatch.setenv("DOCKER_CONTEXT", "rootless")
    assert endpoint() == rootless
    monkeypatch.setenv("DOCKER_HOST", "tcp://elsewhere:2375")
    assert endpoint() == Endpoint("tcp://elsewhere:2375")


def test_a_context_that_is_not_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "gone")
    with pytest.raises(EngineError, match="no context gone"):
        endpoint()


def test_podman_listens_where_it_was_told_to(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIND_EXPERIMENTAL_PROVIDER", "podman")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert endpoint() == Endpoint(f"unix://{home}/run/podman/podman.sock")
    machine = home / ".local/share/containers/podman/machine/podman.sock"
    machine.parent.mkdir(parents=True)
    machine.touch()
    assert endpoint() == Endpoint(f"unix://{machine}")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    machine.unlink()
    assert endpoint() == Endpoint("unix:///run/podman/podman.sock")
    monkeypatch.setenv("CONTAINER_HOST", "unix:///mine.sock")
    assert endpoint() == Endpoint("unix:///mine.sock")


async def test_a_context_that_cannot_be_read_is_a_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    next((home / ".docker/contexts").rglob("meta.json")).write_text("{")
    monkeypatch.setenv("DOCKER_CONTEXT", "rootless")
    with pytest.raises(EngineError, match="the context rootless cannot be read"):
        await containers.facts()


async def test_podman_that_does_not_listen_is_told_how_to(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIND_EXPERIMENTAL_PROVIDER", "podman")
    monkeypatch.setenv("CONTAINER_HOST", f"unix://{home}/podman.sock")
    with pytest.raises(EngineGone, match=r"Podman does not answer: unix:.*podman\.sock: No such file") as caught:
        await containers.facts()
    assert "podman.socket" in caught.value.hint


async def test_an_engine_without_the_api(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIND_EXPERIMENTAL_PROVIDER", "nerdctl")
    with pytest.raises(EngineError, match="nerdctl has no API"):
        await containers.facts()
