"""compare: the stages side by side."""

from __future__ import annotations

import shutil

import click

from meshlab.cli.options import Options, format_option
from meshlab.cli.output import write
from meshlab.run.compare import Comparison

WIDE = 140
"""Columns for a file or a pipe, which have no width of their own."""


@click.command("compare")
@format_option("text", "json", "markdown", "html")
@click.option("--output", metavar="FILE", help="Write to FILE instead of stdout.")
@click.pass_obj
def compare_command(options: Options, form: str, output: str | None) -> None:
    """Compare the stages side by side, as measured on your own clusters earlier. No cluster is asked."""
    from meshlab.run.compare import compare

    write(render(compare(options.language, options.packs), form, options.language), output)


def render(comparison: Comparison, form: str, language: str) -> str:
    """`form`: text, json, markdown or html."""
    if form == "json":
        from meshlab.report.compare.json import compare_json

        return compare_json(comparison, language)
    if form == "markdown":
        from meshlab.report.compare.markdown import compare_markdown

        return compare_markdown(comparison, language)
    if form == "html":
        from meshlab.report.compare.html import compare_html

        return compare_html(comparison, language)
    from meshlab.report.compare.text import compare_text

    return compare_text(comparison, language, shutil.get_terminal_size((WIDE, 24)).columns)
