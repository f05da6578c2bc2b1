"""What a benchmark says: one row a budget."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """One budget: what, how much at most, how much it was; without a budget it is a yardstick for others."""

    name: str
    what: str
    unit: str
    budget: float | None
    measured: float
    samples: tuple[float, ...] = field(default=())
    """All that the measured value is the median (or the quantile named) of."""

    @property
    def met(self) -> bool | None:
        """None where there is no budget. What could not be measured (nan) is not met."""
        return None if self.budget is None else self.measured <= self.budget

    @property
    def line(self) -> str:
        glyph = {True: "✔", False: "✘", None: "·"}[self.met]
        budget = "no budget" if self.budget is None else f"budget {self.budget:g}"
        return f"{glyph} {self.what}: {self.measured:.3g} {self.unit} ({budget})"

    def plain(self) -> dict[str, Any]:
        """For JSON, which has no nan."""
        found = asdict(self) | {"met": self.met, "samples": [round(one, 4) for one in self.samples]}
        return found | {"measured": None if math.isnan(self.measured) else round(self.measured, 4)}


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    start = time.monotonic()
    work()
    return time.monotonic() - start


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)] if ordered else math.nan
