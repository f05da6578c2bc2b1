"""Experiments that were run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.unit.check.sim import START, Sim, shop
from tests.unit.check.situations.base import situation

RUN = {"finished": START, "predicted": {"cells": [["web", "catalog"]]}, "score": 0.75}
PHASE = {"id": "down", "verdicts": [{"check": "all-red", "outcome": "pass"}]}


def ran(run: dict[str, Any] | None, name: str = "router-dies") -> Callable[[], Sim]:
    def make() -> Sim:
        sim = shop()
        if run is not None:
            sim.runs[name] = run
        return sim

    return make


DIES, OPEN = {"experiment": "router-dies"}, {"experiment": "no-question"}
situation("experiment", "finished", DIES, ran({**RUN, "phases": [PHASE]}), "pass")
situation("experiment", "never-run", DIES, ran(None), "fail", "experiment.not-run")
situation("experiment", "broken-off", DIES, ran({**RUN, "finished": 0}), "fail", "experiment.not-run")
situation("experiment", "unpredicted", DIES, ran({**RUN, "predicted": None}), "fail", "experiment.not-predicted", cheat=True)
situation("experiment", "nothing-to-predict", OPEN, ran({**RUN, "predicted": None}, "no-question"), "pass")
RED = {"id": "down", "verdicts": {"all-red": "fail"}}
situation("experiment", "phase-not-as-expected", DIES, ran({**RUN, "phases": [RED]}), "fail", "experiment.unexpected")
BUSY = {"id": "down", "verdicts": {"all-red": "error"}}
situation("experiment", "phase-could-not-tell", DIES, ran({**RUN, "phases": [BUSY]}), "error", "experiment.could-not-tell")
