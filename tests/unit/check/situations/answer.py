"""Answers of a learner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.unit.check.sim import Sim, shop
from tests.unit.check.situations.base import situation

WHO = {"measured": {"from": "web", "to": "catalog", "query": "[tree.pod, tree.peer]"}}
MILLISECONDS = {"kind": "number", "tolerance": 20, "equals": "137"}


def said(text: str | None, check: str) -> Callable[[], Sim]:
    def make() -> Sim:
        sim = shop("catalog")
        if text is not None:
            sim.answers[check] = text
        return sim

    return make


def answer(name: str, spec: dict[str, Any], text: str | None, outcome: str, reason: str = "", *, cheat: bool = False) -> None:
    situation("answer", name, spec, said(text, name), outcome, reason, cheat=cheat)


answer("pod-name", WHO, " Catalog-v1-1 ", "pass")
answer("pod-address", WHO, "10.244.2.2", "pass")
answer("wrong-pod", WHO, "web-1", "fail", "answer.wrong")
answer("everything-at-once", WHO, "catalog-v1-1 web-1 10.244.2.2", "fail", "answer.wrong", cheat=True)
answer("unanswered", WHO, None, "fail", "answer.missing")
answer("close-enough", MILLISECONDS, "150", "pass")
answer("too-far-off", MILLISECONDS, "158", "fail", "answer.wrong")
answer("words-for-a-number", MILLISECONDS, "a while", "fail", "answer.not-a-number")
answer(
    "nothing-to-measure",
    {"measured": {"object": {"kind": "Pod", "name": "x"}, "query": "metadata.name"}},
    "x",
    "error",
    "answer.unmeasured",
)
