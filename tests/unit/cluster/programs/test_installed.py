"""Programs that are missing, hang or fail give no version rather than an error."""

from __future__ import annotations

import pytest

from meshlab.cluster.programs import installed


@pytest.mark.parametrize("command", [("no-such-program-here",), ("sleep", "60"), ("sh", "-c", "echo out; exit 3")])
async def test_a_program_that_is_missing_hangs_or_fails_says_nothing(
    monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr(installed, "DEADLINE", 0.05 if command[0] == "sleep" else 10)
    assert await installed.output_of(*command) == ""


async def test_a_program_that_answers_is_heard() -> None:
    assert await installed.output_of("echo", "v1") == "v1\n"
