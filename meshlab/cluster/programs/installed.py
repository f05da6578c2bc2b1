"""Which versions of kind and kubectl are installed; "" where a program is missing, fails or hangs."""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec

from meshlab.cluster.programs.process import run
from meshlab.errors import EngineError

DEADLINE = 10.0
"""Seconds that a program may take to say its version."""


async def output_of(*argv: str) -> str:
    """What a program writes to stdout; "" where it is missing, fails or hangs."""
    with contextlib.suppress(EngineError):
        return (await run(*argv, deadline=DEADLINE)).text
    return ""


def decode(text: str) -> dict[str, Any]:
    """A JSON object, {} when it is none."""
    with contextlib.suppress(msgspec.DecodeError, msgspec.ValidationError):
        return msgspec.json.decode(text, type=dict[str, Any])
    return {}


async def kind_version() -> str:
    return (await output_of("kind", "version", "-q")).strip()


async def kubectl_version() -> str:
    out = await output_of("kubectl", "version", "--client", "-o", "json")
    return str(decode(out).get("clientVersion", {}).get("gitVersion", ""))
