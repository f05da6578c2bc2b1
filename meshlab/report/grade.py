"""A grade as text, JSON or JUnit."""

from __future__ import annotations

from meshlab.errors import ExitCode
from meshlab.report.envelope import envelope
from meshlab.report.junit import junit
from meshlab.report.text import Title, report
from meshlab.report.trouble import error_text
from meshlab.run.grade.grade import GradeReport


def titles(grade: GradeReport, language: str) -> Title:
    """Check id to title in the reader's language; the id itself where the report has none."""
    known = grade.titles.get(language, {})
    return lambda check: known.get(check, check)


def grade_report(grade: GradeReport, form: str, language: str) -> str:
    """`form`: text, json or junit."""
    if form == "json":
        return envelope("grade", grade=grade)
    title = titles(grade, language)
    if form == "junit":
        facts = {"seed": str(grade.seed), "code": str(grade.code), "stand-ins": ", ".join(grade.stand_ins)}
        return junit(
            grade.lab,
            grade.verdicts,
            title,
            properties=facts | grade.versions,
            language=language,
            error=grade.error if grade.words is None else error_text(grade.words, language),
            cause=ExitCode(grade.code).name.lower(),
        )
    return report(grade.verdicts, title, language)
