"""The README keeps up with the road and with the commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from meshlab.cli.commands import COMMANDS
from meshlab.lab.catalog import Entry, catalog

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("lab", catalog(), ids=lambda entry: entry.id)
def test_every_lab_stands_on_the_road(lab: Entry) -> None:
    assert re.search(rf"^\| {lab.stage} \| `{lab.id}` \| \S.+ \|$", README, re.MULTILINE)


def test_every_command_is_named() -> None:
    said = set(re.findall(r"[a-z]+", " ".join(re.findall(r"```.*?```|`[^`]+`", README, re.DOTALL))))
    assert not COMMANDS.keys() - said
