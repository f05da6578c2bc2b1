"""Grading on a real cluster: the exit codes and reports that CI relies on, and nothing left behind after any of them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest

from meshlab.lab.skeleton import new_lab
from tests.cluster import machine
from tests.cluster.conftest import LAB
from tests.cluster.program import ROOT, Program

NAME = "9-mine"


@pytest.fixture
def untouched() -> object:
    before = machine.take()
    yield before
    assert machine.take() == before


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A lab as `meshlab new` makes it: small, and somebody's own, so it acts with the rights of a submission."""
    return new_lab(tmp_path / "pack", NAME).parent


def grade(program: Program, *arguments: str, **environment: str) -> tuple[int, dict[str | None, Tree.Element], Tree.Element]:
    done = program.run("grade", NAME, "--format", "junit", *arguments, deadline=1200, **environment)
    root = Tree.fromstring(done.out)
    return done.code, {case.get("name"): case for case in root.iter("testcase")}, root


@pytest.mark.usefixtures("untouched")
def test_solved_and_untouched(tmp_path: Path, pack: Path) -> None:
    program = Program(tmp_path / "state", command=(sys.executable, "-m", "meshlab", "--pack", str(pack)))
    code, cases, _ = grade(program, "--solve", "--keep")
    assert (code, [name for name, case in cases.items() if len(case)]) == (0, [])
    assert cases.keys() >= {"greeting-says-it", "farewell-untouched"}
    code, cases, _ = grade(program)
    assert code == 1
    failure = cases["greeting-says-it"].find("failure")
    assert failure is not None
    assert failure.get("type") == "object.mismatch"
    assert len(cases["farewell-untouched"]) == 0


@pytest.mark.usefixtures("untouched")
def test_no_engine_is_an_environment_error(tmp_path: Path, pack: Path) -> None:
    program = Program(tmp_path / "state", command=(sys.executable, "-m", "meshlab", "--pack", str(pack)))
    code, _, root = grade(program, DOCKER_HOST="unix:///nowhere/docker.sock")
    assert code == 4
    assert root.get("errors") == "1"


@pytest.mark.usefixtures("untouched")
def test_a_broken_lab_file_is_a_usage_error(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(ROOT / "labs" / LAB, pack / "broken")
    file = pack / "broken" / "lab.yaml"
    file.write_text(file.read_text().replace("\nminutes: ", "\nminuten: 80\nminutes: ", 1))
    done = Program(tmp_path / "state").run("--pack", str(pack), "grade", "broken")
    assert done.code == 2
    assert "lab.yaml:" in done.err
    assert "minuten" in done.err
