"""Every lab on one cluster that is kept: red and green on fresh, solved, one experiment and one misconception in turn."""

from __future__ import annotations

import pytest

from meshlab.lab.catalog import catalog
from tests.cluster.conftest import NUMBER
from tests.cluster.program import Program

LABS = [entry.id for entry in catalog()]


@pytest.mark.parametrize("name", LABS)
def test_a_lab_is_right(program: Program, name: str) -> None:
    done = program.run("prove", name, "--sample", str(NUMBER), "--keep", deadline=900)
    assert done.code == 0, f"{done.out}\n{done.err}"
    assert f"✔ {name}: proof" in done.out


def test_there_are_labs() -> None:
    assert LABS
