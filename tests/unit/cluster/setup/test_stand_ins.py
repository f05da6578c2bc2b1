"""What counts as upstream's own image."""

from __future__ import annotations

import pytest

from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.setup import stand_ins
from tests.unit.cluster.setup.fake_machine import Machine, MachineEngine

ENVOY = load_pins().image("envoy").ref
pytestmark = pytest.mark.usefixtures("engine_api")
UPSTREAM = ["envoyproxy/envoy@sha256:1"]


@pytest.mark.parametrize(
    ("digests", "labels", "remembered", "found"),
    [
        (UPSTREAM, None, False, []),
        ([], None, False, [ENVOY]),
        (UPSTREAM, {"dev.meshlab.stand-in": "source"}, False, [ENVOY]),
        (UPSTREAM, None, True, [ENVOY]),
    ],
    ids=["pulled", "loaded", "labelled", "remembered"],
)
async def test_stand_ins_are_told_apart(
    machine: Machine, digests: list[str], labels: dict[str, str] | None, remembered: bool, found: list[str]
) -> None:
    machine.engine()
    machine.image(ENVOY, "sha256:7", digests=digests, labels=labels)
    if remembered:
        await stand_ins.remember([ENVOY], "bundle")
    assert await stand_ins.stand_ins(["envoy", "traefik"]) == found


async def test_what_is_not_pinned_does_not_count(machine: Machine) -> None:
    machine.engine()
    assert await stand_ins.stand_ins(["someone/else"]) == []


async def test_without_an_engine_nothing_is_known(machine: Machine, engine_api: MachineEngine) -> None:
    machine.image(ENVOY, "sha256:7")
    engine_api.gone.set()
    assert await stand_ins.stand_ins(["envoy"]) == []


async def test_a_damaged_memory_is_no_obstacle(machine: Machine) -> None:
    machine.engine()
    machine.image(ENVOY, "sha256:7")
    await stand_ins.remember([ENVOY], "source")
    assert await stand_ins.way(ENVOY) == "source"
    file = next((machine.root / "home").rglob("stand-ins.json"))
    file.write_text("{")
    assert await stand_ins.way(ENVOY) == ""
    await stand_ins.remember([ENVOY], "bundle")
    assert await stand_ins.way(ENVOY) == "bundle"
