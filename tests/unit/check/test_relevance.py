"""Every kind of check says which objects it looks at."""

from __future__ import annotations

from meshlab.check.relevance import relevant
from meshlab.lab.checks import KINDS
from tests.unit.check.scenarios import SCENARIOS
from tests.unit.check.sim import LAB


def test_every_kind_says_what_it_looks_at() -> None:
    checks = {scenario.kind: scenario.check for scenario in SCENARIOS}
    assert checks.keys() == set(KINDS)
    kinds = {kind: relevant(check, LAB) for kind, check in checks.items()}
    assert kinds["object"] == {("v1", "Pod")}
    assert kinds["writes"] == {("v1", "ConfigMap")}
    assert ("networking.k8s.io/v1", "NetworkPolicy") in kinds["denied"]
    assert ("v1", "Node") in kinds["matrix"]
    assert not kinds["experiment"]
