"""A proof holds for a right lab and says what does not hold of a wrong one; a grade says how far a lab was solved."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from meshlab.check.verdict import Outcome
from meshlab.check.world import CallRequest, Calls, Position, Reply
from meshlab.errors import ExitCode, UsageError
from meshlab.lab.load import load_lab
from meshlab.lab.proof import read_proof
from meshlab.run import clients
from meshlab.run.accounts import appliers
from meshlab.run.grade import grade as grading
from meshlab.run.grade import versions
from meshlab.run.grade.grade import GradeReport, GradeRequest, grade
from meshlab.run.live import LiveWorld
from meshlab.run.prove import parts
from meshlab.run.prove import prove as proving
from meshlab.run.prove.events import ProofEvent, ProveRequest
from meshlab.run.prove.prove import prove
from meshlab.run.prove.sample import sample
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
    monkeypatch.setattr(appliers, "as_learner", appliers.hands)
    monkeypatch.setattr(versions, "collect", known)
    monkeypatch.setattr(parts, "WRONG_SHOWS", 0.0)
    for module in (proving, grading):
        monkeypatch.setattr(module, "stand_ins", none)
    return folder


async def proven(lab: Path, **how: Any) -> list[ProofEvent]:
    request = ProveRequest(lab=lab.name, packs=(lab.parent,), state=lab.parent.parent / "state", **how)
    return [event async for event in prove(request) if event.kind != "progress"]


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


async def test_only_a_part_writes_no_proof(lab: Path) -> None:
    told = await proven(lab, only="blue")
    assert broken(told) == []
    assert {event.phase.partition("/")[0] for event in told} == {"solve", "solved", "wrong", "blue"}
    assert read_proof(lab) is None
    with pytest.raises(UsageError, match="no step or misconception"):
        await proven(lab, only="green")


async def test_a_sample_writes_no_proof_and_looks_at_one_of_each(lab: Path) -> None:
    (lab / "lab.yaml").write_text((lab / "lab.yaml").read_text() + WRONG.replace("wrong:\n", "").replace("blue", "green"))
    (lab / "wrong/green").mkdir()
    (lab / "wrong/green/10-paint.yaml").write_text(FILES["wrong/blue/10-paint.yaml"])
    for number, wrong in enumerate(["blue", "green", "blue"]):
        told = await proven(lab, sample=number)
        assert broken(told) == []
        assert [event.phase for event in told if event.kind == "phase"] == [
            "fresh",
            "solve/first",
            "solve/second",
            "solved",
            f"wrong/{wrong}",
        ]
        assert ("solve/second", "tried") in [(event.phase, event.check) for event in told]
    assert read_proof(lab) is None


async def test_a_sample_does_not_ask_a_misconception_for_experiments_that_were_not_run(lab: Path) -> None:
    text = (lab / "lab.yaml").read_text()
    again = "  - id: again\n    fresh: experiment.not-run\n    experiment: {experiment: break-again}\n"
    text = text.replace("  experiments:\n", f"{again}  experiments:\n")
    text = text.replace("wrong:\n", "  - {id: break-again, phases: [{id: broken, checks: []}]}\nwrong:\n")
    (lab / "lab.yaml").write_text(text.replace("step: first\n  red", "step: second\n  red"))
    told = await proven(lab, sample=0)
    assert broken(told) == []
    asked = [event.check for event in told if event.phase == "wrong/blue" and event.kind == "expectation"]
    assert "tried" in asked
    assert "again" not in asked


def test_a_sample_leaves_out_what_waits_for_other_experiments(lab: Path) -> None:
    text = (lab / "lab.yaml").read_text()
    again = "  - id: again\n    fresh: experiment.not-run\n    experiment: {experiment: break-again}\n"
    needs = "  - id: after\n    needs: [again]\n    fresh: blocked\n    object: {ref: {kind: ConfigMap, name: keep}}\n"
    text = text.replace("  experiments:\n", f"{again}{needs}  experiments:\n")
    text = text.replace("wrong:\n", "  - {id: break-again, phases: [{id: broken, checks: [reach]}]}\nwrong:\n")
    (lab / "lab.yaml").write_text(text + "- {id: late, step: second, red: {after: object.absent}}\n")
    found = load_lab(lab).lab
    first, second = sample(found, 0), sample(found, 3)
    assert (set(first.experiments), set(first.left_out)) == ({"break-it"}, {"again", "after"})
    assert (set(second.experiments), set(second.left_out)) == ({"break-again"}, {"tried"})
    assert [one.id for one in (*first.wrong, *second.wrong)] == ["blue", "late"]


NEXT_ID = "9-tail"
NEXT_START = PAINT.replace("COLOUR", "red")
TOOL = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: tool, labels: {meshlab.io/given: "true"}}
"""


def follow(lab: Path, start: dict[str, str]) -> Path:
    """A lab that stands after the small one on the road, with more in its start."""
    folder = lab.parent / NEXT_ID
    shutil.copytree(lab, folder)
    (folder / "proof.json").unlink(missing_ok=True)
    text = (lab / "lab.yaml").read_text()
    text = text.replace("minutes: 12", f"minutes: 12\nprevious: {LAB_ID}", 1)
    (folder / "lab.yaml").write_text(text.replace("share: {integer: [10, 20]}", f"share: {{integer: [10, 20], lab: {LAB_ID}}}"))
    for name, content in {"15-paint": NEXT_START, "16-tool": TOOL, **start}.items():
        (folder / f"setup/start/{name}.yaml").write_text(content)
    return folder


ROAD = {
    "the same, and a thing that is given": ({}, ""),
    "another value": ({"15-paint": PAINT.replace("COLOUR", "white")}, "~ ConfigMap shop/paint"),
    "more, and not given": ({"17-more": PAINT.replace("paint", "more")}, "+ ConfigMap shop/more"),
    "less": ({"15-paint": "# nothing\n"}, "- ConfigMap shop/paint"),
    "a thing that is given twice": (
        {"16-tool": TOOL.replace("tool", "paint"), "15-paint": "# nothing\n"},
        "- ConfigMap shop/paint",
    ),
}


@pytest.mark.parametrize("how", ROAD)
async def test_a_start_is_the_solved_end_of_the_lab_before(lab: Path, how: str) -> None:
    start, differs = ROAD[how]
    assert broken(await proven(lab)) == []
    told = await proven(follow(lab, start), only="fresh")
    what = f"the start, but for what is given, is the solved end of {LAB_ID}"
    assert [event.seen for event in told if event.expected == what] == [differs]


async def test_a_start_that_cannot_be_compared_says_why(lab: Path) -> None:
    start = PAINT.replace("COLOUR", "white") + "---\n" + PAINT.replace("paint", "more")
    told = await proven(follow(lab, {"15-paint": start}), only="fresh")
    assert [event.seen for event in told if event.kind == "note"] == [
        "+ ConfigMap shop/more, ~ ConfigMap shop/paint (data.colour)",
        "not compared: it has no proof with the seed 1",
    ]


async def test_what_only_a_cluster_can_work_out_is_not_guessed(lab: Path) -> None:
    patch = "target: {kind: ConfigMap, name: paint}\ntype: strategic\npatch: {data: {coats: two}}\n"
    (lab / "solve/01-first/20-paint.patch.yaml").write_text(patch)
    told = await proven(follow(lab, {}), only="fresh")
    assert [event.seen for event in told if event.phase == "road"] == ["? ConfigMap shop/paint"]


async def test_hashes_of_the_road_hold_for_images_of_any_tag(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in, or a shop of other content, is no other road."""
    for name in ("setup/start/15-paint.yaml", "solve/01-first/10-paint.yaml"):
        (lab / name).write_text((lab / name).read_text().replace("data: {", 'data: {image: "${image_shop}", '))
    ends = []
    for tag in ("meshlab/shop:1", "other/shop:2"):

        async def values(_: object, names: list[str], tag: str = tag) -> dict[str, str]:
            return {"image_shop": tag}

        monkeypatch.setattr(test_prepare.NoImages, "values", values)
        assert broken(await proven(lab)) == []
        proof = read_proof(lab)
        assert proof is not None
        ends.append(proof.end)
    assert ends[0] == ends[1]
    assert ends[0]["ConfigMap shop/paint"]
    assert {name.partition(" ")[0] for name in ends[0]} >= {"Namespace", "ConfigMap", "Deployment"}
    assert not [name for name in ends[0] if name.startswith("Node")]


async def graded(lab: Path, **how: object) -> GradeReport:
    state = lab.parent.parent / "state"
    return await grade(GradeRequest(lab=LAB_ID, packs=(lab.parent,), state=state, **how))  # type: ignore[arg-type]


async def test_the_solution_passes(lab: Path, engine: MemoryEngine) -> None:
    report = await graded(lab, solve=True)
    assert (report.code, report.error) == (ExitCode.PASS, "")
    assert {one.check for one in report.verdicts} == {"colour", "kept", "why", "tried"}
    assert {one.outcome for one in report.verdicts} == {Outcome.PASS}
    assert set(report.seconds) == {"prepare", "first", "second", "end", "clean-up"}
    assert engine.infos == {}


async def test_an_untouched_lab_fails(lab: Path, engine: MemoryEngine) -> None:
    report = await graded(lab)
    assert report.code == ExitCode.CHECKS_FAILED
    found = {one.check: (one.outcome, one.reason) for one in report.verdicts}
    assert found["colour"] == (Outcome.FAIL, "object.mismatch")
    assert found["why"][0] is Outcome.BLOCKED
    assert found["kept"][0] is Outcome.PASS
    assert engine.infos == {}


async def test_what_a_later_step_breaks_was_not_done(lab: Path) -> None:
    (lab / "solve/02-second/10-paint.yaml").write_text(FILES["wrong/blue/10-paint.yaml"])
    report = await graded(lab, solve=True)
    assert report.code == ExitCode.CHECKS_FAILED
    assert next(one.outcome for one in report.verdicts if one.check == "colour") is Outcome.FAIL


async def test_a_kept_cluster_is_used_by_the_next_grade(lab: Path, engine: MemoryEngine) -> None:
    await graded(lab, solve=True, keep=True)
    assert len(engine.infos) == 1
    report = await graded(lab)
    assert report.code == ExitCode.CHECKS_FAILED, "nothing of the solution is left"
    assert sum(word.startswith("create") for word in engine.asked) == 1
    assert engine.infos == {}


async def test_no_time_left(lab: Path, engine: MemoryEngine) -> None:
    report = await graded(lab, solve=True, timeout=0.0)
    assert report.code == ExitCode.TIMEOUT
    assert engine.infos == {}
