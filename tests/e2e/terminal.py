"""meshlab in a real pseudo-terminal, read through a terminal emulator: what a person would see."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

ROOT = Path(__file__).resolve().parents[2]


class Terminal:
    """A program on a pty of `columns` x `rows`, and the screen that it has drawn."""

    def __init__(self, command: list[str], columns: int = 120, rows: int = 34, env: dict[str, str] | None = None) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.drawn = 0
        """Bytes that the program has written so far."""
        self.process: pexpect.spawn[bytes] = pexpect.spawn(
            command[0],
            command[1:],
            dimensions=(rows, columns),
            env=os.environ | {"TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none"} | (env or {}),
            cwd=str(ROOT),
        )

    def read(self, seconds: float = 0.05) -> None:
        """Feed what the program has written since to the emulator."""
        try:
            written = self.process.read_nonblocking(1 << 16, timeout=seconds)
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF:
            return
        self.drawn += len(written)
        self.stream.feed(written)

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
