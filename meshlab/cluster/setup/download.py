"""Downloading a pinned program: hashed before it may run, put in place in one step."""

from __future__ import annotations

import hashlib
import os
import threading
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError

from meshlab.cluster.images.pins import ToolPin
from meshlab.errors import EnvironmentFault

WITHIN = 15.0
"""Seconds to connect, and to wait for each next part."""
CHUNK = 1 << 18


def parts(url: str) -> Iterator[bytes]:
    """What an address answers, part by part. EnvironmentFault when it does not, or ends too early."""
    try:
        with urllib.request.urlopen(url, timeout=WITHIN) as answer:
            expected, found = int(answer.headers.get("Content-Length") or -1), 0
            while part := answer.read(CHUNK):
                found += len(part)
                yield part
    except HTTPError as error:
        error.close()
        raise EnvironmentFault("download.refused", url=url, status_code=error.code, reason=error.reason) from error
    except (OSError, ValueError, HTTPException) as error:
        reason = error.reason if isinstance(error, URLError) else error
        raise EnvironmentFault("download.silent", url=url, why=reason) from error
    if expected >= 0 and found != expected:
        raise EnvironmentFault("download.short", url=url, got=found, wanted=expected)


def expected(pin: ToolPin, platform: str, url: str) -> str:
    """The pinned checksum, else the published one. The latter finds a damaged file, not a forged one."""
    pinned = pin.sha256.get(platform)
    if pinned:
        return pinned
    if not pin.published:
        raise EnvironmentFault("download.no-checksum", url=url)
    words = b"".join(parts(url + pin.published)).decode(errors="replace").split()
    if not words:
        raise EnvironmentFault("download.empty-checksum", url=url, suffix=pin.published)
    return words[0].lower()


def fetch(pin: ToolPin, platform: str, target: Path, stop: threading.Event) -> None:
    """EnvironmentFault when it cannot be had or is not what its checksum says; the target is then as it was.

    Setting `stop` from another thread ends it at the next part.
    """
    url = pin.address(platform)
    wanted, total = expected(pin, platform, url), hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with fresh.open("wb") as file:
            for part in parts(url):
                if stop.is_set():
                    raise EnvironmentFault("download.stopped", url=url)
                total.update(part)
                file.write(part)
        if total.hexdigest() != wanted:
            raise EnvironmentFault("download.checksum", url=url, got=total.hexdigest(), wanted=wanted)
        fresh.chmod(0o755)
        fresh.replace(target)
    except OSError as error:
        raise EnvironmentFault("download.unwritable", file=target, why=error.strerror or str(error)) from error
    finally:
        fresh.unlink(missing_ok=True)
