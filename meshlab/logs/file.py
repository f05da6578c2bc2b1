"""One log file for several processes: lines stay whole, and exactly one of them rotates it."""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from meshlab.logs.redaction import redacted

LARGEST = 1 << 20
"""Bytes of a file until it is rotated."""
OLDER = 3
"""Files that are kept beside the one that is written."""
BUFFER = 1 << 16
"""Bytes: a record up to this size is one write, and appending one write is never torn apart."""


class SharedFile(RotatingFileHandler):
    """A RotatingFileHandler that other processes may have too.

    It opens the file for each record, so that it never writes into one that somebody else has rotated away, and rotates
    under a lock, looking once more before it does. What cannot be written (a full disk, a read-only folder) is lost.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(file, maxBytes=LARGEST, backupCount=OLDER, encoding="utf-8", delay=True)
        self.setFormatter(Lines())

    def emit(self, record: logging.LogRecord) -> None:
        super().emit(record)
        self._let_go()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's own name
        """Nothing: the usual way is a traceback on stderr."""
        self._let_go()

    def doRollover(self) -> None:  # noqa: N802  # logging's own name
        self._let_go()
        # Gone or small: somebody else has just done it.
        with _locked(Path(f"{self.baseFilename}.lock")), suppress(FileNotFoundError):
            if Path(self.baseFilename).stat().st_size >= LARGEST // 2:
                super().doRollover()

    def _open(self) -> TextIOWrapper:
        file = Path(self.baseFilename)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return os.fdopen(handle, "a", buffering=BUFFER, encoding="utf-8", errors="backslashreplace")

    def _let_go(self) -> None:
        if self.stream is not None:
            with suppress(OSError):
                self.stream.close()
            self.stream = None


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class Lines(logging.Formatter):
    """Time (UTC), level, process, module, message; without secrets."""

    def __init__(self) -> None:
        line = "%(asctime)s.%(msecs)03dZ %(levelname)-7s %(process)d %(name)s: %(message)s"
        super().__init__(line, datefmt="%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))
