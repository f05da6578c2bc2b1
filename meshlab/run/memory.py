"""What meshlab applied last, and what became of it: an object that is still so needs no write.

A write that changes nothing is a write all the same: the audit log counts it, and "how many writes did it take" is a
question of labs.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from meshlab.errors import EnvironmentFault
from meshlab.run import paths
from meshlab.run.normal import normal
from meshlab.run.objects import Object, key_of

FILE = "applied.json"


class Memory:
    """Of one cluster, in one file; keeps hashes only."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = _read(file)

    def same(self, declared: Object, live: Object) -> bool:
        """Whether the live object is exactly what came of applying this declaration."""
        return self._known.get(str(key_of(declared))) == [_hash(declared), _hash(_whole(live))]

    def learn(self, declared: Object, after: Object) -> None:
        """This came of applying it."""
        self._known[str(key_of(declared))] = [_hash(declared), _hash(_whole(after))]

    def save(self) -> None:
        """To disk."""
        paths.write(self._file, msgspec.json.encode(self._known))


def _whole(obj: Object) -> Any:
    """With its identity: the same object made anew is another one."""
    return [obj["metadata"].get("uid"), normal(obj, declared=obj)]


def _hash(thing: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(thing, order="sorted")).hexdigest()[:24]


def _read(file: Path) -> dict[str, list[str]]:
    try:
        return msgspec.json.decode(paths.read(file) or b"{}", type=dict[str, list[str]])
    except (msgspec.DecodeError, EnvironmentFault):
        return {}
