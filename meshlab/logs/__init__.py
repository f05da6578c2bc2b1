"""The log of meshlab itself: what it did and what went wrong, in `logs/meshlab.log` of the state folder.

Modules write with the standard library: `log = logging.getLogger(__name__)`. Nothing of it is ever seen on the screen or on
stderr, no secret is written (see redaction.py), and a log that cannot be written is no reason to fail.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

ENVIRONMENT = "MESHLAB_LOG"
"""The level: debug, info (the default), warning, error."""
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
FOLDER, FILE = "logs", "meshlab.log"

log = logging.getLogger("meshlab")
# Whoever imports meshlab and begins no log: without a handler, warnings would go to stderr.
log.addHandler(logging.NullHandler())


def file_in(state: Path) -> Path:
    """The log of a state folder; older parts of it have .1, .2 and so on at the end."""
    return state / FOLDER / FILE


def level() -> int:
    """As the environment wishes; a word that is no level is info."""
    return LEVELS.get(os.environ.get(ENVIRONMENT, "").strip().lower(), logging.INFO)


def begin(state: Path, opening: str = "") -> None:
    """Write the log of this process into the state folder, and other packages' warnings too, instead of to stderr.

    opening: the first line. It is written with the second one, so that a command that has nothing to say leaves nothing.
    """
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, Later)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(Later(file_in(state), opening))
    log.setLevel(level())


def end(text: str, *arguments: object) -> None:
    """The last line of this process, where it has written one."""
    if any(isinstance(one, Later) and one.used for one in logging.getLogger().handlers):
        log.info(text, *arguments)


class Later(logging.Handler):
    """Opens nothing, and imports nothing, before there is something to write."""

    def __init__(self, file: Path, opening: str) -> None:
        super().__init__()
        self._path = file
        self._opening = opening
        self._writer: logging.Handler | None = None

    @property
    def used(self) -> bool:
        """Whether something was written."""
        return self._writer is not None

    def emit(self, record: logging.LogRecord) -> None:
        if self._writer is None:
            from meshlab.logs.file import SharedFile

            self._writer = SharedFile(self._path)
            if self._opening:
                self._writer.handle(log.makeRecord(log.name, logging.INFO, "", 0, self._opening, (), None))
        self._writer.handle(record)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        super().close()
