"""Writes the synthetic evidence: `python -m tests.unit.check.make_evidence`. A file that was recorded on a cluster is kept.

Recorded evidence has the same form: `meshlab check --record DIR` writes DIR/<kind>/<check>.json; put such a file among the
others under any name (`<check>-<situation>.json`), and it is replayed with them. `meta` has versions and seed; add
`"cheat": true` there when it shows a wrong way to look right.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from msgspec.structs import replace

from meshlab.check.inputs import Inputs
from meshlab.check.kinds import look
from meshlab.check.record import Fixture, RecordingWorld, read, write
from tests.unit.check.scenarios import SCENARIOS, Scenario
from tests.unit.check.sim import LAB

EVIDENCE = Path(__file__).parent / "evidence"


def file_of(scenario: Scenario) -> Path:
    return EVIDENCE / scenario.kind / f"{scenario.name}.json"


async def make(scenario: Scenario) -> Fixture:
    """What the check sees and finds in the scenario's world."""
    world = RecordingWorld(scenario.world())
    check = scenario.check
    finding = await look(check, Inputs(LAB, world))
    meta = {"cheat": True} if scenario.cheat else {}
    return Fixture(synthetic=True, meta=meta, lab=replace(LAB), check=check, finding=finding, calls=tuple(world.calls))


async def main() -> None:
    for scenario in SCENARIOS:
        file = file_of(scenario)
        if file.exists() and not read(file).synthetic:
            continue
        fixture = await make(scenario)
        found = (fixture.finding.outcome.value, fixture.finding.reason)
        if found != (scenario.outcome, scenario.reason):
            print(f"{scenario.kind}/{scenario.name}: {found} {fixture.finding.expected!r} {fixture.finding.seen!r}")
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        write(fixture, file)


if __name__ == "__main__":
    asyncio.run(main())
