"""What a person would apply by hand: the lab's start as one YAML text, with the same images."""

from __future__ import annotations

import asyncio

import yaml

LAB = "2-router-mesh"


def shop_images() -> list[str]:
    """The images of the lab by their real names in the engine."""
    from meshlab.cluster.images.images import resolve
    from meshlab.lab.catalog import find
    from meshlab.lab.load import load_lab

    lab = load_lab(find(LAB).folder).lab
    return sorted(set(asyncio.run(resolve(list(lab.images))).values()))


async def have_images() -> None:
    """In the engine, as both procedures find them: the shop is built where it is missing. EngineError."""
    from meshlab.cluster.images.images import Images
    from meshlab.cluster.track import Track
    from meshlab.lab.catalog import find
    from meshlab.lab.load import load_lab

    lab = load_lab(find(LAB).folder).lab
    await Images().ensure([*lab.images, "node"], Track())


def manifests() -> str:
    """Every object of setup/start, rendered."""
    from msgspec.structs import replace

    from meshlab.cluster.images.images import image_values
    from meshlab.lab.catalog import find
    from meshlab.lab.files.manifests import manifests as read
    from meshlab.lab.load import load_lab

    loaded = load_lab(find(LAB).folder)
    values = asyncio.run(image_values(list(loaded.lab.images)))
    objects = [one.object for one in read(replace(loaded, values=loaded.values | values), "setup/start")]
    return yaml.safe_dump_all(sorted(objects, key=lambda one: one["kind"] != "Namespace"))


def node_image() -> str:
    """The image that meshlab's nodes are made from."""
    from meshlab.cluster.images.pins import load_pins

    return load_pins().image("node").exact
