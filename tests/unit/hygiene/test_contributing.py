"""CONTRIBUTING.md is a map: every path on it exists, every room is on it, and a newcomer's questions have answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
MAP = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`((?:meshlab|tests|labs|images|recordings|docs)/[^`\s]*)`", MAP)))
ROOMS = [room for part in ("", "run", "cluster") for room in sorted((REPOSITORY / "meshlab" / part).iterdir())]


@pytest.mark.parametrize("path", PATHS)
def test_every_path_exists(path: str) -> None:
    assert (REPOSITORY / path).exists()


def test_every_room_is_on_the_map() -> None:
    rooms = [room.relative_to(REPOSITORY).as_posix() for room in ROOMS if (room / "__init__.py").exists()]
    assert [room for room in rooms if room not in PATHS and room != "meshlab/workshop"] == []


def test_ten_questions_are_answered_by_paths() -> None:
    questions = re.findall(r"^\| ([^|]+\?) \| (.+) \|$", MAP, re.MULTILINE)
    assert len(questions) >= 10
    assert [question for question, answer in questions if "`meshlab/" not in answer] == []
