"""Scores predictions: the share of cells that turned out as predicted; 1 or 0 for a choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from meshlab.check.verdict import Number, Outcome, Verdict
from meshlab.lab.model import Experiment
from meshlab.run.run import Run


def score(
    run: Run, about: Experiment, predicted: Mapping[str, Any] | None, verdicts: Mapping[str, list[Verdict]]
) -> float | None:
    """Returns the score from 0 to 1; None without a prediction, or when what it predicts was not measured."""
    if predicted is None:
        return None
    if "choice" in predicted:
        return _chosen(right_choice(about), predicted["choice"], verdicts)
    cells = measured(_check(run, about), verdicts)
    red = {(row, column) for row, column in predicted["cells"]}
    right = [_is_red(cell) == _said_red(cell, red) for cell in cells]
    return round(sum(right) / len(right), 4) if right else None


def right_choice(about: Experiment) -> str:
    """Returns the right choice; "" where the experiment asks for none."""
    return (about.prediction.equals or "") if about.prediction else ""


def _chosen(true: str, predicted: str, verdicts: Mapping[str, list[Verdict]]) -> float | None:
    """Scores a choice. The phases' checks prove the lab's answer: when one failed, the score is None."""
    last = {(phase, one.check): one.outcome for phase, some in verdicts.items() for one in some}
    if not true or not last or any(outcome is not Outcome.PASS for outcome in last.values()):
        return None
    return float(predicted == true)


def measured(check: str, verdicts: Mapping[str, list[Verdict]]) -> list[dict[str, Any]]:
    """Returns the cells that the check measured last."""
    for some in reversed(list(verdicts.values())):
        for verdict in some:
            if verdict.check == check:
                found = next((one.data for one in verdict.evidence if one.title == "matrix"), None)
                return [cell for cell in (found or {}).get("cells", ()) if cell.get("of")]
    return []


def timed(verdict: Verdict, began: float) -> Verdict:
    """Adds the number `after` to a green verdict: seconds since its phase began to change something (unix seconds)."""
    if not verdict.green:
        return verdict
    numbers = {**verdict.numbers, "after": Number(round(verdict.time - began, 3), "s")}
    return msgspec.structs.replace(verdict, numbers=numbers)


def without_evidence(verdict: Verdict, began: float) -> dict[str, Any]:
    """Returns the verdict for the log, timed and without its evidence."""
    plain: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(timed(verdict, began), evidence=()))
    return plain


def _check(run: Run, about: Experiment) -> str:
    """Returns the matrix check that the prediction is about: the declared one, else the first in a phase with faults."""
    asked = about.prediction.matrix if about.prediction else None
    known = run.lab.all_checks()
    disturbed = [name for phase in about.phases if phase.apply for name in phase.checks]
    return asked or next((name for name in disturbed if known[name].matrix is not None), "")


def _is_red(cell: Mapping[str, Any]) -> bool:
    return bool(cell["ok"] < cell["of"])


def _said_red(cell: Mapping[str, Any], red: set[tuple[str, str]]) -> bool:
    return bool({(cell["row"], cell["column"]), (cell["row"].partition("@")[0], cell["column"])} & red)
