"""Which members of a run are written down."""

from __future__ import annotations

from inspect import isfunction, signature

from meshlab.run.api import LabRun
from meshlab.run.recordings import tour_writer


def members() -> dict[str, str]:
    """Of LabRun: name to what it returns."""
    parts = [part for part in LabRun.__mro__ if part.__module__ == LabRun.__module__]
    return {
        name: str(signature(member).return_annotation)
        for part in parts
        for name, member in vars(part).items()
        if isfunction(member) and not name.startswith("_")
    }


def test_every_stream_of_a_run_is_written_down() -> None:
    streams = {name for name, returned in members().items() if returned.startswith("AsyncGenerator")}
    assert set(tour_writer.STREAMS) == streams


def test_answers_that_are_written_down_are_members_of_a_run() -> None:
    assert set(tour_writer.ANSWERS) <= members().keys()
