"""Going to a step."""

from __future__ import annotations

import pytest

from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Track
from meshlab.run.accounts import appliers
from meshlab.run.run import Run
from meshlab.run.snapshot import take
from meshlab.run.solve import goto, solve
from tests.unit.run.prepare import test_reset
from tests.unit.run.prepare.test_reset import cluster

run = test_reset.run


async def test_going_to_a_step_solves_those_before(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solve, "solver", appliers.of_lab)
    told: list[Progress] = []
    await goto.goto(run, "second", Track(told.append))
    assert [event.phase for event in told if event.state == "planned"] == ["apply-solution", "settle"]
    assert cluster(run).one("ConfigMap", "paint")
    assert take(run).current == "second"
    await goto.goto(run, "first", Track())
    with pytest.raises(StopIteration):
        cluster(run).one("ConfigMap", "paint")
    assert take(run).current == "first"
