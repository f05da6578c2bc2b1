"""A run's template values: the seat's, and those that are known only once the clusters exist."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from meshlab import files


class Values:
    """The seat's variables, and what `remember` was given (image_shop, edge_url, edge_port ...), kept in values.json."""

    def __init__(self, folder: Path, of_seat: Mapping[str, str]) -> None:
        self._file = folder / "values.json"
        self._of_seat = of_seat
        self._remembered = _read(self._file)

    def all(self) -> dict[str, str]:
        """By name; the seat's own go first where both have one."""
        return {**self._remembered, **self._of_seat}

    def remember(self, values: Mapping[str, str]) -> None:
        """Keep values on disk, so that pages can be shown without a cluster."""
        self._remembered |= values
        files.write(self._file, msgspec.json.encode(self._remembered))


def _read(file: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode(files.read(file) or b"{}", type=dict[str, str])
    except msgspec.DecodeError:
        return {}
