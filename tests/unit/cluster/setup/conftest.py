"""Set-up on a machine that has nothing but what a test puts there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshlab.cluster.setup import engine, source, tools
from tests.unit.cluster.engine_socket import engine_socket
from tests.unit.cluster.setup.fake_machine import Machine, MachineEngine


@pytest.fixture
def engine_api(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Iterator[MachineEngine]:
    """The machine's engine, which answers."""
    one = MachineEngine(machine)
    with engine_socket(one):
        monkeypatch.setenv("DOCKER_HOST", one.host)
        yield one


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Not root on Debian; see `root` for that."""
    machine = Machine(tmp_path / "machine")
    machine.root.mkdir()
    machine.prepare()
    monkeypatch.setenv("PATH", str(machine.path))
    monkeypatch.setenv("HOME", str(machine.root / "home"))
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "KIND_EXPERIMENTAL_PROVIDER"):
        monkeypatch.delenv(name, raising=False)
    privileges(monkeypatch, False)
    return machine


@pytest.fixture
def root(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """The same, where packages may be installed."""
    privileges(monkeypatch, True)
    return machine


def privileges(monkeypatch: pytest.MonkeyPatch, held: bool) -> None:
    for module in (engine, source, tools):
        monkeypatch.setattr(module, "root_on_debian", lambda: held)
