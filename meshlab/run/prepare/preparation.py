"""One preparation, from any state of the clusters to a lab that is ready; `prepare` runs it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from meshlab import files
from meshlab.cluster.cancelling import to_the_end
from meshlab.cluster.images.images import Images
from meshlab.cluster.kube import access
from meshlab.cluster.setup.stand_ins import stand_ins
from meshlab.cluster.track import Track
from meshlab.errors import MeshlabError
from meshlab.run import faults
from meshlab.run.clusters import lab_clusters, removal
from meshlab.run.clusters.lab_clusters import LabCluster
from meshlab.run.prepare.stages import NODE, Stages, Stuck, lab_is_there
from meshlab.run.run import Run
from meshlab.run.store import events, state
from meshlab.words import Words, tell

UNFINISHED = "resetting"
"""The file of a run that names the step of a reset which has begun and not ended."""

Reset = Callable[[Run, str, Track], Awaitable[None]]
"""Resets a run to the start of a step."""


async def prepare_with(run: Run, track: Track, reset: Reset | None) -> None:
    """Prepares the lab; with `reset`, continues to the start of the learner's step.

    Raises EnvironmentFault, PreparationTimeout, LockedError.
    """
    with run.lock("start"):
        run.begin()
        run.append(events.Preparing())
        preparation = _Preparation(run, track, reset)
        try:
            await preparation.go()
        except MeshlabError as error:
            run.append(events.Degraded(reason=str(error), words=error.words))
            raise
        except BaseException:
            await to_the_end(preparation.undo())
            raise


def unfinished(run: Run) -> str:
    """Returns the step of a reset that did not end; "" when there is none."""
    step = (files.read(run.folder / UNFINISHED) or b"").decode(errors="replace")
    return step if step in [known.id for known in run.lab.steps] else ""


class _Preparation:
    def __init__(self, run: Run, track: Track, reset: Reset | None) -> None:
        self._run = run
        self._track = track
        self._reset = reset
        self._stages: Stages | None = None
        self._start = time.monotonic()

    async def go(self) -> None:
        """Prepares; when an existing cluster cannot be cleaned, prepares again with a new one."""
        clusters = await lab_clusters.connected(self._run)
        await lab_clusters.check_needs(self._run, clusters)
        try:
            await self._once(clusters)
        except Stuck as stuck:
            again = [LabCluster(key=one.key, spec=one.spec) if one.key == stuck.cluster.key else one for one in clusters]
            await self._once(again)

    async def _once(self, clusters: list[LabCluster]) -> None:
        run, track = self._run, self._track.anew()
        images = Images(arch=await self._architecture(clusters))
        names = Stages.names(run)
        refs = [ref for name, ref in (await images.resolve(names)).items() if name != NODE]
        track.plan(Stages.phases(run, clusters, refs))
        stages = self._stages = Stages(run, clusters, track, images)
        await stages.ensure_images()
        await stages.ensure_clusters(refs)
        await self._remember(images, names)
        if not stages.made and await lab_is_there(run, clusters):
            await self._recover(stages, track)
        else:
            await self._from_the_start(stages)
        await stages.ensure_identities()
        await stages.occupy()
        track.learn()
        seconds = round(time.monotonic() - self._start, 2)
        run.append(events.Prepared(seconds=seconds, stand_ins=tuple(await stand_ins(names)), recovered=stages.recovered))

    async def _architecture(self, clusters: list[LabCluster]) -> str:
        """Asks a cluster that is not meshlab's; "" where the container engine knows it."""
        if self._run.engine.traits.loads_images:
            return ""
        return await access.architecture(await self._run.kube(clusters[0].key))

    async def _recover(self, stages: Stages, track: Track) -> None:
        """Repairs what a stop or a kill may have broken; the lab's objects stay."""
        await faults.undo_all(self._run)
        for phase in ("clean-namespaces", "setup-base", "setup-start"):
            track.skipped(phase)
        await stages.put_system_parts()
        await stages.nodes_ready()
        await stages.usable(lenient=True)
        # A kill -9 may have interrupted a reset.
        await self._restore_step(unfinished(self._run))
        track.skipped("take-inventory")

    async def _from_the_start(self, stages: Stages) -> None:
        """Puts the lab's start on its clusters, then restores the learner's step."""
        run = self._run
        faults.forget_all(run)
        (run.folder / UNFINISHED).unlink(missing_ok=True)
        step = _step_to_restore(run)
        await stages.clean()
        await stages.install()
        await stages.nodes_ready()
        await stages.usable()
        await stages.take_baselines()
        await self._restore_step(step)

    async def _restore_step(self, step: str) -> None:
        """Resets to the step; "" does nothing."""
        if step and self._reset:
            await self._reset(self._run, step, self._track.anew())

    async def _remember(self, images: Images, names: list[str]) -> None:
        """Records template values that are known only once the clusters exist."""
        values = await images.values([name for name in names if name != NODE]) | {"seat": "1"}
        for key in self._run.lab.clusters:
            for name, port in (await self._run.info(key, fresh=True)).ports.items():
                name = name.replace("-", "_")
                values |= {f"{name}_port": str(port), f"{name}_url": f"http://127.0.0.1:{port}"}
        self._run.remember(values)

    async def undo(self) -> None:
        """After a cancel: removes the clusters that this preparation made; an existing one stays, and no lab owns it."""
        made = self._stages.made if self._stages else []
        if made and not self._run.engine.traits.owns_nodes:
            await removal.remove(self._run, Track())
        await self._run.forget_clients()
        for cluster in made:
            await self._run.engine.delete(cluster.spec.name, self._run.folder_of(cluster.key))
        left = [one for one in await lab_clusters.find_all(self._run) if one.info is not None]
        cut = Words("errors.prepare.interrupted")
        self._run.append(events.Degraded(reason=tell(cut), words=cut) if left else events.Downed())


def _step_to_restore(run: Run) -> str:
    """Returns the learner's step; "" when it is the first."""
    step = state.current(run.state(), run.lab)
    return "" if step == run.lab.steps[0].id else step
