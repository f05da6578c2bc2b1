"""The viewer's own answers in a replay: judged as live, against what is right in the lab or was green in the recording."""

from __future__ import annotations

import time

from msgspec.structs import replace

from meshlab.check.kinds.answer import same
from meshlab.check.verdict import Outcome, Verdict
from meshlab.run.context import Run
from meshlab.run.recordings.timeline import Segment


def judged(run: Run, segments: list[Segment], check: str, recorded: Verdict | None) -> Verdict | None:
    """The verdict of a check: the recorded one, unless it is a question that the viewer has answered by now."""
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
    """The answer that was green when it was recorded."""
    told = [verdict for segment in segments for _, verdict in segment.verdicts if verdict.check == check]
    return next((verdict.seen for verdict in told if verdict.green), None)
