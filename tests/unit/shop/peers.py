"""Peers that misbehave: what the shop's error classes are told apart by."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Peer(socketserver.ThreadingTCPServer):
    """Counts connections and requests; `behave` says what becomes of a request."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, behave: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behave = behave
        self.connections = 0
        self.closed = 0
        self.requests: list[str] = []
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that goes away in the middle is part of what is tested."""


class _Handler(socketserver.BaseRequestHandler):
    server: Peer

    def handle(self) -> None:
        self.server.connections += 1
        while head := self._head():
            self.server.requests.append(head)
            if not self._answer():
                return

    def finish(self) -> None:
        self.server.closed += 1

    def _head(self) -> str:
        data = b""
        while b"\r\n\r\n" not in data:
            got = self.request.recv(65536)
            if not got:
                return ""
            data += got
        return data.decode("latin-1")

    def _answer(self) -> bool:
        """Whether the connection goes on."""
        match self.server.behave:
            case "ok":
                self.request.sendall(ANSWER)
                return True
            case "silent":
                self.server.stopping.wait(60)
                return False
            case "reset":
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            case "hang-up":
                return False
            case "once":
                if len(self.server.requests) == 1:
                    self.request.sendall(ANSWER)
                    return True
                return False
            case "garbage":
                self.request.sendall(b"this is no HTTP at all\r\n\r\n")
                return False
            case "truncated":
                self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
                return False
            case "chunked":
                self.request.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                body = b'{"service":"chunks"}'
                for part in (body[:7], body[7:]):
                    self.request.sendall(b"%x\r\n%s\r\n" % (len(part), part))
                self.request.sendall(b"0\r\n\r\n")
                return True
            case status:
                self.request.sendall(
                    f"HTTP/1.1 {status} X\r\nserver: envoy\r\nx-envoy-upstream-service-time: 3\r\n"
                    "content-type: text/plain\r\ncontent-length: 19\r\n\r\nno healthy upstream".encode()
                )
                return True


@contextmanager
def peer(behave: str) -> Iterator[Peer]:
    with Peer(behave) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            server.shutdown()
            thread.join()
