"""Unit tests meet no container engine, also where one runs: what needs it belongs to tests/cluster."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
