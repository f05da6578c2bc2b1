"""Runs one grade, from an empty state folder to its report."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from msgspec import Struct, field, structs

from meshlab.check.verdict import Verdict
from meshlab.cluster.progress import Progress
from meshlab.cluster.setup.stand_ins import stand_ins
from meshlab.cluster.track import Estimates, Track
from meshlab.errors import LabError, MeshlabError, PreparationTimeout, worst
from meshlab.lab.change.parts import Change
from meshlab.lab.change.read import load_change
from meshlab.lab.files import lab_folder
from meshlab.lab.model import Step
from meshlab.lab.submission import load_submission
from meshlab.lab.text import lab_text
from meshlab.lab.values import template_values
from meshlab.run.accounts import scripts
from meshlab.run.accounts.appliers import as_submission, solver
from meshlab.run.alone import alone
from meshlab.run.checks import judge
from meshlab.run.checks.exit_code import exit_code
from meshlab.run.desired import baseline
from meshlab.run.prepare import prepare
from meshlab.run.prepare.stages import Stages
from meshlab.run.run import Run
from meshlab.run.solve import perform
from meshlab.run.solve.perform import PerformOptions
from meshlab.run.store import events
from meshlab.words import LANGUAGES, Words


@asynccontextmanager
async def options_of(run: Run, request: GradeRequest) -> AsyncIterator[PerformOptions]:
    """Yields how to perform changes: a submission as its own account, the reference as the learner."""
    async with AsyncExitStack() as stack:
        if request.submission is None:
            appliers = await stack.enter_async_context(solver(run))
            yield PerformOptions(appliers=appliers, script=scripts.trusted(run))
        else:
            appliers = await stack.enter_async_context(as_submission(run))
            yield PerformOptions(appliers=appliers, script=scripts.untrusted(run), strict=False)


class Grading:
    """A grade with a new run; its cluster may be one that an earlier grade kept."""

    def __init__(self, request: GradeRequest, lab: str, seed: int, tell: Tell) -> None:
        self._request = request
        self._lab = lab
        self._seed = seed
        self._tell = tell
        self._verdicts: dict[str, Verdict] = {}
        self._seconds: dict[str, float] = {}

    async def go(self, report: GradeReport) -> GradeReport:
        """Grades and returns the report. Raises MeshlabError only before the run exists; the report has later errors."""
        request = self._request
        async with alone(
            "grade",
            self._lab,
            state=request.state,
            packs=request.packs,
            seed=self._seed,
            context=request.context,
            kubeconfig=request.kubeconfig,
            keep=request.keep,
            track=Track(self._tell),
        ) as run:
            error = await self._attempt(run)
            end = time.monotonic()
        self._seconds["clean-up"] = round(time.monotonic() - end, 2)
        stood_in = tuple(await stand_ins(Stages.names(run))) if error is None else ()
        found = tuple(self._verdicts[name] for name in run.lab.all_checks() if name in self._verdicts)
        codes = [exit_code(found), *([error.exit_code] if error else [])]
        report = structs.replace(report, verdicts=found, titles=_titles(run), seconds=self._seconds, stand_ins=stood_in)
        return structs.replace(report if error is None else _failed(report, error), code=int(worst(codes)))

    async def _attempt(self, run: Run) -> MeshlabError | None:
        """Returns the error that kept the lab from being checked to the end, if any."""
        request = self._request
        try:
            if request.submission is not None:
                load_submission(run.loaded, request.submission, template_values.placeholders(run.loaded))
            async with asyncio.timeout(request.timeout):
                await self._work(run)
        except TimeoutError:
            return PreparationTimeout("grade.too-long", lab=self._lab, seconds=request.timeout)
        except MeshlabError as problem:
            return problem
        return None

    async def _work(self, run: Run) -> None:
        with run.lock("grade"):
            with self._timed("prepare"):
                await prepare.prepare(run, Track(self._tell, Estimates(run.paths.root)))
            changes = self._changes(run)
            if changes is None:
                await self._judge(run, run.lab.steps)
                return
            async with options_of(run, self._request) as options:
                for step in run.lab.steps:
                    with self._timed(step.id):
                        await self._step(run, step, changes.get(step.id), options)
            with self._timed("end"):
                await self._judge(run, run.lab.steps, at_end=True)

    def _changes(self, run: Run) -> dict[str, Change] | None:
        """Returns the change of each step; None: apply nothing and grade the lab as it is."""
        if self._request.submission is not None:
            return load_submission(run.loaded, self._request.submission, run.values).steps
        if self._request.solve:
            return {step.id: load_change(run.loaded, lab_folder.solve_folder(run.loaded, step.id)) for step in run.lab.steps}
        return None

    async def _step(self, run: Run, step: Step, change: Change | None, options: PerformOptions) -> None:
        if step is not run.lab.steps[0]:
            await baseline.take(run, "step-start", step.id)
            run.append(events.Moved(step=step.id))
        if change is not None:
            await perform.perform(run, change, options, Track(self._tell))
        await self._judge(run, [step])

    async def _judge(self, run: Run, steps: list[Step] | tuple[Step, ...], *, at_end: bool = False) -> None:
        """Evaluates the steps; at_end: once more, because a later step may have broken an earlier one."""
        checks = [check for step in steps for check in judge.required(step) if not at_end or judge.lasting(check)]

        def judged(verdict: Verdict) -> None:
            if not (at_end and verdict.green):
                self._verdicts[verdict.check] = verdict
                self._tell(verdict)

        await judge.evaluate_now(run, checks, judged, wait=True)

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        start = time.monotonic()
        try:
            yield
        finally:
            self._seconds[phase] = round(time.monotonic() - start, 2)


def _titles(run: Run) -> dict[str, dict[str, str]]:
    texts = {language: lab_text(run.loaded, language).checks for language in LANGUAGES}
    return {language: {check: text.title for check, text in checks.items()} for language, checks in texts.items()}


SCHEMA = 1


class GradeReport(Struct, frozen=True, kw_only=True):
    """What `meshlab grade` reports. `code` is the exit code; `error` says what kept the lab from being checked."""

    schema: int = SCHEMA
    lab: str
    seed: int = 0
    code: int = 0
    verdicts: tuple[Verdict, ...] = ()
    error: str = ""
    """In English; `words` are the same for its reader."""
    hint: str = ""
    words: Words | None = None
    versions: dict[str, str] = field(default_factory=dict)
    stand_ins: tuple[str, ...] = ()
    titles: dict[str, dict[str, str]] = field(default_factory=dict)
    """Language to check id to the check's title, for whoever tells the verdicts."""
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


Tell = Callable[[Progress | Verdict], None]


async def grade(request: GradeRequest, tell: Tell = lambda _: None) -> GradeReport:
    """Grades a lab. A MeshlabError becomes the report's code and error. Cancelling removes the clusters first."""
    from meshlab.run.grade import versions

    report = GradeReport(lab=request.lab, seed=request.seed or 1, versions=await versions.collect())
    try:
        lab, seed = _chosen(request)
        report = structs.replace(report, lab=lab, seed=seed)
        return await Grading(request, lab, seed, tell).go(report)
    except MeshlabError as error:
        return _failed(report, error)


def _chosen(request: GradeRequest) -> tuple[str, int]:
    """Returns the lab's id and the seat's seed. LabError when the lab or the submission cannot be read."""
    from meshlab.lab.catalog import locate
    from meshlab.lab.submission import read_header

    lab = locate(request.lab, request.packs).name
    if request.submission is None:
        return lab, 1 if request.seed is None else request.seed
    header = read_header(request.submission)
    if request.seed not in (None, header.seed):
        raise LabError(f"it was made with seed {header.seed}, not {request.seed}", file=str(request.submission))
    return lab, header.seed


def _failed(report: GradeReport, error: MeshlabError) -> GradeReport:
    return structs.replace(report, code=int(error.exit_code), error=str(error), hint=error.hint, words=error.words)
