"""Every built-in lab, driven on a pretended cluster, recorded, and played to its end by its own acts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from meshlab.lab.catalog import catalog
from meshlab.report.rates import rates
from meshlab.run.api import Language
from meshlab.run.catalog import RunRequest, make_run
from meshlab.run.guide import pages
from meshlab.run.recordings import make
from meshlab.run.recordings.drive import LANGUAGES, drive
from meshlab.run.recordings.file import pack, read
from meshlab.run.recordings.opened import recorded, replay
from meshlab.run.recordings.pace import Pace
from meshlab.run.recordings.timeline import timeline
from meshlab.run.store.paths import Paths
from tests.unit.run.recordings.pretended import Pretended


async def every(source: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in source]


@pytest.mark.parametrize("lab", [entry.id for entry in catalog()])
async def test_a_whole_lab_can_be_played(lab: str, tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl.gz"
    language: Language = "zh" if int(lab[0]) % 2 else "en"
    run = make_run(RunRequest(lab=lab, state=tmp_path / "live", seed=3))
    await drive(recorded(Pretended(run), file), lambda step: make.part(run, step), lambda _: None)
    pack(file)
    recording = read(file)
    played = replay(recording, Paths(tmp_path / "tour"), language=language, pace=Pace(0))
    acts = timeline(recording.lines).steps
    await every(played.prepare())
    for step in played.lab.steps:
        assert played.snapshot().current == step.id
        pods = await played.pods()
        there = rates(await played.traffic(pods), await played.traffic(pods))["web"]
        assert there.per_second == 3.0
        assert there.failed == pytest.approx(0.1)
        for spoken in LANGUAGES:
            assert played.page(language=spoken).markdown == pages.page(run, step.id, spoken).markdown
        red = await every(played.check())
        for segment in acts[step.id][1:]:
            method, _, experiment = segment.act.partition(" ")
            if method == "solve":
                await every(played.solve())
                continue
            asked = played.experiment_text(experiment, language)
            assert not asked.explanation
            if asked.kind != "none":
                played.predict(experiment, {"choice": next(iter(asked.choices))} if asked.choices else {"cells": []})
            told = await every(played.experiment(experiment))
            assert told[-1].kind == "finished"
            assert asked.kind == "none" or told[-1].result["score"] is not None
            assert played.experiment_text(experiment, language).explanation
        green = await every(played.check())
        assert {verdict.check for verdict in red} == {verdict.check for verdict in green}
        assert all(verdict.green for verdict in green)
        assert all(played.explain(verdict.check, language).text.title for verdict in green)
        assert played.debrief(step.id, language).title
        if step is not played.lab.steps[-1]:
            await played.next()
    assert played.snapshot().state == "passed"
