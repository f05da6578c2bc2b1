"""Whether an experiment was run to its end with a prediction given before, and how good the prediction was.

A wrong prediction is as good as a right one: learning is the point. A phase whose checks did not hold is not.
"""

from __future__ import annotations

from typing import Any

from meshlab.check.findings import evidence, failed, passed, text, unknown
from meshlab.check.inputs import Inputs
from meshlab.check.verdict import Finding
from meshlab.lab.checks import Check, PredictionSpec


async def look(check: Check, spec: PredictionSpec, inputs: Inputs) -> Finding:
    """Reads the last finished run; disturbs nothing."""
    run = await inputs.world.experiment(spec.experiment)
    name = spec.experiment
    if not run or not run.get("finished"):
        return failed("experiment.not-run", experiment=name)
    if _asks(inputs, name) and not run.get("predicted"):
        return failed("experiment.not-predicted", experiment=name)
    note = evidence("experiment", {"predicted": run.get("predicted"), "score": run.get("score")})
    for phase, check_id, outcome in _verdicts(run):
        if outcome != "pass":
            facts = {"experiment": name, "phase": phase, "check": check_id}
            if outcome == "error":
                return unknown("experiment.could-not-tell", note, expected="pass", seen=f"{check_id}: {outcome}", **facts)
            return failed("experiment.unexpected", note, expected="pass", seen=f"{check_id}: {outcome}", **facts)
    return passed(text(run.get("score")), note)


def _asks(inputs: Inputs, name: str) -> bool:
    """Whether the experiment asks for a prediction; one that the lab does not know does."""
    known = {experiment.id: experiment for step in inputs.lab.steps for experiment in step.experiments}
    return name not in known or known[name].prediction is not None


def _verdicts(run: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(phase, check, outcome) of every check of every phase, from {phases: [{id, verdicts: [...] or {check: ...}}]}."""
    rows = []
    for phase in run.get("phases") or []:
        verdicts = phase.get("verdicts") or []
        pairs = verdicts.items() if isinstance(verdicts, dict) else ((item.get("check", ""), item) for item in verdicts)
        for check, verdict in pairs:
            outcome = verdict.get("outcome", "") if isinstance(verdict, dict) else verdict
            rows.append((str(phase.get("id", "")), str(check), str(outcome)))
    return rows
