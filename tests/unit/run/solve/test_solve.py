"""Solving a step."""

from __future__ import annotations

import pytest

from meshlab.cluster.track import Track
from meshlab.run.accounts import appliers
from meshlab.run.run import Run
from meshlab.run.snapshot import take
from meshlab.run.solve import solve
from tests.unit.run.prepare import test_reset
from tests.unit.run.prepare.test_reset import cluster

run = test_reset.run


async def test_solving_twice_changes_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solve, "solver", appliers.of_lab)
    await solve.solve(run, "first", Track())
    assert cluster(run).one("ConfigMap", "paint")["data"] == {"colour": "red"}
    assert [step.solved for step in take(run).steps] == [True, False]
    cluster(run).writes.clear()
    await solve.solve(run, "first", Track())
    assert cluster(run).writes == []
