"""What a command or a grade ends with that came to some verdicts."""

from __future__ import annotations

from collections.abc import Iterable

from meshlab.check.verdict import Outcome, Verdict
from meshlab.errors import ExitCode, worst


def exit_code(verdicts: Iterable[Verdict]) -> ExitCode:
    """Of all of them together; PASS when there are none.

    Pending is not green yet, as a failure is: who waits gets a failure or an error at the deadline, and nobody who does not
    wait is told that the environment is at fault. Error, an environment that could not tell, is never a grade.
    """
    return worst([_code(verdict) for verdict in verdicts])


def _code(verdict: Verdict) -> ExitCode:
    if verdict.green:
        return ExitCode.PASS
    if verdict.outcome is Outcome.ERROR:
        return ExitCode.ENVIRONMENT
    return ExitCode.WARNINGS if verdict.severity == "warn" else ExitCode.CHECKS_FAILED
