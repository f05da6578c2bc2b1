"""What a cell of the comparison says, in the reader's language: shared by text, Markdown, HTML and the interface."""

from __future__ import annotations

from datetime import datetime

from meshlab.run.compare import Cell, Comparison
from meshlab.words import say

UNITS = {"m": " m", "ms": " ms", "s": " s", "MiB": " MiB", "": ""}
DIGITS = {"ms": 2, "s": 1, "MiB": 1, "m": 1, "": 0}


def row_title(row: str, language: str) -> str:
    """The row's name."""
    return say(f"compare.row.{row}", language)


def number(value: float, unit: str, row: str = "") -> str:
    """A value with its unit; a blast radius is a share in percent."""
    if row == "blast-radius":
        return f"{100 * value:.0f} %"
    return f"{value:.{DIGITS.get(unit, 2)}f}{UNITS.get(unit, f' {unit}')}"


def value_text(cell: Cell, language: str) -> str:
    """The value, or which lab fills it."""
    if cell.value is None:
        return say("compare.gap", language, lab=cell.lab)
    return cell.value if isinstance(cell.value, str) else number(cell.value, cell.unit, cell.row)


def interval_text(cell: Cell, language: str) -> str:
    """`0.31 to 0.52`, empty where the value has no interval to speak of."""
    if cell.interval is None or cell.interval[0] == cell.interval[1]:
        return ""
    low, high = (f"{end:.{DIGITS.get(cell.unit, 2)}f}" for end in cell.interval)
    return say("compare.range", language, low=low, high=high)


def lines(cell: Cell, language: str) -> list[str]:
    """The value and, below it, its interval."""
    return [one for one in (value_text(cell, language), interval_text(cell, language)) if one]


def origin(cell: Cell, language: str) -> str:
    """When it was measured, on what, with which seed; empty where it was not."""
    if not cell.measured:
        return ""
    key = "compare.recorded" if cell.recorded else "compare.measured"
    said = say(key, language, time=local(cell.time), seed=cell.seed, engine=cell.engine)
    images = ", ".join(cell.stand_ins)
    between = "；" if language == "zh" else "; "
    return f"{said}{between}{say('compare.stand-ins', language, images=images)}" if images else said


def local(time: float) -> str:
    """Unix seconds as the reader's clock shows them."""
    return datetime.fromtimestamp(time).astimezone().strftime("%Y-%m-%d %H:%M")


def gap_text(cell: Cell, language: str) -> str:
    """What would measure it: lab, step, experiment or check."""
    kind, name = ("experiment", cell.experiment) if cell.experiment else ("check", cell.check)
    by = say(f"compare.missing.{kind}", language, name=name)
    return say("compare.missing.by", language, lab=cell.lab, step=cell.step, by=by)


def gaps(comparison: Comparison, language: str) -> list[str]:
    """One line a cell that is not measured yet."""
    return [
        say(
            "compare.missing.cell",
            language,
            row=row_title(cell.row, language),
            stage=stage.stage,
            what=gap_text(cell, language),
        )
        for stage in comparison.stages
        for cell in stage.cells.values()
        if not cell.measured
    ]
