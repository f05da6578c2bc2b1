"""The same under tmux: the road, a command from the guide by one key, a check that turns green, a solved step, the next one."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.cluster import machine
from tests.cluster.conftest import LAB
from tests.cluster.program import Program
from tests.e2e.terminal import ROOT
from tests.e2e.tmux import Tmux

pytestmark = pytest.mark.e2e
ALL_GREEN = re.compile(r"\b(\d+)/\1 checks")
SCALE = "kubectl scale deploy router --replicas=1"


@pytest.fixture
def begun(program: Program) -> Program:
    """The lab at its second step, on the cluster that is there, or on a new one where this test runs alone."""
    program.ok("start", LAB)
    program.ok("goto", "router")
    return program


def test_a_command_of_the_guide_a_green_check_and_the_next_step(begun: Program, tmp_path: Path) -> None:
    before = machine.processes()
    tmux = Tmux([sys.executable, "-m", "meshlab"], tmp_path, env=begun.env)
    try:
        _journey(tmux)
    finally:
        tmux.close()
    assert machine.left_over(before) == set()
    steps = begun.ok("status", "--format", "json").json()["status"]["steps"]
    assert [step["done"] or step["solved"] for step in steps][:3] == [True, True, False]


def _journey(tmux: Tmux) -> None:
    # A lab that was begun is the one that is chosen.
    tmux.until(LAB, 60)
    tmux.press("Enter")
    tmux.until("step 2/", 120)
    tmux.until(f"meshlab {ROOT.name}", 60)
    tmux.until("command 1/")
    tmux.press("Enter")
    tmux.until(lambda text: text.count(SCALE) == 2 and "n Next" not in text)
    assert "✔ The router runs" not in tmux.text, "it was pasted, not run"
    tmux.press("Enter")
    tmux.until("✔ The router runs", 120)
    tmux.resize(80, 24)
    tmux.until(lambda text: "4 Shell" in text and "2 Map" in text and max(map(len, text.splitlines())) <= 80)
    tmux.resize(140, 42)
    tmux.until("✔ The router runs")
    tmux.press("F2")
    tmux.until("n Next")
    tmux.press("s")
    tmux.until("Let meshlab solve this step?")
    tmux.press("y")
    # The sentence that says so stands below the page, which is longer than the screen.
    tmux.until(lambda text: ALL_GREEN.search(text) is not None and "n Next" in text, 240)
    tmux.press("n")
    tmux.until("step 3/", 60)
    tmux.press("q")
    assert tmux.wait() == 0
