"""Grading on a real cluster: the exit codes and reports that CI relies on, and nothing left behind after any of them."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest

from tests.cluster import machine
from tests.cluster.conftest import LAB
from tests.cluster.program import ROOT, Program


@pytest.fixture
def untouched() -> object:
    before = machine.take()
    yield before
    assert machine.take() == before


def grade(program: Program, *arguments: str, **environment: str) -> tuple[int, Tree.Element]:
    done = program.run("grade", LAB, "--format", "junit", *arguments, deadline=1200, **environment)
    return done.code, Tree.fromstring(done.out)


@pytest.mark.usefixtures("untouched")
def test_the_reference_solution_passes(tmp_path: Path) -> None:
    code, root = grade(Program(tmp_path / "state"), "--solve")
    bad = [case.get("name") for case in root.iter("testcase") if len(case)]
    assert (code, bad) == (0, [])
    assert int(root.get("tests", "0")) > 20


@pytest.mark.usefixtures("untouched")
def test_an_untouched_lab_fails_for_the_stated_reasons(tmp_path: Path) -> None:
    from meshlab.lab.catalog import find
    from meshlab.lab.load import load_lab

    code, root = grade(Program(tmp_path / "state"))
    assert code == 1
    cases = {case.get("name"): case for case in root.iter("testcase")}
    for check in load_lab(find(LAB).folder).lab.all_checks().values():
        if check.role == "phase":
            continue
        case = cases[check.id]
        if check.role == "guard":
            assert len(case) == 0, check.id
        elif check.fresh == "blocked":
            assert case.find("skipped") is not None, check.id
        else:
            failure = case.find("failure")
            assert failure is not None, check.id
            assert failure.get("type") == check.fresh


@pytest.mark.usefixtures("untouched")
def test_no_engine_is_an_environment_error(tmp_path: Path) -> None:
    code, root = grade(Program(tmp_path / "state"), DOCKER_HOST="unix:///nowhere/docker.sock")
    assert code == 4
    assert root.get("errors") == "1"


@pytest.mark.usefixtures("untouched")
def test_a_broken_lab_file_is_a_usage_error(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(ROOT / "labs" / LAB, pack / "broken")
    file = pack / "broken" / "lab.yaml"
    file.write_text(file.read_text().replace("minutes: 75", "minutes: 75\nminuten: 80"))
    done = Program(tmp_path / "state").run("--pack", str(pack), "grade", "broken")
    assert done.code == 2
    assert "lab.yaml:" in done.err
    assert "minuten" in done.err


def test_a_held_cluster_is_locked(ready: Program) -> None:
    with (ready.state / "runs" / LAB / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = ready.run("reset", "--yes")
    assert done.code == 7, done.err
