"""Switches from any lab to any other on one kept cluster, and checks that the cluster then holds exactly the lab's start."""

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
    """One switch from a lab to another."""

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
    """Tests every ordered pair once, and tells each result; a failed one has ok=False. UsageError for fewer than two labs."""
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
    """Visits the labs in order, each with a new run on the same clusters."""

    def __init__(self, request: PairsRequest, where: Paths, tell: Tell) -> None:
        self._request = request
        self._where = where
        self._tell = tell
        self._starts: dict[str, dict[str, Inventory]] = {}
        """Inventories after the first visit to each lab: every later visit must give the same."""
        self.pairs: list[Pair] = []

    async def go(self, places: list[str]) -> None:
        """Visits the labs in this order. The first visit is no pair."""
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
        """Solves the lab without experiments. Only notes errors, because `prove` reports them."""
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
        """Removes the clusters, unless they are kept, and the files of the runs."""
        for lab in names:
            await give_up(self._run(lab), keep=self._request.keep)


async def unexpected_objects(run: Run, cluster: str, now: Inventory) -> list[str]:
    """Lists objects that belong neither to the untouched lab nor to a new cluster, missing objects, and changed nodes."""
    declared = {name_of(key_of(obj)) for obj in (*install.base(run)[cluster], *install.start(run)[cluster])}
    proof = read_proof(run.loaded.folder)
    # A mesh's control plane may create objects. The proof, on a cluster made for the lab, has listed them.
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
    """Returns a circuit that uses every ordered pair of names once: n * (n - 1) + 1 names, the first also last.

    [] for fewer than two. Each node of a complete directed graph has as many incoming as outgoing edges, so an Eulerian
    circuit exists (Hierholzer's algorithm).
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
