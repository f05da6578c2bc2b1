"""How far a recording has been played: the acts of each step, and their effects on the viewer's progress log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from msgspec.structs import replace

from meshlab.check.kinds.answer import same
from meshlab.check.verdict import Outcome, Verdict
from meshlab.cluster.progress import Progress
from meshlab.errors import UsageError
from meshlab.run.checks import judge
from meshlab.run.guide import pages
from meshlab.run.recordings.pace import Pace
from meshlab.run.recordings.timeline import Segment, Timeline
from meshlab.run.run import Run
from meshlab.run.store import events
from meshlab.words import Words

NEVER = {"solve": "tour.no-solve", "reset": "tour.no-reset", "experiment": "tour.no-experiment"}
"""Words for an act that was not recorded."""
ACTS = {"solve": "tour.act.solve", "reset": "tour.act.reset"}


def refusal(run: Run, key: str, /, **facts: str | Words) -> UsageError:
    """Makes the error for something that the recording does not have."""
    return UsageError(key, lab=run.lab_id, **facts)


class Played:
    """Plays acts in the order in which they were recorded; a played act may be repeated."""

    def __init__(self, run: Run, found: Timeline, pace: Pace) -> None:
        self.run = run
        self.pace = pace
        self._found = found
        self._reached: dict[str, int] = {}
        """Maps a step to the number of its current segment."""
        self._yielded: dict[str, int] = {}
        """Maps a step to how many of its verdicts have been yielded."""
        self._news = asyncio.Event()

    # --- position --- #

    def segments(self, step: str) -> list[Segment]:
        """Returns all segments of a step; one empty segment for a step that was not recorded."""
        return self._found.steps.get(step) or [Segment()]

    def seen(self, step: str = "") -> list[Segment]:
        """Returns the played segments of a step (default: the current one) since its last reset, the newest last."""
        played = self._played(step or judge.step_of(self.run).id)
        resets = [number for number, segment in enumerate(played) if segment.act == "reset"]
        return played[resets[-1] :] if resets else played

    def _played(self, step: str) -> list[Segment]:
        return self.segments(step)[: self._reached.get(step, 0) + 1]

    def before(self) -> list[Segment]:
        """Returns the segments of the steps before the current one."""
        here = judge.step_of(self.run).id
        ids = [step.id for step in self.run.lab.steps]
        return [segment for step in ids[: ids.index(here)] for segment in self.segments(step)]

    # --- verdicts --- #

    def last_verdicts(self, checks: list[str]) -> list[Verdict]:
        """Returns the last recorded verdict of each check up to here, and keeps all verdicts up to here in the log."""
        steps = dict.fromkeys(self.run.lab.step_of(check).id for check in checks)
        for step in steps:
            for verdict in self._not_yielded(step):
                self._keep(verdict)
        last = {one.check: one for step in steps for segment in self.seen(step) for _, one in segment.verdicts}
        found = [judged(self.run, self.segments(self.run.lab.step_of(one).id), one, last.get(one)) for one in checks]
        known = [verdict for verdict in found if verdict is not None]
        for verdict in known:
            self._keep(verdict)
        return known

    async def watch(self) -> AsyncGenerator[Verdict, None]:
        """Yields the verdicts as recorded, and continues whenever the viewer has moved; never ends."""
        while True:
            self._news.clear()
            step = judge.step_of(self.run).id
            timed = [pair for segment in self._played(step) for pair in segment.verdicts][self._yielded.get(step, 0) :]
            async with aclosing(self.pace.play(timed)) as verdicts:
                async for verdict in verdicts:
                    if self._news.is_set():
                        break
                    self._yielded[step] = self._yielded.get(step, 0) + 1
                    now = judged(self.run, self.segments(step), verdict.check, verdict) or verdict
                    self._keep(now)
                    yield now
            await self._news.wait()

    def _not_yielded(self, step: str) -> list[Verdict]:
        """Returns the verdicts that have not been yielded, and marks them as yielded."""
        every = [verdict for segment in self._played(step) for _, verdict in segment.verdicts]
        begin, self._yielded[step] = self._yielded.get(step, 0), len(every)
        if begin < len(every):
            self._news.set()
        return every[begin:]

    def _keep(self, verdict: Verdict) -> None:
        """Keeps the verdict in the viewer's log, and marks the step done when all its checks are green."""
        judge.keep(self.run, verdict)
        step, known = self.run.lab.step_of(verdict.check), self.run.state()
        if step.id not in known.done and not judge.red(step, known.fresh):
            self.run.append(events.StepDone(step=step.id))

    # --- acts --- #

    def act(self, step: str, act: str) -> int:
        """Returns the number of the act's segment. UsageError when another act comes first, or it was not recorded."""
        acts = [segment.act for segment in self.segments(step)]
        if act not in acts[1:]:
            raise refusal(self.run, NEVER[act.partition(" ")[0]])
        number, reached = acts.index(act), self._reached.get(step, 0)
        if number > reached + 1:
            raise refusal(self.run, "tour.first", act=self._words(acts[reached + 1]))
        return number

    def reach(self, step: str, number: int) -> None:
        """Marks the act as played."""
        self._reached[step] = max(self._reached.get(step, 0), number)
        self._news.set()

    def perform(self, step: str, act: str) -> AsyncGenerator[Progress, None]:
        """Plays the recorded `solve` or `reset`. Raises UsageError as `act` does."""
        number = self.act(step, act)
        segment = self.segments(step)[number]

        def reached() -> None:
            self._record_answers(segment)
            self.run.append(events.Solved(step=step) if act == "solve" else events.WasReset(step=step))
            self.reach(step, number)

        return self.pace.play(segment.progress, segment.began, reached)

    def finish(self, step: str) -> None:
        """Plays all acts of a step at once."""
        every = self.segments(step)
        for segment in every:
            self._record_answers(segment)
        if any(segment.act == "solve" for segment in every):
            self.run.append(events.Solved(step=step))
        self.reach(step, len(every) - 1)
        for verdict in self._not_yielded(step):
            self._keep(verdict)

    def move(self, step: str) -> None:
        """Moves the viewer to this step."""
        self.run.append(events.Moved(step=step))
        self._news.set()

    def _record_answers(self, segment: Segment) -> None:
        """Records the answers that were given in the recording."""
        known = self.run.state().answers
        for check, text in (segment.snapshot.answers if segment.snapshot else {}).items():
            if known.get(check) != text:
                self.run.append(events.Answered(check=check, text=text))

    def _words(self, act: str) -> Words:
        method, _, experiment = act.partition(" ")
        if method != "experiment":
            return Words(ACTS[method])
        return Words("tour.act.experiment", {"title": pages.experiment_text(self.run, experiment, self.run.language).title})


def judged(run: Run, segments: list[Segment], check: str, recorded: Verdict | None) -> Verdict | None:
    """Returns the recorded verdict; judges the viewer's own answer where the check is a question."""
    spec = run.lab.all_checks()[check].answer
    given = run.state().answers.get(check)
    if spec is None or given is None or recorded is None or recorded.outcome is Outcome.BLOCKED:
        return recorded
    right = _right(segments, check) if spec.measured is not None else spec.equals
    if right is None:
        return recorded
    good = same(spec, given, right)
    outcome, reason = (Outcome.PASS, "") if good else (Outcome.FAIL, "answer.wrong")
    return replace(recorded, outcome=outcome, reason=reason, seen=given.strip(), time=time.time(), evidence=(), parameters={})


def _right(segments: list[Segment], check: str) -> str | None:
    """Returns the answer that was green in the recording."""
    verdicts = [verdict for segment in segments for _, verdict in segment.verdicts if verdict.check == check]
    return next((verdict.seen for verdict in verdicts if verdict.green), None)
