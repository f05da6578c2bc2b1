"""Verdicts: one of six, never a guess, with a reason id that is stable and documented."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from meshlab.words import Words


class Outcome(StrEnum):
    """What a check can come to. The glyph and the colour are the interface's business."""

    PASS = "pass"
    FAIL = "fail"
    PENDING = "pending"
    BLOCKED = "blocked"
    ERROR = "error"
    UNRECOVERABLE = "unrecoverable"


class Evidence(Struct, frozen=True, omit_defaults=True):
    """One thing that was seen: a title a person understands, and the data as JSON can hold it."""

    title: str
    data: Any = None


class Number(Struct, frozen=True, omit_defaults=True):
    """A measured value, with its interval where it was estimated."""

    value: float
    unit: str = ""
    """ms, s, MiB, m (thousandths of a core); empty: a count or a fraction."""
    low: float | None = None
    high: float | None = None


class Cell(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One cell of a matrix as it was measured, and as it should be."""

    row: str
    """A service, or `probe@<node>`."""
    column: str
    ok: int
    of: int
    """Calls; 0: not measured."""
    errors: dict[str, int] = field(default_factory=dict)
    """Error class to calls; `no-nonce`: an answer that is not the application's to this call."""
    expected: float | None = None
    """Fraction of calls that should succeed; None: nothing is expected."""
    allowed: tuple[str, ...] = ()
    """Error classes that it may show; empty: any."""
    predicted: bool | None = None
    """Whether the learner said that it would be red; None: nothing was said, or it is no matter of this measurement."""


class Reach(Struct, frozen=True, omit_defaults=True):
    """A measured matrix in short: the fraction of calls that succeeded in each cell, None where none was made."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    shares: tuple[tuple[float | None, ...], ...]


class Finding(Struct, frozen=True, omit_defaults=True):
    """What a kind of check says of one look at the world. `blocked` is the engine's word, not a kind's."""

    outcome: Outcome
    reason: str = ""
    """Stable id such as `path.no-proxy`; empty only with pass."""
    expected: str = ""
    seen: str = ""
    waits_for: str = ""
    """pending: what it waits for."""
    evidence: tuple[Evidence, ...] = ()
    parameters: dict[str, str] = field(default_factory=dict)
    """Names and numbers for the reason's sentence in the learner's language: {service: catalog}."""
    late: Outcome = Outcome.FAIL
    """pending: what it turns into at the deadline. ERROR where the check could not even look."""
    numbers: dict[str, Number] = field(default_factory=dict)
    """What was measured, by name: see docs/labs.md for the names that each kind gives."""
    reach: Reach | None = None
    error: Words | None = None
    """The error that made it `engine.environment`, for the reader's language; `parameters` hold its English as `message`."""


class Verdict(Struct, frozen=True, omit_defaults=True):
    """A finding of a named check, with when and how long it took. This is what is stored, reported and shown."""

    check: str
    step: str
    kind: str
    role: str
    outcome: Outcome
    reason: str = ""
    expected: str = ""
    seen: str = ""
    waits_for: str = ""
    blocked_by: tuple[str, ...] = ()
    severity: str = "fail"
    time: float = 0.0
    """Unix seconds."""
    seconds: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    parameters: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, Number] = field(default_factory=dict)
    """What was measured: kept in the progress log, so that stages can be compared without a cluster."""
    reach: Reach | None = None
    error: Words | None = None
    """As in Finding."""

    @property
    def green(self) -> bool:
        """Whether the learner may go on from it."""
        return self.outcome is Outcome.PASS
