"""The sentence for a file that could not be written or read."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from meshlab.errors import DiskFull, EnvironmentFault

OTHER_PLACE = "Free some space or give the folder back its permissions, or set MESHLAB_STATE to another folder."


def fault(error: OSError, path: Path) -> EnvironmentFault:
    """The error for a person: whether the disk is full, or what else stands in the way."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        said = f"The disk is full: {path} could not be written."
        return DiskFull(said, hint=OTHER_PLACE, parameters={"path": str(path)})
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        what = f"meshlab may not write or read {path}."
    elif error.errno in (errno.ENOTDIR, errno.EEXIST):
        what = f"{path} cannot be a folder: a file stands in its way."
    else:
        what = f"{path} could not be written or read: {error.strerror or error}."
    return EnvironmentFault(what, hint=OTHER_PLACE)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """EnvironmentFault about the path (or the file below it that is meant) for whatever cannot be written in the body."""
    try:
        yield
    except OSError as error:
        raise fault(error, Path(error.filename) if isinstance(error.filename, str) else path) from error
