"""What is measured, not only judged: outages, added latencies, costs; and the names under which verdicts carry it."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest

from meshlab.check.engine import evaluate
from meshlab.check.inputs import Inputs
from meshlab.check.kinds import look
from meshlab.check.kinds.success import outage, still_failing
from meshlab.check.stats import added
from meshlab.check.verdict import Finding, Number, Outcome
from meshlab.check.world import ActorResults, Reply
from meshlab.lab.checks import Check
from meshlab.lab.comparison import AFTER, ROWS
from tests.unit.check.sim import LAB, Sim, changed, shop
from tests.unit.check.situations.cost import NODES, busy
from tests.unit.check.situations.latency import DIRECT, hop


def sent(pattern: str, node: str = "a", every: float = 0.5) -> ActorResults:
    """One request each half second: `.` was answered, `x` failed."""
    replies = [Reply(i=i, t=100 + i * every, error="refused" if one == "x" else None) for i, one in enumerate(pattern)]
    return ActorResults("steady", node, tuple(reversed(replies)))


@pytest.mark.parametrize(
    ("pattern", "seconds", "low", "high"),
    [
        ("....", 0, 0, 0),
        ("..xxx..", 1.5, 1.0, 2.0),
        ("..x..", 0.5, 0.0, 1.0),
        (".x..xx.", 1.5, 0.5, 2.5),
        ("xx..", 1.0, 0.5, 1.0),
        ("..xx", 0.5, 0.5, 1.0),
        ("", 0, 0, 0),
    ],
)
def test_an_outage_lasts_from_the_first_failure_to_the_next_answer(
    pattern: str, seconds: float, low: float, high: float
) -> None:
    assert outage([sent(pattern)]) == Number(seconds, "s", low, high)
    assert still_failing(sent(pattern)) == pattern.endswith("x")


def test_the_node_that_suffered_longest_counts() -> None:
    assert outage([sent("..x.."), sent(".xxxx.", "b"), sent("......", "c")]).value == 2.0
    assert outage([]).value == 0.0


def slices(extra: float, pairs: int = 12, n: int = 60, noise: float = 0.3) -> list[tuple[list[float], list[float]]]:
    """The machine drifts from slice to slice by more than the pair differs; both of a pair drift together."""
    random = Random(5)
    found = []
    for number in range(pairs):
        base = 4 + number % 4
        one = [base + random.gauss(0, noise) for _ in range(n)]
        found.append((one, [base + extra + random.gauss(0, noise) for _ in range(n)]))
    return found


@pytest.mark.parametrize("extra", [0.0, 0.2, 1.5])
def test_the_added_median_is_found_through_the_drift(extra: float) -> None:
    found = added(slices(extra))
    assert found.median == pytest.approx(extra, abs=0.08)
    assert found.median_low <= extra <= found.median_high
    assert found.median_high - found.median_low < 0.2
    assert found.tail_low <= found.tail <= found.tail_high
    assert added(slices(extra)) == found, "the seed makes it repeatable"


def test_a_wider_spread_gives_a_wider_interval() -> None:
    def spread(noise: float) -> float:
        found = added(slices(1, noise=noise))
        return found.median_high - found.median_low

    assert spread(1.5) > 2 * spread(0.3)


async def seen(kind: str, spec: dict[str, Any], sim: Sim) -> Finding:
    return await look(msgspec.convert({"id": "it", kind: spec}, Check), Inputs(LAB, sim))


async def test_a_hop_is_measured_against_the_direct_way() -> None:
    found = await seen("latency", DIRECT, hop(1.5)())
    assert found.numbers["added-p50"].value == pytest.approx(1.5)
    assert found.numbers["added-p50"].unit == "ms"
    assert (await seen("latency", DIRECT, hop(0)())).numbers["added-p50"].value == pytest.approx(0)


async def test_pair_and_control_are_never_sent_at_once() -> None:
    sim = hop(1)()
    order: list[str] = []

    def note(name: str) -> str:
        order.append(name)
        return "-"

    for name in ("reviews", "catalog-direct"):
        changed(sim, name, flags=lambda position, request, i, name=name: note(name))
    await seen("latency", DIRECT, sim)
    turns = [name for index, name in enumerate(order) if index == 0 or order[index - 1] != name]
    # Who is first changes with each couple, so that two turns of the same follow each other.
    assert turns[:5] == ["reviews", "catalog-direct", "reviews", "catalog-direct", "reviews"]
    assert order.count("reviews") == order.count("catalog-direct")


async def test_the_load_of_a_cost_is_ended_also_when_nothing_is_counted() -> None:
    load = {**NODES, "load": {"from": "web", "to": "catalog"}}
    for world in (busy(), busy(stuck=True)):
        sim = world()
        await seen("cost", load, sim)
        assert sim.loads[0] > 0
        assert sim.loads[-1] == 0
        assert not sim.loaded


async def test_costs_are_sums_over_containers() -> None:
    numbers = (await seen("cost", NODES, busy(memory=18, cores=0.05)())).numbers
    assert (numbers["count"].value, numbers["memory"], numbers["cpu"]) == (2, Number(36.0, "MiB"), Number(100.0, "m"))


async def test_a_stage_without_proxies_has_none_because_none_was_found() -> None:
    spec = {"images": ["envoy"], "measure": True}
    assert (await seen("cost", spec, busy(image="shop:1")())).numbers["count"].value == 0
    assert (await seen("cost", spec, busy(image="registry:5000/x/envoy:v1@sha256:0")())).numbers["count"].value == 2
    assert (await seen("cost", spec, busy(image="envoy-like:v1")())).numbers["count"].value == 0


async def test_verdicts_carry_what_findings_measured() -> None:
    check = msgspec.convert({"id": "it", "cost": NODES}, Check)
    source = evaluate(Inputs(LAB, busy()()), [check], wait=False, step_of=lambda _: "broken")
    verdict = [one async for one in source][-1]
    assert verdict.outcome is Outcome.PASS
    assert set(verdict.numbers) == {"count", "memory", "cpu"}


GIVEN: dict[str, tuple[dict[str, Any], Any]] = {
    "path": ({"from": "web", "to": "catalog", "through": [{"proxy": "router"}]}, lambda: shop("catalog")),
    "cost": (NODES, busy()),
    "latency": (DIRECT, hop(1)),
    "writes": ({"refs": [{"kind": "ConfigMap", "name": "a"}], "at-most": 3}, shop),
    "matrix": ({"rows": ["web"], "columns": ["catalog"], "cells": [{"expect": 1}]}, shop),
}


@pytest.mark.parametrize("row", [row for row in ROWS if row.kind in GIVEN], ids=lambda row: row.id)
async def test_each_row_of_the_comparison_names_a_number_that_its_kind_gives(row: Any) -> None:
    spec, world = GIVEN[row.kind]
    found = await seen(row.kind, spec, world())
    assert found.outcome is Outcome.PASS, found
    assert found.numbers[row.number].unit == row.unit
    assert (found.reach is not None) == (row.shape == "matrix")


def test_every_row_is_of_a_kind_that_is_tried_here_or_elsewhere() -> None:
    others = {row.id for row in ROWS if row.kind not in GIVEN}
    assert others == {"policy", "seconds", "outage"}
    assert next(row for row in ROWS if row.id == "seconds").number == AFTER
