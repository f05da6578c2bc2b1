"""One cluster for all tests of this folder that need a lab: made once, reset between, removed at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.program import Program

LAB = "2-router-mesh"


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """meshlab with a state folder of its own; what it made is removed at the end."""
    state = Path(os.environ.get("MESHLAB_TEST_STATE") or tmp_path_factory.mktemp("state"))
    program = Program(state)
    yield program
    if "MESHLAB_TEST_STATE" not in os.environ:
        program.ok("clean", "--yes")


@pytest.fixture(scope="session")
def ready(program: Program) -> Program:
    """The same with the lab prepared."""
    program.ok("start", LAB, "--seed", "7")
    return program


@pytest.fixture
def lab(ready: Program) -> Program:
    """The lab as it is at its start."""
    ready.ok("reset", "look", "--yes")
    return ready
