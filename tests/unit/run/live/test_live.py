from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from meshlab.check.world import CallRequest, KnownImage, Position
from meshlab.cluster.api import AuditEvent
from meshlab.errors import ClusterError
from meshlab.lab.address import Endpoint, ObjectRef
from meshlab.objects import ownership
from meshlab.run.live import adapters, images, logs, writes
from meshlab.run.observe import pods, traffic
from tests.unit.run.fake_kube import FakeKube
from tests.unit.run.small_run import config_map, shop, small_run, started

ENVOY = {
    "start_time": "2026-11-23T15:00:01.250Z",
    "nonce": "n0123456789-1",
    "authority": "catalog:8080",
    "path": "/",
    "response_code": 504,
    "response_flags": "UT",
    "duration": 1371,
    "upstream_service_time": None,
    "upstream_cluster": "catalog-v2",
    "upstream_host": "10.244.1.7:8080",
    "downstream_remote_address": "10.244.2.3:41234",
}
TRAEFIK = {
    "ClientAddr": "10.244.0.1:40112",
    "DownstreamStatus": 200,
    "Duration": 12500000,
    "OriginDuration": 11000000,
    "RequestAddr": "127.0.0.1:31000",
    "RequestPath": "/",
    "RouterName": "shop-shop@kubernetes",
    "ServiceAddr": "10.244.1.5:8080",
    "ServiceName": "shop-web-http@kubernetes",
    "StartUTC": "2026-11-23T15:00:01.123456789Z",
    "request_X-Meshlab-Nonce": "n0123456789",
}
AT = Position("router", "router-1", node="worker", ip="10.244.1.9", namespace="shop")


def test_an_envoy_line_becomes_an_entry() -> None:
    entry = adapters.entry("envoy", json.dumps(ENVOY), "router", AT)
    assert entry is not None
    assert (entry.nonce, entry.authority, entry.status, entry.flags) == ("n0123456789-1", "catalog:8080", 504, "UT")
    assert (entry.duration_ms, entry.upstream_ms, entry.upstream_host) == (1371, None, "10.244.1.7:8080")
    assert (entry.pod, entry.node, entry.proxy) == ("router-1", "worker", "router")
    assert entry.t == pytest.approx(1795446001.25)


def test_a_traefik_line_becomes_an_entry() -> None:
    entry = adapters.entry("traefik", json.dumps(TRAEFIK), "edge", AT)
    assert entry is not None
    assert (entry.nonce, entry.status, entry.duration_ms, entry.upstream_ms) == ("n0123456789", 200, 12.5, 11.0)
    assert (entry.upstream_host, entry.downstream, entry.flags) == ("10.244.1.5:8080", "10.244.0.1:40112", "")


NGINX = {
    "msec": "1795446002.500",
    "status": "504",
    "request_time": "1.250",
    "http_x_meshlab_nonce": "n0123456789",
    "http_host": "shop.example",
    "request_uri": "/",
    "remote_addr": "10.244.0.1",
    "remote_port": "40112",
    "upstream_addr": "10.96.1.5:8080",
    "upstream_response_time": "1.200",
    "proxy_host": "web.shop",
}


def test_an_nginx_line_becomes_an_entry() -> None:
    entry = adapters.entry("nginx", json.dumps(NGINX), "nginx", AT)
    assert entry is not None
    assert (entry.nonce, entry.authority, entry.status, entry.duration_ms) == ("n0123456789", "shop.example", 504, 1250)
    assert (entry.upstream_cluster, entry.upstream_host, entry.downstream) == ("web.shop", "10.96.1.5:8080", "10.244.0.1:40112")
    assert entry.upstream_ms == 1200
    # NGINX writes when a request ends; the trail goes by when it began.
    assert entry.t == pytest.approx(1795446001.25)


def test_nginx_own_answers_have_no_upstream() -> None:
    entry = adapters.entry("nginx", json.dumps({**NGINX, "status": "404", "upstream_addr": ""}), "nginx", AT)
    assert entry is not None
    assert (entry.status, entry.upstream_host, entry.upstream_ms) == (404, "", None)


def test_recorded_lines_of_both_proxies_are_read(tmp_path: Path) -> None:
    """From a kind cluster: the lines of one request, among others."""
    lab = small_run(tmp_path).lab
    for name, nonce, lines in (("edge", "nec233a9e10", 1), ("router", "shoppers-meshlab-main-48f5c0-worker-535", 6)):
        text = (Path(__file__).parents[1] / f"recorded/access-{name}.log").read_text()
        found = logs.matching(text, [nonce], name, lab.proxies[name], AT)
        assert len(found) == lines < len(text.splitlines())
        for entry in found:
            assert entry.status == 200
            assert entry.authority
            assert entry.upstream_cluster
            assert entry.upstream_host.endswith(":8080")
            assert entry.downstream.count(":") == 1
            assert entry.duration_ms > 0 or entry.upstream_ms == 0
            assert 0 < entry.t - 1795452000 < 3600


@pytest.mark.parametrize("line", ["", "starting", "{", "[]", '{"level":"info","msg":"n0123456789"}', '{"nonce":1}'])
@pytest.mark.parametrize("adapter", ["envoy", "traefik", "nginx"])
def test_other_lines_are_none(adapter: str, line: str) -> None:
    assert adapters.entry(adapter, line, "router", AT) is None


def test_lines_are_found_by_nonce_or_a_suffix_of_one(tmp_path: Path) -> None:
    proxy = small_run(tmp_path).lab.proxies["router"]
    other = {**ENVOY, "nonce": "nffffffffff"}
    text = "\n".join(json.dumps(line) for line in (ENVOY, other, {**ENVOY, "nonce": "n0123456789"})) + '\n{"nonce":"n0123'
    found = logs.matching(text, ["n0123456789"], "router", proxy, AT)
    assert [entry.nonce for entry in found] == ["n0123456789-1", "n0123456789"]
    assert logs.matching(text, ["n0123456789-2"], "router", proxy, AT) == []
    assert logs.missing(found, ["n0123456789", "nabc"]) == {"nabc"}


def pod(name: str, app: str, ip: str, **more: Any) -> dict[str, Any]:
    ready = [{"type": "Ready", "status": "True"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": more.get("namespace", "shop"), "labels": {"app": app}},
        "spec": {"nodeName": more.get("node", "worker"), "containers": [{"name": more.get("container", "envoy")}]},
        "status": {"phase": more.get("phase", "Running"), "podIP": ip, "conditions": ready},
    }


async def test_positions_are_running_pods_and_the_probe_has_one_a_node(tmp_path: Path) -> None:
    kube = shop(pod("web-1", "web", "10.0.0.1"), pod("web-0", "web", "10.0.0.2", phase="Pending"))
    for node in ("worker", "worker2"):
        kube.add(pod(f"probe-{node}", "probe", "10.0.1.1", namespace="meshlab", node=node))
    world = await small_run(tmp_path, kube).world()
    assert [position.pod for position in await world.positions("web")] == ["web-1"]
    assert [position.node for position in await world.positions("probe")] == ["worker", "worker2"]
    assert [position.pod for position in await world.positions("probe@worker2")] == ["probe-worker2"]
    with pytest.raises(ClusterError, match="no service 'nobody'"):
        await world.positions("nobody")


async def test_access_logs_wait_until_each_nonce_was_seen(tmp_path: Path) -> None:
    class Slow(FakeKube):
        asked = 0

        async def logs(self, namespace: str, pod: str, container: str, *, since: float | None = None) -> str:
            self.asked += 1
            if pod == "router-2":
                raise ClusterError("gone", status=404)
            return json.dumps(ENVOY) + "\n" if self.asked > 4 else ""

    kube = Slow()
    for obj in (pod("router-1", "router", "10.0.0.1"), pod("router-2", "router", "10.0.0.2")):
        kube.add(obj)
    world = await small_run(tmp_path, kube).world()
    (entry,) = await world.access_logs("router", ["n0123456789"], within=20)
    assert entry.nonce == "n0123456789-1"
    assert await world.access_logs("router", ["nother"], within=0) == []


async def test_objects_take_the_labs_namespace(tmp_path: Path) -> None:
    kube = shop(config_map("paint", colour="red"))
    world = await small_run(tmp_path, kube).world()
    assert [one["metadata"]["name"] for one in await world.objects(ObjectRef(kind="ConfigMap"))] == ["paint"]
    assert await world.objects(ObjectRef(kind="ConfigMap", name="none")) == []


def test_nonces_are_fresh_and_hexadecimal(tmp_path: Path) -> None:
    from meshlab.run.live import LiveWorld

    world = LiveWorld(small_run(tmp_path))
    nonces = {world.nonce() for _ in range(5000)}
    assert len(nonces) == 5000
    assert all(nonce[0] == "n" and len(nonce) == 11 and int(nonce[1:], 16) >= 0 for nonce in nonces)


def a_node(*names: list[str]) -> dict[str, Any]:
    status = {"images": [{"names": one, "sizeBytes": 1} for one in names]}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "worker"}, "status": status}


NEW = ["docker.io/library/import-2026-11-25@sha256:1a1a", "docker.io/meshlab/shop:1"]
OLD = ["docker.io/library/import-2026-11-24@sha256:0b0b", "docker.io/meshlab/shop:0"]


async def test_an_image_of_the_lab_is_known_by_what_nodes_list_beside_it(tmp_path: Path) -> None:
    kube = FakeKube()
    run = small_run(tmp_path, kube)
    run.remember({"image_shop": "meshlab/shop:1"})
    assert await images.known(run, "meshlab/shop") == KnownImage("meshlab/shop:1")
    kube.add(a_node(OLD, NEW))
    assert await images.known(run, "meshlab/shop") == KnownImage("meshlab/shop:1", ("sha256:1a1a",))
    with pytest.raises(ClusterError, match="no image 'meshlab/netinit'"):
        await images.known(run, "meshlab/netinit")


def test_the_same_image_may_have_another_content_on_another_node() -> None:
    other = a_node(["docker.io/meshlab/shop:1", "docker.io/meshlab/shop@sha256:2c2c"])
    assert images.contents([a_node(NEW), other], "meshlab/shop:1") == ("sha256:1a1a", "sha256:2c2c")
    assert images.contents([a_node(OLD)], "meshlab/shop:1") == ()


def test_writes_are_by_the_learner_or_by_meshlab() -> None:
    def event(t: float, user: str, status: int = 200) -> AuditEvent:
        return AuditEvent(t=t, user=user, verb="patch", api_version="v1", kind="Service", name="web", status=status)

    found = writes.of_audit(
        [event(9, "kubernetes-admin"), event(5, "system:serviceaccount:meshlab:learner"), event(1, "x"), event(6, "x", 403)], 2
    )
    assert [(write.t, write.user) for write in found] == [(5, "learner"), (9, "meshlab")]


def recorded(manager: str | None, verb: str = "update", kind: str = "Service") -> str:
    """Whose write that is, by what a recorder tells of it."""
    one = {"t": 3.0, "verb": verb, "kind": kind, "name": "web", "manager": manager}
    kept, complete = writes.of_recorder({"writes": [one, {**one, "t": 1.0}], "complete": True}, 2)
    assert (len(kept), complete) == (1, True)
    return kept[0].user


def test_a_recorder_knows_managers_alone() -> None:
    people = ("kubectl-edit", "kubectl", "helm", "k9s", "node-fetch", "OpenAPI-Generator", ownership.LEARNERS)
    assert {recorded(name) for name in people} == {"learner"}
    assert recorded("meshlab") == "meshlab"
    controllers = ("kube-controller-manager", "traefik", "cert-manager-controller", "pilot-discovery")
    assert [recorded(name) for name in controllers] == list(controllers)


def test_what_a_recorder_does_not_know_is_not_guessed() -> None:
    assert recorded(None) == ""
    assert recorded(None, "delete", "Pod") == "", "controllers delete pods too"
    assert recorded(None, "delete", "ConfigMap") == "learner", "meshlab deletes only before a new baseline"


class Handler(http.server.BaseHTTPRequestHandler):
    """The shop's admin API, as far as it is needed here."""

    seen: list[tuple[str, str, Any]]
    answers: dict[str, Any]

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["content-length"]))))

    def do_DELETE(self) -> None:
        self._answer(None)

    def _answer(self, body: Any) -> None:
        self.seen.append((self.command, self.path, body))
        found = self.answers.get(self.path.partition("?")[0], {"error": "no such path"})
        found = found(self) if callable(found) else found
        raw = json.dumps(found).encode()
        self.send_response(404 if "error" in found else 200)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *arguments: Any) -> None:
        return


@pytest.fixture
def admin() -> Iterator[tuple[str, type[Handler]]]:
    handler = type("Handler", (Handler,), {"seen": [], "answers": {}})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", handler
        server.shutdown()


async def test_a_call_is_posted_to_the_pods_admin_port(tmp_path: Path, admin: tuple[str, type[Handler]]) -> None:
    url, handler = admin
    result = {
        "i": 0,
        "t": 1.5,
        "nonce": "n1-0",
        "status": 0,
        "ms": 3.0,
        "error": "refused",
        "headers": {},
        "peer": None,
        "tree": None,
    }
    handler.answers["/call"] = {"from": {}, "complete": True, "results": [result]}
    handler.answers["/counters"] = {"received": 2}
    handler.answers["/load"] = {}
    kube = shop()
    kube.forwards["web-1"] = url
    run = small_run(tmp_path, kube)
    world = await run.world()
    at = Position("web", "web-1", namespace="shop")
    calls = await world.call(at, CallRequest(url="http://catalog:8080/", n=2, nonce="n1", timeout_ms=700))
    assert calls.replies[0].error == "refused"
    assert (calls.replies[0].peer, calls.replies[0].nonce) == ("", "n1-0")
    method, path, body = handler.seen[0]
    assert (method, path) == ("POST", "/call")
    assert (body["nonce"], body["nonce_each"], body["n"], body["timeout_ms"]) == ("n1", True, 2, 700)
    assert "rate" not in body
    assert await world.counters(at, "n1") == 6, "the nonce itself and both of its suffixes"
    await world.load(at, CallRequest(url="http://catalog:8080/", rate=50), 0)
    assert handler.seen[-1][:2] == ("DELETE", "/load")
    with pytest.raises(ClusterError, match="cannot be reached"):
        await world.call(Position("web", "web-2", namespace="shop"), CallRequest(url="http://catalog:8080/"))
    with pytest.raises(ClusterError, match="no such path"):
        await world.admin("router", "web-1", "/stats")
    await run.close()


async def test_traffic_is_what_pods_of_the_graph_have_counted(
    tmp_path: Path, admin: tuple[str, type[Handler]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def pod(name: str, app: str, phase: str = "Running") -> dict[str, Any]:
        about = {"namespace": "shop", "name": name, "labels": {"app": app, "version": "v2"}}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": about, "status": {"phase": phase}}

    url, handler = admin
    handler.answers["/counters"] = {"received": 12, "by_status": {"200": 9, "404": 1, "503": 2}}
    kube = shop(pod("web-1", "web"), pod("web-2", "web", "Pending"), pod("router-1", "router"), pod("catalog-1", "catalog"))
    kube.forwards["web-1"] = url
    run = small_run(tmp_path, kube)
    endpoints = {**run.lab.services, "edge": Endpoint(select={"app": "edge"}), "router": Endpoint(select={"app": "router"})}
    lab = replace(run.lab, graph={"web": ("catalog", "router")}, services=endpoints)
    monkeypatch.setattr(type(run), "lab", property(lambda _: lab))
    found = await traffic.traffic(run, await pods.pods(run))
    assert [(one.service, one.pod, one.version, one.received, one.failed) for one in found.pods] == [
        ("web", "web-1", "v2", 12, 2)
    ], "catalog-1 cannot be asked, web-2 does not run yet, and a router is no service of the shop"
    assert [path for _, path, _ in handler.seen] == ["/counters"]
    await run.close()


async def test_requests_on_their_way_never_look_lost(tmp_path: Path, admin: tuple[str, type[Handler]]) -> None:
    url, handler = admin
    flying = [[3], [3], []]

    def results(_: Handler) -> dict[str, Any]:
        left = flying.pop(0) if len(flying) > 1 else flying[0]
        found = [{"seq": n, "t": 100.0 + n, "status": 200, "ms": 1.0, "error": None} for n in range(1, 6) if n not in left]
        return {"results": found, "more": None, "in_flight": left}

    handler.answers["/results"] = results
    kube = shop(pod("probe-a", "probe", "10.0.1.1", namespace="meshlab"))
    kube.forwards["probe-a"] = url
    run = await started(small_run(tmp_path, kube))
    world = await run.world()
    (one,) = await world.actor("shopper", since=101.5)
    assert [reply.i for reply in one.replies] == [2], "what comes after one on its way is not known yet"
    (whole,) = await world.actor("shopper", since=101.5, until=104.0)
    assert [reply.i for reply in whole.replies] == [2, 3, 4], "it waited for the one on its way"
    await run.close()


class Keeping(Handler):
    """Keeps connections, and counts them; `cut` ends them unasked after the next answer."""

    protocol_version = "HTTP/1.1"
    connections: list[str]
    cut: bool = False

    def setup(self) -> None:
        super().setup()
        self.connections.append("")

    def _answer(self, body: Any) -> None:
        super()._answer(body)
        self.close_connection = self.cut


async def test_a_pod_asked_again_is_asked_over_the_same_connection(tmp_path: Path) -> None:
    class Kept(Keeping):
        seen, connections, answers = [], [], {"/counters": {"received": 1, "by_status": {}}}

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Kept) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        kube = shop()
        kube.forwards["web-1"] = f"http://127.0.0.1:{server.server_port}"
        run = small_run(tmp_path, kube)
        world, at = await run.world(), Position("web", "web-1", namespace="shop")
        assert [await world.received(at) for _ in range(3)] == [(1, 0)] * 3
        assert len(Kept.connections) == 1
        Kept.cut = True
        assert [await world.received(at) for _ in range(3)] == [(1, 0)] * 3, "one that has ended meanwhile is no failure"
        await run.close()
        server.shutdown()
