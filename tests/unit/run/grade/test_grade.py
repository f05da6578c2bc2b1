"""A grade says how far a lab was solved, and never raises what it can report."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from meshlab.check.verdict import Outcome
from meshlab.cli.main import run as meshlab
from meshlab.errors import ExitCode
from meshlab.run.grade.grade import GradeReport, GradeRequest, grade
from tests.unit.run.fake_engine import MemoryEngine
from tests.unit.run.prove import test_prove
from tests.unit.run.prove.test_prove import FILES
from tests.unit.run.small_run import LAB_ID
from tests.unit.run.store.test_lock import holder

place, engine, lab = test_prove.place, test_prove.engine, test_prove.lab


async def graded(lab: Path, **how: object) -> GradeReport:
    state = lab.parent.parent / "state"
    return await grade(GradeRequest(lab=LAB_ID, packs=(lab.parent,), state=state, **how))  # type: ignore[arg-type]


async def test_the_solution_passes(lab: Path, engine: MemoryEngine) -> None:
    report = await graded(lab, solve=True)
    assert (report.code, report.error) == (ExitCode.PASS, "")
    assert {one.check for one in report.verdicts} == {"colour", "kept", "why", "tried"}
    assert {one.outcome for one in report.verdicts} == {Outcome.PASS}
    assert set(report.seconds) == {"prepare", "first", "second", "end", "clean-up"}
    assert engine.infos == {}


async def test_an_untouched_lab_fails(lab: Path, engine: MemoryEngine) -> None:
    report = await graded(lab)
    assert report.code == ExitCode.CHECKS_FAILED
    found = {one.check: (one.outcome, one.reason) for one in report.verdicts}
    assert found["colour"] == (Outcome.FAIL, "object.mismatch")
    assert found["why"][0] is Outcome.BLOCKED
    assert found["kept"][0] is Outcome.PASS
    assert engine.infos == {}


async def test_what_a_later_step_breaks_was_not_done(lab: Path) -> None:
    (lab / "solve/02-second/10-paint.yaml").write_text(FILES["wrong/blue/10-paint.yaml"])
    report = await graded(lab, solve=True)
    assert report.code == ExitCode.CHECKS_FAILED
    assert next(one.outcome for one in report.verdicts if one.check == "colour") is Outcome.FAIL


async def test_a_kept_cluster_is_used_by_the_next_grade(lab: Path, engine: MemoryEngine) -> None:
    await graded(lab, solve=True, keep=True)
    assert len(engine.infos) == 1
    report = await graded(lab)
    assert report.code == ExitCode.CHECKS_FAILED, "nothing of the solution is left"
    assert sum(word.startswith("create") for word in engine.asked) == 1
    assert engine.infos == {}


async def test_no_time_left(lab: Path, engine: MemoryEngine) -> None:
    report = await graded(lab, solve=True, timeout=0.0)
    assert report.code == ExitCode.TIMEOUT
    assert engine.infos == {}


def test_a_grade_never_raises_what_it_can_report(tmp_path: Path) -> None:

    from meshlab.run.grade.grade import GradeRequest, grade

    report = asyncio.run(grade(GradeRequest(lab="no-such-lab", state=tmp_path)))
    assert report.code == ExitCode.USAGE
    assert "no-such-lab" in report.error
    empty = asyncio.run(grade(GradeRequest(lab="2", submission=tmp_path, state=tmp_path)))
    assert empty.code == ExitCode.USAGE
    assert "submission.yaml" in empty.error


def test_two_grades_at_a_time_are_one_too_many(tmp_path: Path) -> None:

    from meshlab.run.grade.grade import GradeRequest, grade
    from meshlab.run.store import scratch

    with scratch.folder(tmp_path, "grade", "2-router-mesh"):
        report = asyncio.run(grade(GradeRequest(lab="2", state=tmp_path)))
    assert report.code == ExitCode.LOCKED


def test_a_second_grade_is_refused_and_reports_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MESHLAB_STATE", str(tmp_path))
    with holder(tmp_path / "grade" / "lock") as process:
        assert meshlab(["--lang", "en", "grade", "2-router-mesh", "--format", "junit"]) == ExitCode.LOCKED
    told = capsys.readouterr()
    assert f"process {process.pid}, since " in told.err
    assert '<testcase classname="2-router-mesh.meshlab" name="locked"' in told.out
