"""experiment: the learner predicts; meshlab breaks, measures and repairs."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import click

from meshlab.check.verdict import Cell, Verdict
from meshlab.cli.checks import show as show_verdict
from meshlab.cli.options import Options, format_option
from meshlab.cli.output import note
from meshlab.cli.running import with_run
from meshlab.errors import ExitCode, UsageError
from meshlab.report.matrix_text import matrix_text
from meshlab.report.numbers_text import numbers_text
from meshlab.report.score_text import score_text
from meshlab.run.api import ExperimentEvent, ExperimentText, LabRun
from meshlab.run.checks.exit_code import exit_code
from meshlab.words import say, tell


def prediction_of(cells: tuple[str, ...], choice: str, none_red: bool) -> dict[str, Any] | None:
    """The prediction given by the options, or None. UsageError if a cell is not written as `row:column`."""
    if choice:
        return {"choice": choice}
    if not cells and not none_red:
        return None
    pairs = [cell.split(":", 1) for cell in cells]
    wrong = [cell for cell, pair in zip(cells, pairs, strict=True) if len(pair) != 2]
    if wrong:
        raise UsageError("usage.no-cell", cell=wrong[0])
    return {"cells": pairs}


def _ask(text: ExperimentText, language: str) -> dict[str, Any]:
    """Ask for the prediction at the terminal."""
    note(text.question)
    if text.kind == "choice":
        for name, words in text.choices.items():
            note(f"  {name}: {words}")
        return {"choice": click.prompt(say("cli.your-prediction", language), type=click.Choice(list(text.choices)), err=True)}
    note(say("cli.matrix-of", language, rows=" ".join(text.rows), columns=" ".join(text.columns)))
    line = click.prompt(say("cli.red-cells", language), default="", show_default=False, err=True)
    rows = [pair.split(":", 1) for pair in line.split()]
    wildcard = [[row, column] for row, column in rows for row in _all(row, text.rows) for column in _all(column, text.columns)]
    return {"cells": wildcard}


def _all(name: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return names if name in {"*", "all"} else (name,)


@click.command("experiment")
@click.argument("experiment", required=False, default="")
@click.option(
    "--red", "cells", multiple=True, metavar="CALLER:CALLEE", help="A call that you predict will fail; may be repeated."
)
@click.option("--none-red", is_flag=True, help="Predict that no call fails.")
@click.option("--choice", default="", help="Your prediction, if the experiment offers a choice.")
@format_option("text", "jsonl")
@click.pass_context
def experiment_command(
    ctx: click.Context, experiment: str, cells: tuple[str, ...], none_red: bool, choice: str, form: str
) -> None:
    """Predict first, then let meshlab break something, measure and repair it. Without EXPERIMENT: list all experiments."""
    options: Options = ctx.obj
    given = prediction_of(cells, choice, none_red)

    async def work(run: LabRun) -> ExitCode:
        if not experiment:
            return _list(run, options)
        text = run.experiment_text(experiment, options.language)
        if text.kind != "none" and (given or experiment not in run.snapshot().experiments):
            run.predict(experiment, given if given is not None else _ask(text, options.language))
        return await _run(run, experiment, options, form)

    ctx.exit(with_run(options, work))


def _list(run: LabRun, options: Options) -> ExitCode:
    snapshot = run.snapshot()
    for step in snapshot.steps:
        for name in step.experiments:
            mark = "✔" if name in snapshot.experiments else "·"
            click.echo(f"{mark} {name}  {run.experiment_text(name, options.language).title}  [{step.id}]")
    return ExitCode.PASS


async def _run(run: LabRun, experiment: str, options: Options, form: str) -> ExitCode:
    last: dict[str, Verdict] = {}
    matrix: tuple[Cell, ...] = ()
    async with aclosing(run.experiment(experiment)) as items:
        async for event in items:
            if event.verdict is not None:
                last[f"{event.phase}/{event.verdict.check}"] = event.verdict
            if form == "jsonl" or event.matrix is None or event.matrix.cells != matrix:
                _show(event, run, options, form)
            matrix = event.matrix.cells if event.matrix is not None else matrix
    explanation = run.experiment_text(experiment, options.language).explanation
    if form == "text" and explanation:
        click.echo("\n" + explanation)
    return exit_code(last.values())


def _show(event: ExperimentEvent, run: LabRun, options: Options, form: str) -> None:
    if form == "jsonl":
        from meshlab.report.envelope import line

        click.echo(line("experiment", event=event))
    elif event.matrix is not None:
        click.echo(matrix_text(event.matrix, options.language))
    elif event.verdict is not None:
        show_verdict(event.verdict, run, options, "text")
        if event.verdict.green and event.verdict.numbers:
            click.echo("    " + numbers_text(event.verdict.numbers, options.language))
    elif event.kind == "finished":
        click.echo(score_text(event.result, run.experiment_text(event.experiment, options.language), options.language))
    else:
        note(f"{event.kind}: {tell(event.words or event.text, options.language) or event.phase}")
