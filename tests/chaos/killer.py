"""One command of meshlab, killed in a part of its work or while it writes its progress."""

from __future__ import annotations

import fcntl
import json
import os
import random
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

from tests.chaos.works import Work, told
from tests.cluster.program import ROOT, Program

WITHIN = 300.0
WRITING = 0.003
"""Seconds: a write and its sync take about as long."""


class Victim:
    """A command that runs, and the parts of its work that it has begun and not ended."""

    def __init__(self, program: Program, *arguments: str) -> None:
        self.open: set[str] = set()
        self._changed = threading.Condition()
        self._said_all = False
        self.process = subprocess.Popen(
            [*program.command, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=program.env,
            cwd=ROOT,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            with self._changed, suppress(ValueError):
                told(json.loads(line), self.open)
                self._changed.notify_all()
        with self._changed:
            self._said_all = True
            self._changed.notify_all()

    def reach(self, part: str) -> None:
        """Wait until the part begins (or the command ends)."""
        with self._changed:
            self._changed.wait_for(lambda: part in self.open or self._said_all, WITHIN)

    def kill(self) -> set[str]:
        """SIGKILL; the parts that were open, none when it had ended before."""
        with self._changed:
            were = set(self.open)
            self.process.send_signal(signal.SIGKILL)
        killed = self.process.wait() == -signal.SIGKILL
        self._reader.join()
        return were if killed else set()


def kill_in(program: Program, work: Work, part: str, chance: random.Random) -> str:
    """Run the work and kill it some time after the part began; the parts of the work that it died in, "" for none."""
    victim = Victim(program, *work.command)
    victim.reach(part)
    with suppress(subprocess.TimeoutExpired):
        victim.process.wait(chance.uniform(0, work.moments[part]))
    return "+".join(sorted(victim.kill() & work.parts))


def kill_in_write(program: Program, log: Path, chance: random.Random, *arguments: str) -> str:
    """Run a command that appends to the log and kill it in that; "" when it came to its end.

    It is held at the lock of the file until it is known to be there, and killed some time after the lock is given to it.
    """
    with log.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        victim = Victim(program, *arguments)
        while victim.process.poll() is None and not appends(victim.process.pid, log):
            time.sleep(0.002)
        fcntl.flock(file, fcntl.LOCK_UN)
    time.sleep(chance.uniform(0, WRITING))
    victim.kill()
    return "append" if victim.process.returncode == -signal.SIGKILL else ""


def appends(process: int, file: Path) -> bool:
    """Whether the process has the file open for appending (reading it does not count)."""
    with suppress(OSError):
        for link in Path(f"/proc/{process}/fd").iterdir():
            if link.readlink() == file:
                flags = Path(f"/proc/{process}/fdinfo/{link.name}").read_text().split("flags:")[1].split()[0]
                return bool(int(flags, 8) & os.O_APPEND)
    return False
