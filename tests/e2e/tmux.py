"""meshlab under tmux, as many people run it: keys by send-keys, the screen by capture-pane, resizing by resize-window."""

from __future__ import annotations

import itertools
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.e2e.terminal import ROOT
from tests.programs import need

CONFIGURATION = """\
set -g status off
set -g remain-on-exit on
set -g default-terminal tmux-256color
set -s escape-time 0
"""
NUMBERS = itertools.count()
KEEP_STATUS = '"$@"; echo "$?" > "$0"'
"""tmux 3.3 misses the end of a child now and then (it stays a zombie), so the exit status is kept without it."""


class Tmux:
    """A program in the only window of a tmux server of its own, which `close` ends."""

    def __init__(
        self, command: list[str], folder: Path, columns: int = 140, rows: int = 42, env: dict[str, str] | None = None
    ) -> None:
        """folder: for tmux's configuration."""
        self.server = f"meshlab-test-{os.getpid()}-{next(NUMBERS)}"
        self.environment = os.environ | {"TEXTUAL_ANIMATIONS": "none"} | (env or {})
        file = folder / "tmux.conf"
        file.write_text(CONFIGURATION)
        size = ("-x", str(columns), "-y", str(rows))
        self._status = folder / "status"
        kept = ("sh", "-c", KEEP_STATUS, str(self._status), *command)
        self._tmux("-f", str(file), "new-session", "-d", *size, "-c", str(ROOT), *kept)

    def _tmux(self, *arguments: str) -> str:
        words = [need("tmux"), "-L", self.server, *arguments]
        return subprocess.run(words, env=self.environment, capture_output=True, text=True, check=True).stdout

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return self._tmux("capture-pane", "-p")

    def until(self, condition: str | Callable[[str], bool], deadline: float = 30) -> str:
        """Wait until the screen shows a text (or a condition of it holds). AssertionError when it never does."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            text = self.text
            if condition in text if isinstance(condition, str) else condition(text):
                return text
            time.sleep(0.05)
        raise AssertionError(f"never saw {condition!r}; the screen was:\n{self.text}")

    def press(self, *keys: str) -> None:
        """Keys by tmux's names: F2, Enter, Escape, n."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Letters as they are, and enter."""
        self._tmux("send-keys", "-l", text)
        self.press("Enter")

    def resize(self, columns: int, rows: int) -> None:
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def wait(self, deadline: float = 30) -> int:
        """The exit status, once the program has ended."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            if self._status.exists() and (status := self._status.read_text().strip()):
                return int(status)
            time.sleep(0.05)
        raise AssertionError(f"it does not end; the screen was:\n{self.text}")

    def close(self) -> None:
        """End the server, and with it the program if it still runs."""
        subprocess.run([need("tmux"), "-L", self.server, "kill-server"], env=self.environment, capture_output=True, check=False)
        # tmux 3.3 leaves its socket behind.
        Path(os.environ.get("TMUX_TMPDIR", "/tmp"), f"tmux-{os.getuid()}", self.server).unlink(missing_ok=True)
