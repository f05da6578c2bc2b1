"""Which way calls go, as far as green checks have seen it: never more than was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from meshlab.check.verdict import Verdict
from meshlab.lab.checks import Check
from meshlab.lab.model import Lab

Call = tuple[str, str]
"""(caller, callee)"""
Verdicts = Mapping[str, Verdict]


def services(lab: Lab) -> list[str]:
    """Every service of the graph once, callers before callees as the lab writes them."""
    names: dict[str, None] = {}
    for source, targets in lab.graph.items():
        names |= dict.fromkeys((source, *targets))
    return list(names)


def calls(lab: Lab) -> list[Call]:
    """The calls of the graph."""
    return [(source, target) for source, targets in lab.graph.items() for target in targets]


def seen_routes(lab: Lab, verdicts: Verdicts) -> dict[Call, tuple[str, ...]]:
    """The proxies that a green check has seen on the way of a call."""
    routes: dict[Call, tuple[str, ...]] = {}
    for check in _green_paths(lab, verdicts):
        assert check.path is not None
        for call in _calls_of(lab, check.path.from_, _targets(check)):
            routes[call] = tuple(hop.proxy for hop in check.path.through)
    return routes


def door_calls(lab: Lab, doors: Sequence[str], verdicts: Verdicts) -> list[Call]:
    """(door, first service) of each door through which a green check has come in."""
    inside = set(services(lab))
    called = {target for _, target in calls(lab)}
    first = next((service for service in services(lab) if service not in called), "")
    seen = {
        through.proxy
        for check in _green_paths(lab, verdicts)
        if check.path is not None and not inside & set(_targets(check))
        for through in check.path.through
    }
    return [(door, first) for door in doors if door in seen and first]


def _green_paths(lab: Lab, verdicts: Verdicts) -> list[Check]:
    """Checks that name proxies on a path of successful requests, and hold."""
    return [
        check
        for check in lab.all_checks().values()
        if check.path is not None and check.path.through and check.id in verdicts and verdicts[check.id].green
    ]


def _targets(check: Check) -> tuple[str, ...]:
    assert check.path is not None
    return (check.path.to,) if isinstance(check.path.to, str) else check.path.to


def _calls_of(lab: Lab, source: str, targets: tuple[str, ...]) -> list[Call]:
    """The calls that a check from `source` speaks of. What a probe meets behind a name, every caller of that name meets."""
    anyone = source in lab.services and lab.services[source].probe
    return [(caller, target) for caller, target in calls(lab) if target in targets and (anyone or caller == source)]
