"""Measures the reachability matrix each second while the checks of a phase are evaluated."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from msgspec.structs import replace

from meshlab.check.inputs import Inputs
from meshlab.check.matrix import measure
from meshlab.errors import ClusterError
from meshlab.lab.checks import MatrixSpec
from meshlab.lab.model import Experiment, Phase
from meshlab.run.api import ExperimentEvent, Matrix
from meshlab.run.checks import judge
from meshlab.run.observe import matrix
from meshlab.run.run import Run

EVERY = 1.0


class LiveMatrix:
    """The matrix of one phase, with the learner's prediction."""

    def __init__(self, run: Run, about: Experiment, phase: Phase) -> None:
        self._run = run
        self._about = about
        self._phase = phase
        self._checks = [judge.check_of(run, name) for name in phase.checks]

    @property
    def wanted(self) -> bool:
        """Whether to show a matrix. Its requests would disturb measurements of latency or cost."""
        return self._spec is not None and all(check.latency is None and check.cost is None for check in self._checks)

    @property
    def _spec(self) -> MatrixSpec | None:
        return next((check.matrix for check in self._checks if check.matrix is not None), None)

    async def show(self, settled: asyncio.Event, tell: Callable[[ExperimentEvent], None]) -> None:
        """Tells a matrix each second until `settled`, and at least one."""
        while True:
            with suppress(ClusterError):
                now = await self._now()
                tell(ExperimentEvent(experiment=self._about.id, kind="matrix", phase=self._phase.id, matrix=now))
            if settled.is_set():
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await settled.wait()

    async def _now(self) -> Matrix:
        """Measures with one request for each cell; the check itself sends more."""
        assert self._spec is not None
        world = await self._run.world()
        cells = await measure(Inputs(self._run.lab, world), replace(self._spec, requests=1))
        prediction = self._run.state().predictions.get(self._about.id, {})
        red = {(row, column) for row, column in prediction["cells"]} if "cells" in prediction else None
        return matrix.as_matrix(self._spec.columns, cells, red, world.now())
