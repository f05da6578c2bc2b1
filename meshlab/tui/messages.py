"""What screens tell the app. Screens do not know each other: the app alone decides what is shown next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.message import Message

from meshlab.run.api import LabRun


@dataclass
class OpenLab(Message):
    """The learner wants to work on this lab."""

    lab: str


@dataclass
class LabReady(Message):
    """Preparation is done."""

    run: LabRun


@dataclass
class TitlesRead(Message):
    """Titles of labs by id, in the language spoken now."""

    titles: dict[str, str]


@dataclass
class LeaveLab(Message):
    """Back to the road."""


@dataclass
class StartAgain(Message):
    """Prepare the lab that is open once more: its cluster is gone, asleep, or cannot be reached."""


@dataclass
class Failed(Message):
    """Something that the screen did went wrong."""

    error: BaseException
    ways: tuple[str, ...]
    """Those of retry, start and leave that the screen offers."""
    chosen: Callable[[str | None], None]
    """Called with the way that was chosen; "" or None is none."""
