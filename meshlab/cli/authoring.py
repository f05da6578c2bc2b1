"""lint and new: the commands for authors of labs."""

from __future__ import annotations

from pathlib import Path

import click

from meshlab.cli.options import Options, format_option
from meshlab.errors import ExitCode


@click.command("lint")
@click.argument("labs", nargs=-1)
@format_option("text", "json")
@click.pass_context
def lint_command(ctx: click.Context, labs: tuple[str, ...], form: str) -> None:
    """Check the files of labs (default: all labs) and list errors with file, line and key. Exit code 2 if there is an error."""
    from meshlab.cluster.images.pins import FILE
    from meshlab.lab.catalog import catalog, look_up
    from meshlab.lab.lint import lint

    options: Options = ctx.obj
    entries = [look_up(lab, options.packs) for lab in labs] or catalog(options.packs)
    problems = [problem for entry in entries for problem in lint(entry.folder, FILE)]
    if form == "json":
        from meshlab.report.envelope import envelope

        click.echo(envelope("lint", problems=problems))
    else:
        for problem in problems:
            place = f"{problem.file}:{problem.line}" if problem.line else problem.file
            click.echo(
                f"{place}: {problem.severity}: {problem.message}{f' ({problem.key})' if problem.key else ''} [{problem.rule}]"
            )
    ctx.exit(ExitCode.USAGE if any(problem.severity == "error" for problem in problems) else ExitCode.PASS)


@click.command("new")
@click.argument("lab")
@click.option("--in", "folder", default=".", show_default=True, metavar="DIR", help="The pack to create it in.")
def new_command(lab: str, folder: str) -> None:
    """Create a small lab in both languages that passes `meshlab lint`, to start from."""
    from meshlab.lab.skeleton import new_lab

    click.echo(new_lab(Path(folder), lab))
