"""grade: prepare, apply, check and report unattended."""

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
@click.option("--submission", metavar="DIR", help="The learner's folder: manifests, patches, scripts and answers by step.")
@click.option("--solve", is_flag=True, help="Grade the reference solution.")
@click.option("--timeout", type=float, default=1800, show_default=True, help="Seconds that the whole command may take.")
@click.option("--keep", is_flag=True, help="Keep the cluster afterwards, for inspection.")
@click.option("--seed", type=int, help="The seat's seed (a submission carries its own).")
@click.option("--context", help="Grade on this context of your kubeconfig.")
@click.option("--kubeconfig", help="The kubeconfig that --context is in.")
@click.option("--output", metavar="FILE", help="Write the report to FILE instead of stdout.")
@click.option("--junit", "junit_file", metavar="FILE", help="Write a JUnit report to FILE as well.")
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
    """Prepare LAB, apply the submission, check, report, clean up. Without --submission or --solve it grades LAB untouched."""
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
    report = drive(grade(request, lambda event: tell(event, options.language)))
    write(grade_report(report, form, options.language), output)
    if junit_file:
        write(grade_report(report, "junit", options.language), junit_file)
    if report.words is not None:
        note(error_text(report.words, options.language))
        hint = said(report.words, "hint", options.language)
        note(f"  → {hint}" if hint else "")
    ctx.exit(ExitCode(report.code))


def tell(event: Progress | Verdict, language: str) -> None:
    """Print the progress of a long operation on stderr: phases as they begin and end, verdicts as they come."""
    if isinstance(event, Verdict):
        note("\n".join(verdict_lines(event, event.check, language)))
    elif event.state not in {"planned", "note"}:
        note(progress_line(event, language))
