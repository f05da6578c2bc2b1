"""One upstream image: there already, pulled, out of a bundle, or built from source."""

from __future__ import annotations

import asyncio
import shutil
import time
from contextlib import aclosing
from pathlib import Path

from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.programs import containers
from meshlab.cluster.programs.containers import full
from meshlab.cluster.programs.engine_api import program
from meshlab.cluster.programs.process import lines
from meshlab.cluster.setup import source, stand_ins
from meshlab.cluster.setup.engine import Say
from meshlab.errors import EngineError, EnvironmentFault, MeshlabError
from meshlab.words import Words

BUNDLED = {"node": "node.tar.zst", "base": "node.tar.zst"}
"""Which archive of a bundle holds which image."""
HOW = {"bundle": "setup.image.from-bundle", "source": "setup.image.from-source"}
PULL_WITHIN = 900.0
ANSWER_WITHIN = 30.0
"""Seconds until a registry has answered the first question; an engine itself may ask a silent one for minutes."""
SILENT_AFTER = 8.0
"""An engine that gives up only after so many seconds had no answer either; a registry's no comes at once."""


def wanted() -> list[str]:
    """The images that the built-in labs start from, those first that others are built on."""
    from meshlab.lab.catalog import catalog

    named = {image for entry in catalog() if entry.loaded for image in entry.loaded.lab.images}
    return ["node", "base", *sorted(named & set(load_pins().images) - {"node", "base"})]


class SilentError(EngineError):
    """The registry said nothing, so it is not asked again."""


class Ways:
    """The ways to images; remembers which registries are silent, so that only the first image waits for them."""

    def __init__(self, bundle: Path | None = None) -> None:
        self._bundle = bundle
        self._silent: set[str] = set()

    async def ensure(self, name: str, say: Say) -> Words:
        """How it was had. EnvironmentFault with every way that was tried when none worked."""
        ref, tried = load_pins().image(name).ref, list[Words]()
        if await is_there(ref):
            how = await stand_ins.way(ref)
            return Words("setup.image.there-by", {"how": Words(HOW[how])}) if how in HOW else Words("setup.image.there")
        for way in (self._pull, self._load, self._build):
            try:
                return await way(name, say)
            except MeshlabError as error:
                tried.append(error.words)
        raise EnvironmentFault("setup.image", image=ref, tried=tried)

    async def _pull(self, name: str, say: Say) -> Words:
        """The best way: the upstream image itself, by digest where it is known."""
        pin = load_pins().image(name)
        registry = full(pin.ref).partition("/")[0]
        if registry in self._silent:
            raise EngineError("setup.registry-was-silent", registry=registry)
        try:
            await pull(pin.exact)
        except SilentError:
            self._silent.add(registry)
            raise
        if pin.exact != pin.ref:
            await containers.tag(pin.exact, pin.ref)
        return Words("setup.image.pulled")

    async def _load(self, name: str, say: Say) -> Words:
        """What a bundle holds in its place."""
        if self._bundle is None:
            raise EngineError("setup.no-bundle")
        file = self._bundle / BUNDLED.get(name, f"{name}.tar.zst")
        if not file.is_file():
            raise EngineError("setup.not-in-bundle", bundle=self._bundle, file=file.name)
        say(Words("setup.image.loading"))
        await source.load(file)
        together = {name, *(other for other, archive in BUNDLED.items() if archive == file.name)}
        return await _had(name, "bundle", together)

    async def _build(self, name: str, say: Say) -> Words:
        """The slowest way: compiled here (the node) or put together from package registries."""
        if name not in ("node", "base") and not await is_there(load_pins().image("base").ref):
            say(_of_base(await self.ensure("base", lambda way: say(_of_base(way)))))
        say(Words("setup.image.building-node") if name == "node" else Words("setup.image.building"))
        await source.build(name)
        how = await _had(name, "source", {name})
        shutil.rmtree(source.folder(), ignore_errors=True)
        return how


async def is_there(ref: str) -> bool:
    """Whether the engine has it."""
    return ref in await containers.image_ids([ref])


async def pull(ref: str) -> None:
    """EngineError with the engine's words; SilentError when the registry has none."""
    start, heard = time.monotonic(), False
    try:
        async with asyncio.timeout(ANSWER_WITHIN) as patience:
            async with aclosing(lines(program(), "pull", full(ref), deadline=PULL_WITHIN)) as said:
                async for line in said:
                    # The engine names the image when the registry has answered; how long layers take is the network's matter.
                    heard = heard or "Pulling from" in line
                    patience.reschedule(None)
    except TimeoutError as error:
        raise SilentError("setup.registry-silent", image=ref, seconds=ANSWER_WITHIN) from error
    except EngineError as error:
        if not heard and time.monotonic() - start > SILENT_AFTER:
            raise SilentError("setup.registry-unheard", why=error) from error
        raise


def _of_base(way: Words) -> Words:
    return Words("setup.image.of-base", {"way": way})


async def _had(name: str, how: str, together: set[str]) -> Words:
    pins = load_pins()
    refs = [pins.image(one).ref for one in together]
    await stand_ins.remember(refs, how)
    # Podman takes an archive's short names for images of this machine.
    for ref, image in zip(refs, map("localhost/{}".format, refs), strict=True):
        if not await is_there(ref) and await is_there(image):
            await containers.tag(image, ref)
    if not await is_there(pins.image(name).ref):
        raise EngineError("setup.not-in-archive", image=pins.image(name).ref)
    return Words(HOW[how])
