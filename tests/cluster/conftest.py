"""One cluster for all tests of this folder that need a lab: made once, kept from lab to lab, removed at the end."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cluster.program import ROOT, Program
from tests.cluster.watchdog import watched

LAB = "2-router-mesh"


def number() -> int:
    """Which experiment and misconception of each lab have their turn: another with every commit."""
    chosen = os.environ.get("MESHLAB_TEST_SAMPLE")
    if chosen:
        return int(chosen)
    counted = subprocess.run(
        ["git", "rev-list", "--count", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    # Without a history it is another one every day.
    return int(counted) if counted.isdigit() else int(time.time() // 86400)


NUMBER = number()


def pytest_report_header() -> str:
    return f"labs: sample {NUMBER} (the same again: MESHLAB_TEST_SAMPLE={NUMBER})"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Setting up and cleaning up are part of what may hang."""
    with watched():
        return (yield)


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """meshlab with a state folder of its own; what it made is removed at the end."""
    state = Path(os.environ.get("MESHLAB_TEST_STATE") or tmp_path_factory.mktemp("state"))
    program = Program(state)
    yield program
    if "MESHLAB_TEST_STATE" not in os.environ:
        program.ok("clean", "--yes")


@pytest.fixture(scope="module")
def ready(program: Program) -> Program:
    """The same with a lab prepared, on the cluster that `meshlab prove --keep` keeps: it is in a state folder of its own.

    Asked for by each module anew: a proof between two of them begins its run anew, and with it forgets this one.
    """
    ready = replace(program, state=program.state / "prove")
    ready.ok("start", LAB, "--seed", "7")
    return ready


@pytest.fixture
def lab(ready: Program) -> Program:
    """The lab as it is at its start."""
    ready.ok("reset", "look", "--yes")
    return ready
