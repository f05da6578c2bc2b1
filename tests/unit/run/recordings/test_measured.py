"""The comparison of the stages is filled from recordings: when, with which seed and images, and marked as recorded."""

from __future__ import annotations

from pathlib import Path

import msgspec

from meshlab.check.verdict import Number, Outcome, Verdict
from meshlab.report.compare.words import origin
from meshlab.run.api import ExperimentEvent, Snapshot
from meshlab.run.catalog import recording_of
from meshlab.run.compare import compare_pasts
from meshlab.run.recordings import lines
from meshlab.run.recordings.file import Recording, read
from meshlab.run.recordings.measured import past_of

LAB = "2-router-mesh"
COST = Verdict(
    check="router-cost", step="x", kind="cost", role="phase", outcome=Outcome.PASS, time=30.0,
    numbers={"count": Number(2), "memory": Number(34.5, "MiB"), "cpu": Number(49.0, "m")},
)  # fmt: skip
RESULT = {"phases": [{"id": "measured", "verdicts": [msgspec.to_builtins(COST)]}], "finished": 31.0}


def recording() -> Recording:
    finished = ExperimentEvent(experiment="what-it-costs", kind="finished", result=RESULT)
    ready = Snapshot(run="r", lab=LAB, seed=7, environment="ready", stand_ins=("envoy",))
    return Recording(
        Path("x"),
        (
            lines.Opened(t=1.0, schema=lines.SCHEMA, lab=LAB, seed=7, engine="kind"),
            lines.Stood(t=2.0, snapshot=ready),
            lines.Happened(t=31.0, call=1, event=finished),
        ),
    )


def test_a_finished_experiment_fills_its_cells() -> None:
    comparison = compare_pasts("en", (), {LAB: past_of(recording())})
    stage = next(stage for stage in comparison.stages if stage.lab == LAB)
    memory = stage.cells["memory"]
    assert (memory.value, memory.unit, memory.seed, memory.stand_ins, memory.recorded) == (34.5, "MiB", 7, ("envoy",), True)
    assert origin(memory, "en").startswith("recorded on")
    assert not stage.cells["hops"].measured


def test_the_recordings_that_ship_fill_every_cell() -> None:
    labs = [stage.lab for stage in compare_pasts("en", (), {}).stages]
    comparison = compare_pasts("en", (), {lab: past_of(read(recording_of(lab))) for lab in labs})
    assert len(labs) >= 5
    assert comparison.missing == ()
    assert all(cell.recorded for stage in comparison.stages for cell in stage.cells.values())
