"""grade and prove: no person there."""

from __future__ import annotations

from pathlib import Path

import click

from meshlab.cli.drive import drive
from meshlab.cli.options import Options, format_option
from meshlab.cli.output import note, progress_line
from meshlab.errors import ExitCode, MeshlabError


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
    from meshlab.run.grade import GradeReport, grade

    options: Options = ctx.obj

    async def work() -> GradeReport:
        return await grade(
            lab,
            submission=Path(submission) if submission else None,
            solve=solve,
            timeout=timeout,
            keep=keep,
            seed=seed,
            context=context,
            kubeconfig=kubeconfig,
            packs=options.packs,
            language=options.language,
            tell=lambda progress: note(progress_line(progress, options.language)) if progress.state != "planned" else None,
        )

    try:
        report = drive(work())
    except MeshlabError as error:
        _write(grade_report(None, form, options.language, lab=lab, error=error), output)
        raise
    _write(grade_report(report, form, options.language, lab=lab), output)
    if junit_file:
        Path(junit_file).write_text(grade_report(report, "junit", options.language, lab=lab))
    ctx.exit(ExitCode(report.code))


def _write(text: str, output: str | None) -> None:
    if output:
        Path(output).write_text(text + "\n")
    else:
        click.echo(text)


@click.command("prove")
@click.argument("lab")
@click.option("--only", default="", metavar="STEP|WRONG", help="Only this step or misconception; writes no proof.")
@click.option("--keep", is_flag=True, help="Leave the cluster for you to look at.")
@click.option("--seed", type=int, help="The seat's seed.")
@format_option("text", "json")
@click.pass_context
def prove_command(ctx: click.Context, lab: str, only: str, keep: bool, seed: int | None, form: str) -> None:
    """Show on a real cluster that a lab is right: fresh, solved, each misconception, reset. Writes proof.json."""
    from meshlab.report.envelope import envelope
    from meshlab.run.prove import prove

    options: Options = ctx.obj
    result = drive(
        prove(
            lab,
            only=only,
            keep=keep,
            seed=seed,
            packs=options.packs,
            tell=lambda progress: note(progress_line(progress, options.language)) if progress.state != "planned" else None,
        )
    )
    if form == "json":
        click.echo(envelope("proof", proof=result))
    else:
        for problem in result.problems:
            click.echo(f"✘ {problem}")
        click.echo(f"{'✘' if result.problems else '✔'} {lab}: {len(result.problems)} problems")
    ctx.exit(ExitCode.CHECKS_FAILED if result.problems else ExitCode.PASS)
