"""A run that is nobody's, for grades, proofs and recordings: in a folder of its own inside the state folder, begun anew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, get_args

from meshlab.run.store import lock, paths
from meshlab.run.store.paths import Paths

Purpose = Literal["grade", "prove", "record"]
"""Who works in a scratch folder: the name of the command, and of the folder inside the state folder."""
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


@contextmanager
def folder(state: Path | None, purpose: Purpose, lab: str) -> Iterator[Paths]:
    """The state folder of a purpose while the context lasts, without what an earlier run knew.

    A cluster that an earlier one kept stays. LockedError when another one of the same purpose is under way.
    """
    where = Paths(paths.find(state).root / purpose)
    with lock.held(where.root / "lock", purpose, f"The state folder of `meshlab {purpose}`"):
        shutil.rmtree(where.run(lab), ignore_errors=True)
        yield where


def tidy(where: Paths, lab: str) -> None:
    """Deletes the run's folder."""
    shutil.rmtree(where.run(lab), ignore_errors=True)
