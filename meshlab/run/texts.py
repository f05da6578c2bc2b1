"""Texts of a run's lab, with the values of the seat and of its clusters filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshlab.lab.files import lab_folder
from meshlab.lab.text import LabText, lab_text
from meshlab.lab.text import page as lab_page

if TYPE_CHECKING:
    from meshlab.run.run import Run


def lab(run: Run, language: str = "") -> LabText:
    """Returns all texts but the pages, in the run's language when none is named. LabError when they cannot be read.

    They are cached until the file or a value changes, because a screen asks for them many times a second.
    """
    chosen = language or run.language
    now = (run.values, _changed(run, chosen))
    known = run.texts.get(chosen)
    if known is None or known[0] != now:
        known = run.texts[chosen] = (now, lab_text(run.loaded, chosen, run.values))
    return known[1]


def page(run: Run, step: str, language: str) -> str:
    """Returns the Markdown page of a step. LabError when it cannot be read."""
    return lab_page(run.loaded, step, language, run.values)


def _changed(run: Run, language: str) -> int:
    """Returns when the text file was last written (nanoseconds); 0 where the language has none."""
    try:
        return lab_folder.text_file(run.loaded, language).stat().st_mtime_ns
    except OSError:
        return 0
