"""One cluster for all journeys: the first one makes it from nothing, by the interface; the others go on with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.program import Program


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = Program(tmp_path_factory.mktemp("e2e") / "state", {"LC_ALL": "C.UTF-8"})
    yield program
    program.ok("clean", "--yes")
