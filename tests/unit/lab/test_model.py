"""What a lab knows of its own parts."""

from __future__ import annotations

from meshlab.lab.checks import Check
from meshlab.lab.model import ClusterShape, Lab, Step


def test_a_check_ends_with_the_step_that_it_names() -> None:
    ends, stays = Check(id="a", until="third"), Check(id="b")
    steps = (Step(id="first", checks=(ends, stays)), Step(id="second"), Step(id="third"), Step(id="fourth"))
    lab = Lab(schema=1, stage="1", minutes=1, clusters={"main": ClusterShape()}, steps=steps)
    assert [lab.ended(ends, step.id) for step in steps] == [False, False, True, True]
    assert not any(lab.ended(stays, step.id) for step in steps)
