"""The journal of faults: a line on disk *before* a fault is applied, another when it is undone.

After a kill -9 `pending()` gives what may still be in force, with what is needed to undo it. Applied or not: undoing must
be fine both ways.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from meshlab import files
from meshlab.lab.address import describe
from meshlab.lab.model import Fault
from meshlab.run.api import FaultState
from meshlab.run.store import log


class Entry(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One fault and its inverse."""

    id: str
    fault: Fault
    inverse: dict[str, Any] = field(default_factory=dict)
    """What stood there before (replicas, labels, text): written by meshlab.run.faults, opaque here."""
    experiment: str = ""
    step: str = ""
    by: str = "meshlab"
    since: float = field(default_factory=time.time)


def state_of(entry: Entry) -> FaultState:
    """A journalled fault as screens, `status` and the log show it."""
    target = describe(entry.fault.subject)
    return FaultState(id=entry.id, kind=entry.fault.kind, target=target, by=entry.by, since=entry.since)


class _Open(Struct, frozen=True, tag="open"):
    entry: Entry


class _Close(Struct, frozen=True, tag="close"):
    id: str
    t: float


_decoder: msgspec.json.Decoder[_Open | _Close] = msgspec.json.Decoder(_Open | _Close)


class Journal:
    """The journal file of one run."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def open(self, entry: Entry) -> None:
        """On disk when it returns: only then may the fault be applied."""
        self._append(_Open(entry))

    def close(self, entry_id: str) -> None:
        """The fault is undone."""
        self._append(_Close(entry_id, time.time()))

    def pending(self) -> list[Entry]:
        """Faults that may be in force, oldest first. Undo them in the opposite order."""
        found: dict[str, Entry] = {}
        for line in (files.read(self.file) or b"").splitlines(keepends=True):
            record = _record(line)
            if isinstance(record, _Open):
                found[record.entry.id] = record.entry
            elif isinstance(record, _Close):
                found.pop(record.id, None)
        return list(found.values())

    def _append(self, record: _Open | _Close) -> None:
        with log.opened(self.file) as handle:
            log.add(handle, msgspec.json.encode(record) + b"\n", log.cut_torn_line(handle), self.file)


def _record(line: bytes) -> _Open | _Close | None:
    """None for a torn line: its fault was never applied, because the journal comes first."""
    if not line.endswith(b"\n"):
        return None
    try:
        return _decoder.decode(line)
    except msgspec.DecodeError:
        return None
