"""The reachability matrix against what each block of cells expects.

Evidence `matrix` has all of it: {rows, columns, cells: [{row, column, ok, of, errors, expected}]}. A cell that could not be
measured is the environment's matter, not the learner's: verdict `error`. The verdict's `reach` has the same in short; number:
`red`, the fraction of cells in which a call failed.
"""

from __future__ import annotations

from meshlab.check.findings import SHOWN, evidence, failed, measured, passed, unknown
from meshlab.check.inputs import Inputs
from meshlab.check.matrix import holds, measure
from meshlab.check.verdict import Cell, Evidence, Finding, Number, Reach
from meshlab.lab.checks import Check, MatrixSpec


async def look(check: Check, spec: MatrixSpec, inputs: Inputs) -> Finding:
    """rows x columns x `requests` calls, all rows at once."""
    cells = await measure(inputs, spec)
    note = as_evidence(spec, cells)
    unmeasured = list(dict.fromkeys(cell.row for cell in cells if not cell.of and cell.expected is not None))
    missing = [row for row in spec.rows if not any(cell.row.partition("@")[0] == row for cell in cells)]
    if unmeasured or missing:
        return unknown("matrix.unmeasured", note, rows=unmeasured + missing)
    wrong = [cell for cell in cells if not holds(cell)]
    if not wrong:
        red = sum(cell.ok < cell.of for cell in cells) / len(cells)
        return measured(passed(f"{len(cells)}", note), {"red": Number(round(red, 4))}, reach(spec, cells))
    first = wrong[0]
    seen = "; ".join(_show(cell) for cell in wrong[:SHOWN]) + (" …" if len(wrong) > SHOWN else "")
    expected = "; ".join(_want(cell) for cell in wrong[:SHOWN]) + (" …" if len(wrong) > SHOWN else "")
    return failed("matrix.cells", note, expected=expected, seen=seen, cells=len(wrong), row=first.row, column=first.column)


def reach(spec: MatrixSpec, cells: list[Cell]) -> Reach:
    """The fraction of calls that succeeded in each cell."""
    rows = tuple(dict.fromkeys(cell.row for cell in cells))
    shares = {(cell.row, cell.column): round(cell.ok / cell.of, 3) if cell.of else None for cell in cells}
    return Reach(rows, spec.columns, tuple(tuple(shares.get((row, column)) for column in spec.columns) for row in rows))


def as_evidence(spec: MatrixSpec, cells: list[Cell]) -> Evidence:
    """The whole matrix, as screens and reports read it."""
    rows = list(dict.fromkeys(cell.row for cell in cells))
    plain = [
        {"row": cell.row, "column": cell.column, "ok": cell.ok, "of": cell.of, "errors": cell.errors, "expected": cell.expected}
        for cell in cells
    ]
    return evidence("matrix", {"rows": rows, "columns": list(spec.columns), "cells": plain})


def _show(cell: Cell) -> str:
    errors = ", ".join(f"{kind} ×{count}" for kind, count in sorted(cell.errors.items()))
    return f"{cell.row} → {cell.column} {cell.ok}/{cell.of}" + (f" ({errors})" if errors else "")


def _want(cell: Cell) -> str:
    share = f"{(cell.expected or 0.0) * cell.of:.3g}/{cell.of}"
    errors = f" ({' | '.join(cell.allowed)})" if cell.allowed and cell.expected != 1 else ""
    return f"{cell.row} → {cell.column} {share}{errors}"
