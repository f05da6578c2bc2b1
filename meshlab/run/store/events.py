"""What happens on a learner's way, as the lines of the progress log. Lines are only ever added; fields may be."""

from __future__ import annotations

import time
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from meshlab.check.verdict import Verdict
from meshlab.run.api import FaultState
from meshlab.words import Words

SCHEMA = 1


class Event(Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="event"):
    """Every event has a time (unix seconds). Keys that a newer version added are ignored."""

    t: float = field(default_factory=time.time)


class Opened(Event, frozen=True, tag="log"):
    """Always the first line."""

    schema: int = SCHEMA
    version: str = ""


class Started(Event, frozen=True, tag="started"):
    """A learner began (or began again, after `down`): everything that must stay the same while the run lasts."""

    lab: str
    seed: int
    run: str = ""
    engine: str = "kind"
    context: str = ""
    clusters: dict[str, str] = field(default_factory=dict)
    """The lab's name of a cluster to the engine's."""
    language: str = "en"
    lab_hash: str = ""
    pack: str = ""
    """The folder that the lab was found in, where it did not come with meshlab."""


class Preparing(Event, frozen=True, tag="preparing"):
    """Preparation began."""


class Prepared(Event, frozen=True, tag="prepared"):
    """The lab is ready."""

    seconds: float
    stand_ins: tuple[str, ...] = ()
    recovered: bool = False
    """The cluster was there already, paused or stopped."""


class Degraded(Event, frozen=True, tag="degraded"):
    """The environment was found broken, or preparation failed; the next `prepared` ends it."""

    reason: str = ""
    """In English."""
    words: Words | None = None
    """The same for its reader; older logs have none."""


class Displaced(Event, frozen=True, tag="displaced"):
    """Another lab was put on the clusters; the next preparation brings this one back to the start of its current step."""

    by: str


class Judged(Event, frozen=True, tag="verdict"):
    """A check came to a verdict that differs from its last one (or was asked for)."""

    verdict: Verdict


class StepDone(Event, frozen=True, tag="step-done"):
    """All checks of the step passed in one evaluation. Stays for ever."""

    step: str


class Moved(Event, frozen=True, tag="moved"):
    """The guide shows this step now."""

    step: str


class Solved(Event, frozen=True, tag="solved"):
    """meshlab applied the step's solution."""

    step: str


class HintShown(Event, frozen=True, tag="hint"):
    """One hint was shown; `about` is the red check, or the step for a general hint."""

    hint: str
    about: str
    number: int = 1


class Answered(Event, frozen=True, tag="answered"):
    """The learner answered a question."""

    check: str
    text: str


class Predicted(Event, frozen=True, tag="predicted"):
    """The learner said what an experiment will do."""

    experiment: str
    prediction: dict[str, Any]


class ExperimentStarted(Event, frozen=True, tag="experiment-started"):
    """From here until it is finished (or its faults are undone) disturbances are wanted."""

    experiment: str


class PhaseStarted(Event, frozen=True, tag="phase-started"):
    """One part of a running experiment began; its checks look at the time since then."""

    experiment: str
    phase: str


class ExperimentFinished(Event, frozen=True, tag="experiment-finished"):
    """Run to its end: {predicted, finished, phases: [...], score}."""

    experiment: str
    result: dict[str, Any] = field(default_factory=dict)


class FaultApplied(Event, frozen=True, tag="fault-applied"):
    """A fault is in force. The journal, not this log, says how to undo it."""

    fault: FaultState


class FaultUndone(Event, frozen=True, tag="fault-undone"):
    """The fault with this id is no longer in force."""

    id: str


class WasReset(Event, frozen=True, tag="reset"):
    """The lab was put back to the start of this step; progress stays."""

    step: str


class BaselineTaken(Event, frozen=True, tag="baseline"):
    """An inventory was taken: from here `since` counts."""

    since: Literal["lab-start", "step-start"]
    step: str = ""


class Stopped(Event, frozen=True, tag="stopped"):
    """Nodes are paused, or stopped when `free`."""

    free: bool = False


class Downed(Event, frozen=True, tag="downed"):
    """What meshlab made for the run is removed; progress stays."""


class LanguageChosen(Event, frozen=True, tag="language"):
    """The guide is read in another language from here."""

    language: str


class Unknown(Struct, frozen=True):
    """An event of a newer meshlab: kept in the file and counted, otherwise ignored."""

    event: str
    raw: bytes


Known = (
    Opened
    | Started
    | Preparing
    | Prepared
    | Degraded
    | Displaced
    | Judged
    | StepDone
    | Moved
    | Solved
    | HintShown
    | Answered
    | Predicted
    | ExperimentStarted
    | PhaseStarted
    | ExperimentFinished
    | FaultApplied
    | FaultUndone
    | WasReset
    | BaselineTaken
    | Stopped
    | Downed
    | LanguageChosen
)
AnyEvent = Known | Unknown


class _Tag(Struct):
    event: str


_known: msgspec.json.Decoder[Known] = msgspec.json.Decoder(Known)
_tag = msgspec.json.Decoder(_Tag)


def encode(event: AnyEvent) -> bytes:
    """One line, without its end."""
    return event.raw if isinstance(event, Unknown) else msgspec.json.encode(event)


def decode(line: bytes) -> AnyEvent:
    """msgspec.DecodeError when the line is no event at all (damaged)."""
    try:
        return _known.decode(line)
    except msgspec.ValidationError:
        return Unknown(_tag.decode(line).event, line)
