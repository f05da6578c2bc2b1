"""Real processes of the shop, in both languages."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.shop.parts import load
from tests.unit.shop.process import Shop, launch

Launch = Callable[..., Shop]
needs_perl = pytest.mark.skipif(shutil.which("perl") is None, reason="perl is not on PATH")
_both = ["python", pytest.param("perl", marks=needs_perl)]


@pytest.fixture(scope="session", params=_both)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Launch]:
    """Starts processes of a test's own; all are gone after it."""
    running: list[Shop] = []

    def one(language: str = "python", **env: str) -> Shop:
        running.append(launch(language, tmp_path, **env))
        return running[-1]

    yield one
    for shop in running:
        shop.stop()


@pytest.fixture(scope="session")
def ratings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A service without upstreams, for tests that leave it as it was."""
    shop = launch("python", tmp_path_factory.mktemp("ratings"), SERVICE="ratings")
    yield shop
    shop.stop()


@pytest.fixture(scope="session")
def caller(language: str, ratings: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A service above `ratings`, in either language, for tests that leave it as it was."""
    shop = launch(
        language,
        tmp_path_factory.mktemp("caller"),
        SERVICE="pricing",
        VERSION="v2",
        COLOR="blue",
        POD_NAME="pricing-1",
        NODE_NAME="node-a",
        NAMESPACE="shop",
        CLUSTER="east",
        ZONE="a",
        UPSTREAMS=f"ratings={ratings.url()}",
    )
    yield shop
    shop.stop()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load("outgoing"), "_PROXIES", {})
