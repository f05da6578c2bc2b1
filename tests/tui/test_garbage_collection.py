"""When the interface lets Python collect garbage."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from meshlab.tui import garbage_collection
from meshlab.tui.garbage_collection import Sweeper, look_later


class Ring:
    """Only a look for garbage frees it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    gc.enable()
    gc.unfreeze()


def old_ring() -> weakref.ref[Ring]:
    """One that only a look at all objects finds."""
    ring = Ring()
    gc.collect()
    return weakref.ref(ring)


def test_nothing_is_looked_for_before_the_first_paint() -> None:
    look_later()
    assert not gc.isenabled()
    Sweeper().begin()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


@pytest.mark.parametrize(("touched", "found"), [(True, False), (False, True)])
def test_old_objects_wait_for_a_quiet_moment(monkeypatch: pytest.MonkeyPatch, touched: bool, found: bool) -> None:
    monkeypatch.setattr(garbage_collection, "WORTH_IT_AFTER", 0)
    sweeper = Sweeper()
    sweeper.begin()
    ring = old_ring()
    if touched:
        sweeper.touched()
    sweeper.sweep()
    assert (ring() is None) == found


def test_it_is_done_only_when_it_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage_collection, "WORTH_IT_AFTER", 1000)
    sweeper = Sweeper()
    sweeper.begin()
    ring = old_ring()
    sweeper.sweep()
    assert ring() is not None
