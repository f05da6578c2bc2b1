"""Pods of the shop are asked by their admin API."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meshlab.check.world import CallRequest, Position
from meshlab.errors import ClusterError
from tests.unit.run.small_run import shop, small_run


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
