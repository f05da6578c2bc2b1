"""Sidecars as proxies on a path: each in its own pod, with its own flag, and nearer to the application than the network."""

from __future__ import annotations

import msgspec
import pytest

from meshlab.check.inputs import Inputs
from meshlab.check.kinds.path import Seen, Sent, judge
from meshlab.check.kinds.proxy_config import look as look_config
from meshlab.check.world import LogEntry, Position, Reply
from meshlab.lab.checks import Check, PathSpec
from meshlab.run.live.positions import has_container
from tests.unit.check.sim import LAB, shop

WEB = Position("web", "web-1", "node-a", "10.0.0.1", "shop")
CATALOG = Position("catalog", "catalog-1", "node-a", "10.0.0.2", "shop")
BOTH = [{"proxy": "sidecar", "at": "caller"}, {"proxy": "sidecar", "at": "callee"}]


def line(position: Position, flags: str = "") -> LogEntry:
    return LogEntry(proxy="sidecar", pod=position.pod, node=position.node, nonce="n", flags=flags)


def reason(way: list[LogEntry], *, peer: str = "127.0.0.1", status: int = 200, through: list[dict[str, str]] = BOTH) -> str:
    """The reason for which a call from web to catalog is wrong, empty when it is right."""
    tree = {"pod": "catalog-1", "node": "node-a", "peer": peer, "headers": {"x-meshlab-nonce": "n"}}
    reply = Reply(nonce="n", status=status, ms=5.0, tree=tree if status == 200 else None)
    spec = msgspec.convert({"from": "web", "to": "catalog", "through": through, "expect": {"status": status}}, PathSpec)
    seen = Seen([], {"n": way}, {"sidecar": [WEB, CATALOG]}, {"catalog": {"catalog-1"}})
    found = judge(spec, Sent(WEB, "catalog", reply), seen)
    return found.reason if found else ""


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.0.0.6", "10.0.0.2"])
def test_a_sidecar_may_come_from_an_address_of_its_pod(peer: str) -> None:
    assert reason([line(WEB), line(CATALOG)], peer=peer) == ""


def test_the_callers_own_address_behind_the_callees_sidecar_is_a_way_around_it() -> None:
    assert reason([line(WEB), line(CATALOG)], peer="10.0.0.1") == "path.tree"


def test_loopback_is_believed_only_beside_the_last_proxy() -> None:
    assert reason([line(WEB)], through=BOTH[:1]) == "path.tree"


def test_a_neighbours_sidecar_on_the_same_node_is_not_the_callers() -> None:
    assert reason([line(CATALOG), line(WEB)]) == "path.wrong-proxy"


def test_each_proxy_answers_for_its_own_flag() -> None:
    at_the_caller = [{**BOTH[0], "flags": "UT"}, BOTH[1]]
    assert reason([line(WEB, "UT"), line(CATALOG, "DC")], status=504, through=at_the_caller) == ""
    assert reason([line(WEB), line(CATALOG, "UT")], status=504, through=at_the_caller) == "path.flags"


async def test_a_part_of_a_proxys_pods() -> None:
    sim = shop("catalog")
    sim.add_proxy("router", "router-2")
    sim.store["Pod"] = [{"metadata": {"name": "router-2", "namespace": "shop", "labels": {"app": "other"}}}]
    sim.pages["/stats"] = {"stats": [{"name": "x.update_success", "value": 2}]}
    spec = {
        "proxy": "router",
        "pods": {"app": "other"},
        "source": "stats",
        "conditions": [{"query": "stats[0].value", "equals": 2}],
    }
    check = msgspec.convert({"id": "x", "proxy-config": spec}, Check)
    assert check.proxy_config is not None
    found = await look_config(check, check.proxy_config, Inputs(LAB, sim))
    assert (found.outcome.value, found.seen) == ("pass", "router-2")


def test_a_native_sidecar_is_a_container_of_its_pod() -> None:
    pod = {"spec": {"containers": [{"name": "shop"}], "initContainers": [{"name": "envoy", "restartPolicy": "Always"}]}}
    assert has_container(pod, "envoy")
    assert has_container(pod, "shop")
    assert not has_container(pod, "traefik")
    assert not has_container({}, "envoy")
