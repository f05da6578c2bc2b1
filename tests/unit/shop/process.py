"""A container's process on loopback ports, and plain HTTP to it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.unit.shop.parts import IMAGE

DEADLINE = 60.0
# A proxy of the machine that runs the tests must not come between them and loopback.
_OPEN = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
LANGUAGES = {"python": [sys.executable, "-m", "shop"], "perl": ["perl", str(IMAGE / "legacy.pl")]}


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Shop:
    """One running process; `restart` starts it again on the same ports with the same data."""

    command: list[str]
    env: dict[str, str]
    log: Path
    ports: dict[str, int]
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, env=self.env, stdout=log, stderr=log)

    def restart(self) -> None:
        self.stop()
        self.start()
        self.wait_ready()

    def url(self, port: str = "app", path: str = "") -> str:
        return f"http://127.0.0.1:{self.ports[port]}{path}"

    def app(self, path: str = "/", headers: Mapping[str, str] | None = None, **more: Any) -> Reply:
        return fetch(self.url("app", path), headers=headers, **more)

    def direct(self, path: str = "/", headers: Mapping[str, str] | None = None) -> Reply:
        return fetch(self.url("direct", path), headers=headers)

    def admin(self, path: str, body: Any = None, method: str | None = None) -> Reply:
        return fetch(self.url("admin", path), body=body, method=method)

    def call(self, url: str, **spec: Any) -> list[dict[str, Any]]:
        reply = self.admin("/call", {"url": url, **spec})
        assert reply.status == 200, reply.body
        results: list[dict[str, Any]] = reply.body["results"]
        return results

    def fault(self, **spec: Any) -> Reply:
        return self.admin("/fault", spec)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.endswith("}")]

    def wait_ready(self) -> None:
        def ready() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            try:
                return self.admin("/healthz").status == 200
            except OSError:
                return False

        until(ready)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        return self.process.wait(DEADLINE)


def launch(language: str, folder: Path, **env: str) -> Shop:
    """Starts a role and waits until it answers; chosen ports may be taken in between, hence three tries."""
    for attempt in range(3):
        ports = dict(zip(("app", "admin", "direct"), free_ports(3), strict=True))
        clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        shop = Shop(
            LANGUAGES[language],
            {
                **clean,
                "PYTHONPATH": str(IMAGE),
                "PYTHONDONTWRITEBYTECODE": "1",
                "HOST": "127.0.0.1",
                "DATA": str(folder / "data"),
                **{f"{name.upper()}_PORT": str(port) for name, port in ports.items()},
                **{name: value.format(**ports) for name, value in env.items()},
            },
            folder / f"log-{ports['app']}-{attempt}",
            ports,
        )
        shop.start()
        try:
            shop.wait_ready()
        except AssertionError:
            shop.stop()
            if attempt == 2 or "in use" not in shop.log.read_text():
                raise
            continue
        return shop
    raise AssertionError("unreachable")


def fetch(url: str, *, headers: Mapping[str, str] | None = None, body: Any = None, method: str | None = None) -> Reply:
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=dict(headers or {}), method=method)
    try:
        with _OPEN(request, timeout=DEADLINE) as response:
            return Reply(response.status, _low(response.headers), _decode(response.read()))
    except urllib.error.HTTPError as exc:
        with exc:
            return Reply(exc.code, _low(exc.headers), _decode(exc.read()))


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "the condition did not come true in time"
        time.sleep(0.02)


def free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _low(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _decode(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode()
