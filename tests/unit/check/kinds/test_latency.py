"""Latency: the load is stopped whatever happens, and what cannot be measured is said."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from meshlab.check.inputs import Inputs
from meshlab.check.kinds.latency import look as look_latency
from meshlab.check.world import CallRequest, Calls, Position
from meshlab.errors import ClusterError, LabError
from meshlab.lab.checks import Check, LatencySpec
from tests.unit.check.sim import LAB, Sim, shop
from tests.unit.check.situations.latency import HOT

LATENCY = msgspec.convert({"id": "x", "latency": HOT}, Check)


async def test_the_load_is_stopped_when_a_slice_breaks() -> None:
    class Breaking(Sim):
        async def call(self, position: Position, request: CallRequest) -> Calls:
            if self.loaded:
                raise ClusterError("other", sentence="the pod is gone.", hint="")
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
