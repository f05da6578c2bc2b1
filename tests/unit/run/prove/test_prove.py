"""A proof holds for a right lab and says what does not hold of a wrong one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from meshlab.check.world import CallRequest, Calls, Position, Reply
from meshlab.errors import UsageError
from meshlab.lab.proof import read_proof
from meshlab.run import clients
from meshlab.run.accounts import appliers
from meshlab.run.grade import grade as grading
from meshlab.run.grade import versions
from meshlab.run.live import LiveWorld
from meshlab.run.prove import parts
from meshlab.run.prove import prove as proving
from meshlab.run.prove.events import ProofEvent, ProveRequest
from meshlab.run.prove.prove import prove
from tests.unit.run.fake_engine import MemoryEngine
from tests.unit.run.prepare import test_prepare
from tests.unit.run.small_run import LAB_ID, LAB_YAML

place, engine = test_prepare.place, test_prepare.engine

WRONG = """\
wrong:
- id: blue
  step: first
  red: {colour: object.mismatch}
"""
PAINT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: paint}\ndata: {colour: COLOUR}\n"
FILES = {
    "setup/start/15-paint.yaml": PAINT.replace("COLOUR", "white"),
    "solve/01-first/answers.yaml": "why: one\n",
    "solve/02-second/predictions.yaml": "break-it: {cells: [[web, catalog], [web, web], [probe, catalog], [probe, web]]}\n",
    "solve/02-second/experiments.yaml": "- break-it\n",
    "wrong/blue/10-paint.yaml": PAINT.replace("COLOUR", "blue"),
}


@pytest.fixture
def lab(place: Path, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small lab, whole, on clusters in memory. Its shop answers while `web` has a pod."""
    folder = place / "pack" / LAB_ID
    text = LAB_YAML.replace("cells: [{expect: 1}]", "cells: [{expect: 0}]").replace("fresh: answer.missing", "fresh: blocked")
    (folder / "lab.yaml").write_text(text + WRONG)
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

    async def positions(_: LiveWorld, service: str) -> list[Position]:
        return [Position(service=service, pod=f"{service}-1", node="node-1" if service == "probe" else "")]

    async def call(_: LiveWorld, position: Position, request: CallRequest) -> Calls:
        kube = next(iter(engine.kubes.values()))
        good = kube.one("Deployment", "web")["spec"]["replicas"] > 0
        tree = {"headers": {"x-meshlab-nonce": request.nonce}}
        reply = Reply(nonce=request.nonce, status=200, tree=tree) if good else Reply(error="refused")
        return Calls(position, (reply,) * request.n)

    async def none(*_: object) -> list[str]:
        return []

    async def known() -> dict[str, str]:
        return {"meshlab": "0"}

    monkeypatch.setattr(LiveWorld, "positions", positions)
    monkeypatch.setattr(LiveWorld, "call", call)
    monkeypatch.setattr(clients, "make", lambda *_: engine)
    monkeypatch.setattr(appliers, "as_learner", appliers.of_lab)
    monkeypatch.setattr(versions, "collect", known)
    monkeypatch.setattr(parts, "WRONG_SHOWS", 0.0)
    for module in (proving, grading):
        monkeypatch.setattr(module, "stand_ins", none)
    return folder


async def proven(lab: Path, **how: Any) -> list[ProofEvent]:
    request = ProveRequest(lab=lab.name, packs=(lab.parent,), state=lab.parent.parent / "state", **how)
    told: list[ProofEvent] = []
    held = await prove(request, told.append)
    assert held is all(event.ok for event in told)
    return [event for event in told if event.kind != "progress"]


def broken(told: list[ProofEvent]) -> list[tuple[str, str, str]]:
    return [(event.phase, event.check or event.expected, event.seen) for event in told if not event.ok]


async def test_a_right_lab_is_proven(lab: Path, engine: MemoryEngine) -> None:
    told = await proven(lab)
    assert broken(told) == []
    proof = read_proof(lab)
    assert proof is not None
    assert msgspec.to_builtins(proof) == told[-1].proof
    assert {name: (one.fresh, one.reason, one.solved) for name, one in proof.checks.items()} == {
        "colour": ("fail", "object.mismatch", "pass"),
        "kept": ("pass", "", "pass"),
        "why": ("blocked", "engine.blocked", "pass"),
        "reach": ("", "", ""),
        "tried": ("fail", "experiment.not-run", "pass"),
    }
    assert proof.wrong["blue"].red == {"colour": "object.mismatch"}
    assert proof.wrong["blue"].blocked == ("why",)
    assert proof.experiments == ("break-it",)
    assert proof.reset
    assert engine.infos == {}, "the cluster is removed"


WRONGS = {
    "a solution that does not solve": (
        ("solve/01-first/10-paint.yaml", "colour: red", "colour: pink"),
        ("solve/first", "colour"),
    ),
    "a goal that is green on fresh": (("setup/start/15-paint.yaml", "white", "red"), ("fresh", "colour")),
    "a guard that is red on fresh": (("setup/start/10-keep.yaml", "name: keep", "name: other"), ("fresh", "kept")),
    "another reason on fresh": (("lab.yaml", "fresh: object.mismatch", "fresh: object.absent"), ("fresh", "colour")),
    "a misconception that passes": (("wrong/blue/10-paint.yaml", "blue", "red"), ("wrong/blue", "colour")),
    "a misconception with another reason": (
        ("lab.yaml", "red: {colour: object.mismatch}", "red: {colour: object.absent}"),
        ("wrong/blue", "colour"),
    ),
    "a misconception with one red too few": (("lab.yaml", "red: {colour:", "red: {kept:"), ("wrong/blue", "colour")),
    "an experiment that goes otherwise": (
        ("lab.yaml", "cells: [{expect: 0}]", "cells: [{expect: 1}]"),
        ("solve/second", "tried"),
    ),
}


@pytest.mark.parametrize("how", WRONGS)
async def test_a_wrong_lab_is_not(lab: Path, how: str) -> None:
    (file, old, new), where = WRONGS[how]
    text = (lab / file).read_text()
    assert old in text
    (lab / file).write_text(text.replace(old, new))
    told = await proven(lab)
    assert where in [(phase, what) for phase, what, _ in broken(told)]
    assert not told[-1].ok
    assert read_proof(lab) is None


async def test_only_a_part_writes_no_proof(lab: Path, engine: MemoryEngine) -> None:
    told = await proven(lab, only="blue")
    assert broken(told) == []
    assert {event.phase.partition("/")[0] for event in told} == {"solve", "solved", "wrong", "blue"}
    assert read_proof(lab) is None
    engine.asked.clear()
    with pytest.raises(UsageError, match="no step or misconception"):
        await proven(lab, only="green")
    assert engine.asked == [], "a cluster that an earlier proof kept is left alone"
