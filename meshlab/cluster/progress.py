"""Progress of long operations as data: a command prints it, a screen draws it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from meshlab.errors import MeshlabError
from meshlab.words import Words, tell

Detail = str | Words | MeshlabError
"""What can be said of a phase: a name as it is, or words for its reader."""


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
    """What there is to say of it, in English where it is a sentence: `words` are the same for its reader."""
    words: Words | None = None
    parameters: dict[str, str] = field(default_factory=dict)

    def with_detail(self, detail: Detail) -> Progress:
        """The same with something to say of it."""
        if isinstance(detail, str):
            return replace(self, detail=detail)
        words = detail.words if isinstance(detail, MeshlabError) else detail
        return replace(self, detail=str(detail) if isinstance(detail, MeshlabError) else tell(words), words=words)

    def told(self, language: str) -> str:
        """The detail in its reader's language."""
        return tell(self.words or self.detail, language)
