from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from meshlab.check.verdict import Outcome, Verdict
from meshlab.lab.address import ObjectRef
from meshlab.lab.model import Fault
from meshlab.run.snapshot import take
from meshlab.run.store import events, state
from meshlab.run.store.journal import Entry
from tests.unit.run.small_run import small_run


def verdict(check: str, outcome: Outcome = Outcome.PASS, reason: str = "") -> Verdict:
    return Verdict(check=check, step="first", kind="object", role="goal", outcome=outcome, reason=reason, time=1.0)


ANY = st.sampled_from(
    [
        events.Started(lab="x", seed=1),
        events.Preparing(),
        events.Prepared(seconds=3.0),
        events.Degraded(),
        events.Judged(verdict=verdict("colour")),
        events.StepDone(step="first"),
        events.StepDone(step="second"),
        events.Solved(step="first"),
        events.Moved(step="second"),
        events.WasReset(step="first"),
        events.HintShown(hint="breathe", about="first"),
        events.Answered(check="why", text="one"),
        events.Stopped(),
        events.Downed(),
        events.Unknown("new", b'{"event":"new"}'),
    ]
)


@settings(deadline=None)
@given(st.lists(ANY, max_size=30), st.lists(ANY, max_size=10))
def test_nothing_that_comes_later_loses_progress(before: list[events.AnyEvent], after: list[events.AnyEvent]) -> None:
    old = state.fold(before)
    new = state.fold([*before, *after])
    assert old.done.keys() <= new.done.keys()
    assert old.solved <= new.solved
    assert old.verdicts.keys() <= new.verdicts.keys()
    assert old.answers.keys() <= new.answers.keys()
    assert all(new.hints[about][: len(hints)] == hints for about, hints in old.hints.items())
    assert new.count == old.count + len(after)


@settings(deadline=None)
@given(st.lists(ANY, max_size=30), st.integers(0, 30))
def test_folding_on_is_folding_at_once(log: list[events.AnyEvent], cut: int) -> None:
    assert state.fold(log[:cut]).take(log[cut:]) == state.fold(log)


def test_reset_keeps_done_steps_and_history_but_trusts_no_old_verdict() -> None:
    known = state.fold([events.Judged(verdict=verdict("colour")), events.StepDone(step="first"), events.WasReset(step="first")])
    assert "first" in known.done
    assert known.verdicts["colour"].green
    assert known.fresh == {}
    assert known.standing == set()
    assert known.take([events.StepDone(step="first")]).standing == {"first"}
    assert known.current == "first"


def test_a_run_goes_from_not_started_to_passed(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    seen = [take(run).state]
    for event in (
        events.Started(lab=run.lab_id, seed=run.seed),
        events.Prepared(seconds=2.5, stand_ins=("traefik",)),
        events.Answered(check="why", text="one"),
        events.StepDone(step="first"),
        events.StepDone(step="second"),
        events.Downed(),
    ):
        run.append(event)
        seen.append(take(run).state)
    assert seen == ["not-started", "not-started", "ready", "in-progress", "in-progress", "passed", "passed"]
    snapshot = take(run)
    assert (snapshot.environment, snapshot.ready_seconds, snapshot.stand_ins) == ("none", 2.5, ("traefik",))
    assert snapshot.events == 7


def test_a_preparation_whose_process_is_gone_is_degraded(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    with run.lock("start"):
        run.append(events.Preparing())
        assert take(run).state == "preparing"
    assert take(run).state == "degraded"
    run.append(events.Prepared(seconds=1))
    assert take(run).state == "ready"


def test_the_snapshot_of_a_run_that_was_never_started(tmp_path: Path) -> None:
    snapshot = take(small_run(tmp_path, seed=4))
    assert (snapshot.lab, snapshot.seed, snapshot.title, snapshot.events) == ("9-small", 4, "A small lab", 0)
    assert [(step.id, step.title, step.done) for step in snapshot.steps] == [
        ("first", "The first step", False),
        ("second", "The second step", False),
    ]
    assert snapshot.current == "first"
    assert snapshot.steps[1].experiments == ("break-it",)
    assert not (tmp_path / "state/runs").exists(), "looking writes nothing"


def test_faults_in_force_come_from_the_journal(tmp_path: Path) -> None:
    """After a kill -9 between journal and log, the journal is right."""
    run = small_run(tmp_path)
    target = ObjectRef(api_version="apps/v1", kind="Deployment", name="router")
    run.journal.open(Entry(id="f1", fault=Fault(kind="scale", subject=target, replicas=0), since=9.0))
    (fault,) = take(run).faults
    assert (fault.id, fault.kind, fault.target, fault.since) == ("f1", "scale", "Deployment router", 9.0)
    run.journal.close("f1")
    assert take(run).faults == ()
