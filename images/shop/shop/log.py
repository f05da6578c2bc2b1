"""One JSON line on stdout per request or event."""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def line(**fields: Any) -> None:
    sys.stdout.write(json.dumps({"t": round(time.time(), 3), **fields}, separators=(",", ":")) + "\n")
    sys.stdout.flush()
