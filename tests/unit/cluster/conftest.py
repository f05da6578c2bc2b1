"""An engine that is a socket, where a test asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.cluster.engine_socket import EngineSocket, engine_socket


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineSocket]:
    """It listens where DOCKER_HOST says; its program is whatever the test puts on the PATH."""
    monkeypatch.delenv("KIND_EXPERIMENTAL_PROVIDER", raising=False)
    with engine_socket() as one:
        monkeypatch.setenv("DOCKER_HOST", one.host)
        yield one
