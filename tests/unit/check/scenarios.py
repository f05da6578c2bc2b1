"""All situations of all kinds: one line each, among them the cheats that a kind exists to catch."""

from __future__ import annotations

from importlib import import_module

from meshlab.lab.checks import KINDS
from tests.unit.check.situations.base import SCENARIOS, Scenario

for kind in KINDS:
    import_module(f"tests.unit.check.situations.{kind.replace('-', '_')}")

__all__ = ["SCENARIOS", "Scenario"]
