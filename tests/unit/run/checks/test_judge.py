"""Checks are judged, kept and turned into an exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshlab.check.verdict import Outcome
from meshlab.errors import ClusterError, UsageError
from meshlab.lab.address import ObjectRef
from meshlab.lab.checks import Check, Condition, ObjectSpec, SuccessSpec, WritesSpec
from meshlab.run.checks import judge
from meshlab.run.guide import answers
from meshlab.run.run import Run
from meshlab.run.snapshot import take
from tests.unit.run.guide.test_pages import red
from tests.unit.run.prove.test_expect import check
from tests.unit.run.small_run import config_map, shop, small_run, started


async def outcomes(run: Run, names: list[str] | None = None) -> dict[str, Outcome]:
    return {name: verdict.outcome for name, verdict in (await judge.check(run, names)).items()}


async def test_checks_are_recorded_and_a_step_is_done_when_all_is_green_at_once(tmp_path: Path) -> None:
    kube = shop(config_map("paint", colour="blue"), config_map("keep"))
    run = await started(small_run(tmp_path, kube))
    assert await outcomes(run) == {"colour": Outcome.FAIL, "kept": Outcome.PASS, "why": Outcome.BLOCKED}
    answers.answer(run, "why", "one")
    kube.edit("ConfigMap", "paint", lambda obj: obj["data"].update(colour="red"))
    assert (await outcomes(run, ["colour"]))["colour"] is Outcome.PASS
    assert not take(run).steps[0].done, "not all were green in one evaluation"
    assert set((await outcomes(run)).values()) == {Outcome.PASS}
    assert take(run).steps[0].done
    kube.edit("ConfigMap", "paint", lambda obj: obj["data"].update(colour="blue"))
    await outcomes(run)
    assert take(run).steps[0].done, "done stays done"
    assert take(run).verdicts["colour"].outcome is Outcome.FAIL


async def test_an_unknown_check_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no check 'colours'"):
        await outcomes(small_run(tmp_path, shop()), ["colours"])


async def test_a_cluster_that_does_not_run_is_the_environments_fault(tmp_path: Path) -> None:
    run = small_run(tmp_path, shop())
    run.clients._kubes.clear()
    run.clients._engine.state = "paused"  # type: ignore[union-attr]
    found = (await judge.check(run, ["colour"]))["colour"]
    assert found.outcome is Outcome.ERROR
    assert "is paused" in found.parameters["message"]
    with pytest.raises(ClusterError) as caught:
        await run.kube()
    assert "meshlab start" in caught.value.hint


def test_what_means_something_else_in_a_later_step_is_not_asked_again() -> None:
    ref = ObjectRef(kind="Pod")
    step = Check(id="a", object=ObjectSpec(ref=ref, conditions=(Condition(query="x", same_as="step-start"),)))
    lab = Check(id="b", object=ObjectSpec(ref=ref, conditions=(Condition(query="x", same_as="lab-start"),)))
    writes = Check(id="c", writes=WritesSpec(refs=(ref,)))
    window = Check(id="d", success=SuccessSpec(actor="x", window="step"))
    assert [judge.lasting(one) for one in (step, lab, writes, window, check("e"))] == [False, True, False, False, True]
    assert not judge.lasting(Check(id="f", until="later", object=ObjectSpec(ref=ref)))


def test_the_same_verdict_again_is_not_logged_again(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    for _ in range(3):
        red(run, "colour", "object.mismatch")
    red(run, "colour", "object.absent")
    assert run.log.length == 3
