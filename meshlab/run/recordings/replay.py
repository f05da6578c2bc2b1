"""Replays a run from a recording, with the interface of a run and without engine or cluster.

Pages, hints, answers, predictions and progress need no cluster: they work on a progress log of the replay. The rest comes from
the recording, in the order in which it was recorded. An error says what the recording does not have.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any, NoReturn

from msgspec.structs import replace

from meshlab.check.verdict import Verdict
from meshlab.cluster.progress import Progress
from meshlab.errors import UsageError
from meshlab.lab.model import Lab
from meshlab.run.api import (
    Debrief,
    ExperimentEvent,
    FaultState,
    Language,
    Matrix,
    ResetPlan,
    Snapshot,
    Trace,
    Traffic,
)
from meshlab.run.catalog import assemble
from meshlab.run.checks import judge
from meshlab.run.guide.guide import RunGuide
from meshlab.run.recordings.file import Recording
from meshlab.run.recordings.lines import Ended
from meshlab.run.recordings.pace import Pace
from meshlab.run.recordings.played import Played, refusal
from meshlab.run.recordings.timeline import Segment, asked, timeline
from meshlab.run.store import events
from meshlab.run.store.paths import Paths

if TYPE_CHECKING:
    from meshlab.lab.load import LoadedLab


class Replay(RunGuide):
    """Implements LabRun: the guide of a run, and the other parts from a recording.

    `where` is a state folder of its own, so that the viewer's progress stays apart from real runs.
    """

    def __init__(
        self, recording: Recording, loaded: LoadedLab, where: Paths, *, language: Language = "en", pace: Pace | None = None
    ) -> None:
        """loaded: the lab with the recording's seed. UsageError when the recording is of another version of it."""
        self._timeline = timeline(recording.lines)
        _fits(recording, loaded.lab, list(self._timeline.steps))
        opened = self._timeline.opened
        super().__init__(assemble(loaded, where, language=language, cluster=opened.cluster))
        self.run.remember(self._timeline.values)
        self._pace = pace or Pace()
        self._played = Played(self.run, self._timeline, self._pace)
        self._counted = False

    def snapshot(self) -> Snapshot:
        ready = self._timeline.prepared.snapshot
        found = replace(super().snapshot(), engine=self._timeline.opened.engine)
        return (
            replace(found, owns_nodes=ready.owns_nodes, stand_ins=ready.stand_ins, ready_seconds=ready.ready_seconds)
            if ready
            else found
        )

    # --- what was recorded --- #

    def debrief(self, step: str, language: Language = "en") -> Debrief:
        known = self._timeline.debriefs
        if step not in self.run.state().done:
            return super().debrief(step, language)
        return known.get((step, language)) or known.get((step, "en")) or self._refuse("tour.debrief")

    def prepare(self) -> AsyncGenerator[Progress, None]:
        if self.run.state().environment == "ready":
            return self._pace.play(())
        prepared = self._timeline.prepared

        def ready() -> None:
            self.run.begin()
            self.run.append(events.Prepared(seconds=prepared.snapshot.ready_seconds if prepared.snapshot else 0.0))

        return self._pace.play(prepared.progress, prepared.began, ready)

    async def check(self, checks: list[str] | None = None, *, wait: bool = False) -> AsyncGenerator[Verdict, None]:
        del wait
        names = [judge.check_of(self.run, name).id for name in checks or ()]
        found = self._played.last_verdicts(names or [check.id for check in judge.step_of(self.run).checks])
        if not found:
            self._refuse("tour.check")
        for verdict in found:
            yield verdict

    def watch(self) -> AsyncGenerator[Verdict, None]:
        return self._played.watch()

    def experiment(self, experiment: str) -> AsyncGenerator[ExperimentEvent, None]:
        from meshlab.run.recordings.replay_experiment import play

        return play(self.run, self._played, experiment)

    async def undo_faults(self) -> list[FaultState]:
        return []

    async def next(self) -> Snapshot:
        step = judge.step_of(self.run)
        if step.id not in self.run.state().done:
            red = ", ".join(judge.red(step, self.run.state().fresh))
            self._refuse("tour.not-done", checks=red)
        later = self.run.lab.steps[self.run.lab.steps.index(step) + 1 :]
        if later and later[0].id not in self._timeline.steps:
            self._refuse("tour.ends")
        if later:
            self._played.move(later[0].id)
        return self.snapshot()

    def solve(self, step: str = "") -> AsyncGenerator[Progress, None]:
        return self._played.perform(judge.step_of(self.run, step).id, "solve")

    def goto(self, step: str) -> AsyncGenerator[Progress, None]:
        wanted = judge.step_of(self.run, step)
        if wanted.id not in self._timeline.steps:
            self._refuse("tour.ends")
        for earlier in self.run.lab.steps[: self.run.lab.steps.index(wanted)]:
            self._played.finish(earlier.id)
        self._played.move(wanted.id)
        return self._pace.play(())

    async def plan_reset(self, step: str = "") -> ResetPlan:
        here = judge.step_of(self.run, step).id
        self._played.act(here, "reset")
        return ResetPlan(step=here)

    def reset(self, step: str = "") -> AsyncGenerator[Progress, None]:
        return self._played.perform(judge.step_of(self.run, step).id, "reset")

    async def trace(self, url: str = "", headers: dict[str, str] | None = None) -> Trace:
        seen = self._played.seen()
        key = asked(url, headers or {})
        found = next((segment.traces[key] for segment in reversed(seen) if key in segment.traces), None)
        if isinstance(found, Ended):
            raise UsageError.again(found.words) if found.words else UsageError("other", sentence=found.message, hint=found.hint)
        if found is None:
            known = ", ".join(sorted({one or "/" for segment in seen for one in segment.traces})) or "–"
            self._refuse("tour.trace", known=known)
        return found

    async def matrix(self) -> Matrix | None:
        found = next((one.matrix for one in self._newest_first() if one.matrix is not None), None)
        if found is None:
            return None
        return replace(found, cells=tuple(replace(cell, predicted=None) for cell in found.cells))

    async def pods(self) -> list[dict[str, Any]]:
        return next((list(one.pods) for one in self._newest_first() if one.pods is not None), [])

    async def traffic(self, pods: list[dict[str, Any]]) -> Traffic | None:
        """Returns the first and the last count in turn, so that two calls give the recorded rate."""
        del pods
        counts = next((one.traffic for one in self._newest_first() if len(one.traffic) > 1), None)
        if counts is None:
            return None
        self._counted = not self._counted
        return counts[0] if self._counted else counts[-1]

    def _newest_first(self) -> list[Segment]:
        """Returns the played segments of this step and the steps before it, the newest first."""
        return [*self._played.before(), *self._played.seen()][::-1]

    # --- not available in a replay --- #

    def environment(self) -> dict[str, str]:
        self._refuse("tour.shell")

    def stop(self, *, free: bool = False) -> AsyncGenerator[Progress, None]:
        self._refuse("tour.cluster")

    def down(self) -> AsyncGenerator[Progress, None]:
        self._refuse("tour.cluster")

    async def close(self) -> None:
        await self.run.close()

    def _refuse(self, key: str, **facts: str) -> NoReturn:
        raise refusal(self.run, key, **facts)


def _fits(recording: Recording, lab: Lab, steps: list[str]) -> None:
    """Raises UsageError when the recording was made with another version of the lab."""
    from meshlab.run.recordings.lines import Judged

    checks = {line.verdict.check for line in recording.lines if isinstance(line, Judged)}
    gone = sorted(checks - lab.all_checks().keys()) + sorted(set(steps) - {step.id for step in lab.steps})
    if gone:
        raise UsageError("recording.other-version", file=recording.file, missing=gone[0])
