"""grade: no person there."""

from __future__ import annotations

from pathlib import Path

import click

from meshlab.check.verdict import Verdict
from meshlab.cli.options import Options, format_option
from meshlab.cli.output import note, progress_line, write
from meshlab.cli.running import drive
from meshlab.cluster.progress import Progress
from meshlab.errors import ExitCode
from meshlab.report.text import verdict_lines


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
    from meshlab.errors import said
    from meshlab.report.grade import grade_report
    from meshlab.report.trouble import error_text
    from meshlab.run.grade.grade import GradeRequest, grade

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
    report = drive(grade(request, lambda told: tell(told, options.language)))
    write(grade_report(report, form, options.language), output)
    if junit_file:
        write(grade_report(report, "junit", options.language), junit_file)
    if report.words is not None:
        note(error_text(report.words, options.language))
        hint = said(report.words, "hint", options.language)
        note(f"  → {hint}" if hint else "")
    ctx.exit(ExitCode(report.code))


def tell(told: Progress | Verdict, language: str) -> None:
    """Progress of a long operation on stderr: phases as they begin and end, verdicts as they come."""
    if isinstance(told, Verdict):
        note("\n".join(verdict_lines(told, told.check, language)))
    elif told.state not in {"planned", "note"}:
        note(progress_line(told, language))
