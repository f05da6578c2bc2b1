"""The plan of the probe: which actors send what, and how often."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shop.pace import MAX_IN_FLIGHT

ID = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
MAX_TIMEOUT_MS = 10000


class PlanError(ValueError):
    """The plan cannot be carried out; the text says why."""


@dataclass(frozen=True)
class Actor:
    id: str
    url: str
    rate: float = 1.0
    timeout_ms: float = 2000.0
    headers: dict[str, str] = field(default_factory=dict)
    keepalive: bool = False
    start: bool = True

    def check(self) -> None:
        if not isinstance(self.id, str) or not ID.fullmatch(self.id):
            raise PlanError(f"actor id {self.id!r}: use lower case letters, digits and '-'")
        if not isinstance(self.url, str) or not self.url.startswith("http://"):
            raise PlanError(f"actor {self.id}: url must begin with http://")
        if not 0 < self.timeout_ms <= MAX_TIMEOUT_MS:
            raise PlanError(f"actor {self.id}: timeout_ms must be above 0 and at most {MAX_TIMEOUT_MS}")
        check_rate(self.id, self.rate, self.timeout_ms)


def check_rate(name: str, rate: float, timeout_ms: float) -> None:
    """An open loop must always have room for the next request, else it would not be open."""
    highest = MAX_IN_FLIGHT * 1000 / timeout_ms
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate <= highest:
        raise PlanError(f"actor {name}: rate must be above 0 and at most {highest:g} a second at this timeout")


def read_plan(path: Path) -> bytes:
    """The text of the plan; a file that is not there is a plan without actors."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b'{"actors":[]}'


def parse_plan(raw: bytes) -> dict[str, Actor]:
    try:
        entries = json.loads(raw)["actors"]
        actors = [_actor(entry) for entry in entries]
    except (ValueError, KeyError, TypeError) as exc:
        raise exc if isinstance(exc, PlanError) else PlanError(f'the plan is not {{"actors": [...]}}: {exc}') from exc
    if len({actor.id for actor in actors}) < len(actors):
        raise PlanError("two actors have the same id")
    return {actor.id: actor for actor in actors}


def _actor(entry: dict[str, Any]) -> Actor:
    unknown = set(entry) - set(Actor.__dataclass_fields__)
    if unknown:
        raise PlanError(f"actor {entry.get('id')}: unknown fields {', '.join(sorted(unknown))}")
    actor = Actor(**entry)
    actor.check()
    return actor
