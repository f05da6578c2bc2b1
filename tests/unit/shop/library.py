"""The two versions of the client library as their images lay them out: the second one's files over the first's."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from tests.unit.shop.parts import IMAGE

VERSIONS = ("1", "2")


def lay_out(version: str, folder: Path) -> Path:
    """A folder for PYTHONPATH that holds `clientlib` in this version."""
    for number in VERSIONS[: VERSIONS.index(version) + 1]:
        source = IMAGE.parent / f"shop-lib{number}" / "clientlib"
        shutil.copytree(source, folder / "clientlib", dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@contextmanager
def library(version: str, folder: Path) -> Iterator[ModuleType]:
    """`clientlib` in this version, in this process; forgotten afterwards."""
    path = [str(lay_out(version, folder)), str(IMAGE)]
    sys.path[:0] = path
    try:
        yield importlib.import_module("clientlib")
    finally:
        for one in path:
            sys.path.remove(one)
        for name in [name for name in sys.modules if name.partition(".")[0] == "clientlib"]:
            del sys.modules[name]
