"""Progress of long operations as data: a command prints it, a screen draws it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field


class Progress(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One event of a long operation. A phase is announced with `running` and ends with `done` or `failed`."""

    phase: str
    """Stable id such as `create-nodes`; its words are `phases.<id>` in meshlab.words."""
    state: Literal["planned", "running", "done", "failed", "skipped", "note"] = "running"
    """`planned` events come first, one a phase, so that the whole way is known; `note` carries a line of log."""
    done: int = 0
    total: int = 0
    """Units inside the phase (images, pods), 0 where there are none."""
    estimate: float | None = None
    """Seconds this phase took before on this machine, if it ever ran."""
    seconds: float = 0.0
    """How long it took, when it is done."""
    detail: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
