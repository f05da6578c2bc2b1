"""grade and prove: no person there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshlab.check.verdict import Verdict
from meshlab.cli.drive import drive, following
from meshlab.cli.options import Options, format_option
from meshlab.cli.output import note, progress_line
from meshlab.cluster.progress import Progress
from meshlab.errors import ExitCode
from meshlab.report.text import verdict_lines

if TYPE_CHECKING:
    from meshlab.run.prove import ProofEvent, ProveRequest


@click.command("grade")
@click.argument("lab")
@click.option("--submission", metavar="DIR", help="The learner's folder: manifests, patches, scripts, answers a step.")
@click.option("--solve", is_flag=True, help="Grade the reference solution.")
@click.option("--timeout", type=float, default=1800, show_default=True, help="Seconds for everything.")
@click.option("--keep", is_flag=True, help="Leave the cluster for you to look at.")
@click.option("--seed", type=int, help="The seat's seed (a submission carries its own).")
@click.option("--context", help="Grade on this context of your kubeconfig.")
@click.option("--kubeconfig", help="The kubeconfig that --context is in.")
@click.option("--output", metavar="FILE", help="Write the report there instead of to stdout.")
@click.option("--junit", "junit_file", metavar="FILE", help="Write a JUnit report there as well.")
@format_option("text", "json", "junit")
@click.pass_context
def grade_command(
    ctx: click.Context,
    lab: str,
    submission: str | None,
    solve: bool,
    timeout: float,
    keep: bool,
    seed: int | None,
    context: str | None,
    kubeconfig: str | None,
    output: str | None,
    junit_file: str | None,
    form: str,
) -> None:
    """Prepare, apply, check, report, clean up. Without --submission or --solve it grades an untouched lab: exit code 1."""
    from meshlab.report.grade import grade_report
    from meshlab.run.grade import GradeRequest, grade

    options: Options = ctx.obj
    request = GradeRequest(
        lab=lab,
        submission=Path(submission).resolve() if submission else None,
        solve=solve,
        timeout=timeout,
        keep=keep,
        seed=seed,
        context=context or "",
        kubeconfig=kubeconfig or "",
        packs=options.packs,
    )
    report = drive(grade(request, lambda told: _tell(told, options.language)))
    _write(grade_report(report, form, options), output)
    if junit_file:
        _write(grade_report(report, "junit", options), junit_file)
    if report.error:
        note(report.error)
        note(f"  → {report.hint}" if report.hint else "")
    ctx.exit(ExitCode(report.code))


def _tell(told: Progress | Verdict, language: str) -> None:
    """Progress of a long operation on stderr: phases as they begin and end, verdicts as they come."""
    if isinstance(told, Verdict):
        note("\n".join(verdict_lines(told, told.check, language)))
    elif told.state not in {"planned", "note"}:
        note(progress_line(told, language))


def _write(text: str, output: str | None) -> None:
    if output:
        Path(output).write_text(text + "\n")
    else:
        click.echo(text)


@click.command("prove")
@click.argument("lab")
@click.option("--only", default="", metavar="STEP|WRONG|fresh", help="Only this part; writes no proof.")
@click.option("--keep", is_flag=True, help="Leave the cluster for you to look at.")
@click.option("--seed", type=int, help="The seat's seed.")
@format_option("text", "json")
@click.pass_context
def prove_command(ctx: click.Context, lab: str, only: str, keep: bool, seed: int | None, form: str) -> None:
    """Show on a real cluster that a lab is right: fresh, solved, each misconception, reset. Writes proof.json."""
    from meshlab.run.prove import ProveRequest

    options: Options = ctx.obj
    request = ProveRequest(lab=lab, only=only, keep=keep, seed=1 if seed is None else seed, packs=options.packs)
    ctx.exit(drive(_prove(request, options, form)))


async def _prove(request: ProveRequest, options: Options, form: str) -> ExitCode:
    """Follow the proof: what did not hold is data (stdout), the rest is progress (stderr)."""
    from meshlab.report.envelope import line
    from meshlab.run.prove import prove

    wrong = 0
    async with following(prove(request)) as items:
        async for event in items:
            wrong += event.kind == "expectation" and not event.ok
            if form == "json":
                click.echo(line("proof", event=event))
            elif event.progress is not None:
                _tell(event.progress, options.language)
            else:
                _expectation(event)
    return ExitCode.CHECKS_FAILED if wrong else ExitCode.PASS


def _expectation(event: ProofEvent) -> None:
    """One thing that had to hold, on stdout when it did not."""
    if event.kind == "phase":
        note(f"— {event.phase}")
    elif event.kind == "expectation":
        text = f"{'✔' if event.ok else '✘'} {event.phase} {event.check}: {event.expected}"
        click.echo(text if event.ok else f"{text}; seen: {event.seen}", err=event.ok)
    elif event.kind == "note":
        note(f"· {event.phase} {event.expected}: {event.seen}")
    elif event.kind == "finished":
        click.echo(f"{'✔' if event.ok else '✘'} {event.phase or 'proof'}")
