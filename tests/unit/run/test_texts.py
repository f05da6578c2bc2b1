"""The texts of a lab."""

from __future__ import annotations

from pathlib import Path

from meshlab.run import texts
from tests.unit.run.small_run import small_run


def test_words_are_read_again_only_when_they_changed(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    first = texts.lab(run)
    assert texts.lab(run) is first
    run.remember({"edge_url": "http://127.0.0.1:1"})
    second = texts.lab(run)
    assert second is not first
    file = tmp_path / "pack/9-small/text/en/lab.yaml"
    file.write_text(file.read_text().replace("A small lab", "A changed lab"))
    assert texts.lab(run).title == "A changed lab"
