from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from meshlab.check.verdict import Outcome, Verdict
from meshlab.errors import ClusterError, UsageError
from meshlab.lab.address import ObjectRef
from meshlab.lab.checks import SuccessSpec
from meshlab.run.checks import judge, watch
from meshlab.run.checks.schedule import Due
from meshlab.run.desired import baseline
from meshlab.run.guide import answers, next_step
from meshlab.run.run import Run
from meshlab.run.store import events
from tests.unit.run.fake_kube import FakeKube
from tests.unit.run.small_run import config_map, shop, small_run, started


async def outcomes(run: Run, names: list[str] | None = None) -> dict[str, Outcome]:
    return {verdict.check: verdict.outcome async for verdict in judge.check(run, names)}


async def test_checks_are_recorded_and_a_step_is_done_when_all_is_green_at_once(tmp_path: Path) -> None:
    kube = shop(config_map("paint", colour="blue"), config_map("keep"))
    run = await started(small_run(tmp_path, kube))
    assert await outcomes(run) == {"colour": Outcome.FAIL, "kept": Outcome.PASS, "why": Outcome.BLOCKED}
    answers.answer(run, "why", "one")
    kube.edit("ConfigMap", "paint", lambda obj: obj["data"].update(colour="red"))
    assert (await outcomes(run, ["colour"]))["colour"] is Outcome.PASS
    assert not run.snapshot().steps[0].done, "not all were green in one evaluation"
    assert set((await outcomes(run)).values()) == {Outcome.PASS}
    assert run.snapshot().steps[0].done
    kube.edit("ConfigMap", "paint", lambda obj: obj["data"].update(colour="blue"))
    await outcomes(run)
    assert run.snapshot().steps[0].done, "done stays done"
    assert run.snapshot().verdicts["colour"].outcome is Outcome.FAIL


async def test_an_unknown_check_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no check 'colours'"):
        await outcomes(small_run(tmp_path, shop()), ["colours"])


async def test_a_cluster_that_does_not_run_is_the_environments_fault(tmp_path: Path) -> None:
    run = small_run(tmp_path, shop())
    run._clients._kubes.clear()
    run._clients._engine.state = "paused"  # type: ignore[union-attr]
    verdicts = [verdict async for verdict in judge.check(run, ["colour"])]
    assert [verdict.outcome for verdict in verdicts] == [Outcome.ERROR]
    assert "is paused" in verdicts[0].seen
    with pytest.raises(ClusterError) as caught:
        await run.kube()
    assert "meshlab start" in caught.value.hint


async def test_next_wants_all_green_and_takes_a_baseline(tmp_path: Path) -> None:
    kube = shop(config_map("paint", colour="blue"), config_map("keep"))
    run = await started(small_run(tmp_path, kube))
    with pytest.raises(UsageError, match="not done yet: colour, why"):
        await next_step.go_on(run)
    kube.edit("ConfigMap", "paint", lambda obj: obj["data"].update(colour="red"))
    answers.answer(run, "why", "one")
    await next_step.go_on(run)
    assert run.snapshot().current == "second"
    paint = ObjectRef(kind="ConfigMap", name="paint")
    world = await run.world()
    colours = [(await world.baseline(paint, since))[0]["data"]["colour"] for since in ("lab-start", "step-start")]
    assert colours == ["blue", "red"]
    assert await world.mark("lab-start") < await world.mark("step-start")


async def test_next_needs_no_look_when_the_step_was_done_before(tmp_path: Path) -> None:
    run = await started(small_run(tmp_path, shop()))
    run.append(events.StepDone(step="first"), events.StepDone(step="second"))
    await next_step.go_on(run)
    assert run.snapshot().current == "second"
    await next_step.go_on(run)
    assert run.snapshot().current == "second", "the last one stays"


async def test_a_baseline_says_when_it_has_no_such_kind(tmp_path: Path) -> None:
    run = small_run(tmp_path, shop())
    with pytest.raises(ClusterError, match="no inventory of lab-start"):
        baseline.load(run.folder, "lab-start")
    await started(run)
    found = baseline.load(run.folder, "lab-start")
    assert baseline.select(found, ObjectRef(kind="ConfigMap", name="none"), run.lab) == []
    with pytest.raises(ClusterError, match="kind Lease"):
        baseline.select(found, ObjectRef(kind="Lease"), run.lab)


async def until(verdicts: AsyncGenerator[Verdict, None], check: str, outcome: Outcome) -> Verdict:
    async with asyncio.timeout(20):
        async for verdict in verdicts:
            if (verdict.check, verdict.outcome) == (check, outcome):
                return verdict
    raise AssertionError


async def test_watching_sees_changes_answers_and_the_next_step(tmp_path: Path) -> None:
    kube: FakeKube = shop(config_map("paint", colour="blue"), config_map("keep"))
    run = await started(small_run(tmp_path, kube))
    verdicts = watch.watch(run)
    await until(verdicts, "why", Outcome.BLOCKED)
    kube.edit("ConfigMap", "paint", lambda obj: obj["data"].update(colour="red"))
    await until(verdicts, "colour", Outcome.PASS)
    # What needed it is looked at again by itself.
    await until(verdicts, "why", Outcome.FAIL)
    # As another meshlab would do it, in the shell pane.
    other = small_run(tmp_path, kube)
    answers.answer(other, "why", "one")
    await until(verdicts, "why", Outcome.PASS)
    assert run.snapshot().steps[0].done
    other.append(events.Moved(step="second"))
    await until(verdicts, "tried", Outcome.FAIL)
    await verdicts.aclose()
    assert [task for task in asyncio.all_tasks() if not task.done()] == [asyncio.current_task()]


async def test_a_red_check_within_its_time_after_a_change_is_pending(tmp_path: Path) -> None:
    from msgspec.structs import replace

    check = replace(small_run(tmp_path).lab.all_checks()["colour"], within=60)
    due = Due([check])
    red = Verdict(check="colour", step="first", kind="object", role="goal", outcome=Outcome.FAIL, expected="red")
    assert due.judged(red).outcome is Outcome.FAIL, "nothing changed since it is watched"
    due.mark(["colour"])
    assert due.judged(red).outcome is Outcome.PENDING
    assert due.judged(red).waits_for == "red"
    async with asyncio.timeout(5):
        assert await due.next([check]) == [check]


@pytest.mark.parametrize(("within", "outcome"), [(60, Outcome.PENDING), (0, Outcome.FAIL)])
def test_requests_from_before_a_lab_is_watched_are_waited_for(tmp_path: Path, within: float, outcome: Outcome) -> None:
    from msgspec.structs import replace

    some = small_run(tmp_path).lab.all_checks()["colour"]
    served = SuccessSpec(actor="shoppers", window="last", seconds=8, max_failed=0)
    due = Due([replace(some, object=None, success=served, within=within)])
    red = Verdict(check="colour", step="first", kind="success", role="guard", outcome=Outcome.FAIL, expected="none failed")
    assert due.judged(red).outcome is outcome


async def test_while_an_experiment_runs_no_traffic_of_ours_disturbs_it(tmp_path: Path) -> None:
    run = await started(small_run(tmp_path, shop()))
    step = watch._Step(run, run.lab.steps[0])
    run.append(events.ExperimentStarted(experiment="break-it"))
    assert not step._disturbed(), "its process was killed"
    with run.lock("experiment"):
        assert step._disturbed()
        run.append(events.ExperimentFinished(experiment="break-it"))
        assert not step._disturbed()


async def test_a_cluster_that_was_made_anew_gets_a_new_client(tmp_path: Path) -> None:
    """Another meshlab may do that while this one watches."""
    run = small_run(tmp_path, shop())
    first = await run.kube()
    assert await run.kube() is first
    file = run.cluster_folder / "kubeconfig"
    file.parent.mkdir(parents=True)
    file.write_text("a new one")
    second = await run.kube()
    assert second is not first
    assert await run.kube() is second
    await run.close()
