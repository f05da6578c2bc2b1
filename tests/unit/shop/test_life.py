"""The end of a pod, and settings that cannot be."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.unit.shop.conftest import Launch
from tests.unit.shop.parts import load
from tests.unit.shop.peers import peer
from tests.unit.shop.process import DEADLINE, LANGUAGES, Reply, until


def test_readiness_fails_first_then_all_closes(language: str, start: Launch) -> None:
    shop = start(language, DRAIN_SECONDS="1")
    assert shop.admin("/readyz").status == 200
    shop.signal(signal.SIGTERM)
    until(lambda: shop.admin("/readyz").status == 503)
    served = shop.app()
    assert served.status == 200
    assert served.headers["connection"] == "close"
    assert shop.admin("/healthz").status == 200
    assert shop.process.wait(DEADLINE) == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", shop.ports["app"])).close()


def test_a_request_in_flight_is_answered(language: str, start: Launch) -> None:
    shop = start(language, SERVICE="web", DRAIN_SECONDS="0.1")
    replies: list[Reply] = []
    thread = threading.Thread(target=lambda: replies.append(shop.app("/", {"x-fault": "web;delay=600"})))
    thread.start()
    until(lambda: shop.admin("/counters").body["received"] == 1)
    shop.signal(signal.SIGTERM)
    thread.join(DEADLINE)
    assert [reply.status for reply in replies] == [200]
    assert shop.process.wait(DEADLINE) == 0


def test_a_hanging_request_does_not_keep_it(language: str, start: Launch) -> None:
    shop = start(language, SERVICE="web", DRAIN_SECONDS="0")
    with socket.create_connection(("127.0.0.1", shop.ports["app"])) as hanging:
        hanging.sendall(b"GET / HTTP/1.1\r\nhost: web\r\nx-fault: web;hang\r\n\r\n")
        until(lambda: shop.admin("/counters").body["received"] == 1)
        shop.signal(signal.SIGTERM)
        assert shop.process.wait(DEADLINE) == 0


def test_a_caller_that_goes_away_is_noticed(language: str, start: Launch) -> None:
    shop = start(language, SERVICE="web")
    with socket.create_connection(("127.0.0.1", shop.ports["app"])) as hanging:
        hanging.sendall(b"GET / HTTP/1.1\r\nhost: web\r\nx-fault: web;hang\r\n\r\n")
        until(lambda: shop.admin("/counters").body["received"] == 1)
    until(lambda: shop.admin("/counters").body["by_status"] == {"499": 1})


def test_a_recorder_must_be_told_what_to_record() -> None:
    settings = load("settings")
    with pytest.raises(settings.SettingsError, match="RECORD"):
        settings.Settings.from_env({"ROLE": "recorder"})


@pytest.mark.parametrize(
    ("name", "value"),
    [("ROLE", "cook"), ("UPSTREAMS", "pricing:8080"), ("STRICT", "yes"), ("UPSTREAM_TIMEOUT_MS", "soon"), ("CLIENT", "ribbon")],
)
def test_settings_that_cannot_be_are_named(name: str, value: str) -> None:
    settings = load("settings")
    with pytest.raises(settings.SettingsError, match=name):
        settings.Settings.from_env({name: value})


def test_wrong_settings_end_in_a_sentence(start: Launch, tmp_path_factory: pytest.TempPathFactory) -> None:
    env = {**start().env, "ROLE": "cook"}
    done = subprocess.run(LANGUAGES["python"], env=env, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert (done.returncode, done.stderr) == (2, "shop: ROLE is 'cook'; it must be one of service, probe, recorder, namer\n")


def test_a_connection_closes_though_a_call_for_another_is_under_way(language: str, start: Launch) -> None:
    with peer("silent") as there, ThreadPoolExecutor(1) as pool:
        shop = start(language, UPSTREAMS=f"there={there.url}")
        with socket.create_connection(("127.0.0.1", shop.ports["app"]), timeout=DEADLINE) as other:
            other.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nx-meshlab-depth: 0\r\n\r\n")
            assert other.recv(65536).startswith(b"HTTP/1.1 200")
            waiting = pool.submit(shop.app)
            until(lambda: len(there.requests) == 1)
            other.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nx-meshlab-depth: 0\r\nconnection: close\r\n\r\n")
            while other.recv(65536):
                pass
        assert not waiting.done()
        there.stopping.set()


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n", b"400"),
        (b"G", None),
    ],
)
def test_a_malformed_request_harms_nobody(language: str, start: Launch, raw: bytes, status: bytes | None) -> None:
    shop = start(language)
    with socket.create_connection(("127.0.0.1", shop.ports["app"]), timeout=DEADLINE) as peer:
        peer.sendall(raw)
        if status:
            assert peer.recv(4096).split()[1] == status
    assert shop.app().status == 200


def test_requests_in_one_packet_are_all_answered(language: str, start: Launch) -> None:
    shop = start(language)
    with socket.create_connection(("127.0.0.1", shop.ports["app"]), timeout=DEADLINE) as peer:
        last = b"GET /last HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        peer.sendall(
            b"POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc" + b"GET /b HTTP/1.1\r\nhost: x\r\n\r\n" + last
        )
        answers = b""
        while chunk := peer.recv(65536):
            answers += chunk
    assert answers.count(b"HTTP/1.1 200") == 3
    until(lambda: [line["path"] for line in shop.lines()] == ["/a", "/b", "/last"])
