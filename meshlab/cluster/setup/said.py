"""What one part of setup says while it works, and at its end."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from msgspec import Struct


class Said(Struct, frozen=True):
    """What is being tried now or, when `done`, how it was had."""

    text: str
    done: bool = False


Saying = AsyncGenerator[Said, None]
"""Any number of tries, then one that is done."""
