"""Hints follow the red check, one at a time."""

from __future__ import annotations

from pathlib import Path

from meshlab.run.guide import hints
from meshlab.run.snapshot import take
from tests.unit.run.guide.test_pages import red
from tests.unit.run.small_run import small_run


def test_hints_follow_the_red_check_and_its_reason_one_at_a_time(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    red(run, "colour", "object.mismatch")
    given = [hints.show(run, "", "en") for _ in range(4)]
    assert [hint.id for hint in given if hint] == ["paint-it", "look-at-it", "breathe"]
    assert [(hint.number, hint.of, hint.check) for hint in given if hint] == [(1, 2, "colour"), (2, 2, "colour"), (1, 1, "")]
    assert given[3] is None
    assert take(run).hints_taken == {"colour": 2, "first": 1}


def test_a_hint_for_another_reason_is_not_shown(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    red(run, "colour", "object.absent")
    hint = hints.show(run, "", "en")
    assert hint is not None
    assert (hint.id, hint.text) == ("look-at-it", "Use kubectl get.")
