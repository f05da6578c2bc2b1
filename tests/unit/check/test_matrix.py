"""Who reaches whom: blocks, rows, cells."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from meshlab.check.inputs import Inputs
from meshlab.check.matrix import block_of, holds, measure
from meshlab.check.verdict import Cell
from meshlab.check.world import CallRequest, Calls, Position
from meshlab.lab.checks import MatrixSpec
from tests.unit.check.sim import LAB, Sim, shop


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


async def test_a_row_may_be_one_node_of_the_probe() -> None:
    class Placed(Sim):
        async def positions(self, service: str) -> list[Position]:
            name, _, node = service.partition("@")
            return [one for one in await super().positions(name) if node in ("", one.node)]

    cells = await measure(Inputs(LAB, shop(kind=Placed)), spec(rows=["probe@node-b"], cells=[{}]))
    assert [cell.row for cell in cells] == ["probe@node-b"]


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
