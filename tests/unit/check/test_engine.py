"""The engine: order, blocking, waiting, errors, cancellation. Kinds are replaced by ones that a test scripts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from meshlab.check import engine, kinds, waiting
from meshlab.check.engine import evaluate
from meshlab.check.findings import failed, passed, pending
from meshlab.check.inputs import Inputs
from meshlab.check.plan import chosen
from meshlab.check.record import FixtureWriter, read
from meshlab.check.verdict import Finding, Outcome, Verdict
from meshlab.errors import ClusterError, EngineError, LabError
from meshlab.lab.checks import Check
from meshlab.lab.model import Lab, Step
from tests.unit.check.sim import LAB, Sim

Script = list[Any]
"""What a check's looks give, one after the other, the last again and again: a finding, or an error to raise."""

GREEN, RED = passed("ok"), failed("object.absent", expected="service/x", seen="-", object="service/x")


class Scripted:
    """Stands for every kind: gives each check its script, and keeps who looked, and who looked at the same time."""

    def __init__(self, scripts: dict[str, Script]) -> None:
        self.scripts = scripts
        self.looks: list[str] = []
        self.inside: set[str] = set()
        self.together: list[frozenset[str]] = []
        self.hold: asyncio.Event | None = None
        self.crowded = asyncio.Event()
        self.cancelled: list[str] = []

    async def look(self, check: Check, spec: object, inputs: Inputs) -> Finding:
        self.looks.append(check.id)
        self.inside.add(check.id)
        self.together.append(frozenset(self.inside))
        if len(self.inside) > 1:
            self.crowded.set()
        try:
            await (self.hold.wait() if self.hold else asyncio.sleep(0))
        except asyncio.CancelledError:
            self.cancelled.append(check.id)
            raise
        finally:
            self.inside.discard(check.id)
        script = self.scripts.get(check.id, [GREEN])
        result = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(result, BaseException):
            raise result
        return result  # type: ignore[no-any-return]


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    made = Scripted({})
    monkeypatch.setattr(kinds, "module", lambda kind: made)
    return made


def check(name: str, kind: str = "path", **more: Any) -> Check:
    specs = {
        "path": {"from": "web", "to": "catalog"},
        "object": {"ref": {"kind": "Service"}},
        "answer": {},
        "experiment": {"experiment": "x"},
    }
    specs["latency"] = {"pair": {"from": "web", "to": "reviews"}, "control": {"from": "web", "to": "reviews"}}
    return msgspec.convert({"id": name, kind: specs[kind], **more}, Check)


def lab(*checks: Check) -> Lab:
    return replace(LAB, steps=(Step(id="one", checks=checks),))


async def run(*checks: Check, only: Iterable[Check] | None = None, **more: Any) -> list[Verdict]:
    inputs = Inputs(lab(*checks), Sim())
    return [verdict async for verdict in evaluate(inputs, checks if only is None else only, **more)]


def last(verdicts: list[Verdict]) -> dict[str, Verdict]:
    return {verdict.check: verdict for verdict in verdicts}


async def test_a_verdict_says_which_check_it_is_of(scripted: Scripted) -> None:
    [verdict] = await run(check("a", role="guard", severity="warn"))
    assert (verdict.check, verdict.step, verdict.kind, verdict.role, verdict.severity) == ("a", "one", "path", "guard", "warn")
    assert verdict.green
    assert verdict.time > 0


async def test_needed_checks_come_first_and_red_ones_block(scripted: Scripted) -> None:
    scripted.scripts["a"] = [RED]
    verdicts = last(await run(check("c", needs=["b"]), check("b", needs=["a"]), check("a"), check("d"), wait=False))
    assert {name: verdict.outcome.value for name, verdict in verdicts.items()} == {
        "a": "fail",
        "b": "blocked",
        "c": "blocked",
        "d": "pass",
    }
    assert verdicts["b"].blocked_by == ("a",)
    assert verdicts["c"].blocked_by == ("b",)
    assert verdicts["b"].reason == "engine.blocked"
    assert sorted(scripted.looks) == ["a", "d"]


async def test_a_need_that_is_known_to_be_green_is_not_looked_at(scripted: Scripted) -> None:
    a, b = check("a"), check("b", needs=["a"])
    [known] = await run(a)
    verdicts = await run(a, b, only=[b], known={"a": known})
    assert [verdict.check for verdict in verdicts] == ["b"]
    assert verdicts[0].green


async def test_a_need_that_is_unknown_or_was_red_is_looked_at_too(scripted: Scripted) -> None:
    a, b = check("a"), check("b", needs=["a"])
    [known] = await run(a)
    for knowledge in ({}, {"a": replace(known, outcome=Outcome.FAIL)}):
        assert [verdict.check for verdict in await run(a, b, only=[b], known=knowledge)] == ["a", "b"]


async def test_a_red_need_that_is_only_run_when_asked_for_blocks_without_a_look(scripted: Scripted) -> None:
    slow, after = check("slow", "latency", when="asked"), check("after", needs=["slow"])
    [known] = await run(slow)
    scripted.looks.clear()
    verdicts = await run(slow, after, only=[after], known={"slow": replace(known, outcome=Outcome.ERROR)})
    assert [verdict.outcome for verdict in verdicts] == [Outcome.BLOCKED]
    assert scripted.looks == []


async def test_checks_of_experiments_run_only_when_asked_for(scripted: Scripted) -> None:
    checks = (check("a"), check("b", role="phase"), check("c", when="experiment"))
    assert [verdict.check for verdict in await run(*checks)] == ["a"]
    assert {verdict.check for verdict in await run(*checks, asked={"b", "c"})} == {"a", "b", "c"}
    assert [one.id for one in chosen(checks)] == ["a"]


async def test_needs_that_do_not_exist_or_go_in_circles_are_the_labs_mistake(scripted: Scripted) -> None:
    with pytest.raises(LabError, match="does not exist"):
        await run(check("a", needs=["nowhere"]))
    with pytest.raises(LabError, match="circle"):
        await run(check("a", needs=["b"]), check("b", needs=["a"]))


@pytest.mark.parametrize(
    ("error", "reason", "words"),
    [
        (
            ClusterError("other", sentence="the API is gone.", hint="Start it."),
            "engine.environment",
            "the API is gone. Start it.",
        ),
        (EngineError("other", sentence="docker is gone.", hint=""), "engine.environment", "docker is gone."),
        (LabError("no such service", key="services"), "engine.lab", "services: no such service"),
    ],
)
async def test_an_error_is_a_verdict_with_its_sentence(scripted: Scripted, error: Exception, reason: str, words: str) -> None:
    scripted.scripts["a"] = [error]
    verdict = (await run(check("a")))[-1]
    assert (verdict.outcome, verdict.reason, verdict.parameters["message"]) == (Outcome.ERROR, reason, words)


async def test_an_unexpected_exception_is_no_grade_and_keeps_its_name(scripted: Scripted) -> None:
    scripted.scripts["a"] = [ZeroDivisionError("by zero")]
    [verdict] = await run(check("a"))
    assert (verdict.outcome, verdict.reason, verdict.parameters["type"]) == (
        Outcome.ERROR,
        "engine.unexpected",
        "ZeroDivisionError",
    )
    assert verdict.evidence[0].data == {"type": "ZeroDivisionError", "message": "by zero"}


async def test_a_look_that_does_not_end_is_given_up(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LIMIT", 0.01)
    scripted.hold = asyncio.Event()
    [verdict] = await run(check("a"))
    assert (verdict.outcome, verdict.reason) == (Outcome.ERROR, "engine.timeout")


async def test_an_error_of_the_moment_gets_another_look(scripted: Scripted) -> None:
    scripted.scripts["a"] = [ClusterError("other", sentence="the pod went away.", hint=""), GREEN]
    assert [verdict.outcome for verdict in await run(check("a"))] == [Outcome.PENDING, Outcome.PASS]


async def test_without_waiting_every_check_is_looked_at_once(scripted: Scripted) -> None:
    scripted.scripts["a"] = [RED, GREEN]
    [verdict] = await run(check("a", within=60), wait=False)
    assert verdict.outcome is Outcome.FAIL
    assert scripted.looks == ["a"]


async def test_a_red_check_stays_pending_until_it_is_green(scripted: Scripted) -> None:
    scripted.scripts["a"] = [RED, RED, GREEN]
    verdicts = await run(check("a", within=60))
    assert [verdict.outcome for verdict in verdicts] == [Outcome.PENDING, Outcome.PASS]
    assert verdicts[0].waits_for == "service/x"
    assert verdicts[0].reason == "object.absent"


async def test_a_red_check_fails_at_its_deadline(scripted: Scripted) -> None:
    scripted.scripts["a"] = [RED]
    verdict = (await run(check("a", within=7)))[-1]
    assert verdict.outcome is Outcome.FAIL
    assert 7 <= verdict.seconds < 9


async def test_without_within_red_is_red_at_once(scripted: Scripted) -> None:
    scripted.scripts["a"] = [RED]
    assert [verdict.outcome for verdict in await run(check("a"))] == [Outcome.FAIL]


@pytest.mark.parametrize("late", [Outcome.FAIL, Outcome.ERROR])
async def test_a_check_that_cannot_look_yet_ends_as_it_says(scripted: Scripted, late: Outcome) -> None:
    scripted.scripts["a"] = [pending("success.too-few", "3/20", late=late, actor="x", requests=3, wanted=20)]
    verdicts = await run(check("a"))
    assert [verdict.outcome for verdict in verdicts] == [Outcome.PENDING, late]
    assert verdicts[0].waits_for == "3/20"
    assert verdicts[-1].seconds >= waiting.PATIENCE


async def test_pending_is_said_again_when_what_it_waits_for_changes(scripted: Scripted) -> None:
    waits = [pending("success.too-few", text, actor="x", requests=1, wanted=2) for text in ("1/2", "1/2", "2/2")]
    scripted.scripts["a"] = [*waits, GREEN]
    assert [verdict.waits_for for verdict in await run(check("a"))] == ["1/2", "2/2", ""]


async def test_stable_for_needs_it_to_go_on_holding(scripted: Scripted) -> None:
    verdicts = await run(replace(check("a"), stable_for=5))
    assert [verdict.outcome for verdict in verdicts] == [Outcome.PENDING, Outcome.PASS]
    assert verdicts[0].reason == "engine.unstable"
    assert verdicts[-1].seconds >= 5


async def test_stable_for_begins_anew_after_a_red_look(scripted: Scripted) -> None:
    scripted.scripts["a"] = [GREEN, GREEN, RED, GREEN]
    verdict = (await run(replace(check("a"), stable_for=5, within=30)))[-1]
    assert verdict.green
    assert verdict.seconds >= 3 + 5


async def test_what_does_not_hold_for_long_enough_is_red(scripted: Scripted) -> None:
    scripted.scripts["a"] = [GREEN, GREEN, RED]
    assert (await run(replace(check("a"), stable_for=5)))[-1].outcome is Outcome.FAIL


async def test_every_final_verdict_is_recorded_and_no_other(scripted: Scripted) -> None:
    kept: list[Verdict] = []
    scripted.scripts["a"] = [RED, GREEN]
    verdicts = await run(check("a", within=60), check("b", needs=["a"]), record=kept.append)
    assert [verdict.outcome for verdict in kept] == [Outcome.PASS, Outcome.PASS]
    assert kept == [verdict for verdict in verdicts if verdict.outcome is not Outcome.PENDING]


async def test_checks_that_do_not_disturb_each_other_run_at_once(scripted: Scripted) -> None:
    await run(check("a"), check("b"), check("c", "object"))
    assert max(map(len, scripted.together)) == 3


async def test_what_others_would_disturb_runs_alone(scripted: Scripted) -> None:
    await run(check("a"), check("slow", "latency"), check("b"), check("slow-too", "latency"), check("c"))
    assert sorted(scripted.looks) == ["a", "b", "c", "slow", "slow-too"]
    assert all(len(together) == 1 for together in scripted.together if any("slow" in name for name in together))


async def test_no_more_than_a_few_at_once(scripted: Scripted) -> None:
    await run(*(check(f"c{number}") for number in range(30)))
    assert 1 < max(map(len, scripted.together)) <= 6


async def test_closing_early_cancels_every_look(scripted: Scripted) -> None:
    scripted.scripts["a"] = [GREEN]
    checks = (check("a"), check("b"), check("c", needs=["b"]))
    verdicts = evaluate(Inputs(lab(*checks), Sim()), checks)
    hold = asyncio.Event()

    async def first(check: Check, spec: object, inputs: Inputs) -> Finding:
        if check.id == "a":
            return GREEN
        try:
            await hold.wait()
        except asyncio.CancelledError:
            scripted.cancelled.append(check.id)
            raise
        return GREEN

    scripted.look = first  # type: ignore[method-assign]
    assert (await anext(verdicts)).check == "a"
    await verdicts.aclose()
    assert scripted.cancelled == ["b"]


async def test_cancelling_the_reader_cancels_every_look(scripted: Scripted) -> None:
    scripted.hold = asyncio.Event()
    reader = asyncio.create_task(run(check("a"), check("b")))
    await asyncio.wait_for(scripted.crowded.wait(), 5)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert sorted(scripted.cancelled) == ["a", "b"]


async def test_a_recorder_keeps_what_each_check_saw(tmp_path: Path) -> None:
    world = Sim(answers={"a": "42"})
    a = msgspec.convert({"id": "a", "answer": {"kind": "number", "equals": "42"}}, Check)
    recorder = FixtureWriter(tmp_path, {"seed": 7})
    [verdict] = [verdict async for verdict in evaluate(Inputs(lab(a), world), [a], fixtures=recorder)]
    fixture = read(tmp_path / "answer" / "a.json")
    assert verdict.green
    assert (fixture.meta, fixture.synthetic, fixture.check, fixture.finding) == ({"seed": 7}, False, a, passed("42"))
    assert [call.method for call in fixture.calls] == ["answer"]
