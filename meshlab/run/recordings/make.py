"""`meshlab record LAB`: records a whole lab in a real run on a cluster of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from meshlab import files
from meshlab.cluster.progress import Progress
from meshlab.lab.change.read import load_change
from meshlab.lab.files import lab_folder
from meshlab.run.alone import alone
from meshlab.run.api import ExperimentEvent
from meshlab.run.recordings import file as recording_file
from meshlab.run.recordings.drive import Event, Part, drive
from meshlab.run.recordings.opened import recorded
from meshlab.run.run import Run
from meshlab.run.session import Session, streamed


class RecordRequest(Struct, frozen=True, kw_only=True):
    """What to record, and where to."""

    lab: str
    file: Path
    seed: int = 1
    keep: bool = False
    """Leave the cluster; the next recording uses it."""
    packs: tuple[Path, ...] = ()
    state: Path | None = None


class _UnattendedSession(Session):
    """A session without a learner: meshlab applies the learner's faults, and solves a step without its experiments."""

    def solve(self, step: str = "") -> AsyncGenerator[Progress, None]:
        from meshlab.run.solve import solve

        return streamed(lambda tell: solve.solve(self.run, step, self.track(tell), experiments=False))

    def experiment(self, experiment: str) -> AsyncGenerator[ExperimentEvent, None]:
        from meshlab.run.experiments.experiment import run_experiment

        return streamed(lambda tell: run_experiment(self.run, experiment, tell, unattended=True))


async def record(request: RecordRequest, tell: Callable[[Event], None]) -> None:
    """Records the lab, and puts the file in place only when all went well.

    Raises MeshlabError when the environment fails; StayedRed when a check does not become green.
    """
    from meshlab.lab.catalog import find

    lab = find(request.lab, request.packs).id
    async with alone("record", lab, state=request.state, packs=request.packs, seed=request.seed, keep=request.keep) as run:
        unfinished = run.paths.root / f"{lab}.recording"
        unfinished.unlink(missing_ok=True)
        try:
            await drive(recorded(_UnattendedSession(run), unfinished), lambda step: part(run, step), tell)
            recording_file.pack(unfinished)
            _put(unfinished, request.file.absolute())
        finally:
            unfinished.unlink(missing_ok=True)


def part(run: Run, step: str) -> Part:
    """Says whether the step's solution does anything beside experiments, and what it predicts. Raises LabError."""
    change = load_change(run.loaded, lab_folder.solve_folder(run.loaded, step))
    alone = replace(change, predictions={}, experiments=())
    return Part(solved=not alone.empty, predictions={name: one.as_json() for name, one in change.predictions.items()})


def _put(made: Path, file: Path) -> None:
    """Replaces the file, readable by everybody because it ships with meshlab."""
    files.ensure(file.parent)
    files.write(file, made.read_bytes())
    file.chmod(0o644)
