"""A small sound lab that each test bends in its own way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from meshlab.lab.load import LoadedLab, Reading, load_lab, read_lab
from tests.unit.lab.sample_lab import SOUND, Make, write


@pytest.fixture
def lab(tmp_path: Path) -> Make:
    """See `Make`."""

    def make(text: str | bytes = SOUND, **files: str) -> Path:
        folder = tmp_path / "2-sample"
        folder.mkdir(exist_ok=True)
        (folder / "lab.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        for name, content in files.items():
            write(folder / name, content)
        return folder

    return make


@pytest.fixture
def loaded(lab: Make) -> LoadedLab:
    """The sound lab, loaded."""
    return load_lab(lab(), 7)


@pytest.fixture
def bent(lab: Make) -> Callable[[str, str], Reading]:
    """Reads the sound lab with one piece of text replaced."""

    def bend(old: str, new: str) -> Reading:
        assert SOUND.count(old) == 1, old
        return read_lab(lab(SOUND.replace(old, new)))

    return bend
