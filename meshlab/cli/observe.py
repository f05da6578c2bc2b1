"""trace, shell, matrix and traffic: the commands with which a learner observes the system."""

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
    """`name: value` pairs as a mapping. UsageError for a pair without a colon."""
    headers: dict[str, str] = {}
    for pair in pairs:
        name, colon, value = pair.partition(":")
        if not colon or not name.strip():
            raise UsageError("usage.header", header=pair)
        headers[name.strip()] = value.strip()
    return headers


@click.command("trace")
@click.argument("url", required=False, default="")
@click.option("-H", "--header", "headers", multiple=True, metavar='"NAME: VALUE"', help="A header of the request.")
@format_option("text", "json")
@click.pass_obj
def trace_command(options: Options, url: str, headers: tuple[str, ...], form: str) -> None:
    """Send one request and draw the path that it took, hop by hop, from logs and counters."""
    wanted = headers_of(headers)
    trace = with_run(options, lambda run: run.trace(url, wanted))
    if form == "json":
        from meshlab.report.envelope import envelope
        from meshlab.report.trace_text import told

        click.echo(envelope("trace", trace=told(trace, options.language)))
        return
    from meshlab.report.trace_text import trace_text

    click.echo(trace_text(trace, options.language))


# Everything after the program's name belongs to the program, options too.
@click.command("shell", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def shell_command(ctx: click.Context, command: tuple[str, ...]) -> None:
    """Open a shell (or run COMMAND) with KUBECONFIG and the lab's namespace set. Your own kubeconfig is not changed."""
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
    """Show which service reaches which: one call to each service, from each service and from a probe on each node."""

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
    help="Seconds between the two counts of requests.",
)
@format_option("text", "json")
@click.pass_obj
def traffic_command(options: Options, seconds: int, form: str) -> None:
    """Show what each service receives, as its pods count it: requests per second, failures and the share of each version."""

    def began() -> None:
        if form == "text":
            note(say("cli.traffic.counting", options.language, seconds=seconds))

    services = with_run(options, lambda run: counted(run, seconds, began))
    if form == "json":
        from meshlab.report.envelope import envelope

        click.echo(envelope("traffic", seconds=seconds, services=dict(services)))
        return
    from meshlab.report.rates import rates_text

    click.echo(rates_text(services, options.language))


async def counted(run: LabRun, seconds: float, began: Callable[[], None]) -> Rates:
    """Requests per second from two counts, that many seconds apart. `began` is called after the first count."""
    before = await run.traffic(await run.pods())
    began()
    await asyncio.sleep(seconds)
    return rates(before, await run.traffic(await run.pods()))
