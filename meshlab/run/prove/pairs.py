"""Any lab after any other, on one cluster that is kept: what stands after the switch is the lab's start, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct, field

from meshlab.cluster.cancelling import to_the_end
from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Estimates, Track
from meshlab.errors import MeshlabError, UsageError
from meshlab.lab.proof import read_proof
from meshlab.objects import inventory
from meshlab.objects.inventory import NODE, Inventory, name_of
from meshlab.objects.names import key_of
from meshlab.run.alone import give_up
from meshlab.run.catalog import RunRequest, make_run
from meshlab.run.clusters import sweep
from meshlab.run.desired import declared as install
from meshlab.run.desired import untouched
from meshlab.run.prepare import prepare
from meshlab.run.run import Run
from meshlab.run.solve import solve
from meshlab.run.store import scratch
from meshlab.run.store.paths import Paths
from meshlab.words import Words


class Pair(Struct, frozen=True, kw_only=True):
    """One switch."""

    from_: str = field(name="from")
    to: str
    seconds: float
    """From the command to a lab that is ready."""
    ok: bool
    differences: tuple[str, ...] = ()
    """Objects that are not what the lab's start is: `+` too many, `-` missing, `~` different; or what went wrong."""


class PairsRequest(Struct, frozen=True, kw_only=True):
    """Which labs, and where."""

    labs: tuple[str, ...] = ()
    """Ids; none: all labs that load."""
    keep: bool = False
    seed: int = 1
    packs: tuple[Path, ...] = ()
    state: Path | None = None


Tell = Callable[[Progress | Pair], None]


async def pairs(request: PairsRequest, tell: Tell) -> list[Pair]:
    """Every ordered pair once, told as it is known. UsageError for fewer than two labs; what fails is a pair that is not ok."""
    names = _names(request)
    if len(names) < 2:
        raise UsageError("prove.one-lab")
    with scratch.folder(request.state, "prove", "pairs") as where:
        walk = _PairsRun(request, where, tell)
        try:
            await walk.go(circuit(names))
        finally:
            await to_the_end(walk.close(names))
    return walk.pairs


def _names(request: PairsRequest) -> list[str]:
    from meshlab.lab.catalog import catalog, find

    if request.labs:
        return list(dict.fromkeys(find(lab, request.packs).id for lab in request.labs))
    return [entry.id for entry in catalog(request.packs) if entry.loaded is not None]


class _PairsRun:
    """A new run for each visit, on clusters that stay."""

    def __init__(self, request: PairsRequest, where: Paths, tell: Tell) -> None:
        self._request = request
        self._where = where
        self._tell = tell
        self._starts: dict[str, dict[str, Inventory]] = {}
        """What stood after the first visit to a lab: every later one must give the same."""
        self.pairs: list[Pair] = []

    async def go(self, places: list[str]) -> None:
        """The first lab is the start of the walk, and no pair."""
        before = ""
        for number, lab in enumerate(places):
            run = self._run(lab)
            try:
                await self._visit(run, before)
                if number + 1 < len(places):
                    await self._solve(run)
            finally:
                await run.close()
            before = lab

    async def _visit(self, run: Run, before: str) -> None:
        start, problem = time.monotonic(), ""
        try:
            await prepare.prepare(run, self._track(run))
        except MeshlabError as error:
            problem = str(error)
        seconds = round(time.monotonic() - start, 1)
        left = (problem,) if problem else tuple(await self._differences(run))
        if before:
            pair = Pair(from_=before, to=run.lab_id, seconds=seconds, ok=not left, differences=left)
            self.pairs.append(pair)
            self._tell(pair)

    async def _solve(self, run: Run) -> None:
        """To its end without experiments. What does not work here is for `prove` to say."""
        try:
            for step in run.lab.steps:
                await solve.solve(run, step.id, self._track(run), experiments=False)
        except MeshlabError as error:
            self._track(run).note("apply-solution", Words("waits.of", {"object": run.lab_id, "why": error.words}))

    def _track(self, run: Run) -> Track:
        return Track(self._tell, Estimates(run.paths.root))

    async def _differences(self, run: Run) -> list[str]:
        now = await untouched.take(run)
        first = self._starts.setdefault(run.lab_id, now)
        left = untouched.differences(first, now)
        for cluster in run.lab.clusters:
            left += await unexpected_objects(run, cluster, now[cluster])
        return sorted(set(left))

    def _run(self, lab: str) -> Run:
        scratch.tidy(self._where, lab)
        request = self._request
        return make_run(RunRequest(lab=lab, state=self._where.root, packs=request.packs, seed=request.seed, language="en"))

    async def close(self, names: list[str]) -> None:
        """Clusters unless they are kept, and what was noted about runs."""
        for lab in names:
            await give_up(self._run(lab), keep=self._request.keep)


async def unexpected_objects(run: Run, cluster: str, now: Inventory) -> list[str]:
    """Objects that belong neither to the untouched lab nor to a new cluster, what of the lab is missing, and changed nodes."""
    declared = {name_of(key_of(obj)) for obj in (*install.base(run)[cluster], *install.start(run)[cluster])}
    proof = read_proof(run.loaded.folder)
    # A control plane may add objects of its own; on a cluster that was made for the lab, the proof saw them.
    usual = set(proof.start) if proof is not None else set()
    new = (sweep.remembered(run.folder_of(cluster)) or Inventory({})).objects
    whole = await inventory.objects(await run.kube(cluster), sweep.WHOLE)
    there = now.objects.keys() | {name_of(key_of(obj)) for obj in whole}
    nodes = [name for name in new if name.startswith(NODE) and now.objects.get(name) not in (None, new[name])]
    return [
        *(f"+ {name}" for name in there - declared - usual - new.keys()),
        *(f"- {name}" for name in declared - there),
        *(f"~ {name}" for name in nodes),
    ]


def circuit(names: Sequence[str]) -> list[str]:
    """Places in order, n * (n - 1) + 1 of them, beginning and ending with the first; [] for fewer than two.

    Every place of a complete directed graph has as many ways in as out, so there is a circuit over all of them
    (Hierholzer: follow unused ways, and where none is left, go back and insert).
    """
    left = {name: [other for other in reversed(names) if other != name] for name in names}
    if len(names) < 2:
        return []
    path, found = [names[0]], []
    while path:
        if left[path[-1]]:
            path.append(left[path[-1]].pop())
        else:
            found.append(path.pop())
    return found[::-1]
