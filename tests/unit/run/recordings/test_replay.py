"""A replay without screens: order of acts, what is refused, answers, moving, failures that were recorded."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from meshlab.check.verdict import Outcome, Verdict
from meshlab.cluster.progress import Progress
from meshlab.errors import ClusterError, UsageError
from meshlab.lab.load import LoadedLab
from meshlab.run.api import LabRun, Trace
from meshlab.run.recordings.file import Recording, read
from meshlab.run.recordings.lines import Counted, Ended, Judged
from meshlab.run.recordings.pace import Pace
from meshlab.run.recordings.replay import Replay
from meshlab.run.store.paths import Paths
from tests.tui.recorded import FreshRun, record, recorded, write_lab


@pytest.fixture
def loaded(tmp_path: Path) -> LoadedLab:
    return write_lab(tmp_path / "pack")


@pytest.fixture
async def recording(tmp_path: Path) -> Recording:
    return await record(tmp_path / "one.jsonl.gz")


@pytest.fixture
async def replay(loaded: LoadedLab, recording: Recording, tmp_path: Path) -> Replay:
    found = Replay(recording, loaded, Paths(tmp_path / "state"), pace=Pace(0))
    await every(found.prepare())
    return found


async def every(source: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in source]


async def outcomes(run: LabRun) -> dict[str, str]:
    return {verdict.check: str(verdict.outcome) for verdict in await every(run.check())}


async def to(replay: Replay, step: str) -> None:
    while replay.snapshot().current != step:
        await every(replay.solve())
        await every(replay.check())
        await replay.next()


async def test_a_replay_shows_what_was_recorded(replay: Replay) -> None:
    assert replay.snapshot().cluster == "meshlab-2-router-mesh"
    assert await outcomes(replay) == {"shop-answers": "pass", "how-many": "fail"}
    assert [event.phase for event in await every(replay.solve())] == ["converge"] * 3
    assert await outcomes(replay) == {"shop-answers": "pass", "how-many": "pass"}
    assert replay.snapshot().answers == {"how-many": "none"}
    assert [step.done for step in replay.snapshot().steps[:2]] == [True, False]
    assert (await replay.matrix()) is not None
    assert "router" in {pod["labels"]["app"] for pod in await replay.pods()}


async def test_both_languages_come_from_the_lab(replay: Replay) -> None:
    assert replay.page(language="zh").title == "四处看看"
    await every(replay.solve())
    await every(replay.check())
    assert replay.debrief("look", "zh").objects
    await to(replay, "router-dies")
    replay.predict("router-down", {"cells": []})
    replay.page(language="zh")
    events = await every(replay.experiment("router-down"))
    assert events[-1].result["score"] is None, "no phase of the scripted experiment measures its matrix"
    assert {event.matrix.cells[0].predicted for event in events if event.matrix} == {False}


async def test_the_next_step_waits_until_this_one_is_done(replay: Replay) -> None:
    await every(replay.check())
    with pytest.raises(UsageError, match="not done yet in this replay: how-many"):
        await replay.next()


async def test_watching_tells_what_the_recording_told(replay: Replay) -> None:
    told = replay.watch()
    seen = [await anext(told) for _ in range(2)]
    assert {verdict.check: verdict.outcome for verdict in seen} == {
        "shop-answers": Outcome.PASS,
        "how-many": Outcome.FAIL,
    }
    await every(replay.solve())
    assert (await anext(told)).outcome is Outcome.PASS
    await told.aclose()


@pytest.mark.parametrize(("text", "outcome"), [("none", "pass"), ("one", "fail")])
async def test_the_viewers_own_answer_is_judged(replay: Replay, text: str, outcome: str) -> None:
    replay.answer("how-many", text)
    assert (await outcomes(replay))["how-many"] == outcome


async def test_what_was_never_recorded_is_refused(replay: Replay) -> None:
    with pytest.raises(UsageError, match="not in the recording here"):
        await replay.trace("catalog")
    with pytest.raises(UsageError, match="nothing to reset"):
        await replay.plan_reset()
    with pytest.raises(UsageError, match="no cluster to stop"):
        replay.stop()
    with pytest.raises(UsageError, match="no cluster behind this shell"):
        replay.environment()
    with pytest.raises(UsageError, match="needs your prediction"):
        await every(replay.experiment("router-down"))


async def test_acts_are_played_in_their_order(loaded: LoadedLab, tmp_path: Path) -> None:
    """Solved, then reset: the reset cannot come first."""
    writing = recorded(FreshRun(), tmp_path / "two.jsonl.gz")
    for source in (writing.prepare(), writing.check(), writing.solve(), writing.check(), writing.reset()):
        await every(source)
    await writing.close()
    replay = Replay(read(tmp_path / "two.jsonl.gz"), loaded, Paths(tmp_path / "state"), pace=Pace(0))
    with pytest.raises(UsageError, match=r"something else comes first: the step is solved \(`s`\)"):
        await replay.plan_reset()
    await every(replay.solve())
    assert (await replay.plan_reset()).step == "look"
    await every(replay.reset())
    with pytest.raises(UsageError, match="no verdict of this here"):
        await every(replay.check())
    with pytest.raises(UsageError, match="The recording ends here"):
        await replay.next()


async def test_a_step_that_is_left_out_is_as_it_was_at_its_end(replay: Replay) -> None:
    await every(replay.goto("policy"))
    snapshot = replay.snapshot()
    assert snapshot.current == "policy"
    assert [step.done for step in snapshot.steps] == [True, True, True, False, False, False]
    with pytest.raises(UsageError, match="no step 'nowhere'"):
        replay.goto("nowhere")


async def test_what_failed_or_was_cancelled_is_not_played(loaded: LoadedLab, tmp_path: Path) -> None:
    class Failing(FreshRun):
        async def solve(self, step: str = "") -> AsyncGenerator[Progress, None]:
            yield Progress(phase="converge")
            raise ClusterError("other", sentence="The cluster is gone.", hint="Start it.")

        async def trace(self, url: str = "", headers: dict[str, str] | None = None) -> Trace:
            raise UsageError("other", sentence="Nothing can be called yet.", hint="")

    writing = recorded(Failing(), tmp_path / "two.jsonl.gz")
    await every(writing.prepare())
    with pytest.raises(ClusterError):
        await every(writing.solve())
    with pytest.raises(UsageError):
        await writing.trace()
    watching = writing.watch()
    await watching.aclose()
    await every(writing.check())
    await writing.close()
    found = read(tmp_path / "two.jsonl.gz")
    failed = [line for line in found.lines if isinstance(line, Ended) and line.how == "failed"]
    assert (failed[0].message, failed[0].hint) == ("The cluster is gone.", "Start it.")
    replay = Replay(found, loaded, Paths(tmp_path / "state"), pace=Pace(0))
    with pytest.raises(UsageError, match="did not solve this step"):
        await every(replay.solve())
    with pytest.raises(UsageError, match="Nothing can be called yet"):
        await replay.trace()


async def test_a_recording_of_another_version_of_the_lab_is_refused(
    recording: Recording, loaded: LoadedLab, tmp_path: Path
) -> None:
    gone = Verdict(check="gone", step="look", kind="object", role="goal", outcome=Outcome.PASS)
    other = Recording(recording.file, (*recording.lines, Judged(t=9.0, call=1, verdict=gone)))
    with pytest.raises(UsageError, match="another version of the lab: this one has no gone"):
        Replay(other, loaded, Paths(tmp_path / "state"))


async def test_long_operations_are_compressed_and_short_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("meshlab.run.recordings.pace.asyncio.sleep", sleep)
    begin = time.time()
    assert await every(Pace(6).play([(begin + 30, "a"), (begin + 60, "b")], begin)) == ["a", "b"]
    assert await every(Pace(6).play([(begin, "c"), (begin + 0.5, "d")])) == ["c", "d"]
    assert waits == [1.0, 1.0, 0.0, pytest.approx(0.5)], "a pause is never longer than a second"


async def test_two_counts_of_traffic_are_kept_until_something_is_done(loaded: LoadedLab, tmp_path: Path) -> None:
    file = tmp_path / "counted.jsonl.gz"
    run = recorded(FreshRun(), file)
    await every(run.prepare())
    for _ in range(4):
        await run.traffic([])
    await every(run.solve())
    for _ in range(3):
        await run.traffic([])
    await run.close()
    counts = [line.traffic.t for line in read(file).lines if isinstance(line, Counted)]
    assert counts == [10.0, 20.0, 50.0, 60.0], "a rate before the act, and one after it"
    played = Replay(read(file), loaded, Paths(tmp_path / "state"), pace=Pace(0))
    await every(played.prepare())
    assert [told.t for _ in range(4) if (told := await played.traffic([]))] == [10.0, 20.0, 10.0, 20.0]
    await every(played.solve())
    assert [told.t for _ in range(2) if (told := await played.traffic([]))] == [50.0, 60.0]


async def test_a_recording_without_counts_has_no_rates(loaded: LoadedLab, recording: Recording, tmp_path: Path) -> None:
    older = Recording(recording.file, tuple(line for line in recording.lines if not isinstance(line, Counted)))
    played = Replay(older, loaded, Paths(tmp_path / "state"), pace=Pace(0))
    await every(played.prepare())
    assert await played.traffic([]) is None
