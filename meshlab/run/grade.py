"""Grading with no person there: prepare, apply, check, report, clean up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, field, structs

from meshlab.check.verdict import Verdict
from meshlab.cluster.progress import Progress
from meshlab.errors import LabError, MeshlabError

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
    """Seconds for all of it."""
    keep: bool = False
    """Leave the cluster; the next grade uses it."""
    context: str = ""
    """An existing kubeconfig context instead of kind."""
    kubeconfig: str = ""
    """The file that the context is in; empty: as kubectl finds it."""
    seed: int | None = None
    """Default: the submission's, else 1."""
    packs: tuple[Path, ...] = ()
    state: Path | None = None


Notice = Callable[[Progress | Verdict], None]


async def grade(request: GradeRequest, notice: Notice = lambda _: None) -> GradeReport:
    """Never raises MeshlabError: it becomes the report's code and error. Cancelling cleans up before it goes on."""
    from meshlab.run import isolated, versions

    report = GradeReport(lab=request.lab, seed=request.seed or 1, versions=await versions.collect())
    try:
        lab, seed = _chosen(request)
        report = structs.replace(report, lab=lab, seed=seed)
        with isolated.folder(request.state, "grade", lab) as where:
            from meshlab.run.grading import Grading

            grading = Grading(request, where, lab, seed, notice)
            return await grading.go(report)
    except MeshlabError as error:
        return _failed(report, error)


def _chosen(request: GradeRequest) -> tuple[str, int]:
    """The lab's id and the seat's seed. LabError when the lab or the submission cannot be read."""
    from meshlab.lab.catalog import find
    from meshlab.lab.submission import read_header

    lab = find(request.lab, request.packs).id
    if request.submission is None:
        return lab, 1 if request.seed is None else request.seed
    header = read_header(request.submission)
    if request.seed not in (None, header.seed):
        raise LabError(f"it was made with seed {header.seed}, not {request.seed}", file=str(request.submission))
    return lab, header.seed


def _failed(report: GradeReport, error: MeshlabError) -> GradeReport:
    return structs.replace(report, code=int(error.exit_code), error=str(error), hint=error.hint)
