"""From an image's name to an image in the container engine: pinned ones are pulled, meshlab's own are built."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from meshlab.cluster.images import sources
from meshlab.cluster.images.build import build
from meshlab.cluster.images.pins import Pins, load_pins
from meshlab.cluster.programs import containers
from meshlab.cluster.programs.containers import EngineFacts, docker, full
from meshlab.cluster.track import Track
from meshlab.errors import EngineError
from meshlab.words import Words

PHASES = ["pull-images", "build-images"]
PULL_WITHIN = 900.0


class Wanted(Struct, frozen=True):
    """An image under the reference that manifests use."""

    name: str
    ref: str
    built: bool
    pull: str = ""
    """What to pull: by digest where it is known."""
    under: str = ""
    """The image of meshlab that it is built upon, if any, as a reference."""


class Images:
    """Images by name: from the pin file, or `meshlab/<name>` for those that meshlab builds."""

    def __init__(self, *, pins: Pins | None = None, root: Path | None = None, arch: str = "") -> None:
        self._pins = pins or load_pins()
        self._root = root
        self._arch = arch
        self._facts: EngineFacts | None = None

    async def resolve(self, names: Iterable[str]) -> dict[str, str]:
        """Name to reference. UsageError for a name that is neither pinned nor built."""
        return {one.name: one.ref for one in await self.wanted(names)}

    async def values(self, names: Iterable[str]) -> dict[str, str]:
        """The same as values of a lab's templates: `meshlab/shop` is `${image_shop}`."""
        return {variable(name): ref for name, ref in (await self.resolve(names)).items()}

    async def wanted(self, names: Iterable[str]) -> list[Wanted]:
        """What the names mean on this engine's architecture."""
        found = []
        for name in dict.fromkeys(names):
            if name.startswith(sources.PREFIX):
                found.append(self._own(name, await self._architecture()))
            else:
                pin = self._pins.image(name)
                found.append(Wanted(name, pin.ref, False, pin.exact))
        return found

    async def ensure(self, names: Iterable[str], track: Track) -> None:
        """Have them all in the container engine. EngineError says which cannot be had, and what to do."""
        wanted = await self.wanted(names)
        track.plan(PHASES)
        there = await containers.image_ids([one.ref for one in wanted])
        pulls = [one for one in wanted if not one.built and one.ref not in there]
        builds = await self._with_below([one for one in wanted if one.built and one.ref not in there])
        if builds:
            pulls += await self._base()
        for phase, todo in zip(PHASES, (pulls, builds), strict=True):
            if not todo:
                track.skipped(phase, Words("waits.all-there"))
                continue
            for number, one in enumerate(todo):
                track.running(phase, done=number, total=len(todo), detail=one.ref)
                await self._make(one)
            track.done(phase, done=len(todo), total=len(todo))
        track.learn()

    def _own(self, name: str, arch: str) -> Wanted:
        base, under = self._pins.image("base").exact, sources.below(name, self._root)
        below = sources.tag(under, base, arch, self._root) if under else ""
        return Wanted(name, sources.tag(name, base, arch, self._root), True, under=below)

    async def _with_below(self, builds: list[Wanted]) -> list[Wanted]:
        """What is to be built, each after what it is built upon."""
        found: dict[str, Wanted] = {}
        for one in builds:
            chain = [one]
            while chain[-1].under and not await containers.image_ids([chain[-1].under]):
                chain.append(self._own(chain[-1].under.rpartition(":")[0], await self._architecture()))
            found |= {each.ref: each for each in reversed(chain)}
        return list(found.values())

    async def _base(self) -> list[Wanted]:
        pin = self._pins.image("base")
        there = await containers.image_ids([pin.ref])
        return [] if there else [Wanted("base", pin.ref, False, pin.exact)]

    async def _make(self, one: Wanted) -> None:
        if one.built:
            await build(sources.source(one.name, self._root), one.ref, await self._engine(), one.under)
            return
        try:
            await docker("pull", "--quiet", full(one.pull), deadline=PULL_WITHIN)
        except EngineError as error:
            raise EngineError("image.not-pulled", image=one.pull, why=error) from error
        if one.pull != one.ref:
            await containers.tag(one.pull, one.ref)

    async def _architecture(self) -> str:
        return self._arch or (await self._engine()).arch

    async def _engine(self) -> EngineFacts:
        if self._facts is None:
            self._facts = await containers.facts()
        return self._facts


def variable(name: str) -> str:
    """The template variable of an image: image_shop for meshlab/shop."""
    return "image_" + name.removeprefix(sources.PREFIX).replace("-", "_").replace("/", "_")


async def resolve(names: Iterable[str]) -> dict[str, str]:
    """Name to the reference that manifests use."""
    return await Images().resolve(names)


async def image_values(names: Iterable[str]) -> dict[str, str]:
    """Template values, such as {"image_shop": "meshlab/shop:1a2b3c4d5e6f"}."""
    return await Images().values(names)
