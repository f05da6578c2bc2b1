"""trace and shell: looking at the system oneself."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from meshlab.cli.options import Options, format_option
from meshlab.cli.output import note
from meshlab.cli.running import open_lab, with_run
from meshlab.errors import UsageError
from meshlab.report.rates import SHORTEST, Rates, rates
from meshlab.words import say

if TYPE_CHECKING:
    from meshlab.run.api import LabRun, Matrix


def headers_of(pairs: tuple[str, ...]) -> dict[str, str]:
    """`name: value` pairs as a mapping. UsageError for one without a colon."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, colon, value = pair.partition(":")
        if not colon or not name.strip():
            raise UsageError("usage.header", header=pair)
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
        from meshlab.report.trace_text import told

        click.echo(envelope("trace", trace=told(trace, options.language)))
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
        raise UsageError("usage.program", program=program[0]) from None


LONGEST = 600
"""Seconds."""


@click.command("matrix")
@format_option("text", "json")
@click.pass_obj
def matrix_command(options: Options, form: str) -> None:
    """Who reaches whom now: one call from each service, and from a probe on each node, to each service."""

    async def measured(run: LabRun) -> Matrix:
        found = await run.matrix()
        if found is None:
            raise UsageError("lab.no-matrix", lab=run.lab_id)
        return found

    matrix = with_run(options, measured)
    if form == "json":
        from meshlab.report.envelope import envelope

        click.echo(envelope("matrix", matrix=matrix))
        return
    from meshlab.report.matrix_text import matrix_text

    click.echo(matrix_text(matrix, options.language))


@click.command("traffic")
@click.option(
    "--seconds",
    type=click.IntRange(int(SHORTEST), LONGEST),
    default=5,
    show_default=True,
    help="Between the two counts of requests.",
)
@format_option("text", "json")
@click.pass_obj
def traffic_command(options: Options, seconds: int, form: str) -> None:
    """What each service receives, by its pods' own counts: requests a second, what failed, how versions share it."""

    def began() -> None:
        if form == "text":
            note(say("cli.traffic.counting", options.language, seconds=seconds))

    found = with_run(options, lambda run: counted(run, seconds, began))
    if form == "json":
        from meshlab.report.envelope import envelope

        click.echo(envelope("traffic", seconds=seconds, services=dict(found)))
        return
    from meshlab.report.rates import rates_text

    click.echo(rates_text(found, options.language))


async def counted(run: LabRun, seconds: float, began: Callable[[], None]) -> Rates:
    """Twice, with that many seconds between; `began` is called after the first time."""
    before = await run.traffic(await run.pods())
    began()
    await asyncio.sleep(seconds)
    return rates(before, await run.traffic(await run.pods()))
