"""The exit code that verdicts come to: one for commands and for grades."""

from __future__ import annotations

import pytest

from meshlab.check.verdict import Outcome, Verdict
from meshlab.errors import ExitCode
from meshlab.run.checks.exit_code import exit_code


def verdict(outcome: Outcome, severity: str = "fail") -> Verdict:
    return Verdict(check="c", step="s", kind="object", role="fresh", outcome=outcome, severity=severity)


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([], ExitCode.PASS),
        ([verdict(Outcome.PASS)], ExitCode.PASS),
        ([verdict(Outcome.PASS), verdict(Outcome.FAIL, severity="warn")], ExitCode.WARNINGS),
        ([verdict(Outcome.FAIL, severity="warn"), verdict(Outcome.FAIL)], ExitCode.CHECKS_FAILED),
        ([verdict(Outcome.BLOCKED)], ExitCode.CHECKS_FAILED),
        ([verdict(Outcome.UNRECOVERABLE)], ExitCode.CHECKS_FAILED),
        ([verdict(Outcome.PASS), verdict(Outcome.PENDING)], ExitCode.CHECKS_FAILED),
        ([verdict(Outcome.PENDING, severity="warn")], ExitCode.WARNINGS),
        ([verdict(Outcome.FAIL), verdict(Outcome.ERROR)], ExitCode.ENVIRONMENT),
    ],
)
def test_exit_codes(outcomes: list[Verdict], code: ExitCode) -> None:
    assert exit_code(outcomes) is code
