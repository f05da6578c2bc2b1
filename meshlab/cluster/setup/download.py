"""Downloading a pinned program: hashed before it may run, put in place in one step."""

from __future__ import annotations

import hashlib
import os
import urllib.error
import urllib.request
from pathlib import Path

from meshlab.cluster.pins import ToolPin
from meshlab.errors import EnvironmentFault

DEADLINE = 60.0
"""Seconds for each read."""


def read(url: str) -> bytes:
    """EnvironmentFault when the address does not answer."""
    try:
        with urllib.request.urlopen(url, timeout=DEADLINE) as answer:
            return bytes(answer.read())
    except (OSError, ValueError, urllib.error.URLError) as error:
        reason = getattr(error, "reason", error)
        raise EnvironmentFault(f"{url} does not answer ({reason}).", hint="See `meshlab doctor`, rule proxy.") from error


def expected(pin: ToolPin, platform: str, url: str) -> str:
    """The pinned checksum, else the published one. The latter finds a damaged file, not a forged one."""
    pinned = pin.sha256.get(platform)
    if pinned:
        return pinned
    if not pin.published:
        raise EnvironmentFault(f"No checksum of {url} is known, so it is not used.")
    return read(url + pin.published).decode(errors="replace").split()[0]


def fetch(pin: ToolPin, platform: str, target: Path) -> None:
    """EnvironmentFault when it cannot be had or is not what its checksum says; the target is then as it was."""
    url = pin.address(platform)
    wanted, content = expected(pin, platform, url), read(url)
    found = hashlib.sha256(content).hexdigest()
    if found != wanted:
        raise EnvironmentFault(f"{url} has the checksum {found}, not {wanted}: it was thrown away.")
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        fresh.write_bytes(content)
        fresh.chmod(0o755)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
