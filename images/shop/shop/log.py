"""One JSON line on stdout per request or event."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any


def line(**fields: Any) -> None:
    sys.stdout.write(json.dumps({"t": round(time.time(), 3), **fields}, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def soon(**fields: Any) -> None:
    """After what is being done now: whoever reads the log must not delay the answer that is logged."""
    fields = {"t": round(time.time(), 3), **fields}
    asyncio.get_running_loop().call_soon(lambda: line(**fields))
