"""Numbered records as JSON lines in a folder, bounded in number; they outlive the process, a SIGKILL included."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PER_FILE = 2000
MAX_FILES = 100
_PREFIX = len(b'{"seq":')


class Journal:
    """A record's `seq` says which file it is in, in whatever order records come. Beyond MAX_FILES the oldest go."""

    def __init__(self, folder: Path, *, per_file: int = PER_FILE, max_files: int = MAX_FILES) -> None:
        self._folder = folder
        self._per_file = per_file
        self._max_files = max_files
        self._open: tuple[Path, int] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        for path in files(folder)[-2:]:
            _end_last_line(path)
        self.last = last(folder)

    def append(self, seq: int, **fields: Any) -> None:
        line = json.dumps({"seq": seq, **fields}, separators=(",", ":")).encode() + b"\n"
        os.write(self._file_of(seq), line)
        self.last = max(self.last or 0, seq)

    def close(self) -> None:
        if self._open is not None:
            os.close(self._open[1])
            self._open = None

    def _file_of(self, seq: int) -> int:
        # Zero-padded, so that the names sort as the numbers do.
        path = self._folder / f"{seq - seq % self._per_file:015d}.jsonl"
        if self._open is not None and self._open[0] == path:
            return self._open[1]
        self.close()
        self._open = (path, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644))
        for old in files(self._folder)[: -self._max_files]:
            old.unlink()
        return self._open[1]


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def read(folder: Path, low: int = 0, high: int | None = None, since: float = 0) -> list[dict[str, Any]]:
    """Records numbered low to high, both included, by number; with a `t` (Unix seconds) of at least `since`."""
    paths = files(folder)
    starts = [int(path.stem) for path in paths]
    ends: list[int | None] = [*starts[1:], None]
    found: list[dict[str, Any]] = []
    for path, start, end in zip(paths, starts, ends, strict=False):
        if (end is None or end > low) and (high is None or start <= high) and _written_since(path, since):
            found.extend(record for record in _records(path, low, high) if record["t"] >= since)
    return sorted(found, key=lambda record: int(record["seq"]))


def first(folder: Path) -> int | None:
    """The oldest number kept; None when there is none."""
    return next((min(numbers) for path in files(folder) if (numbers := _numbers(path))), None)


def last(folder: Path) -> int | None:
    return next((max(numbers) for path in reversed(files(folder)) if (numbers := _numbers(path))), None)


def write_whole(path: Path, text: str) -> None:
    """Replaces a file at once: a reader or a restart sees the old text or the new."""
    part = path.with_suffix(".part")
    part.write_text(text)
    part.replace(path)


def _written_since(path: Path, since: float) -> bool:
    """Spares the decoding of files whose last record is older. A second: some file systems round their times."""
    try:
        return path.stat().st_mtime + 1 >= since
    except FileNotFoundError:
        return False


def _records(path: Path, low: int, high: int | None) -> Iterator[dict[str, Any]]:
    for line in _lines(path):
        number = _number(line)
        if number is not None and low <= number and (high is None or number <= high):
            yield json.loads(line)


def _numbers(path: Path) -> list[int]:
    return [number for line in _lines(path) if (number := _number(line)) is not None]


def _lines(path: Path) -> Iterator[bytes]:
    """Whole lines: one that is still being written, or was cut off by a kill, is not one."""
    try:
        with path.open("rb") as lines:
            yield from (line for line in lines if line.endswith(b"}\n"))
    except FileNotFoundError:
        return  # it was the oldest, and has gone in the meantime


def _number(line: bytes) -> int | None:
    """The seq of a line, without decoding all of it: polls read thousands of lines for a few."""
    digits = line[_PREFIX : line.find(b",")]
    return int(digits) if digits.isdigit() else None


def _end_last_line(path: Path) -> None:
    with path.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        if size == 0:
            return
        file.seek(size - 1)
        if file.read(1) != b"\n":
            file.write(b"\n")
