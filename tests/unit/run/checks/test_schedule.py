"""When a check is asked again."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshlab.check.verdict import Outcome, Verdict
from meshlab.lab.checks import SuccessSpec
from meshlab.run.checks.schedule import Schedule
from tests.unit.run.small_run import small_run


@pytest.mark.parametrize(("within", "outcome"), [(60, Outcome.PENDING), (0, Outcome.FAIL)])
def test_requests_from_before_a_lab_is_watched_are_waited_for(tmp_path: Path, within: float, outcome: Outcome) -> None:
    from msgspec.structs import replace

    some = small_run(tmp_path).lab.all_checks()["colour"]
    served = SuccessSpec(actor="shoppers", window="last", seconds=8, max_failed=0)
    due = Schedule([replace(some, object=None, success=served, within=within)])
    red = Verdict(check="colour", step="first", kind="success", role="guard", outcome=Outcome.FAIL, expected="none failed")
    assert due.judged(red).outcome is outcome
