"""How long phases took before on this machine, for progress that can say how long it will take."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from pathlib import Path

import msgspec

WEIGHT = 0.4
"""Of the newest run in the average."""


class Estimates:
    """An average for each phase in `folder/estimates.json`, by machine: a home folder may be shared by several."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = None if folder is None else folder / "estimates.json"
        self._machine = platform.node() or "localhost"

    def get(self, phase: str) -> float | None:
        """Seconds, or None when it never ran here."""
        return self._read().get(self._machine, {}).get(phase)

    def learn(self, seconds: dict[str, float]) -> None:
        """Take in what phases took just now. A file that cannot be written costs the estimate, nothing else."""
        if self._file is None or not seconds:
            return
        known = self._read()
        mine = known.setdefault(self._machine, {})
        for phase, new in seconds.items():
            old = mine.get(phase, new)
            mine[phase] = round(old + WEIGHT * (new - old), 2)
        fresh = self._file.with_suffix(f".{os.getpid()}.tmp")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(msgspec.json.format(msgspec.json.encode(known), indent=1))
            fresh.replace(self._file)
        except OSError:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)

    def _read(self) -> dict[str, dict[str, float]]:
        if self._file is None:
            return {}
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, dict[str, float]])
        except (OSError, msgspec.DecodeError, msgspec.ValidationError):
            return {}
