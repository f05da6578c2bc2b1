"""The modules of the shop image. They are no part of the package meshlab, so they are loaded from their folder."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

IMAGE = Path(__file__).parents[3] / "images" / "shop"


def load(name: str) -> Any:
    if str(IMAGE) not in sys.path:
        sys.path.insert(0, str(IMAGE))
    return importlib.import_module(f"shop.{name}")
