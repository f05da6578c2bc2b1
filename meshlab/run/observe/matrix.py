"""Measures the reachability matrix for screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from meshlab.check.verdict import Cell
from meshlab.lab.model import Step
from meshlab.run.api import Matrix
from meshlab.run.checks import judge

if TYPE_CHECKING:
    from meshlab.lab.checks import Check
    from meshlab.run.run import Run


async def matrix(run: Run) -> Matrix | None:
    """Measures the current step's matrix check, else the lab's first; None when the lab has none. Raises ClusterError."""
    check = matrix_check(run)
    if check is None or check.matrix is None:
        return None
    from meshlab.check.inputs import Inputs
    from meshlab.check.matrix import measure

    world = await run.world()
    cells = await measure(Inputs(run.lab, world), check.matrix)
    return as_matrix(check.matrix.columns, cells, predicted(run, check.id), world.now())


def as_matrix(columns: tuple[str, ...], cells: list[Cell], red: set[tuple[str, str]] | None, t: float) -> Matrix:
    """Makes a matrix for screens. red: the cells that the learner predicted to be red; None without a prediction."""
    rows = tuple(dict.fromkeys(cell.row for cell in cells))
    return Matrix(rows=rows, columns=columns, cells=tuple(_predicted(cell, red) for cell in cells), t=t)


def matrix_check(run: Run) -> Check | None:
    """Returns the current step's matrix check, else the lab's first; None when there is none."""
    current = judge.step_of(run)
    steps: list[Step] = [current, *run.lab.steps]
    return next((check for step in steps for check in step.checks if check.matrix is not None), None)


def predicted(run: Run, check: str) -> set[tuple[str, str]] | None:
    """Returns the cells that the learner predicted to be red in the experiment about this matrix; None without a prediction."""
    for name, experiment in run.lab.all_experiments().items():
        if experiment.prediction is not None and experiment.prediction.matrix == check:
            prediction = run.state().predictions.get(name)
            if prediction is not None and "cells" in prediction:
                return {(row, column) for row, column in prediction["cells"]}
    return None


def _predicted(cell: Cell, red: set[tuple[str, str]] | None) -> Cell:
    if red is None:
        return cell
    names = {(cell.row, cell.column), (cell.row.partition("@")[0], cell.column)}
    return replace(cell, predicted=bool(names & red))
