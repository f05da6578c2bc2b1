"""matrix and traffic: what the map of the interface shows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from meshlab.cli.options import Options, format_option
from meshlab.cli.output import note
from meshlab.cli.runs import with_run
from meshlab.errors import UsageError
from meshlab.report.rates import SHORTEST, Rates, rates
from meshlab.words import say

if TYPE_CHECKING:
    from meshlab.run.api import LabRun, Matrix

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
            raise UsageError(f"The lab {run.lab_id} has no matrix.", hint="`meshlab check` looks at what it has.")
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
    from meshlab.report.traffic_text import traffic_text

    click.echo(traffic_text(found, options.language))


async def counted(run: LabRun, seconds: float, began: Callable[[], None]) -> Rates:
    """Twice, with that many seconds between; `began` is called after the first time."""
    before = await run.traffic(await run.pods())
    began()
    await asyncio.sleep(seconds)
    return rates(before, await run.traffic(await run.pods()))
