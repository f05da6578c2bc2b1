"""The lock of a run or a cluster: held by an operation that changes something, for its duration.

It is the kernel's lock on an open file, so a kill -9 releases it; the JSON inside only says who holds it.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from meshlab import files
from meshlab.errors import LockedError
from meshlab.files import file_error
from meshlab.words import Words, tell

log = logging.getLogger(__name__)


class Holder(msgspec.Struct, frozen=True):
    """Who holds a lock, what for and since when (unix seconds)."""

    pid: int
    operation: str
    since: float


@contextmanager
def held(file: Path, operation: str, subject: Words | str = "") -> Iterator[None]:
    """Hold the lock file while the context lasts. LockedError names the holder when somebody else has it.

    subject: what is locked, for the sentence: "the lab 2-router-mesh"; "" is the folder.
    """
    handle = _open(file)
    try:
        if not _take(handle):
            raise locked(_holder(handle), subject or file.parent.name)
        _write_holder(handle, Holder(os.getpid(), operation, time.time()))
        try:
            yield
        finally:
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


class Reentrant:
    """Locks that one task of this process may take again while it holds them; another task is refused like a process."""

    def __init__(self) -> None:
        self._owner: object = None

    @contextmanager
    def hold(self, files: dict[Path, Words], operation: str) -> Iterator[None]:
        """Hold all lock files (each with its subject for the sentence), or none. LockedError."""
        me = _me()
        if self._owner is me:
            yield
            return
        with ExitStack() as stack:
            for file, subject in files.items():
                stack.enter_context(held(file, operation, subject))
            self._owner, since = me, time.monotonic()
            log.info("%s: `%s` begins", ", ".join(map(tell, files.values())), operation)
            try:
                yield
            except BaseException as error:
                log.warning(
                    "`%s` failed after %.1f s: %s: %s", operation, time.monotonic() - since, type(error).__name__, error
                )
                raise
            else:
                log.info("`%s` ended after %.1f s", operation, time.monotonic() - since)
            finally:
                self._owner = None


def _me() -> object:
    """The task that runs, or the thread where there is no event loop."""
    try:
        return asyncio.current_task() or threading.current_thread()
    except RuntimeError:
        return threading.current_thread()


def holder(file: Path) -> Holder | None:
    """Who holds the lock file now; None when nobody does.

    Checks the process instead of taking the lock, which would refuse it to an operation that needs it.
    """
    try:
        found = msgspec.json.decode(file.read_bytes(), type=Holder)
    except (OSError, msgspec.DecodeError):
        return None
    return found if files.alive(found.pid) else None


def locked(holder: Holder | None, subject: Words | str) -> LockedError:
    """The error that names the holder."""
    if holder is None or not holder.pid:
        return LockedError("run.locked-by-another", subject=subject)
    clock = time.strftime("%H:%M:%S", time.localtime(holder.since))
    return LockedError("run.locked", subject=subject, operation=holder.operation, pid=holder.pid, since=clock)


def _open(file: Path) -> int:
    files.ensure(file.parent)
    try:
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise file_error(error, file) from error


def _take(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_holder(handle: int, holder: Holder) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, msgspec.json.encode(holder), 0)


def _holder(handle: int) -> Holder | None:
    try:
        return msgspec.json.decode(os.pread(handle, 4096, 0), type=Holder)
    except msgspec.DecodeError:
        return None
