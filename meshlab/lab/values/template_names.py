"""The template names that a lab may use beside its variables."""

from __future__ import annotations

from meshlab.lab.model import Lab

ALWAYS = ("lab", "namespace", "seat", "seed")


def runtime_names(lab: Lab) -> tuple[str, ...]:
    """`<port>_url` and `<port>_port` for each port of a cluster, `image_<name>` for each image, and those of every lab."""
    ports = {_name(port) for shape in lab.clusters.values() for port in shape.ports}
    images = map(image_name, lab.images)
    return (*ALWAYS, *(f"{port}_{end}" for port in sorted(ports) for end in ("url", "port")), *images)


def image_name(image: str) -> str:
    """`image_shop` for meshlab/shop, `image_envoy` for envoy."""
    return f"image_{_name(image.removeprefix('meshlab/'))}"


def _name(text: str) -> str:
    return text.replace("-", "_").replace("/", "_")
