"""Traffic that the probe keeps running, through restarts and changes of its plan."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request

from tests.unit.shop.conftest import Launch
from tests.unit.shop.parts import load
from tests.unit.shop.peers import peer
from tests.unit.shop.process import Shop, free_ports, until

Probe = Callable[..., Shop]


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return tmp_path / "plan.json"


@pytest.fixture
def probe(start: Launch, plan: Path) -> Probe:
    def one(*actors: dict[str, Any]) -> Shop:
        write(plan, *actors)
        return start(ROLE="probe", PLAN=str(plan), NODE_NAME="node-b", DRAIN_SECONDS="0.1")

    return one


def write(plan: Path, *actors: dict[str, Any]) -> None:
    part = plan.with_suffix(".new")
    part.write_text(json.dumps({"actors": actors}))
    part.replace(plan)


def results(probe: Shop, query: str = "actor=edge") -> Any:
    return probe.admin(f"/results?{query}").body


def actor(probe: Shop, name: str = "edge") -> Any:
    return next((one for one in probe.admin("/actors").body if one["id"] == name), None)


def test_requests_are_numbered_stamped_and_recorded(probe: Probe, ratings: Shop) -> None:
    shop = probe({"id": "stamped", "url": ratings.url("app", "/edge"), "rate": 50, "headers": {"x-canary": "k7"}})
    until(lambda: (results(shop, "actor=stamped")["last"] or 0) >= 10)
    kept = results(shop, "actor=stamped&from=1&to=10")
    assert [one["seq"] for one in kept["results"]] == list(range(1, 11))
    assert kept["first"] == 1
    assert all(one.keys() == {"seq", "t", "status", "ms", "error"} for one in kept["results"])
    assert {(one["status"], one["error"]) for one in kept["results"]} == {(200, None)}
    times = [one["t"] for one in kept["results"]]
    assert times == sorted(times)
    assert ratings.admin("/counters?nonce=stamped-node-b-7").body["received"] == 1


def test_results_since_a_time(probe: Probe, ratings: Shop) -> None:
    shop = probe({"id": "edge", "url": ratings.url(), "rate": 50})
    until(lambda: (results(shop)["last"] or 0) >= 8)
    fifth = results(shop, "actor=edge&from=5&to=5")["results"][0]
    assert results(shop, f"actor=edge&to=8&since={fifth['t']}")["results"][0]["seq"] in (4, 5)


def test_failures_have_their_class(probe: Probe) -> None:
    (nobody,) = free_ports(1)
    shop = probe({"id": "edge", "url": f"http://127.0.0.1:{nobody}", "rate": 50})
    until(lambda: (results(shop)["last"] or 0) >= 3)
    assert {(one["status"], one["error"]) for one in results(shop)["results"]} == {(0, "refused")}


def test_no_number_is_used_twice_through_a_kill(probe: Probe, start: Launch) -> None:
    target = start()
    shop = probe({"id": "edge", "url": target.url(), "rate": 100})
    until(lambda: (results(shop)["last"] or 0) >= 20)
    shop.signal(signal.SIGKILL)
    shop.process.wait()
    shop.restart()
    after = actor(shop)["next"]
    assert after > 20
    until(lambda: results(shop)["last"] >= after + 20)
    for one in results(shop)["results"]:
        assert target.admin(f"/counters?nonce=edge-node-b-{one['seq']}").body["received"] == 1
    numbers = [one["seq"] for one in results(shop)["results"]]
    assert len(numbers) == len(set(numbers))


def test_what_was_on_its_way_at_a_kill_is_not_sent_again(probe: Probe) -> None:
    with peer("silent") as there:
        shop = probe({"id": "edge", "url": there.url, "rate": 50, "timeout_ms": 10000})
        until(lambda: len(there.requests) >= 5)
        shop.restart()
        sent = len(there.requests)
        until(lambda: len(there.requests) >= sent + 5)
        stamps = [re.findall(r"x-meshlab-nonce: (\S+)", head) for head in there.requests]
        assert len({stamp for (stamp,) in stamps}) == len(stamps)


async def test_what_is_sent_while_results_are_read_does_not_look_lost(tmp_path: Path) -> None:
    """Numbers 4 and 5 are sent after the question came; 5 is answered before 4, while the files are read."""
    settings = load("settings").Settings.from_env({"DATA": str(tmp_path)})
    actors = load("actors").Actors(settings)
    kept = load("journal").Journal(tmp_path / "actors" / "edge")
    for number in (1, 3, 5):
        kept.append(number, t=float(number))
    actors._runs["edge"] = SimpleNamespace(in_flight={2}, next=4)
    reply = json.loads((await actors._results(make_mocked_request("GET", "/results?actor=edge"))).body)
    assert reply["in_flight"] == [2]
    assert [one["seq"] for one in reply["results"]] == [1, 3]


def test_an_end_by_sigterm_loses_no_result(probe: Probe, start: Launch) -> None:
    slow = start(SERVICE="slow")
    slow.fault(latency_ms=100)
    shop = probe({"id": "edge", "url": slow.url(), "rate": 100})
    until(lambda: actor(shop)["next"] > 30)
    shop.signal(signal.SIGTERM)
    assert shop.process.wait(60) == 0
    shop.restart()
    sent = actor(shop)["next"]
    until(lambda: results(shop)["last"] >= sent)
    numbers = {one["seq"] for one in results(shop)["results"]}
    assert set(range(1, sent)) <= numbers


def test_a_slow_target_does_not_slow_the_schedule(probe: Probe) -> None:
    with peer("silent") as there:
        shop = probe({"id": "edge", "url": there.url, "rate": 50, "timeout_ms": 10000})
        until(lambda: len(there.requests) >= 25)
        assert len(actor(shop)["in_flight"]) >= 20


def test_an_actor_is_started_and_stopped_at_run_time(probe: Probe, ratings: Shop) -> None:
    shop = probe({"id": "edge", "url": ratings.url(), "rate": 50, "start": False})
    assert (actor(shop)["running"], actor(shop)["next"]) == (False, 1)
    assert shop.admin("/actors/edge", {"running": True, "rate": 100}).body["rate"] == 100
    until(lambda: actor(shop)["next"] > 5)
    shop.admin("/actors/edge", {"running": False})
    stopped = actor(shop)
    shop.restart()
    again = actor(shop)
    assert (again["running"], again["rate"], again["next"]) == (False, 100, stopped["next"])


@pytest.mark.parametrize("body", [{"rate": 0}, {"rate": 10**6}, {"rate": "fast"}, {"running": 1}, {"speed": 1}])
def test_an_override_that_cannot_be_is_refused(probe: Probe, ratings: Shop, body: dict[str, Any]) -> None:
    shop = probe({"id": "edge", "url": ratings.url(), "rate": 1, "start": False})
    assert shop.admin("/actors/edge", body).status == 400
    assert (actor(shop)["rate"], actor(shop)["running"]) == (1, False)


def test_unknown_actors(probe: Probe, ratings: Shop) -> None:
    shop = probe({"id": "edge", "url": ratings.url(), "start": False})
    assert shop.admin("/actors/other", {"running": True}).status == 404
    assert shop.admin("/results?actor=other").status == 404
    assert shop.admin("/results?actor=../actors/edge").status == 404
    assert shop.admin("/results?actor=edge&from=x").status == 400


def test_a_changed_plan_is_followed(probe: Probe, plan: Path, ratings: Shop) -> None:
    edge = {"id": "edge", "url": ratings.url(), "rate": 50}
    shop = probe(edge)
    until(lambda: actor(shop)["next"] > 3)
    write(plan, {**edge, "rate": 20, "start": False}, {"id": "new", "url": ratings.url(), "start": False})
    until(lambda: actor(shop, "new") is not None)
    changed = actor(shop)
    assert (changed["running"], changed["rate"]) == (False, 20)
    assert changed["next"] > 3
    write(plan)
    until(lambda: shop.admin("/actors").body == [])
    assert results(shop)["last"] == changed["next"] - 1


def test_a_broken_plan_leaves_the_actors(probe: Probe, plan: Path, ratings: Shop) -> None:
    shop = probe({"id": "edge", "url": ratings.url(), "rate": 50})
    plan.write_text("{")
    until(lambda: shop.admin("/plan").body["error"] is not None)
    before = actor(shop)["next"]
    until(lambda: actor(shop)["next"] > before)


def test_a_probe_without_a_plan_answers(start: Launch, tmp_path: Path) -> None:
    shop = start(ROLE="probe", PLAN=str(tmp_path / "none.json"))
    assert shop.admin("/actors").body == []
    assert shop.app().body["service"] == "probe"


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ({"id": "Edge", "url": "http://x"}, "id"),
        ({"id": "../x", "url": "http://x"}, "id"),
        ({"id": "edge", "url": "x"}, "url"),
        ({"id": "edge", "url": "http://x", "rate": 10**6}, "rate"),
        ({"id": "edge", "url": "http://x", "timeout_ms": 0}, "timeout_ms"),
        ({"id": "edge", "url": "http://x", "burst": 1}, "burst"),
        ({"id": "edge"}, "plan"),
    ],
)
def test_a_plan_that_cannot_be_says_why(entry: dict[str, Any], word: str) -> None:
    plan = load("plan")
    with pytest.raises(plan.PlanError, match=word):
        plan.parse_plan(json.dumps({"actors": [entry]}).encode())


def test_two_actors_of_one_name() -> None:
    plan = load("plan")
    entry = {"id": "edge", "url": "http://x"}
    with pytest.raises(plan.PlanError, match="same id"):
        plan.parse_plan(json.dumps({"actors": [entry, entry]}).encode())
