"""`meshlab record LAB`: a recording of a whole lab from a real run on a cluster of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from meshlab import files
from meshlab.cluster.cancelling import to_the_end
from meshlab.cluster.progress import Progress
from meshlab.lab.change.read import load_change
from meshlab.lab.files import layout
from meshlab.run.api import ExperimentEvent
from meshlab.run.catalog import make_run
from meshlab.run.clusters import removal
from meshlab.run.recordings import file as recording_file
from meshlab.run.recordings.drive import Event, Part, drive
from meshlab.run.recordings.opened import recorded
from meshlab.run.run import Run
from meshlab.run.session import Facade
from meshlab.run.store import scratch as isolated


class RecordRequest(Struct, frozen=True, kw_only=True):
    """What to record, and where to."""

    lab: str
    file: Path
    seed: int = 1
    keep: bool = False
    """Leave the cluster; the next recording uses it."""
    packs: tuple[Path, ...] = ()
    state: Path | None = None


class _Alone(Facade):
    """meshlab does the learner's part of experiments too, and solves a step without running them."""

    def solve(self, step: str = "") -> AsyncIterator[Progress]:
        from meshlab.run.solve import solve

        return solve.solve(self.run, step, experiments=False)

    def experiment(self, experiment: str) -> AsyncIterator[ExperimentEvent]:
        from meshlab.run.experiments.experiment import run_experiment

        return run_experiment(self.run, experiment, alone=True)


async def record(request: RecordRequest) -> AsyncGenerator[Event, None]:
    """The file is put in place when all went well, and only then.

    MeshlabError when the environment fails; StayedRed when a check does not become green.
    """
    from meshlab.lab.catalog import find

    lab = find(request.lab, request.packs).id
    with isolated.folder(request.state, "record", lab) as where:
        run = make_run(lab, state=where.root, packs=request.packs, seed=request.seed, language="en")
        scratch = where.root / f"{lab}.recording"
        scratch.unlink(missing_ok=True)
        try:
            recorder = recorded(_Alone(run), scratch)
            async with aclosing(drive(recorder, lambda step: part(run, step))) as told:
                async for event in told:
                    yield event
            recording_file.pack(scratch)
            _put(scratch, request.file.absolute())
        finally:
            await to_the_end(_clean(run, keep=request.keep))
            scratch.unlink(missing_ok=True)
            isolated.tidy(where, lab)


def part(run: Run, step: str) -> Part:
    """Whether the solution of a step does anything beside experiments, and what it predicts."""
    change = load_change(run.loaded, layout.solve_folder(run.loaded, step))
    alone = replace(change, predictions={}, experiments=())
    return Part(solved=not alone.empty, predictions={name: one.as_json() for name, one in change.predictions.items()})


def _put(scratch: Path, file: Path) -> None:
    """In place of an older one, for everybody to read: it ships."""
    files.ensure(file.parent)
    files.write(file, scratch.read_bytes())
    file.chmod(0o644)


async def _clean(run: Run, *, keep: bool) -> None:
    try:
        if not keep:
            async with aclosing(removal.remove(run)) as told:
                async for _ in told:
                    pass
    finally:
        await run.close()
