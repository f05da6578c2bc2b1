"""What each kind must say in which situation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from meshlab.lab.checks import Check
from tests.unit.check.sim import Sim


@dataclass(frozen=True)
class Scenario:
    """One situation, and what the check must come to in it."""

    kind: str
    name: str
    spec: dict[str, Any]
    world: Callable[[], Sim]
    outcome: str
    reason: str = ""
    cheat: bool = False
    """A wrong way to look right."""

    @property
    def check(self) -> Check:
        return msgspec.convert({"id": self.name, self.kind: self.spec}, Check)


SCENARIOS: list[Scenario] = []


def situation(
    kind: str, name: str, spec: dict[str, Any], world: Callable[[], Sim], outcome: str, reason: str = "", *, cheat: bool = False
) -> None:
    SCENARIOS.append(Scenario(kind, name, spec, world, outcome, reason, cheat))
