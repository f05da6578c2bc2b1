"""list: all labs as a table, in the order of their stages."""

from __future__ import annotations

import click

from meshlab.cli.options import Options, format_option
from meshlab.run.api import LabSummary
from meshlab.words import say

MARKS = {"proven": "✔", "stale": "!", "missing": "·"}


def row(lab: LabSummary, language: str) -> str:
    """One lab as a line: stage, id, title, progress, minutes, proof."""
    if lab.broken:
        return f"{lab.stage:>3}  {lab.id:<18}  ✘ {lab.broken}"
    done = f"{lab.steps_done}/{lab.steps}"
    state = say(f"cli.state.{lab.state}", language)
    proof = f"{MARKS[lab.proof]} {say(f'cli.proof.{lab.proof}', language)}"
    return f"{lab.stage:>3}  {lab.id:<18}  {lab.title}  —  {state} {done}, {lab.minutes} min, {proof}"


@click.command("list")
@format_option("text", "json")
@click.pass_obj
def list_command(options: Options, form: str) -> None:
    """List the stages, their labs and your progress."""
    from meshlab.run.catalog import list_labs

    labs = list_labs(options.language, options.packs)
    if form == "json":
        from meshlab.report.envelope import envelope

        click.echo(envelope("labs", labs=labs))
        return
    for lab in labs:
        click.echo(row(lab, options.language))
