"""No test reads or writes the settings of whoever runs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from meshlab.settings.read import ENVIRONMENT


@pytest.fixture(scope="session", autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty folder for the whole session, programs that tests start included."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT, str(tmp_path_factory.mktemp("config")))
        yield
