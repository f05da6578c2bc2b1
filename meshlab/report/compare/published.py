"""Figures that others have published, each with its source and set-up. They stand apart: meshlab measured none of them."""

from __future__ import annotations

from msgspec import Struct

from meshlab.words import say

SOURCES = {
    "istio": (2024, "https://istio.io/latest/docs/ops/deployment/performance-and-scalability/"),
    "istio-past": (2022, "https://istio.io/v1.16/docs/ops/deployment/performance-and-scalability/"),
    "linkerd-2021": (2021, "https://linkerd.io/2021/11/29/linkerd-vs-istio-benchmarks-2021/"),
    "linkerd-2025": (2025, "https://linkerd.io/2025/04/24/linkerd-vs-ambient-mesh-2025-benchmarks/"),
    "debate": (2025, "https://github.com/BuoyantIO/great-sidecar-debate"),
}
"""Id of the words (compare.published.<id>) to year and address."""


class Published(Struct, frozen=True, kw_only=True):
    """One publication, in the reader's language."""

    id: str
    who: str
    year: int
    source: str
    setup: str
    figures: str


def published(language: str) -> list[Published]:
    """All of them, in the order in which they are shown."""
    return [
        Published(
            id=name,
            who=say(f"compare.published.{name}.who", language),
            year=year,
            source=source,
            setup=say(f"compare.published.{name}.setup", language),
            figures=say(f"compare.published.{name}.figures", language),
        )
        for name, (year, source) in SOURCES.items()
    ]
