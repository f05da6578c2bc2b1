"""Grading with no person there: prepare, apply, check, report, clean up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, field

from meshlab.check.verdict import Verdict
from meshlab.cluster.progress import Progress

SCHEMA = 1


class GradeReport(Struct, frozen=True, kw_only=True):
    """What `meshlab grade` reports. `code` is the exit code; `error` says what kept the lab from being checked."""

    schema: int = SCHEMA
    lab: str
    seed: int = 0
    code: int = 0
    verdicts: tuple[Verdict, ...] = ()
    error: str = ""
    hint: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    stand_ins: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    """Seconds of each phase: prepare, each step, clean-up."""


class GradeRequest(Struct, frozen=True, kw_only=True):
    """What to grade, and where."""

    lab: str
    submission: Path | None = None
    solve: bool = False
    timeout: float = 1800
    """Seconds for all of it; preparation that has no more time ends with exit code 5."""
    keep: bool = False
    context: str = ""
    """An existing kubeconfig context instead of kind."""
    cluster: str = ""
    """A cluster of meshlab that is there already; it is kept."""
    seed: int | None = None
    """Default: the submission's, else 1."""
    state: Path | None = None


async def grade(request: GradeRequest, notice: Callable[[Progress | Verdict], None] = lambda _: None) -> GradeReport:
    """Never raises MeshlabError: it becomes the report's code and error. Cancelling cleans up before it goes on."""
    raise NotImplementedError
