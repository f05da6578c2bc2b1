"""The rows in which stages are compared, and what a lab says of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from meshlab.lab.model import Comparison, Lab, Source

Shape = Literal["word", "number", "matrix"]


class Row(Struct, frozen=True):
    """One row of the comparison: which kind of check gives its value, and under which name."""

    id: str
    """As lab.yaml and the texts write it."""
    kind: str = ""
    """Empty: any kind."""
    number: str = ""
    """Name of the number in the verdict."""
    unit: str = ""
    shape: Shape = "number"


ROWS = (
    Row("policy", shape="word"),
    Row("hops", "path", "hops"),
    Row("proxies", "cost", "count"),
    Row("memory", "cost", "memory", "MiB"),
    Row("cpu", "cost", "cpu", "m"),
    Row("latency-p50", "latency", "added-p50", "ms"),
    Row("latency-p99", "latency", "added-p99", "ms"),
    Row("writes", "writes", "writes"),
    Row("seconds", "", "after", "s"),
    Row("blast-radius", "matrix", "red", shape="matrix"),
    Row("outage", "success", "outage", "s"),
)
AFTER = "after"
"""A number that every green check of an experiment's phase has, whatever its kind."""


def source(comparison: Comparison | None, row: Row) -> Source | None:
    """Where the row's value comes from, None where the lab does not say."""
    return getattr(comparison, row.id.replace("-", "_")) if comparison else None


def sources(lab: Lab) -> Iterator[tuple[Row, Source]]:
    """Every row that the lab gives a value."""
    for row in ROWS:
        origin = source(lab.comparison, row)
        if origin is not None:
            yield row, origin


def is_word(row: Row, origin: Source) -> bool:
    """Whether the value is words of the texts rather than a number."""
    return origin.word or row.shape == "word"


def compared(lab: Lab) -> set[str]:
    """The checks that stand by themselves and whose numbers are compared."""
    return {origin.check for row, origin in sources(lab) if not origin.experiment and not is_word(row, origin)}
