"""From whatever there is to a lab that is ready."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from meshlab.cluster.cancelling import to_the_end
from meshlab.cluster.images.images import Images
from meshlab.cluster.kube import access
from meshlab.cluster.progress import Progress
from meshlab.cluster.setup.stand_ins import stand_ins
from meshlab.cluster.track import Estimates, Track
from meshlab.errors import MeshlabError
from meshlab.run import faults
from meshlab.run.clusters import places as clusters
from meshlab.run.clusters import removal
from meshlab.run.clusters.places import Place
from meshlab.run.prepare.stages import LAB, NODE, USABLE, Stages, Stuck, at_home
from meshlab.run.run import Run
from meshlab.run.store import events, state


async def prepare(run: Run, *, only_start: bool = False) -> AsyncGenerator[Progress, None]:
    """Make, recover or reuse the clusters, put the lab's start on them and wait until it can be used.

    The first events are `planned`, one a phase. A lab that is there keeps the learner's objects; one that was further and
    is not there any more comes back to the start of its current step (only_start: it does not). Cancelling removes what
    this call made. EnvironmentFault, PreparationTimeout, LockedError.
    """
    with run.lock("start"):
        run.begin()
        run.append(events.Preparing())
        work = _Preparation(run, only_start)
        try:
            async with aclosing(work.go()) as progress:
                async for event in progress:
                    yield event
        except MeshlabError as error:
            run.append(events.Degraded(reason=error.message))
            raise
        except BaseException:
            await to_the_end(work.undo())
            raise


class _Preparation:
    def __init__(self, run: Run, only_start: bool) -> None:
        self._run = run
        self._only_start = only_start
        self._stages: Stages | None = None
        self._start = time.monotonic()

    async def go(self) -> AsyncGenerator[Progress, None]:
        """All of it; once more with a new cluster when an old one cannot be cleaned."""
        places = await clusters.connected(self._run)
        await clusters.check_needs(self._run, places)
        try:
            async with aclosing(self._once(places)) as progress:
                async for event in progress:
                    yield event
        except Stuck as stuck:
            again = [Place(key=one.key, spec=one.spec) if one.key == stuck.place.key else one for one in places]
            async with aclosing(self._once(again)) as progress:
                async for event in progress:
                    yield event

    async def _once(self, places: list[Place]) -> AsyncGenerator[Progress, None]:
        run, estimates = self._run, Estimates(self._run.paths.root)
        images = Images(estimates, arch=await self._architecture(places))
        names = Stages.names(run)
        refs = [ref for name, ref in (await images.resolve(names)).items() if name != NODE]
        track = Track(Stages.phases(run, places, refs), estimates)
        for event in track.planned():
            yield event
        stages = self._stages = Stages(run, places, track, images)
        for source in (stages.have_images(), stages.have_clusters(refs)):
            async with aclosing(source) as progress:
                async for event in progress:
                    yield event
        await self._remember(images, names)
        async with aclosing(self._lab(stages)) as progress:
            async for event in progress:
                yield event
        await stages.identities()
        await stages.occupy()
        track.learn()
        seconds = round(time.monotonic() - self._start, 2)
        run.append(events.Prepared(seconds=seconds, stand_ins=tuple(await stand_ins(names)), recovered=stages.recovered))

    async def _architecture(self, places: list[Place]) -> str:
        """Of somebody else's cluster; "" where the container engine says it."""
        if self._run.engine.name == "kind":
            return ""
        return await access.architecture(await self._run.kube(places[0].key))

    async def _lab(self, stages: Stages) -> AsyncGenerator[Progress, None]:
        """The lab on its clusters; where it is there already, only what a stop or a kill may have broken."""
        run = self._run
        home = not stages.made and await at_home(run, stages.places)
        if home:
            await faults.undo_all(run)
            for phase in (LAB[0], *LAB[2:]):
                yield stages.track.skipped(phase)
            sources = [stages.system_only(), stages.nodes_ready(), stages.usable(home=True), _taken_up(run)]
        else:
            faults.forget_all(run)
            (run.folder / "resetting").unlink(missing_ok=True)
            step = "" if self._only_start else _further(run)
            sources = [
                stages.clean(),
                stages.install(),
                stages.nodes_ready(),
                stages.usable(),
                stages.begin(),
                _back_to(run, step),
            ]
        for source in sources:
            async with aclosing(source) as progress:
                async for event in progress:
                    yield event
        if home:
            yield stages.track.skipped(USABLE[-1])

    async def _remember(self, images: Images, names: list[str]) -> None:
        """What templates can only know now."""
        values = await images.values([name for name in names if name != NODE]) | {"seat": "1"}
        for key in self._run.lab.clusters:
            for name, port in (await self._run.info(key, fresh=True)).ports.items():
                name = name.replace("-", "_")
                values |= {f"{name}_port": str(port), f"{name}_url": f"http://127.0.0.1:{port}"}
        self._run.remember(values)

    async def undo(self) -> None:
        """Cancelled: what this preparation made goes; a cluster that was there is left, and is nobody's."""
        made = self._stages.made if self._stages else []
        if made and self._run.engine.name != "kind":
            async for _ in removal.remove(self._run):
                pass
        await self._run.forget_clients()
        for place in made:
            await self._run.engine.delete(place.spec.name, self._run.folder_of(place.key))
        left = [one for one in await clusters.look(self._run) if one.found is not None]
        self._run.append(events.Degraded(reason="Preparation was interrupted.") if left else events.Downed())


def _further(run: Run) -> str:
    """The learner's step when it is not the first; "" when it is."""
    step = state.current(run.state(), run.lab)
    return "" if step == run.lab.steps[0].id else step


async def _taken_up(run: Run) -> AsyncGenerator[Progress, None]:
    """A reset that a kill -9 cut short."""
    from meshlab.run.prepare import reset

    async with aclosing(_back_to(run, reset.unfinished(run))) as progress:
        async for event in progress:
            yield event


async def _back_to(run: Run, step: str) -> AsyncGenerator[Progress, None]:
    """What leads to the step laid over the start; "" is nothing to do."""
    from meshlab.run.prepare import reset

    if step:
        async with aclosing(reset.reset(run, step)) as progress:
            async for event in progress:
                yield event
