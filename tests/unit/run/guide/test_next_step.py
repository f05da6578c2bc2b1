"""The next step wants everything green at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshlab.errors import UsageError
from meshlab.lab.address import ObjectRef
from meshlab.run.guide import answers, next_step
from meshlab.run.snapshot import take
from meshlab.run.store import events
from tests.unit.run.small_run import config_map, shop, small_run, started


async def test_next_wants_all_green_and_takes_a_baseline(tmp_path: Path) -> None:
    kube = shop(config_map("paint", colour="blue"), config_map("keep"))
    run = await started(small_run(tmp_path, kube))
    with pytest.raises(UsageError, match="not done yet: colour, why"):
        await next_step.advance(run)
    kube.edit("ConfigMap", "paint", lambda obj: obj["data"].update(colour="red"))
    answers.answer(run, "why", "one")
    await next_step.advance(run)
    assert take(run).current == "second"
    paint = ObjectRef(kind="ConfigMap", name="paint")
    world = await run.world()
    colours = [(await world.baseline(paint, since))[0]["data"]["colour"] for since in ("lab-start", "step-start")]
    assert colours == ["blue", "red"]
    assert await world.mark("lab-start") < await world.mark("step-start")


async def test_next_needs_no_look_when_the_step_was_done_before(tmp_path: Path) -> None:
    run = await started(small_run(tmp_path, shop()))
    run.append(events.StepDone(step="first"), events.StepDone(step="second"))
    await next_step.advance(run)
    assert take(run).current == "second"
    await next_step.advance(run)
    assert take(run).current == "second", "the last one stays"
