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

BUNDLED = {"node": "node.tar.zst", "base": "node.tar.zst"}
"""Which archive of a bundle holds which image."""
WORDS = {"bundle": "out of the bundle", "source": "built from source"}
PULL_WITHIN = 900.0
ANSWER_WITHIN = 30.0
"""Seconds until a registry has answered the first question; an engine itself may ask a silent one for minutes."""
SILENT_AFTER = 8.0
"""An engine that gives up only after so many seconds had no answer either; a registry's no comes at once."""
LONG = {"node": ": about 20 minutes on two cores"}


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

    async def ensure(self, name: str, say: Say) -> str:
        """How it was had. EnvironmentFault with every way that was tried when none worked."""
        ref, tried = load_pins().image(name).ref, list[str]()
        if await is_there(ref):
            how = await stand_ins.way(ref)
            return f"is there ({WORDS[how]})" if how in WORDS else "is there"
        for way in (self._pull, self._load, self._build):
            try:
                return await way(name, say)
            except MeshlabError as error:
                tried.append(f"{error.message.rstrip('.')}.")
        raise EnvironmentFault(
            f"The image {ref} could not be had. {' '.join(tried)}",
            hint="Give this machine a way to a registry, or a bundle: meshlab setup --bundle DIR.",
        )

    async def _pull(self, name: str, say: Say) -> str:
        """The best way: the upstream image itself, by digest where it is known."""
        pin = load_pins().image(name)
        registry = full(pin.ref).partition("/")[0]
        if registry in self._silent:
            raise EngineError(f"The registry {registry} was silent before.")
        try:
            await pull(pin.exact)
        except SilentError:
            self._silent.add(registry)
            raise
        if pin.exact != pin.ref:
            await containers.tag(pin.exact, pin.ref)
        return "pulled"

    async def _load(self, name: str, say: Say) -> str:
        """What a bundle holds in its place."""
        if self._bundle is None:
            raise EngineError("No bundle was given.")
        file = self._bundle / BUNDLED.get(name, f"{name}.tar.zst")
        if not file.is_file():
            raise EngineError(f"The bundle {self._bundle} has no {file.name}.")
        say("loading it from the bundle")
        await source.load(file)
        together = {name, *(other for other, archive in BUNDLED.items() if archive == file.name)}
        return await _had(name, "bundle", together)

    async def _build(self, name: str, say: Say) -> str:
        """The slowest way: compiled here (the node) or put together from package registries."""
        if name not in ("node", "base") and not await is_there(load_pins().image("base").ref):
            say(f"base: {await self.ensure('base', lambda way: say(f'base: {way}'))}")
        say(f"building it from source{LONG.get(name, '')}")
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
            async with aclosing(lines(program(), "pull", ref, deadline=PULL_WITHIN)) as said:
                async for line in said:
                    # The engine names the image when the registry has answered; how long layers take is the network's matter.
                    heard = heard or "Pulling from" in line
                    patience.reschedule(None)
    except TimeoutError as error:
        raise SilentError(f"The registry of {ref} did not answer within {ANSWER_WITHIN:g} seconds.") from error
    except EngineError as error:
        if not heard and time.monotonic() - start > SILENT_AFTER:
            raise SilentError(error.message) from error
        raise


async def _had(name: str, how: str, together: set[str]) -> str:
    pins = load_pins()
    await stand_ins.remember([pins.image(one).ref for one in together], how)
    if not await is_there(pins.image(name).ref):
        raise EngineError(f"{pins.image(name).ref} was not in it.")
    return WORDS[how]
