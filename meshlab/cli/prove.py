"""prove: authors show on a real cluster that their labs work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from meshlab.cli.grade import tell
from meshlab.cli.options import Options, format_option
from meshlab.cli.output import note
from meshlab.cli.running import drive
from meshlab.errors import ExitCode, UsageError, worst

if TYPE_CHECKING:
    from meshlab.cluster.progress import Progress
    from meshlab.run.prove.events import ProofEvent, ProveRequest
    from meshlab.run.prove.pairs import Pair, PairsRequest


@click.command("prove")
@click.argument("labs", nargs=-1, metavar="LAB...")
@click.option("--only", default="", metavar="STEP|WRONG|fresh", help="Prove only this part; writes no proof.")
@click.option(
    "--sample",
    type=int,
    metavar="N",
    help="Prove a sample (solved, Nth experiment, Nth misconception); writes no proof.",
)
@click.option("--pairs", is_flag=True, help="Test instead that any lab can follow any other on the same cluster.")
@click.option("--keep", is_flag=True, help="Keep the cluster afterwards, for inspection.")
@click.option("--seed", type=int, default=1, show_default=True, help="The seat's seed.")
@format_option("text", "json")
@click.pass_context
def prove_command(
    ctx: click.Context,
    labs: tuple[str, ...],
    only: str,
    sample: int | None,
    pairs: bool,
    keep: bool,
    seed: int,
    form: str,
) -> None:
    """Prove on a real cluster that labs (default: all) work as they say: untouched, solved, with each misconception, after a
    reset. Writes proof.json into each lab.
    """
    options: Options = ctx.obj
    if pairs:
        from meshlab.run.prove.pairs import PairsRequest

        request = PairsRequest(labs=labs, keep=keep, seed=seed, packs=options.packs)
        ctx.exit(drive(_pairs(request, options, form)))
    if only and len(labs) != 1:
        raise UsageError("usage.only-needs-lab", only=only)
    if only and sample is not None:
        raise UsageError("usage.only-and-sample")
    from meshlab.run.prove.events import ProveRequest

    how: dict[str, Any] = {"only": only, "sample": sample, "keep": keep, "seed": seed, "packs": options.packs}
    ctx.exit(worst([drive(_prove(ProveRequest(lab=lab, **how), options, form)) for lab in labs or _all(options)]))


def _all(options: Options) -> list[str]:
    from meshlab.lab.catalog import catalog

    return [entry.id for entry in catalog(options.packs)]


async def _prove(request: ProveRequest, options: Options, form: str) -> ExitCode:
    """Run a proof. Expectations that did not hold are data (stdout), the rest is progress (stderr)."""
    from meshlab.report.envelope import line
    from meshlab.run.prove.prove import prove

    def show(event: ProofEvent) -> None:
        if form == "json":
            click.echo(line("proof", lab=request.lab, event=event))
        elif event.progress is not None:
            tell(event.progress, options.language)
        else:
            _event(event, request.lab)

    return ExitCode.PASS if await prove(request, show) else ExitCode.CHECKS_FAILED


def _event(event: ProofEvent, lab: str) -> None:
    """Print one event of a proof: on stdout if an expectation did not hold, else on stderr."""
    if event.kind == "phase":
        note(f"— {event.phase}")
    elif event.kind == "expectation":
        text = f"{'✔' if event.ok else '✘'} {event.phase} {event.check}: {event.expected}"
        click.echo(text if event.ok else f"{text}; seen: {event.seen}", err=event.ok)
    elif event.kind == "note":
        note(f"· {event.phase} {event.expected}: {event.seen}")
    elif event.kind == "finished":
        click.echo(f"{'✔' if event.ok else '✘'} {lab}: {event.phase or 'proof'}")


async def _pairs(request: PairsRequest, options: Options, form: str) -> ExitCode:
    """Prove all pairs of labs, one after the other. The pairs are data (stdout)."""
    from meshlab.report.envelope import envelope
    from meshlab.run.prove.pairs import Pair
    from meshlab.run.prove.pairs import pairs as walk

    def show(event: Progress | Pair) -> None:
        if isinstance(event, Pair):
            click.echo(_pair(event), err=form == "json")
        else:
            tell(event, options.language)

    results = await walk(request, show)
    ok = all(pair.ok for pair in results)
    if form == "json":
        click.echo(envelope("pairs", ok=ok, pairs=results))
    return ExitCode.PASS if ok else ExitCode.CHECKS_FAILED


def _pair(pair: Pair) -> str:
    line = f"{'✔' if pair.ok else '✘'} {pair.from_} → {pair.to}: {pair.seconds:.1f} s"
    return line if pair.ok else f"{line}; {', '.join(pair.differences)}"
