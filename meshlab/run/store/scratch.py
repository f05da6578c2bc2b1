"""A run that is nobody's: for grading and proving, in a state folder of its own inside the usual one, begun anew each time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from meshlab.run.store import lock, paths
from meshlab.run.store.paths import Paths


@contextmanager
def folder(state: Path | None, purpose: str, lab: str) -> Iterator[Paths]:
    """The state folder for `grade` or `prove` while the context lasts, without what an earlier run knew.

    A cluster that an earlier one kept stays. LockedError when another one of the same purpose is under way.
    """
    where = Paths(paths.find(state).root / purpose)
    with lock.held(where.root / "lock", purpose, f"The state folder of `meshlab {purpose}`"):
        shutil.rmtree(where.run(lab), ignore_errors=True)
        yield where


def tidy(where: Paths, lab: str) -> None:
    """Nothing of it is needed any more."""
    shutil.rmtree(where.run(lab), ignore_errors=True)
