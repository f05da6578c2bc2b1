"""A container engine that is a socket: as much of Docker's API as meshlab asks, of images and containers that a test gives."""

from __future__ import annotations

import json
import shutil
import socketserver
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

INFO = {
    "ServerVersion": "20.10.24+dfsg1",
    "Architecture": "x86_64",
    "OSType": "linux",
    "CgroupVersion": "2",
    "MemTotal": 8 << 30,
    "NCPU": 4,
    "SystemTime": "2026-11-23T15:24:40.123456789Z",
}


class EngineSocket:
    """`asked` lists each question as METHOD /path?query, without the version."""

    def __init__(self) -> None:
        self.info: dict[str, Any] = dict(INFO)
        self.version: dict[str, Any] = {"ApiVersion": "1.41", "Components": [{"Name": "Engine"}]}
        self.images: dict[str, dict[str, Any]] = {}
        """Description by reference."""
        self.containers: dict[str, dict[str, Any]] = {}
        """Description by id, as `docker inspect` gives it."""
        self.networks: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.refuses: dict[str, tuple[int, str]] = {}
        """Path to (status, message)."""
        self.gone = Event()
        """Connections are ended without an answer."""
        self.hangs = Event()
        self.goes_on = Event()
        self.host = ""

    def image(self, ref: str, ident: str, **more: Any) -> None:
        """An image that it has."""
        self.images[ref] = {"Id": ident, "RepoTags": [ref], "RepoDigests": [], "Config": {"Labels": None}, **more}

    def node(self, name: str, role: str = "worker", cluster: str = "meshlab-a", **more: Any) -> None:
        """A node of a kind cluster, running."""
        labels = {"io.x-k8s.kind.cluster": cluster, "io.x-k8s.kind.role": role}
        self.containers[name] = {
            "Id": name,
            "Name": f"/{name}",
            "State": {"Status": "running"},
            "Config": {"Labels": labels},
            "HostConfig": {},
            "NetworkSettings": {},
            "Mounts": [],
            **more,
        }

    def answer(self, method: str, target: str) -> tuple[int, Any]:
        """Status, and what goes out as JSON."""
        parts = urlsplit(target)
        path = unquote(parts.path).partition("/v1.41")[2] or unquote(parts.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append(f"{method} {path}{'?' + unquote(parts.query) if parts.query else ''}")
        if self.hangs.is_set():
            self.goes_on.wait(60)
        if path in self.refuses:
            status, message = self.refuses[path]
            return status, {"message": message}
        match path.strip("/").split("/"):
            case ["version"]:
                return 200, self.version
            case ["info"]:
                return 200, self.info
            case ["networks"]:
                return 200, self.networks
            case ["images", *ref, "json"]:
                return self._found(self._known(), short("/".join(ref)))
            case ["images", *ref, "tag"]:
                image = self._known().get(short("/".join(ref)))
                if image is not None:
                    self.images[short(f"{query['repo']}:{query['tag']}")] = image
                return (201, None) if image else (404, {"message": f"No such image: {'/'.join(ref)}"})
            case ["containers", "json"]:
                return 200, [{"Id": one["Id"]} for one in self.containers.values() if _labelled(one, query)]
            case ["containers", name, "json"]:
                return self._found(self.containers, name)
            case ["containers", name, *_]:
                return self._order(method, name, path.rpartition("/")[2])
        return 404, {"message": "page not found"}

    def _known(self) -> dict[str, dict[str, Any]]:
        return {short(ref): image for ref, image in self.images.items()}

    def _found(self, some: dict[str, dict[str, Any]], name: str) -> tuple[int, Any]:
        return (200, some[name]) if name in some else (404, {"message": f"No such thing: {name}"})

    def _order(self, method: str, name: str, verb: str) -> tuple[int, Any]:
        if name not in self.containers:
            return 404, {"message": f"No such container: {name}"}
        if method == "DELETE":
            del self.containers[name]
        else:
            state = {"pause": "paused", "unpause": "running", "start": "running", "stop": "exited"}[verb]
            self.containers[name]["State"]["Status"] = state
        return 204, None


def short(ref: str) -> str:
    """The reference as Docker shows it: without its own registry."""
    return ref.removeprefix("docker.io/").removeprefix("library/")


def _labelled(container: dict[str, Any], query: dict[str, str]) -> bool:
    labels = container["Config"]["Labels"]
    wanted = [one.partition("=") for one in json.loads(query.get("filters", "{}")).get("label", [])]
    return all(name in labels and (not sign or labels[name] == value) for name, sign, value in wanted)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    engine: EngineSocket


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.server.engine.gone.is_set():
            self.close_connection = True
            return
        status, body = self.server.engine.answer(self.command, self.path)
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: object) -> None:
        """Nothing: `asked` has it."""


@contextmanager
def engine_socket(engine: EngineSocket | None = None) -> Iterator[EngineSocket]:
    """One that listens; `host` is for DOCKER_HOST."""
    engine = engine or EngineSocket()
    folder = Path(tempfile.mkdtemp(prefix="engine-"))  # A socket's path may have 100 characters, a test's own folder has more.
    with _Server(str(folder / "s"), _Handler) as server:
        server.engine = engine
        engine.host = f"unix://{folder}/s"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield engine
        finally:
            engine.goes_on.set()
            server.shutdown()
            thread.join()
            shutil.rmtree(folder)
