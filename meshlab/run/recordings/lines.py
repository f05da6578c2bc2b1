"""The lines of a recording: calls of a run, and what they returned when. docs/recording.md describes them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from meshlab.check.verdict import Verdict
from meshlab.cluster.progress import Progress
from meshlab.run.api import Debrief, ExperimentEvent, Language, Matrix, Snapshot, Trace, Traffic
from meshlab.words import Words

SCHEMA = 1


class Line(Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="line"):
    """Every line has a time. Keys and kinds of line that a newer version added are ignored."""

    t: float
    """Unix seconds."""


class Opened(Line, frozen=True, tag="recording"):
    """Always the first line; once more wherever a run was opened anew and the recording went on."""

    schema: int
    lab: str
    seed: int
    meshlab: str = ""
    stage: str = ""
    engine: str = "kind"
    cluster: str = ""
    language: Language = "en"
    """Language of the sentences in the recording (the details of a trace)."""


class Known(Line, frozen=True, tag="values"):
    """Template values that only the run knew (the images, the edge's URL and port), written when they have changed."""

    values: dict[str, str]


class Called(Line, frozen=True, tag="call"):
    """A method of the run was called."""

    call: int
    """Counts from 1 since the run was opened; the lines of its results name it."""
    method: str
    """Of `LabRun`."""
    arguments: dict[str, Any] = field(default_factory=dict)


class Progressed(Line, frozen=True, tag="progress"):
    """An operation made progress."""

    call: int
    progress: Progress


class Judged(Line, frozen=True, tag="verdict"):
    """A verdict, with its evidence."""

    call: int
    verdict: Verdict


class Happened(Line, frozen=True, tag="experiment"):
    """An event of an experiment, with its matrix or verdict."""

    call: int
    event: ExperimentEvent


class Traced(Line, frozen=True, tag="trace"):
    """One request and its path."""

    call: int
    trace: Trace


class Reached(Line, frozen=True, tag="matrix"):
    """Who reached whom; written when it differs from the last one."""

    call: int
    matrix: Matrix | None = None


class Listed(Line, frozen=True, tag="pods"):
    """The lab's pods in short; written when they differ from the last ones."""

    call: int
    pods: tuple[dict[str, Any], ...] = ()


class Counted(Line, frozen=True, tag="traffic"):
    """How much the pods had received: twice after each act and at the beginning of a step, which makes a rate."""

    call: int
    traffic: Traffic


class Debriefed(Line, frozen=True, tag="debrief"):
    """A debrief, with the learner's objects."""

    call: int
    language: Language
    debrief: Debrief


class Stood(Line, frozen=True, tag="snapshot"):
    """A snapshot of the run, written when it has changed, without its verdicts, which have their own lines."""

    snapshot: Snapshot


class Ended(Line, frozen=True, tag="end"):
    """The call ended."""

    call: int
    how: Literal["done", "failed", "cancelled"] = "done"
    message: str = ""
    """failed: the sentence in English, and below what to do next."""
    hint: str = ""
    words: Words | None = None
    """The same for its reader; older recordings have none."""


AnyLine = (
    Opened | Known | Called | Progressed | Judged | Happened | Traced | Reached | Listed | Counted | Debriefed | Stood | Ended
)
KINDS = (
    *("recording", "values", "call", "progress", "verdict", "experiment", "trace", "matrix", "pods", "traffic"),
    *("debrief", "snapshot", "end"),
)


class _Kind(Struct):
    line: str


_decoder: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)
_kind = msgspec.json.Decoder(_Kind)


def encode(line: AnyLine) -> bytes:
    """Encodes a line with its line end."""
    return msgspec.json.encode(line) + b"\n"


def decode(data: bytes) -> AnyLine | None:
    """Decodes a line; None for a kind that this version does not know. msgspec.DecodeError for a damaged one."""
    try:
        return _decoder.decode(data)
    except msgspec.ValidationError:
        if _kind.decode(data).line in KINDS:
            raise
        return None
