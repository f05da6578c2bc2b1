"""Which versions of kind and kubectl are installed; "" where a program is missing, fails or hangs."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import msgspec

DEADLINE = 10.0
"""Seconds that a program may take to say its version."""


async def output(*command: str) -> tuple[str, str]:
    """(stdout, error) of a program that may be missing, fail or hang."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
    except OSError as error:
        return "", f"{command[0]}: {error.strerror}"
    try:
        out, err = await asyncio.wait_for(process.communicate(), DEADLINE)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        return "", f"{command[0]} did not answer within {DEADLINE:.0f} s"
    message = err.decode(errors="replace").strip().splitlines()
    return out.decode(errors="replace"), "" if process.returncode == 0 else (message or ["failed"])[-1]


def decode(text: str) -> dict[str, Any]:
    """A JSON object, {} when it is none."""
    with contextlib.suppress(msgspec.DecodeError, msgspec.ValidationError):
        return msgspec.json.decode(text, type=dict[str, Any])
    return {}


async def kind_version() -> str:
    out, _ = await output("kind", "version", "-q")
    return out.strip()


async def kubectl_version() -> str:
    out, _ = await output("kubectl", "version", "--client", "-o", "json")
    return str(decode(out).get("clientVersion", {}).get("gitVersion", ""))
