"""What remains when meshlab itself is killed with SIGKILL: a small shell that then ends our programs and their children.

It reads process groups and temporary folders from a pipe. When the pipe ends, meshlab is gone: the groups are killed and
the folders removed. On Linux it also finds programs that were started just before and not told about yet, by a mark in
their environment. PR_SET_PDEATHSIG would reach direct children only, and kind starts many of its own; it also needs code
between fork and exec, which may hang a process that has threads.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import uuid
from contextlib import suppress
from functools import cache
from pathlib import Path

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
for group in $groups; do kill -s KILL -- "-$group"; done
[ -d /proc/self ] && [ -z "$orderly" ] && for environ in $(grep -lsF "$1" /proc/[0-9]*/environ); do
  process=${environ#/proc/}; kill -s KILL "${process%/environ}"
done
for folder in $folders; do rm -rf -- "$folder"; done
"""


class Guardian:
    """Tells the shell what to end should this process die. Without a shell it does nothing: only a SIGKILL needs it."""

    def __init__(self) -> None:
        self.mark = {"MESHLAB_PROGRAM_OF": f"{os.getpid()}-{uuid.uuid4().hex}"}
        """Environment of every program that belongs to this process."""
        self._shell: subprocess.Popen[bytes] | None = None
        with suppress(OSError):
            self._shell = subprocess.Popen(
                ["/bin/sh", "-c", SCRIPT, "meshlab-guardian", "=".join(*self.mark.items())],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
            )
            atexit.register(self.leave)

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
