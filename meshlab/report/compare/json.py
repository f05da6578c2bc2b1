"""The comparison as JSON: cells with value, unit, interval, lab, time, seed; `value` is null where none is measured."""

from __future__ import annotations

from typing import Any

import msgspec

from meshlab.report.compare.published import published
from meshlab.report.compare.words import row_title
from meshlab.report.envelope import envelope
from meshlab.run.compare import Cell, Comparison, Stage


def compare_json(comparison: Comparison, language: str) -> str:
    """{schema, kind: comparison, rows, stages: [{stage, lab, title, cells: {row: ...}}], missing, published}."""
    return envelope(
        "comparison",
        rows=[{"id": row.id, "title": row_title(row.id, language), "unit": row.unit} for row in comparison.rows],
        stages=[_stage(stage) for stage in comparison.stages],
        missing=[{"stage": stage.stage, "row": row} for stage in comparison.stages for row in _missing(stage)],
        published=published(language),
    )


def _stage(stage: Stage) -> dict[str, Any]:
    cells = {row: _cell(cell) for row, cell in stage.cells.items()}
    return {"stage": stage.stage, "lab": stage.lab, "title": stage.title, "cells": cells}


def _missing(stage: Stage) -> list[str]:
    return [row for row, cell in stage.cells.items() if not cell.measured]


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "value": cell.value,
        "unit": cell.unit,
        "interval": cell.interval,
        "matrix": msgspec.to_builtins(cell.matrix),
        "lab": cell.lab,
        "step": cell.step,
        "experiment": cell.experiment,
        "check": cell.check,
        "time": cell.time or None,
        "run": cell.run or None,
        "seed": cell.seed,
        "engine": cell.engine,
        "stand_ins": list(cell.stand_ins),
    }
