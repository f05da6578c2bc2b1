"""meshlab in a real pseudo-terminal, read through a terminal emulator: what a person would see."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

ROOT = Path(__file__).resolve().parents[2]

FRAME = 1 << 18
"""Bytes: more than any screen takes."""
BREATH = 0.002
"""Seconds without a byte after which a frame is whole."""


class Terminal:
    """A program on a pty of `columns` x `rows`, and the screen that it has drawn."""

    def __init__(self, command: list[str], columns: int = 120, rows: int = 34, env: dict[str, str] | None = None) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.drawn = 0
        """Bytes that the program has written so far."""
        self.arrived = 0.0
        """When the last of them came (monotonic seconds): this emulator, written in Python, takes its time to draw them."""
        self.process: pexpect.spawn[bytes] = pexpect.spawn(
            command[0],
            command[1:],
            dimensions=(rows, columns),
            env=os.environ | {"TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none"} | (env or {}),
            cwd=str(ROOT),
        )

    def read(self, seconds: float = 0.05) -> int:
        """Feed what the program has written since to the emulator. How many bytes there were."""
        written = self._more(seconds)
        # A pty holds 4 kB: all of a frame is taken before any of it is drawn, else its writer would wait for the drawing.
        while written and len(written) < FRAME and (more := self._more(BREATH)):
            written += more
        self.drawn += len(written)
        self.stream.feed(written)
        return len(written)

    def _more(self, seconds: float) -> bytes:
        try:
            written: bytes = self.process.read_nonblocking(1 << 16, timeout=seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return b""
        self.arrived = time.monotonic()
        return written

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, condition: str | Callable[[str], bool], deadline: float = 30) -> str:
        """Wait until the screen shows a text (or a condition of it holds). AssertionError when it never does."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            self.read()
            text = self.text
            if condition in text if isinstance(condition, str) else condition(text):
                return text
        raise AssertionError(f"never saw {condition!r}; the screen was:\n{self.text}")

    def send(self, keys: str) -> None:
        self.process.send(keys)

    def resize(self, columns: int, rows: int) -> None:
        self.process.setwinsize(rows, columns)
        self.screen.resize(rows, columns)

    def wait(self, deadline: float = 30) -> int:
        """The exit status, once the program has ended."""
        end = time.monotonic() + deadline
        while self.process.isalive() and time.monotonic() < end:
            self.read()
        self.process.close(force=True)
        return int(self.process.exitstatus if self.process.exitstatus is not None else -(self.process.signalstatus or 0))
