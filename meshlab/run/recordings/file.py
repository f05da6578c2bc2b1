"""Recordings on disk: JSON lines in gzip members that are appended, so that a kill loses at most the last one."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path

import msgspec
from msgspec import Struct

from meshlab import files
from meshlab.errors import UsageError
from meshlab.files import file_error
from meshlab.run.recordings import lines
from meshlab.run.recordings.lines import AnyLine, Opened
from meshlab.words import Words

LARGEST = 256 << 20
"""Largest recording, in bytes after unpacking."""
PIECE = 1 << 16
GZIP = 31
"""zlib's `wbits` for gzip."""


class Recording(Struct, frozen=True):
    """A recording file with its lines."""

    file: Path
    lines: tuple[AnyLine, ...]

    @property
    def opened(self) -> Opened:
        """Returns the first line, which says what was recorded."""
        first = self.lines[0]
        assert isinstance(first, Opened)
        return first


class Writer:
    """Appends lines to a file, and creates it when the first one is written."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._waiting: list[bytes] = []

    def add(self, line: AnyLine) -> None:
        """Adds a line, in memory until `flush`."""
        self._waiting.append(lines.encode(line))

    def flush(self) -> None:
        """Writes the lines to disk. EnvironmentFault when that fails."""
        if not self._waiting:
            return
        member = gzip.compress(b"".join(self._waiting))
        self._waiting.clear()
        try:
            handle = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            try:
                os.write(handle, member)
            finally:
                os.close(handle)
        except OSError as error:
            raise file_error(error, self.file) from error


def read(file: Path) -> Recording:
    """Reads a recording. UsageError names file and line of what cannot be read; an incomplete last line is ignored."""
    data = files.read(file)
    if data is None:
        raise UsageError("recording.absent", file=file)
    found = _lines(file, _unpacked(file, data))
    if not found or not isinstance(found[0], Opened):
        raise UsageError("recording.other", file=file)
    return Recording(file, tuple(found))


def pack(file: Path) -> None:
    """Rewrites the file as one gzip member, which is a tenth of the size."""
    data = files.read(file)
    if data is not None:
        files.write(file, gzip.compress(_unpacked(file, data), 9, mtime=0))


def _unpacked(file: Path, data: bytes) -> bytes:
    """Unpacks all complete lines. Raises UsageError."""
    found = bytearray()
    while data:
        member = zlib.decompressobj(GZIP)
        try:
            while data and not member.eof:
                found += member.decompress(data[:PIECE])
                data = member.unused_data + data[PIECE:]
                if len(found) > LARGEST:
                    raise UsageError("recording.large", file=file)
        except zlib.error as error:
            raise _damaged(file, found.count(b"\n") + 1, str(error)) from error
    return bytes(found[: found.rfind(b"\n") + 1])


def _lines(file: Path, data: bytes) -> list[AnyLine]:
    found: list[AnyLine] = []
    for number, raw in enumerate(data.splitlines(), 1):
        try:
            line = lines.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _damaged(file, number, str(error)) from error
        if isinstance(line, Opened):
            _readable(file, number, line, found)
        if line is not None:
            found.append(line)
    return found


def _readable(file: Path, number: int, line: Opened, before: list[AnyLine]) -> None:
    if line.schema > lines.SCHEMA:
        made, largest = line.schema, lines.SCHEMA
        raise UsageError("recording.newer", file=file, version=line.meshlab, schema=made, largest=largest)
    if before and isinstance(before[0], Opened) and (before[0].lab, before[0].seed) != (line.lab, line.seed):
        raise _damaged(file, number, Words("errors.recording.other-lab", {"before": before[0].lab, "now": line.lab}))


def _damaged(file: Path, number: int, why: str | Words) -> UsageError:
    return UsageError("recording.damaged", file=file, line=number, why=why)
