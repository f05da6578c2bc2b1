"""`python3 -m shop`: the role is in the environment."""

from __future__ import annotations

import asyncio
import os
import sys

from shop.client import client
from shop.run import run
from shop.settings import Settings, SettingsError


def main() -> int:
    try:
        settings = Settings.from_env()
        calls = client(settings, os.environ)
    except SettingsError as exc:
        print(f"shop: {exc}", file=sys.stderr)
        return 2
    asyncio.run(run(settings, calls))
    return 0


if __name__ == "__main__":
    sys.exit(main())
