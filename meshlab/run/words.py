"""The words of a run's lab, with the seat's values and what is known of its clusters in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshlab.lab.text import LabText, lab_text
from meshlab.lab.text import page as lab_page

if TYPE_CHECKING:
    from meshlab.run.context import Run


def lab(run: Run, language: str = "") -> LabText:
    """All words but the pages; the run's language when none is named. LabError when they cannot be read."""
    return lab_text(run.loaded, language or run.language, run.values)


def page(run: Run, step: str, language: str) -> str:
    """The Markdown page of a step. LabError when it cannot be read."""
    return lab_page(run.loaded, step, language, run.values)
