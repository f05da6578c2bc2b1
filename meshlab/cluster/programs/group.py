"""What is left of a program's process group once its leader has ended: told by the mark that it was started with.

From then on the group's id may be given to a stranger's program, so the id alone proves nothing. The environment does: it
is inherited, and nobody else has that mark in it. Where there is no /proc nobody can be told apart, and nobody is signalled.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

PROC = Path("/proc")
PAUSE, ROUNDS = 0.02, 100
"""Seconds between two looks, and how many: what cannot be killed is not waited for."""


class Mark(Struct, frozen=True):
    """A variable of the environment that one program and its children have, and nobody else."""

    name: str
    value: str

    @property
    def environment(self) -> dict[str, str]:
        return {self.name: self.value}

    def on(self, process: int) -> bool:
        """Whether a process carries it. False for a zombie, and for one that may not be looked at."""
        with suppress(OSError):
            return f"{self.name}={self.value}".encode() in (PROC / str(process) / "environ").read_bytes().split(b"\0")
        return False


async def end(group: int, mark: Mark) -> None:
    """Kill all processes of the group that carry the mark, also those that they start meanwhile."""
    for _ in range(ROUNDS):
        members = left(group, mark)
        if not members:
            return
        for process in members:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        await asyncio.sleep(PAUSE)


def left(group: int, mark: Mark) -> list[int]:
    """Processes of the group that run and carry the mark."""
    if not exists(group):
        return []  # The usual case, told without looking at every process of the machine.
    numbers = (int(folder.name) for folder in PROC.glob("[0-9]*"))
    return [process for process in numbers if _group_of(process) == group and mark.on(process)]


def alive(group: int, mark: Mark) -> bool:
    """Whether any of it is left; where nobody can be told apart, whether there is a group of that id."""
    return bool(left(group, mark)) if (PROC / "self").exists() else exists(group)


def exists(group: int) -> bool:
    """Whether there is a process group of that id, whosever it is; one of zombies is one too."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _group_of(process: int) -> int | None:
    with suppress(OSError):
        return os.getpgid(process)
    return None
