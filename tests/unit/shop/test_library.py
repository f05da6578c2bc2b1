"""The client library: what each version sends, when it gives up, and what version 2 no longer does."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.unit.shop.conftest import Launch
from tests.unit.shop.library import VERSIONS, lay_out, library
from tests.unit.shop.parts import IMAGE, load
from tests.unit.shop.peers import Peer, peer
from tests.unit.shop.process import DEADLINE, LANGUAGES, Shop, free_ports


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def lib(version: str, tmp_path: Path) -> Iterator[ModuleType]:
    with library(version, tmp_path) as found:
        yield found


@pytest.fixture
def lib2(tmp_path: Path) -> Iterator[ModuleType]:
    with library("2", tmp_path) as found:
        yield found


async def call(lib: ModuleType, there: str, method: str = "GET", times: int = 1, **env: str) -> list[tuple[Any, int]]:
    """Outcomes and attempts of so many calls, one after the other, of one client."""
    upstream = load("settings").Upstream("there", there)
    client = lib.Client((upstream,), env)
    try:
        return [await client.send(upstream, load("client").Request(method)) for _ in range(times)]
    finally:
        await client.close()


async def test_without_a_policy_nothing_is_tried_again(lib: ModuleType, version: str) -> None:
    with peer("503") as there:
        ((outcome, attempts),) = await call(lib, there.url)
    assert (outcome.status, outcome.error, attempts, len(there.requests)) == (503, "http_5xx", 1, 1)
    assert lib.Client.name == f"lib{version}"


@pytest.mark.parametrize(("behave", "error"), [("503", "http_5xx"), ("reset", "reset"), ("garbage", "protocol")])
async def test_what_failed_is_sent_again(lib: ModuleType, behave: str, error: str) -> None:
    with peer(behave) as there:
        ((outcome, attempts),) = await call(lib, there.url, LIB_RETRIES="2")
    assert (outcome.error, attempts, len(there.requests)) == (error, 3, 3)


@pytest.mark.parametrize("behave", ["ok", "404"])
async def test_what_was_answered_is_not_sent_again(lib: ModuleType, behave: str) -> None:
    with peer(behave) as there:
        ((_, attempts),) = await call(lib, there.url, LIB_RETRIES="2")
    assert attempts == len(there.requests) == 1


async def test_the_timeout_bounds_a_call_with_all_its_attempts(lib: ModuleType) -> None:
    with peer("silent") as there:
        ((outcome, attempts),) = await call(lib, there.url, LIB_TIMEOUT_MS="300", LIB_RETRIES="2")
    assert (outcome.error, attempts) == ("timeout", 1)
    assert 290 <= outcome.ms < 3000


async def test_a_post_is_sent_again_by_version_1_only(lib: ModuleType, version: str) -> None:
    with peer("reset") as there:
        await call(lib, there.url, "POST", LIB_RETRIES="2")
    assert len(there.requests) == {"1": 3, "2": 1}[version]


async def test_the_budget_of_version_2_ends_a_storm(lib: ModuleType, version: str) -> None:
    with peer("503") as there:
        await call(lib, there.url, times=40, LIB_RETRIES="2", LIB_BUDGET="0.1")
    # Five are saved up at the beginning, forty calls earn four more at most.
    assert len(there.requests) == 120 if version == "1" else 45 <= len(there.requests) <= 49


async def test_a_budget_pays_for_what_fails_now_and_then(lib2: ModuleType) -> None:
    budget = lib2.rules.Budget(0.2)
    for _ in range(100):
        for _ in range(10):
            budget.earn()
        assert budget.spend()
    assert budget.denied == 0


def test_a_budget_of_nothing_pays_for_nothing_once_its_reserve_is_spent(lib2: ModuleType) -> None:
    budget = lib2.rules.Budget(0.0)
    assert [budget.spend() for _ in range(6)] == [True] * 5 + [False]
    assert (budget.denied, budget.saved) == (1, 0)


async def test_an_open_breaker_sends_nothing(lib2: ModuleType) -> None:
    with peer("503") as there:
        done = await call(lib2, there.url, times=10, LIB_BREAKER_FAILURES="4", LIB_BREAKER_MS="60000")
    assert [outcome.error for outcome, _ in done] == ["http_5xx"] * 4 + ["breaker"] * 6
    assert [attempts for _, attempts in done] == [1] * 4 + [0] * 6
    assert len(there.requests) == 4


def test_a_breaker_lets_one_try_and_closes_when_it_is_answered(lib2: ModuleType) -> None:
    now = 0.0
    breaker = lib2.rules.Breaker(2, 10, lambda: now)
    breaker.heard(ok=False)
    assert (breaker.admits(), breaker.state) == (True, "closed")
    breaker.heard(ok=False)
    assert (breaker.admits(), breaker.state) == (False, "open")
    now = 11
    assert [breaker.admits(), breaker.admits()] == [True, False]
    breaker.heard(ok=False)
    now = 22
    assert breaker.admits()
    breaker.heard(ok=True)
    assert (breaker.admits(), breaker.state) == (True, "closed")


def test_without_failures_given_there_is_no_breaker(lib2: ModuleType) -> None:
    breaker = lib2.rules.Breaker(0, 10)
    for _ in range(50):
        breaker.heard(ok=False)
    assert (breaker.admits(), breaker.state) == (True, "off")


async def test_pods_are_asked_in_turn_under_the_service_s_name(lib: ModuleType) -> None:
    asked = []

    async def look(name: str, port: int) -> list[str]:
        asked.append((name, port))
        return ["10.0.0.1", "10.0.0.2", "10.0.0.3"]

    balancer = lib.client.Balancer("http://catalog.shop:8080/x", look)
    urls = [await balancer.next() for _ in range(6)]
    assert sorted(urls[:3]) == [f"http://10.0.0.{number}:8080/x" for number in (1, 2, 3)]
    assert urls[3:] == urls[:3]
    assert balancer.host == "catalog.shop:8080"
    assert asked == [("catalog-pods.shop", 8080)]
    balancer.distrust()
    await balancer.next()
    assert len(asked) == 2


async def test_a_name_server_that_is_down_leaves_the_old_pods(lib: ModuleType) -> None:
    answers: list[list[str]] = [["10.0.0.1"]]

    async def look(name: str, port: int) -> list[str]:
        if not answers:
            raise OSError("nobody there")
        return answers.pop()

    balancer = lib.client.Balancer("http://catalog:8080", look, refresh=0)
    assert await balancer.next() == await balancer.next() == "http://10.0.0.1:8080"
    with pytest.raises(OSError, match="nobody"):
        await lib.client.Balancer("http://ratings:8080", look).next()


async def test_a_service_without_pods_is_an_error_of_names(lib: ModuleType) -> None:
    ((outcome, _),) = await call(lib, "http://no-such-name.invalid:8080", LIB_TIMEOUT_MS="3000")
    assert outcome.error in ("dns", "timeout")


@pytest.mark.parametrize(
    ("name", "value"), [("LIB_TIMEOUT_MS", "soon"), ("LIB_RETRIES", "-1"), ("LIB_RETRIES", "11"), ("LIB_TIMEOUT_MS", "inf")]
)
def test_a_policy_that_cannot_be_is_named(lib: ModuleType, name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        lib.Client((), {name: value})


@pytest.mark.parametrize("name", ["LIB_BUDGET", "LIB_BREAKER_FAILURES"])
def test_version_1_knows_nothing_of_what_came_later(tmp_path: Path, name: str) -> None:
    with library("1", tmp_path / "1") as lib:
        lib.Client((), {name: "much"})
    with library("2", tmp_path / "2") as lib, pytest.raises(ValueError, match=name):
        lib.Client((), {name: "much"})


def service(start: Launch, version: str, folder: Path, **env: str) -> Shop:
    path = f"{IMAGE}:{lay_out(version, folder)}"
    return start(SERVICE="web", CLIENT="lib", PYTHONPATH=path, **env)


def test_a_service_says_that_it_has_the_library_and_what_it_tried(start: Launch, version: str, tmp_path: Path) -> None:
    with peer("503") as there:
        shop = service(start, version, tmp_path, UPSTREAMS=f"there={there.url}", LIB_RETRIES="1", LIB_TIMEOUT_MS="5000")
        tree = shop.app().body
        assert tree["client"] == f"lib{version}"
        assert (tree["upstreams"][0]["attempts"], tree["upstreams"][0]["error"]) == (2, "http_5xx")
        report = shop.admin("/client").body
    assert (report["library"], report["policy"]["retries"], report["policy"]["timeout_ms"]) == (f"lib{version}", 1, 5000)
    assert report["upstreams"]["there"].items() >= {"calls": 1, "attempts": 2, "failed": 1, "refused": 0}.items()


def test_without_the_library_nothing_is_said_of_it(caller: Shop, language: str) -> None:
    assert "client" not in caller.app().body
    if language == "python":
        assert caller.admin("/client").body == {"library": None}


def order(shop: Shop, there: Peer) -> list[str]:
    shop.app("/order", body={"id": "o-7"}, method="POST")
    return [line for head in there.requests for line in head.split("\r\n") if line.startswith(("POST", "idempotency-key"))]


def test_an_order_is_passed_on_once_or_again(start: Launch, version: str, tmp_path: Path) -> None:
    with peer("reset") as there:
        shop = service(start, version, tmp_path, UPSTREAMS=f"there={there.url}", LIB_RETRIES="1")
        sent = order(shop, there)
    assert sent == ["POST /order HTTP/1.1", "idempotency-key: o-7"] * {"1": 2, "2": 1}[version]


def test_the_plain_client_passes_an_order_on_once(start: Launch) -> None:
    with peer("ok") as there:
        assert order(start(UPSTREAMS=f"there={there.url}"), there) == ["POST /order HTTP/1.1", "idempotency-key: o-7"]


@pytest.mark.parametrize("fault", ["reset", "status=503"])
def test_an_order_whose_answer_is_lost_was_placed(start: Launch, fault: str) -> None:
    shop = start(SERVICE="web")
    shop.call(shop.url("app", "/order"), method="POST", body={"id": "o-1"}, headers={"x-fault": f"web;{fault}"})
    assert shop.admin("/orders").body["orders"] == {"o-1": 1}


def test_an_image_without_the_library_says_so(start: Launch) -> None:
    env = {**start().env, "CLIENT": "lib", "APP_PORT": str(free_ports(1)[0])}
    done = subprocess.run(LANGUAGES["python"], env=env, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert done.returncode == 2
    assert done.stderr == "shop: CLIENT is lib, but this image holds no client library; use an image that does\n"
