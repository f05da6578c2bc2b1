"""Programs that are missing, hang or fail give no version rather than an error."""

from __future__ import annotations

import pytest

from meshlab.cluster.programs import installed


async def test_a_missing_program_has_no_output() -> None:
    out, error = await installed.output("no-such-program-here")
    assert out == ""
    assert "no-such-program-here" in error


async def test_a_hanging_program_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "DEADLINE", 0.05)
    out, error = await installed.output("sleep", "60")
    assert (out, "did not answer" in error) == ("", True)


async def test_a_failing_program_gives_its_last_line() -> None:
    _, error = await installed.output("sh", "-c", "echo first >&2; echo last >&2; exit 3")
    assert error == "last"
