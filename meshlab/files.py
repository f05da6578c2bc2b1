"""Whole files written at once (0700 folders, 0600 files), read, and the error of what could not be written or read."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from meshlab.errors import DiskFull, EnvironmentFault

SCRATCH = ".tmp"


def file_error(error: OSError, path: Path) -> EnvironmentFault:
    """The error for a person: whether the disk is full, or what else stands in the way."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull("file.disk-full", path=path)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return EnvironmentFault("file.forbidden", path=path)
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return EnvironmentFault("file.in-the-way", path=path)
    return EnvironmentFault("file.unusable", path=path, why=error.strerror or str(error))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """EnvironmentFault about the path (or the file below it that is meant) for whatever cannot be written in the body."""
    try:
        yield
    except OSError as error:
        raise file_error(error, Path(error.filename) if isinstance(error.filename, str) else path) from error


def ensure(folder: Path) -> Path:
    """Make the folder (and its parents) with mode 0700. EnvironmentFault when that is not possible."""
    if folder.is_dir():
        return folder
    ensure(folder.parent) if not folder.parent.exists() else None
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise file_error(error, folder) from error
    return folder


def write(path: Path, data: bytes) -> None:
    """Put a whole file in place at once: readers and a kill -9 see the old one or the new one, never a part."""
    ensure(path.parent)
    scratch = ""
    try:
        _sweep(path)
        handle, scratch = tempfile.mkstemp(prefix=f".{path.name}.{os.getpid()}.", suffix=SCRATCH, dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(scratch).replace(path)
    except OSError as error:
        if scratch:
            Path(scratch).unlink(missing_ok=True)
        raise file_error(error, path) from error


def alive(pid: int) -> bool:
    """Whether a process of this number exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sweep(path: Path) -> None:
    """Remove what writers of this file left that were killed."""
    for old in path.parent.glob(f".{path.name}.*{SCRATCH}"):
        pid = old.name.removeprefix(f".{path.name}.").partition(".")[0]
        if pid.isdigit() and not alive(int(pid)):
            old.unlink(missing_ok=True)


def read(path: Path) -> bytes | None:
    """The file's bytes, None when there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise file_error(error, path) from error
