"""One upstream image: there already, pulled, out of a bundle, or built from source; which way is remembered."""

from __future__ import annotations

from pathlib import Path

from meshlab.cluster.pins import load_pins
from meshlab.cluster.process import run
from meshlab.cluster.setup import stand_ins
from meshlab.errors import EngineError, EnvironmentFault, MeshlabError
from meshlab.lab.content import images_folder

BUNDLED = {"node": "node.tar.zst", "base": "node.tar.zst"}
"""Which file of a bundle holds which image."""
BUILD_DEADLINE = 3600.0


def wanted() -> list[str]:
    """The images that the built-in labs start from; NGINX and others come with the labs that use them."""
    from meshlab.lab.catalog import catalog

    named = {image for entry in catalog() if entry.loaded for image in entry.loaded.lab.images}
    return ["node", "base", *sorted(named & set(load_pins().images) - {"node", "base"})]


async def is_there(ref: str) -> bool:
    return (await run("docker", "image", "inspect", ref, check=False)).code == 0


async def ensure_image(name: str, bundle: Path | None = None) -> str:
    """How the image was had. EnvironmentFault with every way that was tried when none worked."""
    pin, tried = load_pins().image(name), []
    if await is_there(pin.ref):
        return "there"
    for way in (pull, from_bundle, from_source):
        try:
            done = await way(name, pin.ref, bundle)
        except MeshlabError as error:
            tried.append(error.message)
            continue
        if done and await is_there(pin.ref):
            return done
    raise EnvironmentFault(
        f"The image {pin.ref} could not be had: {' '.join(tried)}",
        hint="Give this machine a way to a registry, or a bundle: meshlab setup --bundle DIR.",
    )


async def pull(name: str, ref: str, bundle: Path | None) -> str:
    """The best way: the upstream image itself, by digest where it is known."""
    pin = load_pins().image(name)
    await run("docker", "pull", "-q", pin.exact, deadline=900)
    if pin.exact != ref:
        await run("docker", "tag", pin.exact, ref)
    return "pulled"


async def from_bundle(name: str, ref: str, bundle: Path | None) -> str:
    """Out of an archive that stands beside, "" when the bundle has none of it."""
    file = bundle / BUNDLED[name] if bundle and name in BUNDLED else None
    if file is None or not file.exists():
        return ""
    await run("bash", "-c", 'set -o pipefail; zstd -dc --long=31 "$1" | docker load -q', "load", str(file), deadline=600)
    await stand_ins.remember(name, "bundle")
    return "from the bundle"


async def from_source(name: str, ref: str, bundle: Path | None) -> str:
    """The slowest way: compiled here (the node) or put together from package registries."""
    from meshlab.cluster.setup.engine import root_on_debian

    if not root_on_debian():
        raise EngineError(f"{ref} can only be built as root on Debian.")
    if name in {"node", "base"}:
        await _build_node()
    else:
        script = images_folder() / "stand-ins" / "build.sh"
        base = load_pins().image("base").ref
        await run("bash", str(script), name, ref, base, deadline=900, env={"UV": uv_program()})
    await stand_ins.remember(name, "source")
    return "built from source"


async def _build_node() -> None:
    from platformdirs import user_cache_path

    folder = user_cache_path("meshlab") / "node"
    folder.mkdir(parents=True, exist_ok=True)
    for script in ("binaries.sh", "image.sh"):
        await run("bash", str(images_folder() / "node" / script), str(folder), deadline=BUILD_DEADLINE)


def uv_program() -> str:
    """The uv that came with meshlab."""
    from uv import find_uv_bin

    return find_uv_bin()
