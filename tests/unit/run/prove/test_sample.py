"""A sample of a lab: one of each, and no proof of it."""

from __future__ import annotations

from pathlib import Path

from meshlab.lab.load import load_lab
from meshlab.lab.proof import read_proof
from meshlab.run.prove.sample import sample
from tests.unit.run.prove import test_prove
from tests.unit.run.prove.test_prove import FILES, WRONG, broken, proven

place, engine, lab = test_prove.place, test_prove.engine, test_prove.lab


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
