"""The progress log: JSON lines that are only ever appended, which the interface and commands both follow.

Each append is one write of a whole line and an fsync under a lock of the file alone. A kill -9 (or a full disk) leaves
at most one torn last line; readers do not count it and the next append cuts it off.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from meshlab import __version__, files
from meshlab.errors import EnvironmentFault
from meshlab.files import file_error
from meshlab.run.store import events

POLL = 0.2


class Log:
    """One log file. Reading is incremental: asking again costs one stat while nothing was added."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.damaged: list[int] = []
        """Numbers (1-based) of whole lines that are no events."""
        self.generation = 0
        """Grows when the file was replaced, so that what was read before is no longer so."""
        self._forget()

    def append(self, *new: events.AnyEvent) -> None:
        """Add events, all or none, on disk when it returns. EnvironmentFault when the disk is full or read-only."""
        lines = b"".join(events.encode(event) + b"\n" for event in new)
        with opened(self.file) as handle:
            size = cut_torn_line(handle)
            if size == 0:
                lines = events.encode(events.Opened(version=__version__)) + b"\n" + lines
            add(handle, lines, size, self.file)

    def read(self) -> list[events.AnyEvent]:
        """All events so far, oldest first. EnvironmentFault when a newer meshlab wrote the log in another schema."""
        self._read_on()
        return list(self._events)

    async def follow(self, start: int = 0) -> AsyncGenerator[events.AnyEvent, None]:
        """Events from number `start` on, for ever, those that other processes add as well."""
        while True:
            self._read_on()
            for event in self._events[start:]:
                start += 1
                yield event
            start = min(start, len(self._events))
            await asyncio.sleep(POLL)

    @property
    def length(self) -> int:
        """How many events there are."""
        self._read_on()
        return len(self._events)

    def _forget(self) -> None:
        self._events: list[events.AnyEvent] = []
        self._inode = self._offset = self._lines = 0
        self.generation += 1
        self.damaged.clear()

    def _read_on(self) -> None:
        try:
            about = self.file.stat()
        except FileNotFoundError:
            return self._forget() if self._offset else None
        if about.st_ino != self._inode or about.st_size < self._offset:
            self._forget()
            self._inode = about.st_ino
        if about.st_size > self._offset:
            self._take(_tail(self.file, self._offset))
        return None

    def _take(self, data: bytes) -> None:
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            self._lines += 1
            try:
                event = events.decode(line)
            except msgspec.DecodeError:
                self.damaged.append(self._lines)
                continue
            _readable(event, self.file)
            self._events.append(event)


def _readable(event: events.AnyEvent, file: Path) -> None:
    if isinstance(event, events.Opened) and event.schema > events.SCHEMA:
        raise EnvironmentFault("run.newer-log", file=file, version=event.version, own=__version__)


def _tail(file: Path, offset: int) -> bytes:
    try:
        with file.open("rb") as stream:
            stream.seek(offset)
            return stream.read()
    except OSError as error:
        raise file_error(error, file) from error


@contextmanager
def opened(file: Path) -> Iterator[int]:
    """The file, opened for appending, locked against other writers."""
    files.ensure(file.parent)
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise file_error(error, file) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def cut_torn_line(handle: int) -> int:
    """Cut off what stands after the last line end; how long the file is then."""
    size = os.fstat(handle).st_size
    end = size
    while end > 0:
        start = max(0, end - 4096)
        found = os.pread(handle, end - start, start).rfind(b"\n")
        end = start + found + 1 if found >= 0 else start
        if found >= 0:
            break
    if end < size:
        os.ftruncate(handle, end)
    return end


def add(handle: int, lines: bytes, size: int, file: Path) -> None:
    """Write at the end of the file, which is at `size`, and sync; a part that did not fit is taken back."""
    try:
        if os.write(handle, lines) < len(lines):
            raise OSError(28, "No space left on device")
        os.fsync(handle)
    except OSError as error:
        os.ftruncate(handle, size)
        raise file_error(error, file) from error
