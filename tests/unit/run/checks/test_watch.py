"""Watching a run: changes, answers, the next step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

from meshlab.check.verdict import Outcome, Verdict
from meshlab.run.checks import judge, watch
from meshlab.run.checks.schedule import Schedule
from meshlab.run.guide import answers
from meshlab.run.session import Session
from meshlab.run.snapshot import take
from meshlab.run.store import events
from tests.unit.run.fake_kube import FakeKube
from tests.unit.run.small_run import config_map, shop, small_run, started


async def until(verdicts: AsyncGenerator[Verdict, None], check: str, outcome: Outcome) -> Verdict:
    async with asyncio.timeout(20):
        async for verdict in verdicts:
            if (verdict.check, verdict.outcome) == (check, outcome):
                return verdict
    raise AssertionError


async def test_watching_sees_changes_answers_and_the_next_step(tmp_path: Path) -> None:
    kube: FakeKube = shop(config_map("paint", colour="blue"), config_map("keep"))
    run = await started(small_run(tmp_path, kube))
    verdicts = Session(run).watch()
    await until(verdicts, "why", Outcome.BLOCKED)
    kube.edit("ConfigMap", "paint", lambda obj: obj["data"].update(colour="red"))
    await until(verdicts, "colour", Outcome.PASS)
    # What needed it is looked at again by itself.
    await until(verdicts, "why", Outcome.FAIL)
    # As another meshlab would do it, in the shell pane.
    other = small_run(tmp_path, kube)
    answers.answer(other, "why", "one")
    await until(verdicts, "why", Outcome.PASS)
    assert take(run).steps[0].done
    other.append(events.Moved(step="second"))
    await until(verdicts, "tried", Outcome.FAIL)
    await verdicts.aclose()
    assert [task for task in asyncio.all_tasks() if not task.done()] == [asyncio.current_task()]


async def test_a_red_check_within_its_time_after_a_change_is_pending(tmp_path: Path) -> None:
    from msgspec.structs import replace

    check = replace(small_run(tmp_path).lab.all_checks()["colour"], within=60)
    due = Schedule([check])
    red = Verdict(check="colour", step="first", kind="object", role="goal", outcome=Outcome.FAIL, expected="red")
    assert due.judged(red).outcome is Outcome.FAIL, "nothing changed since it is watched"
    due.mark(["colour"])
    assert due.judged(red).outcome is Outcome.PENDING
    assert due.judged(red).waits_for == "red"
    async with asyncio.timeout(5):
        assert await due.next([check]) == [check]


async def test_while_an_experiment_runs_no_traffic_of_ours_disturbs_it(tmp_path: Path) -> None:
    run = await started(small_run(tmp_path, shop()))
    step = watch._Step(run, run.lab.steps[0], judge.ignore)
    run.append(events.ExperimentStarted(experiment="break-it"))
    assert not step._disturbed(), "its process was killed"
    with run.lock("experiment"):
        assert step._disturbed()
        run.append(events.ExperimentFinished(experiment="break-it"))
        assert not step._disturbed()
