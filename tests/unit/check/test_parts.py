"""The parts that kinds share: conditions, partial objects, proxy logs, cells, the limit of looks, relevance."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshlab.check.calls import address_of, join
from meshlab.check.conditions import alike, brief, first_unmet, missing_leaf, query
from meshlab.check.engine import LookLimit
from meshlab.check.inputs import Inputs
from meshlab.check.kinds.latency import look as look_latency
from meshlab.check.kinds.path import look as look_path
from meshlab.check.matrix import block_of, holds, measure
from meshlab.check.proxy_logs import deviation, in_order
from meshlab.check.relevance import relevant
from meshlab.check.verdict import Cell
from meshlab.check.world import CallRequest, Calls, LogEntry, Position
from meshlab.errors import ClusterError, LabError
from meshlab.lab.checks import KINDS, Check, Condition, LatencySpec, MatrixSpec, Through
from tests.unit.check.scenarios import SCENARIOS
from tests.unit.check.sim import LAB, Sim, shop
from tests.unit.check.situations.latency import HOT

LATENCY = msgspec.convert({"id": "x", "latency": HOT}, Check)
LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=2)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("xy", max_size=2), inner, max_size=3)
)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"equals": 3}, True),
        ({"equals": 3.0}, True),
        ({"equals": "3"}, False),
        ({"equals": True}, False),
        ({"not-equals": 4}, True),
        ({"not-equals": 3}, False),
        ({"exists": True}, True),
        ({"exists": False}, False),
        ({"at-least": 3}, True),
        ({"at-least": 4}, False),
        ({"at-most": 3}, True),
        ({"at-most": 2}, False),
        ({"same-as": "lab-start"}, True),
        ({"same-as": "step-start"}, False),
    ],
)
def test_conditions(condition: dict[str, Any], holds: bool) -> None:
    one = msgspec.convert({"query": "a.b", **condition}, Condition)
    before = {"lab-start": {"a": {"b": 3}}, "step-start": {"a": {"b": 4}}}
    assert (first_unmet([one], {"a": {"b": 3}}, before) is None) is holds


@pytest.mark.parametrize("value", [None, [], {}, ""])
def test_nothing_does_not_exist(value: Any) -> None:
    assert first_unmet([Condition(query="a", exists=True)], {"a": value}, {}) is not None
    assert first_unmet([Condition(query="a", exists=False)], {"a": value}, {}) is None


def test_false_and_zero_exist() -> None:
    assert all(first_unmet([Condition(query="a", exists=True)], {"a": value}, {}) is None for value in (False, 0))


def test_a_number_in_text_compares_as_a_number_and_nothing_does_not() -> None:
    assert first_unmet([Condition(query="a", at_least=2)], {"a": "10"}, {}) is None
    assert first_unmet([Condition(query="a", at_least=0)], {"a": None}, {}) is not None
    assert first_unmet([Condition(query="a", at_most=9)], {"a": "many"}, {}) is not None


def test_a_query_that_is_none_is_the_labs_mistake() -> None:
    with pytest.raises(LabError, match="cannot be read"):
        query("a[", {})


def test_what_does_not_fit_the_query_does_not_hold() -> None:
    ordered = Condition(query="sort([].a)", same_as="lab-start", reason="object.changed")
    unmet = first_unmet([ordered], None, {"lab-start": None})
    assert unmet is not None
    assert unmet.reason == "object.changed"
    assert first_unmet([ordered], [{"a": "x"}], {"lab-start": [{"a": "x"}]}) is None


@given(TREES)
def test_every_object_has_itself(tree: Any) -> None:
    assert alike(tree, tree)
    assert missing_leaf(tree, tree) is None


@given(st.dictionaries(st.text("xy", max_size=2), TREES, min_size=1, max_size=3))
def test_a_part_with_one_more_leaf_is_missing_it(tree: dict[str, Any]) -> None:
    found = missing_leaf({**tree, "z": 1}, tree)
    assert found == ("z", 1, None)


def test_items_of_a_list_may_stand_anywhere() -> None:
    assert missing_leaf({"a": [{"n": 2}]}, {"a": [{"n": 1}, {"n": 2, "m": 3}]}) is None
    assert missing_leaf({"a": [{"n": 4}]}, {"a": [{"n": 1}]}) == ("a[0]", {"n": 4}, [{"n": 1}])


def test_brief_is_one_short_line() -> None:
    assert brief("") == '""'
    assert brief(None) == "null"
    assert len(brief("x" * 500)) == 120


def entry(pod: str, t: float, downstream: str = "", duration: float = 1.0) -> LogEntry:
    return LogEntry(proxy=pod.rpartition("-")[0], pod=pod, t=t, downstream=downstream, duration_ms=duration)


def test_hops_are_in_the_order_of_their_addresses() -> None:
    far, near = entry("p-2", 1.0, "10.0.0.1:5"), entry("p-1", 1.0, "10.9.9.9:4")
    assert in_order([far, near], "10.9.9.9", {"p-1": "10.0.0.1"}) == [near, far]


def test_without_addresses_the_earlier_and_the_longer_comes_first() -> None:
    inner, outer, later = entry("p-2", 1.0, duration=3), entry("p-3", 1.0, duration=5), entry("p-1", 2.0)
    assert in_order([later, inner, outer], "", {}) == [outer, inner, later]


def test_addresses_of_the_sixth_version() -> None:
    assert address_of("[fd00::1]:8080") == "fd00::1"
    assert address_of("-") == ""


def test_a_way_without_proxies_is_no_detour_where_none_is_asked_for() -> None:
    assert deviation((), (), "a", "b") is None
    off = deviation((Through(proxy="p"),), (), "a", "b")
    assert off is not None
    assert off.reason == "path.no-proxy"


def test_paths_go_below_the_urls_own() -> None:
    assert join("http://edge:80/shop/", "/slow") == "http://edge:80/shop/slow"


def spec(**more: Any) -> MatrixSpec:
    return msgspec.convert({"rows": ["web", "probe"], "columns": ["catalog"], **more}, MatrixSpec)


def test_later_blocks_win_and_a_row_of_a_node_is_one_of_the_probes() -> None:
    one = spec(cells=[{"expect": 1}, {"from": ["probe"], "expect": 0}, {"from": ["probe@node-b"], "expect": 0.5}])
    found = [block_of(one, row, "catalog") for row in ("web", "probe@node-a", "probe@node-b")]
    assert [block.expect for block in found if block] == [1, 0, 0.5]
    assert block_of(spec(cells=[{"to": ["reviews"]}]), "web", "catalog") is None


@pytest.mark.parametrize(
    ("ok", "of", "expected", "errors", "as_expected"),
    [
        (2, 2, 1.0, {}, True),
        (1, 2, 1.0, {"refused": 1}, False),
        (0, 2, 0.0, {"refused": 2}, True),
        (0, 2, 0.0, {"dns": 2}, False),
        (1, 2, 0.0, {"refused": 1}, False),
        (10, 20, 0.5, {"refused": 10}, True),
        (20, 20, 0.5, {}, False),
        (0, 0, 0.0, {}, False),
        (0, 0, None, {}, True),
    ],
)
def test_cells(ok: int, of: int, expected: float | None, errors: dict[str, int], as_expected: bool) -> None:
    cell = Cell(row="a", column="b", ok=ok, of=of, expected=expected, errors=errors, allowed=("refused",))
    assert holds(cell) is as_expected


async def test_a_matrix_in_an_experiment_goes_on_where_a_pod_cannot_be_asked() -> None:
    sim = shop()
    sim.unreachable.add("probe-b")
    cells = {cell.row: cell for cell in await measure(Inputs(LAB, sim), spec(cells=[{}]))}
    assert {row: (cell.ok, cell.of) for row, cell in cells.items()} == {
        "web": (2, 2),
        "probe@node-a": (2, 2),
        "probe@node-b": (0, 0),
    }


def test_the_probe_needs_no_entry_in_the_lab() -> None:
    bare = Inputs(msgspec.structs.replace(LAB, services={}), Sim())
    assert bare.service("probe@node-a").probe
    with pytest.raises(LabError, match="no service is called 'web'"):
        bare.service("web")


async def test_a_row_may_be_one_node_of_the_probe() -> None:
    class Placed(Sim):
        async def positions(self, service: str) -> list[Position]:
            name, _, node = service.partition("@")
            return [one for one in await super().positions(name) if node in ("", one.node)]

    cells = await measure(Inputs(LAB, shop(kind=Placed)), spec(rows=["probe@node-b"], cells=[{}]))
    assert [cell.row for cell in cells] == ["probe@node-b"]


async def test_requests_that_were_not_sent_are_nobodys_success() -> None:
    class Tired(Sim):
        async def call(self, position: Position, request: CallRequest) -> Calls:
            calls = await super().call(position, request)
            return msgspec.structs.replace(calls, replies=calls.replies[:-1])

    check = msgspec.convert({"id": "x", "path": {"from": "web", "to": "catalog", "requests": 1}}, Check)
    assert check.path
    with pytest.raises(ClusterError, match="0 of 1 requests"):
        await look_path(check, check.path, Inputs(LAB, shop(kind=Tired)))


async def test_every_cell_opens_its_own_connection_and_goes_one_hop() -> None:
    requests: list[CallRequest] = []

    class Listening(Sim):
        async def call(self, position: Position, request: CallRequest) -> Calls:
            requests.append(request)
            return await super().call(position, request)

    sim = shop(kind=Listening)
    await measure(Inputs(LAB, sim), spec(cells=[{}]))
    assert requests
    assert all(not request.keepalive and request.headers["x-meshlab-depth"] == "0" for request in requests)
    assert len({request.nonce for request in requests}) == len(requests)


async def test_the_load_is_stopped_when_a_slice_breaks() -> None:
    class Breaking(Sim):
        async def call(self, position: Position, request: CallRequest) -> Calls:
            if self.loaded:
                raise ClusterError("the pod is gone.")
            return await super().call(position, request)

    sim = shop("catalog", "reviews", kind=Breaking)
    one = msgspec.convert({**HOT, "ratio-at-least": 2}, LatencySpec)
    with pytest.raises(ClusterError):
        await look_latency(LATENCY, one, Inputs(LAB, sim))
    assert sim.loads[-1] == 0
    assert not sim.loaded


async def test_the_load_is_stopped_on_cancelling() -> None:
    started = asyncio.Event()

    class Hanging(Sim):
        async def call(self, position: Position, request: CallRequest) -> Calls:
            if self.loaded:
                started.set()
                await asyncio.Event().wait()
            return await super().call(position, request)

    sim = shop("catalog", "reviews", kind=Hanging)
    one = msgspec.convert({**HOT, "ratio-at-least": 2}, LatencySpec)
    task = asyncio.create_task(look_latency(LATENCY, one, Inputs(LAB, sim)))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not sim.loaded


@pytest.mark.parametrize("change", [{"rate": 50}, {}])
async def test_a_latency_that_cannot_be_measured_is_the_labs_mistake(change: dict[str, Any]) -> None:
    asked = {"ratio-at-least": 2} if change else {}
    one = msgspec.convert({**HOT, **asked, **change}, LatencySpec)
    with pytest.raises(LabError):
        await look_latency(LATENCY, one, Inputs(LAB, shop()))


async def test_one_that_waited_to_be_alone_and_gave_up_lets_the_others_go() -> None:
    limit, release = LookLimit(), asyncio.Event()

    async def stay(kind: str) -> None:
        async with limit.enter(kind):
            await release.wait()

    first = asyncio.create_task(stay("path"))
    await asyncio.sleep(0)
    alone = asyncio.create_task(stay("latency"))
    await asyncio.sleep(0)
    behind = asyncio.create_task(stay("path"))
    await asyncio.sleep(0)
    alone.cancel()
    release.set()
    await asyncio.wait_for(asyncio.gather(first, behind), 5)
    assert alone.cancelled()


def test_every_kind_says_what_it_looks_at() -> None:
    checks = {scenario.kind: scenario.check for scenario in SCENARIOS}
    assert checks.keys() == set(KINDS)
    kinds = {kind: relevant(check, LAB) for kind, check in checks.items()}
    assert kinds["object"] == {("v1", "Pod")}
    assert kinds["writes"] == {("v1", "ConfigMap")}
    assert ("networking.k8s.io/v1", "NetworkPolicy") in kinds["denied"]
    assert ("v1", "Node") in kinds["matrix"]
    assert not kinds["experiment"]
