"""One module a kind of check, each with `look(check, spec, inputs) -> Finding`; imported when first used. A kind never waits
for its finding to change, and asks nothing but the world it is given.
"""

from __future__ import annotations

from collections.abc import Awaitable
from importlib import import_module
from typing import Any, Protocol, cast

from meshlab.check.findings import Stop
from meshlab.check.inputs import Inputs
from meshlab.check.verdict import Finding
from meshlab.lab.checks import Check


class Kind(Protocol):
    """What a module of this package offers."""

    def look(self, check: Check, spec: Any, inputs: Inputs) -> Awaitable[Finding]:
        """One look at the world. Raises MeshlabError where the environment cannot answer."""


def module(kind: str) -> Kind:
    """The module of a kind as lab files write it (`proxy-config`)."""
    return cast("Kind", import_module(f"{__name__}.{kind.replace('-', '_')}"))


async def look(check: Check, inputs: Inputs) -> Finding:
    """One look of the check's own kind."""
    spec = getattr(check, check.kind.replace("-", "_"))
    try:
        return await module(check.kind).look(check, spec, inputs)
    except Stop as stop:
        return stop.finding
