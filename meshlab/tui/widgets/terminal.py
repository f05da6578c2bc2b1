"""The one file that knows textual-tty: a terminal emulator as a widget, without its fast timers and its own colours."""

from __future__ import annotations

import asyncio
import subprocess
from collections import deque

from textual.events import Mount, MouseScrollUp, Unmount
from textual.message import Message
from textual.strip import Strip
from textual_tty import Terminal

SCROLLBACK = 10_000
FRAME = 1 / 60
EXIT_POLL = 1.0
HANG_UP_WITHIN = 2.0


class WheeledBack(Message):
    """The wheel was turned up at the shell's prompt."""


class ShellTerminal(Terminal):  # type: ignore[misc]  # the package has no types
    """Paints when something arrives instead of sixty times a second, so that an idle shell costs nothing."""

    DEFAULT_CSS = "ShellTerminal { background: $background; color: $foreground; width: 1fr; height: 1fr; }"

    def __init__(self, command: list[str]) -> None:
        super().__init__(command=command)
        self.history: deque[str] = deque(maxlen=SCROLLBACK)
        self._frame_pending = False
        self._seen_palette = -1
        self._keep_scrolled_lines()

    async def on_mount(self, event: Mount) -> None:
        # textual-tty's own handlers would start a 60 Hz timer (twice: once a class), 2 % of a core for ever.
        event.prevent_default()
        self.board.set_pty_data_callback(self.feed)
        await self.board.start_process()
        self._process = self.board.process
        self.set_interval(EXIT_POLL, self._look)

    async def on_unmount(self, event: Unmount) -> None:
        # bittty hangs up and forgets the child; it is waited for here, so that none is left behind.
        event.prevent_default()
        process = self._process
        self.board.stop_process()
        if process is not None:
            await asyncio.to_thread(_reap, process)

    def feed(self, data: str) -> None:
        super().feed(data)
        self._look_soon()

    def set_sync_output(self, enabled: bool) -> None:
        super().set_sync_output(enabled)
        self._look_soon()

    def paste(self, text: str) -> bool:
        """Put text at the prompt as if pasted. False when it could run by itself, because of a newline taken raw."""
        if "\n" in text and not self.board.modes.bracketed_paste:
            return False
        self.board.display.input_paste(text)
        return True

    def transcript(self) -> str:
        """The lines that have scrolled away, then those on the screen."""
        return "\n".join([*self.history, self.board.capture_text()])

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        # A program that follows the mouse or has a screen of its own scrolls itself.
        if self.mouse_mode == "off" and not self.board.blitter.in_alt_screen and self.history:
            event.prevent_default()
            event.stop()
            self.post_message(WheeledBack())

    def render_line(self, y: int) -> Strip:
        strip: Strip = super().render_line(y).apply_style(self.rich_style)
        return strip

    def _look_soon(self) -> None:
        if not self._frame_pending and self.is_attached:
            self._frame_pending = True
            self.set_timer(FRAME, self._look)

    def _look(self) -> None:
        self._frame_pending = False
        self._tick()

    def _check_palette(self) -> None:
        # The shell wears the app's colours, not those of its palette.
        palette = self.board.palette
        if palette.generation != self._seen_palette:
            self._seen_palette = palette.generation
            self._style_cache.clear()
            self.refresh()

    def _keep_scrolled_lines(self) -> None:
        """bittty has no scrollback: keep the lines that leave the top of the normal screen."""
        blitter = self.board.blitter
        scroll = blitter.scroll

        def record(lines: int) -> None:
            if lines > 0 and blitter.scroll_top == 0 and not blitter.in_alt_screen:
                page = blitter.current_buffer
                self.history.extend(page.get_line_text(y).rstrip() for y in range(min(lines, page.height)))
            scroll(lines)

        blitter.scroll = record


def _reap(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(HANG_UP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
