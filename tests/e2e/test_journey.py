"""From `meshlab` to a green step in a real terminal on a real cluster, by typing as a person would."""

from __future__ import annotations

import sys

import pytest

from meshlab.lab.catalog import catalog
from tests.cluster import machine
from tests.cluster.conftest import LAB
from tests.cluster.program import Program
from tests.e2e.terminal import ROOT, Terminal

pytestmark = pytest.mark.e2e
F2 = "\x1bOQ"
STOPS = [entry.id for entry in catalog()]
"""Home starts at the first lab of the road and shows the id of the one that is chosen."""
COLOUR = """$(kubectl get deploy catalog-v2 -o yaml | grep -A1 'name: COLOR' | sed -n 's/.*value: //p')"""


def open_lab(program: Program) -> Terminal:
    terminal = Terminal([sys.executable, "-m", "meshlab"], columns=140, rows=42, env=program.env)
    terminal.until(STOPS[0])
    for stop in STOPS[1 : STOPS.index(LAB) + 1]:
        terminal.send("j")
        terminal.until(stop)
    terminal.send("\r")
    return terminal


def test_from_nothing_to_a_green_step(program: Program) -> None:
    before = machine.processes()
    terminal = open_lab(program)
    terminal.until("Create nodes", 60)
    terminal.until("step 1/", 400)
    terminal.until(f"meshlab {ROOT.name}", 30)
    terminal.send(F2)
    terminal.until(lambda text: "n Next" not in text)
    terminal.send("meshlab answer east-west-calls 6\r")
    terminal.until("✔ Calls between services in one request")
    terminal.resize(80, 24)
    terminal.until(lambda text: "Shell" in text and len(text.splitlines()[0]) <= 80)
    terminal.resize(140, 42)
    terminal.until("✔ Calls between services in one request")
    terminal.send("meshlab answer caller-of-legacy pricing\r")
    terminal.until("✔ Whom legacy sees as its caller")
    terminal.send(f"meshlab answer colour-of-v2 {COLOUR}\r")
    terminal.until("✔ The colour of catalog v2")
    terminal.until("5/5 checks", 60)
    terminal.send(F2)
    terminal.until("n Next")
    terminal.send("n")
    terminal.until("step 2/")
    terminal.send("q")
    assert terminal.wait() == 0
    assert machine.left_over(before) == set()
    steps = program.ok("status", "--format", "json").json()["status"]["steps"]
    assert [step["done"] for step in steps][:2] == [True, False]
