"""Printing: data goes to stdout; progress, notes and errors go to stderr."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

import click

from meshlab.cluster.progress import Progress
from meshlab.errors import UsageError
from meshlab.words import known, say

GLYPHS = {"running": "…", "done": "✔", "failed": "✘", "skipped": "–"}


def note(text: str) -> None:
    """Print a line for a person on stderr."""
    click.echo(text, err=True)


def write(text: str, file: str | None) -> None:
    """Write a report to the file, or to stdout. UsageError if it cannot be written."""
    if not file:
        click.echo(text.removesuffix("\n"))
        return
    try:
        Path(file).write_text(text.removesuffix("\n") + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError("usage.unwritable", file=file, why=error.strerror or "") from error


def phase_title(progress: Progress, language: str) -> str:
    """The phase in words, or its id if there are none."""
    key = f"phases.{progress.phase}"
    return say(key, language, **progress.parameters) if known(key) else progress.phase


def progress_line(progress: Progress, language: str) -> str:
    """One event as a line: glyph, words, seconds or estimate, detail."""
    glyph = GLYPHS.get(progress.state, " ")
    parts = [f"{glyph} {phase_title(progress, language)}"]
    if progress.state == "running" and progress.total:
        parts.append(f"{progress.done}/{progress.total}")
    if progress.state == "running" and progress.estimate:
        parts.append(f"(~{progress.estimate:.0f} s)")
    if progress.state in {"done", "failed"}:
        parts.append(f"{progress.seconds:.1f} s")
    return "  ".join([*parts, progress.told(language)]).rstrip()


async def show_progress(steps: AsyncGenerator[Progress, None], language: str, form: str = "text") -> None:
    """Print the progress of a long operation until it ends."""
    show = progress_shown(language, form)
    async with aclosing(steps) as items:
        async for progress in items:
            show(progress)


def progress_shown(language: str, form: str = "text") -> Callable[[Progress], None]:
    """A function that prints progress: as text on stderr, or as one JSON object per line on stdout."""
    from meshlab.report.envelope import line

    shown: set[tuple[str, ...]] = set()

    def show(progress: Progress) -> None:
        if form == "json":
            click.echo(line("progress", progress=progress))
            sys.stdout.flush()
        elif _worth_a_line(progress, shown):
            note(progress_line(progress, language))

    return show


def _worth_a_line(progress: Progress, shown: set[tuple[str, ...]]) -> bool:
    """Whether to print it: each phase once when it starts and once when it ends. Notes are only logged."""
    if progress.state in {"planned", "note"}:
        return False
    mark = (progress.phase, progress.state, *progress.parameters.values())
    if mark in shown:
        return False
    shown.add(mark)
    return True
