"""Compares the stages by measurements from progress logs or recordings, without a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from meshlab.check.verdict import Outcome, Reach, Verdict
from meshlab.lab.catalog import Entry, catalog
from meshlab.lab.comparison import ROWS, Row, is_word, source
from meshlab.lab.load import LoadedLab, load_lab
from meshlab.lab.model import Source
from meshlab.lab.text import LabText, lab_text
from meshlab.run.store import events, paths, seat
from meshlab.run.store.log import Log
from meshlab.run.store.paths import Paths
from meshlab.words import default_language

MeasureKey = tuple[str, str, str]
"""Experiment and phase ("" for a check that stands by itself), check."""


class Cell(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One row of one stage: a measurement, or the check that would make it."""

    row: str
    lab: str
    """The lab that measures it."""
    step: str
    experiment: str = ""
    """The experiment that measures it; empty: the check alone does."""
    check: str
    value: float | str | None = None
    """A number, or text where the row has text; None: not measured yet."""
    unit: str = ""
    interval: tuple[float, float] | None = None
    matrix: Reach | None = None
    """For a blast radius: the fraction of calls that got through in each cell."""
    time: float = 0.0
    """Unix seconds at which it was measured."""
    run: float = 0.0
    """Unix seconds at which that run began; a restarted lab has another run."""
    seed: int | None = None
    engine: str = ""
    stand_ins: tuple[str, ...] = ()
    """Images that had stand-ins, which change the numbers."""
    recorded: bool = False
    """Whether it comes from a recording, not from the learner's own cluster."""

    @property
    def measured(self) -> bool:
        """Whether there is a value."""
        return self.value is not None


class Stage(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One column of the comparison."""

    stage: str
    lab: str
    title: str
    cells: dict[str, Cell]
    """By row."""


class Comparison(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """All rows, and all stages whose labs declare what they measure."""

    rows: tuple[Row, ...]
    stages: tuple[Stage, ...]

    @property
    def missing(self) -> tuple[Cell, ...]:
        """Cells without a value."""
        return tuple(cell for stage in self.stages for cell in stage.cells.values() if not cell.measured)


class Past(Struct, frozen=True, kw_only=True):
    """The events of a run of a lab."""

    seed: int
    events: Iterable[events.AnyEvent]
    recorded: bool = False
    """Whether the events come from a recording."""


def compare(language: str | None = None, packs: Iterable[Path] = (), *, state: Path | None = None) -> Comparison:
    """Compares the stages, in the order of the road, from the learner's progress logs."""
    return _compared(language, packs, partial(_logged, paths.find(state)))


def compare_pasts(language: str, packs: Iterable[Path], pasts: Mapping[str, Past]) -> Comparison:
    """Compares the stages from other runs, such as recordings, by lab."""
    return _compared(language, packs, lambda lab: pasts.get(lab) or Past(seed=0, events=()))


def _logged(where: Paths, lab: str) -> Past:
    return Past(seed=seat.seed_of(where, lab, None), events=Log(where.run(lab) / "log.jsonl").read())


def _compared(language: str | None, packs: Iterable[Path], past_of: Callable[[str], Past]) -> Comparison:
    """Makes the comparison. A lab that cannot be read, or declares no measurements, has no column."""
    entries = [entry for entry in catalog(packs) if entry.loaded is not None and entry.loaded.lab.comparison is not None]
    language = language or default_language()
    return Comparison(rows=ROWS, stages=tuple(_stage(entry, past_of(entry.id), language) for entry in entries))


def _stage(entry: Entry, past: Past, language: str) -> Stage:
    loaded = load_lab(entry.folder, past.seed)
    words = lab_text(loaded, language)
    measurements = _Measurements(past.recorded)
    for event in past.events:
        measurements.take(event)
    cells = {
        row.id: _cell(loaded, words, row, one, measurements) for row in ROWS if (one := source(loaded.lab.comparison, row))
    }
    return Stage(stage=entry.stage, lab=entry.id, title=words.title, cells=cells)


class _Measured(Struct, frozen=True, kw_only=True):
    """A green verdict, and the run that it comes from."""

    verdict: Verdict
    started: events.Started | None
    prepared: events.Prepared | None
    recorded: bool


class _Measurements:
    """The last green verdict of each check and phase, from a log. A check that is red now keeps its last measurement."""

    def __init__(self, recorded: bool) -> None:
        self.recorded = recorded
        self.by_key: dict[MeasureKey, _Measured] = {}
        self._started: events.Started | None = None
        self._prepared: events.Prepared | None = None

    def take(self, event: events.AnyEvent) -> None:
        match event:
            case events.Started():
                self._started, self._prepared = event, None
            case events.Prepared():
                self._prepared = event
            case events.Judged(verdict=verdict):
                self._keep(("", "", verdict.check), verdict)
            case events.ExperimentFinished(experiment=experiment, result=result):
                self._finished(experiment, result)
            case _:
                pass

    def _finished(self, experiment: str, result: dict[str, Any]) -> None:
        for phase in result.get("phases") or ():
            for plain in phase.get("verdicts") or ():
                verdict = msgspec.convert(plain, Verdict)
                self._keep((experiment, phase["id"], verdict.check), verdict)

    def _keep(self, key: MeasureKey, verdict: Verdict) -> None:
        if verdict.outcome is Outcome.PASS:
            self.by_key[key] = _Measured(
                verdict=verdict, started=self._started, prepared=self._prepared, recorded=self.recorded
            )


def _cell(loaded: LoadedLab, words: LabText, row: Row, one: Source, measurements: _Measurements) -> Cell:
    lab = loaded.lab
    step = next(step.id for step in lab.steps if any(check.id == one.check for check in step.checks))
    if one.experiment:
        step = next(step.id for step in lab.steps if any(other.id == one.experiment for other in step.experiments))
    empty = Cell(row=row.id, lab=loaded.id, step=step, experiment=one.experiment, check=one.check)
    found = measurements.by_key.get((one.experiment, one.phase if one.experiment else "", one.check))
    return (
        empty if found is None else _filled(empty, row, found, words.comparison.get(row.id, "") if is_word(row, one) else None)
    )


def _filled(cell: Cell, row: Row, found: _Measured, word: str | None) -> Cell:
    """Fills the cell; leaves it empty where an older meshlab kept no numbers."""
    verdict, number = found.verdict, found.verdict.numbers.get(row.number)
    if word is None and number is None:
        return cell
    started, prepared = found.started, found.prepared
    about = msgspec.structs.replace(
        cell,
        time=verdict.time,
        run=started.t if started else 0.0,
        seed=started.seed if started else None,
        engine=started.engine if started else "",
        stand_ins=prepared.stand_ins if prepared else (),
        recorded=found.recorded,
    )
    if number is None or word is not None:
        return msgspec.structs.replace(about, value=word)
    interval = None if number.low is None or number.high is None else (number.low, number.high)
    matrix = verdict.reach if row.shape == "matrix" else None
    return msgspec.structs.replace(about, value=number.value, unit=number.unit, interval=interval, matrix=matrix)
