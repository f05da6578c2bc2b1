"""trace and shell: looking at the system oneself."""

from __future__ import annotations

import os
import subprocess

import click

from meshlab.cli.options import Options, format_option
from meshlab.cli.output import note
from meshlab.cli.runs import open_lab, with_run
from meshlab.errors import UsageError
from meshlab.words import say


def headers_of(pairs: tuple[str, ...]) -> dict[str, str]:
    """`name: value` pairs as a mapping. UsageError for one without a colon."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, colon, value = pair.partition(":")
        if not colon or not name.strip():
            raise UsageError(f"{pair!r} is no header.", hint='Write -H "name: value".')
        found[name.strip()] = value.strip()
    return found


@click.command("trace")
@click.argument("url", required=False, default="")
@click.option("-H", "--header", "headers", multiple=True, metavar='"NAME: VALUE"', help="A header of the request.")
@format_option("text", "json")
@click.pass_obj
def trace_command(options: Options, url: str, headers: tuple[str, ...], form: str) -> None:
    """Send one request and draw the path that it really took, hop by hop, proxy by proxy, from evidence."""
    wanted = headers_of(headers)
    trace = with_run(options, lambda run: run.trace(url, wanted))
    if form == "json":
        from meshlab.report.envelope import envelope

        click.echo(envelope("trace", trace=trace))
        return
    from meshlab.report.trace_text import trace_text

    click.echo(trace_text(trace, options.language))


# What follows the program's name is the program's own, options too.
@click.command("shell", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def shell_command(ctx: click.Context, command: tuple[str, ...]) -> None:
    """A shell (or one COMMAND) with KUBECONFIG and the lab's namespace set; your own kubeconfig is never touched."""
    options: Options = ctx.obj
    environment = os.environ | open_lab(options).environment()
    program = list(command) or [os.environ.get("SHELL", "/bin/sh")]
    if not command:
        note(say("cli.shell", options.language))
    try:
        ctx.exit(subprocess.run(program, env=environment, check=False).returncode)
    except FileNotFoundError:
        raise UsageError(f"There is no program {program[0]!r}.") from None
