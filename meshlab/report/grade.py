"""A grade as text, JSON or JUnit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from meshlab.errors import ExitCode
from meshlab.report.envelope import envelope
from meshlab.report.junit import junit
from meshlab.report.text import Title, report
from meshlab.run.grade.grade import GradeReport


class Reader(Protocol):
    """Who reads it: which language, and where labs beside the built-in ones are."""

    @property
    def language(self) -> str: ...
    @property
    def packs(self) -> Sequence[Path]: ...


def titles(lab: str, reader: Reader) -> Title:
    """Check id to title in the reader's language; the id itself when the lab cannot be read."""
    from meshlab.errors import MeshlabError
    from meshlab.lab.catalog import find
    from meshlab.lab.load import load_lab
    from meshlab.lab.text import lab_text

    try:
        words = lab_text(load_lab(find(lab, list(reader.packs)).folder), reader.language).checks
    except MeshlabError:
        return lambda check: check
    return lambda check: words[check].title if check in words else check


def grade_report(grade: GradeReport, form: str, reader: Reader) -> str:
    """`form`: text, json or junit."""
    if form == "json":
        return envelope("grade", grade=grade)
    title = titles(grade.lab, reader)
    if form == "junit":
        facts = {"seed": str(grade.seed), "code": str(grade.code), "stand-ins": ", ".join(grade.stand_ins)}
        return junit(
            grade.lab,
            grade.verdicts,
            title,
            properties=facts | grade.versions,
            language=reader.language,
            error=grade.error,
            cause=ExitCode(grade.code).name.lower(),
        )
    return report(grade.verdicts, title, reader.language)
