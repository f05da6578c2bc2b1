"""What remains when meshlab itself is killed with SIGKILL: a small shell that then ends our programs and their children.

It reads process groups and temporary folders from a pipe. When the pipe ends, meshlab is gone: its programs are killed and
the folders removed. On Linux the programs are found by a mark in their environment, so also those that were started just
before and not told about yet, and never a stranger's that was given the id of one that has ended; elsewhere by their groups.
PR_SET_PDEATHSIG would reach direct children only, and kind starts many of its own; it also needs code between fork and
exec, which may hang a process that has threads.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import uuid
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path

from meshlab.cluster.programs.group import Mark

MARK = "MESHLAB_PROGRAM_OF"
"""Of the environment of every program that belongs to a meshlab."""

SCRIPT = r"""
line='
'
IFS=$line
groups=$line; folders=$line; orderly=
without() { all=${1%%"$line$2$line"*}$line${1#*"$line$2$line"}; }
while read -r said; do
  name=${said#* }
  case $said in
    "+group "*) groups=$groups$name$line ;;
    "-group "*) without "$groups" "$name"; groups=$all ;;
    "+folder "*) folders=$folders$name$line ;;
    "-folder "*) without "$folders" "$name"; folders=$all ;;
    leave) orderly=yes ;;
  esac
done
marked() { grep -lsF "$1" /proc/[0-9]*/environ; }
if [ ! -d /proc/self ]; then
  for group in $groups; do kill -s KILL -- "-$group"; done
elif [ -z "$orderly" ] || [ "$groups" != "$line" ]; then
  # Again until there are none: one may have started another meanwhile. One that may not be killed is not waited for.
  rounds=50
  while found=$(marked "$1"); [ -n "$found" ] && [ $((rounds -= 1)) -gt 0 ]; do
    for environ in $found; do process=${environ#/proc/}; kill -s KILL "${process%/environ}"; done
  done
fi
for folder in $folders; do rm -rf -- "$folder"; done
"""


class Guardian:
    """Tells the shell what to end should this process die. Without a shell it does nothing: only a SIGKILL needs it."""

    def __init__(self) -> None:
        self._mark = f"{os.getpid()}-{uuid.uuid4().hex}"
        self._programs = count(1)
        self._shell: subprocess.Popen[bytes] | None = None
        with suppress(OSError):
            self._shell = subprocess.Popen(
                ["/bin/sh", "-c", SCRIPT, "meshlab-guardian", f"{MARK}={self._mark}."],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
                # Where meshlab is itself a program of meshlab: its guardian must outlive it.
                env={name: value for name, value in os.environ.items() if name != MARK},
            )
            atexit.register(self.leave)

    def new_mark(self) -> Mark:
        """The mark of one more program of this process; all of them begin alike."""
        return Mark(MARK, f"{self._mark}.{next(self._programs)}")

    def watch(self, group: int) -> None:
        """Kill this process group when meshlab is gone."""
        self._tell(f"+group {group}")

    def forget(self, group: int) -> None:
        """The group has ended."""
        self._tell(f"-group {group}")

    def watch_folder(self, folder: Path) -> None:
        """Remove this folder when meshlab is gone."""
        self._tell(f"+folder {folder}")

    def forget_folder(self, folder: Path) -> None:
        """The folder has been removed."""
        self._tell(f"-folder {folder}")

    def leave(self) -> None:
        """Let the shell end; it ends what is still watched."""
        self._tell("leave")
        if self._shell is not None and self._shell.stdin is not None:
            with suppress(OSError):
                self._shell.stdin.close()
            self._shell.wait()
            self._shell = None

    def _tell(self, line: str) -> None:
        if self._shell is not None and self._shell.stdin is not None:
            with suppress(OSError):
                self._shell.stdin.write(line.encode() + b"\n")
                self._shell.stdin.flush()


@cache
def guardian() -> Guardian:
    """The one of this process."""
    return Guardian()
