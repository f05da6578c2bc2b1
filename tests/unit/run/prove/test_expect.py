"""What must be red, and for which reason."""

from __future__ import annotations

import pytest

from meshlab.check.verdict import Outcome, Verdict
from meshlab.lab.checks import AnswerSpec, Check
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
