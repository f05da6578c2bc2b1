"""Counted writes."""

from __future__ import annotations

from collections.abc import Callable

from meshlab.check.world import Write, Writes
from tests.unit.check.sim import START, Sim, shop
from tests.unit.check.situations.base import situation

MAP = {"kind": "ConfigMap", "name": "router"}
ONE_WRITE = {"refs": [MAP], "at-most": 1, "at-least": 1}


def wrote(*users: str, complete: bool = True, name: str = "router") -> Callable[[], Sim]:
    def make() -> Sim:
        sim = shop()
        many = tuple(
            Write(t=START + place, verb="update", api_version="v1", kind="ConfigMap", namespace="shop", name=name, user=user)
            for place, user in enumerate(users)
        )
        sim.written = Writes(many, complete)
        return sim

    return make


situation("writes", "one-write", ONE_WRITE, wrote("learner", "meshlab"), "pass")
situation("writes", "two-writes", ONE_WRITE, wrote("learner", "learner"), "unrecoverable", "writes.too-many")
situation("writes", "no-write", ONE_WRITE, wrote("meshlab"), "fail", "writes.too-few")
situation("writes", "another-object", ONE_WRITE, wrote("learner", name="other"), "fail", "writes.too-few")
situation("writes", "by-another-hand", ONE_WRITE, wrote("system:admin"), "fail", "writes.too-few", cheat=True)
situation("writes", "observer-with-a-gap", ONE_WRITE, wrote("learner", complete=False), "error", "writes.incomplete")
situation("writes", "by-nobody-known", ONE_WRITE, wrote("learner", ""), "error", "writes.unattributed")
situation("writes", "perhaps-none", ONE_WRITE, wrote(""), "error", "writes.unattributed")
situation("writes", "two-beside-the-doubtful", ONE_WRITE, wrote("learner", "", "learner"), "unrecoverable", "writes.too-many")
situation("writes", "whoever-it-was", {"refs": [MAP], "at-most": 2, "by": "anyone"}, wrote("", "meshlab"), "pass")
