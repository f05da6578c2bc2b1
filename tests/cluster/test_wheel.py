"""A wheel in an empty environment outside the clone has all that it needs: labs, sources of images, and a way to a cluster."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from uv import find_uv_bin

from tests.cluster import machine
from tests.cluster.conftest import LAB
from tests.cluster.program import ROOT, Program

pytestmark = pytest.mark.cluster
CONTENT = """
import msgspec
from meshlab.cluster.images import sources
from meshlab.lab.files.content import content_root
root = content_root()
made = {path.name: sources.digest(path) for path in (root / "images").iterdir() if path.is_dir()}
print(msgspec.json.encode({"root": str(root), "images": made, "labs": sources.digest(root / "labs")}).decode())
"""


def uv(*arguments: str) -> None:
    subprocess.run([find_uv_bin(), *arguments], cwd=ROOT, check=True, capture_output=True, text=True)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The wheel's own program, with the locked versions of what it depends on; nothing of the clone is in its reach."""
    root = tmp_path_factory.mktemp("wheel")
    uv("build", "--wheel", "--quiet", "--out-dir", str(root))
    uv(
        "export",
        "--quiet",
        "--frozen",
        "--no-dev",
        "--no-emit-project",
        "--no-hashes",
        "--output-file",
        str(root / "locked.txt"),
    )
    uv("venv", "--quiet", "--python", sys.executable, str(root / "venv"))
    python = root / "venv" / "bin" / "python"
    wheel = next(root.glob("*.whl"))
    uv("pip", "install", "--quiet", "--python", str(python), "--constraints", str(root / "locked.txt"), str(wheel))
    (root / "elsewhere").mkdir()
    clone = str(Path(sys.executable).parent)
    path = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if part != clone)
    program = Program(
        root / "state",
        {"PATH": path, "PYTHONPATH": "", "VIRTUAL_ENV": ""},
        (str(root / "venv" / "bin" / "meshlab"),),
        root / "elsewhere",
    )
    yield program
    program.ok("clean", "--yes")


def test_it_carries_what_the_clone_has(installed: Program) -> None:
    def content(python: str, folder: Path) -> dict[str, object]:
        done = subprocess.run(
            [python, "-c", CONTENT], cwd=folder, env=installed.env, capture_output=True, text=True, check=True
        )
        return msgspec.json.decode(done.stdout, type=dict[str, object])

    python = Path(installed.command[0]).with_name("python")
    inside, here = content(str(python), installed.folder), content(sys.executable, ROOT)
    assert Path(str(inside.pop("root"))).is_relative_to(python.parents[1])
    assert here.pop("root") == str(ROOT)
    assert inside == here


def test_it_says_what_the_clone_says(installed: Program) -> None:
    clone = Program(installed.state)
    for arguments in (["--help"], ["list"], ["list", "--format", "json"]):
        assert installed.ok(*arguments).out == clone.ok(*arguments).out
    assert installed.run("lint").code == clone.run("lint").code


def test_a_lab_runs_from_it(installed: Program) -> None:
    before = machine.docker("ps", "-aq")
    installed.ok("start", LAB)
    assert len(machine.docker("ps", "-aq") - before) == 3
    done = installed.run("check", "router-runs", "apps-untouched", "--format", "json")
    assert done.code == 1, done.err
    outcomes = {one["check"]: one["outcome"] for one in done.json()["verdicts"]}
    assert outcomes["apps-untouched"] == "pass"
    assert outcomes["router-runs"] == "fail"
    installed.ok("down")
    assert machine.docker("ps", "-aq") <= before
