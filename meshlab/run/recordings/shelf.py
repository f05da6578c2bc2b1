"""The recordings that ship with meshlab: one file a lab, each made from a real run."""

from __future__ import annotations

from pathlib import Path

from meshlab.errors import UsageError
from meshlab.lab.content import recordings_folder

SUFFIX = ".jsonl.gz"


def file_of(lab: str) -> Path:
    """Where the recording of a lab is, or would be."""
    return recordings_folder() / f"{lab}{SUFFIX}"


def has(lab: str) -> bool:
    """Whether there is one."""
    return file_of(lab).is_file()


def missing(lab: str) -> UsageError:
    """Nothing is invented where nothing was recorded."""
    hint = f"`meshlab record {lab}` makes one on a real cluster, `meshlab start {lab}` begins the lab itself."
    return UsageError(f"There is no recording of {lab}.", hint=hint)
