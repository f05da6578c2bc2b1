"""`meshlab record` without a cluster: what the labs give it, and what becomes of the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from meshlab.cluster.track import Track
from meshlab.lab.catalog import catalog
from meshlab.lab.values.template_values import placeholders
from meshlab.run.api import LabRun
from meshlab.run.catalog import RunRequest, make_run
from meshlab.run.clusters import removal
from meshlab.run.recordings import make
from meshlab.run.recordings.drive import Event, Part, StayedRed, drive
from meshlab.run.recordings.file import read
from meshlab.run.recordings.make import RecordRequest
from meshlab.run.run import Run
from tests.tui.recorded import PREDICTIONS, FreshRun, recorded
from tests.unit.run.small_run import LAB_ID, write_lab


@pytest.mark.parametrize("lab", [entry.id for entry in catalog()])
def test_a_lab_foretells_every_experiment_that_asks(lab: str, tmp_path: Path) -> None:
    run = make_run(RunRequest(lab=lab, state=tmp_path, seed=1))
    run.remember(placeholders(run.loaded))
    for step in run.lab.steps:
        found = make.part(run, step.id)
        asking = {one.id for one in step.experiments if one.prediction is not None}
        assert asking <= found.predictions.keys()
        assert found.solved or step.experiments, "a step is solved, or broken by an experiment"


@pytest.fixture
def driven(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """How the drive ends; the cluster is never made, and what would remove it only counts."""
    told: dict[str, Any] = {"error": None, "removed": 0}

    async def drive(run: LabRun, part: object, tell: Callable[[Event], None]) -> None:
        run.predict("break-it", {"cells": []})
        tell("first")
        if told["error"]:
            raise told["error"]

    async def remove(run: Run, track: Track) -> None:
        told["removed"] += 1

    monkeypatch.setattr(make, "drive", drive)
    monkeypatch.setattr(removal, "remove", remove)
    return told


def request(tmp_path: Path, **more: Any) -> RecordRequest:
    write_lab(tmp_path / "pack")
    file = tmp_path / "out" / "mine.jsonl.gz"
    return RecordRequest(lab=LAB_ID, file=file, packs=(tmp_path / "pack",), state=tmp_path / "state", **more)


async def test_what_went_well_is_put_in_place(driven: dict[str, Any], tmp_path: Path) -> None:
    wanted = request(tmp_path)
    events: list[Event] = []
    await make.record(wanted, events.append)
    assert events == ["first"]
    found = read(wanted.file)
    assert (found.opened.lab, found.opened.seed) == (LAB_ID, 1)
    assert [line.method for line in found.lines if hasattr(line, "method")] == ["predict"]
    assert wanted.file.stat().st_mode & 0o777 == 0o644
    assert driven["removed"] == 1
    assert not list((tmp_path / "state/record").glob("*.recording")), "nothing is left of the making"


async def test_what_stayed_red_is_not(driven: dict[str, Any], tmp_path: Path) -> None:
    driven["error"] = StayedRed("other", sentence="The step first did not become green: colour.", hint="")
    wanted = request(tmp_path, keep=True)
    with pytest.raises(StayedRed):
        await make.record(wanted, lambda _: None)
    assert not wanted.file.exists()
    assert driven["removed"] == 0


async def test_the_drive_names_what_stayed_red(tmp_path: Path) -> None:
    class Stubborn(FreshRun):
        def green(self) -> None:
            pass

    writing = recorded(Stubborn(), tmp_path / "one.jsonl.gz")
    with pytest.raises(StayedRed, match="The step look did not become green: how-many"):
        await drive(writing, lambda step: Part(predictions=PREDICTIONS), lambda _: None)
