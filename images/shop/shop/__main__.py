"""`python3 -m shop`: the role is in the environment."""

from __future__ import annotations

import asyncio
import sys

from shop.run import run
from shop.settings import Settings, SettingsError


def main() -> int:
    try:
        settings = Settings.from_env()
    except SettingsError as exc:
        print(f"shop: {exc}", file=sys.stderr)
        return 2
    asyncio.run(run(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
