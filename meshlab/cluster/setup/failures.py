"""Why set-up could not have a program, kept until it can: the doctor must not advise what has just failed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

from meshlab import files
from meshlab.cluster.setup.environment import data_folder
from meshlab.errors import MeshlabError
from meshlab.words import Words

Why = Words | str


def _file() -> Path:
    return data_folder() / "setup-failures.json"


def known() -> dict[str, Why]:
    """Program to why its pinned version could not be downloaded the last time."""
    try:
        return msgspec.json.decode(_file().read_bytes(), type=dict[str, Why])
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        return {}


def remember(name: str, error: MeshlabError) -> None:
    """It could not be had. What cannot be written costs the doctor's advice, nothing else."""
    _write({**known(), name: error.words})


def forget(name: str) -> None:
    """It is there now."""
    before = known()
    if name in before:
        _write({other: why for other, why in before.items() if other != name})


def _write(failures: dict[str, Why]) -> None:
    with suppress(MeshlabError):
        files.write(_file(), msgspec.json.encode(failures))
