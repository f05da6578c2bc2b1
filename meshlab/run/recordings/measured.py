"""Converts the measurements of a recording to the events that a progress log of that run would have."""

from __future__ import annotations

from collections.abc import Iterator

from meshlab.run.compare import Past
from meshlab.run.recordings import lines
from meshlab.run.recordings.file import Recording
from meshlab.run.store import events


def past_of(recording: Recording) -> Past:
    """Returns the recorded run for the comparison of the stages."""
    return Past(seed=recording.opened.seed, events=tuple(_events(recording)), recorded=True)


def _events(recording: Recording) -> Iterator[events.AnyEvent]:
    for line in recording.lines:
        match line:
            case lines.Opened():
                yield events.Started(t=line.t, lab=line.lab, seed=line.seed, engine=line.engine)
            case lines.Stood(snapshot=snapshot) if snapshot.environment == "ready":
                yield events.Prepared(t=line.t, seconds=snapshot.ready_seconds or 0.0, stand_ins=snapshot.stand_ins)
            case lines.Judged(verdict=verdict):
                yield events.Judged(t=line.t, verdict=verdict)
            case lines.Happened(event=event) if event.kind == "finished":
                yield events.ExperimentFinished(t=line.t, experiment=event.experiment, result=event.result)
