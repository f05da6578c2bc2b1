"""What must be red, and for which reason; what grades come to."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshlab.check.verdict import Outcome, Verdict
from meshlab.errors import ExitCode
from meshlab.lab.address import ObjectRef
from meshlab.lab.checks import AnswerSpec, Check, Condition, ObjectSpec, SuccessSpec, WritesSpec
from meshlab.lab.model import ClusterShape, Lab, Step
from meshlab.run.checks import judge
from meshlab.run.prove import expect
from meshlab.run.prove.expect import Expected


def check(name: str, *needs: str, role: str = "goal", fresh: str = "answer.missing") -> Check:
    return Check(id=name, needs=needs, role="guard" if role == "guard" else "goal", fresh=fresh, answer=AnswerSpec(equals="1"))


def verdict(outcome: Outcome, reason: str = "", severity: str = "fail") -> Verdict:
    return Verdict("a", "s", "answer", "goal", outcome, reason, severity=severity)


KNOWN = {one.id: one for one in (check("a"), check("b", "a"), check("c", "b"), check("d"))}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a", Expected(Outcome.FAIL, "path.no-proxy")),
        ("b", Expected(Outcome.BLOCKED)),
        ("c", Expected(Outcome.BLOCKED)),
        ("d", Expected(Outcome.PASS)),
    ],
)
def test_exactly_the_declared_reds(name: str, expected: Expected) -> None:
    assert expect.wrong(KNOWN[name], {"a": "path.no-proxy"}, KNOWN) == expected


def test_on_fresh() -> None:
    assert expect.fresh(check("a")) == Expected(Outcome.FAIL, "answer.missing")
    assert expect.fresh(check("a", fresh="blocked")) == Expected(Outcome.BLOCKED)
    assert expect.fresh(check("a", role="guard")) == Expected(Outcome.PASS)


@pytest.mark.parametrize(
    ("seen", "holds"),
    [
        (verdict(Outcome.FAIL, "path.no-proxy"), True),
        (verdict(Outcome.UNRECOVERABLE, "path.no-proxy"), True),
        (verdict(Outcome.FAIL, "path.no-answer"), False),
        (verdict(Outcome.ERROR, "path.no-proxy"), False),
        (verdict(Outcome.PASS), False),
        (None, False),
    ],
)
def test_the_reason_counts_not_the_colour_alone(seen: Verdict | None, holds: bool) -> None:
    assert expect.holds(Expected(Outcome.FAIL, "path.no-proxy"), seen) is holds


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([], ExitCode.PASS),
        ([verdict(Outcome.PASS)], ExitCode.PASS),
        ([verdict(Outcome.PASS), verdict(Outcome.FAIL, severity="warn")], ExitCode.WARNINGS),
        ([verdict(Outcome.FAIL, severity="warn"), verdict(Outcome.FAIL)], ExitCode.CHECKS_FAILED),
        ([verdict(Outcome.BLOCKED)], ExitCode.CHECKS_FAILED),
        ([verdict(Outcome.UNRECOVERABLE)], ExitCode.CHECKS_FAILED),
        ([verdict(Outcome.FAIL), verdict(Outcome.ERROR)], ExitCode.ENVIRONMENT),
    ],
)
def test_exit_codes(outcomes: list[Verdict], code: ExitCode) -> None:
    assert judge.code(outcomes) is code


def test_what_means_something_else_in_a_later_step_is_not_asked_again() -> None:
    ref = ObjectRef(kind="Pod")
    step = Check(id="a", object=ObjectSpec(ref=ref, conditions=(Condition(query="x", same_as="step-start"),)))
    lab = Check(id="b", object=ObjectSpec(ref=ref, conditions=(Condition(query="x", same_as="lab-start"),)))
    writes = Check(id="c", writes=WritesSpec(refs=(ref,)))
    window = Check(id="d", success=SuccessSpec(actor="x", window="step"))
    assert [judge.lasting(one) for one in (step, lab, writes, window, check("e"))] == [False, True, False, False, True]
    assert not judge.lasting(Check(id="f", until="later", object=ObjectSpec(ref=ref)))


def test_a_check_ends_with_the_step_that_it_names() -> None:
    ends, stays = Check(id="a", until="third"), Check(id="b")
    steps = (Step(id="first", checks=(ends, stays)), Step(id="second"), Step(id="third"), Step(id="fourth"))
    lab = Lab(schema=1, stage="1", minutes=1, clusters={"main": ClusterShape()}, steps=steps)
    assert [lab.ended(ends, step.id) for step in steps] == [False, False, True, True]
    assert not any(lab.ended(stays, step.id) for step in steps)


def test_a_grade_never_raises_what_it_can_report(tmp_path: Path) -> None:
    import asyncio

    from meshlab.run.grade.grade import GradeRequest, grade

    report = asyncio.run(grade(GradeRequest(lab="no-such-lab", state=tmp_path)))
    assert report.code == ExitCode.USAGE
    assert "no-such-lab" in report.error
    empty = asyncio.run(grade(GradeRequest(lab="2", submission=tmp_path, state=tmp_path)))
    assert empty.code == ExitCode.USAGE
    assert "submission.yaml" in empty.error


def test_two_grades_at_a_time_are_one_too_many(tmp_path: Path) -> None:
    import asyncio

    from meshlab.run.grade.grade import GradeRequest, grade
    from meshlab.run.store import scratch

    with scratch.folder(tmp_path, "grade", "2-router-mesh"):
        report = asyncio.run(grade(GradeRequest(lab="2", state=tmp_path)))
    assert report.code == ExitCode.LOCKED
