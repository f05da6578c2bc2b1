"""doctor and setup: the machine that labs run on."""

from __future__ import annotations

from pathlib import Path

import click

from meshlab.cli.options import Options, format_option
from meshlab.cli.output import progress_shown
from meshlab.cli.running import drive
from meshlab.errors import ExitCode

GLYPHS = {"ok": "✔", "warning": "!", "problem": "✘", "unknown": "?", "note": "·"}


@click.command("doctor")
@format_option("text", "json")
@click.pass_context
def doctor_command(ctx: click.Context, form: str) -> None:
    """Find what would go wrong, before it does, and say the fix. Exit code 4 when a lab could not run here."""
    from meshlab.cluster.doctor import examine

    options: Options = ctx.obj
    findings = drive(examine(options.language))
    if form == "json":
        from meshlab.report.envelope import envelope

        click.echo(envelope("doctor", findings=findings))
    else:
        for finding in findings:
            click.echo(f"{GLYPHS[finding.state]} {finding.id}: {finding.text}")
            if finding.fix:
                click.echo(f"    → {finding.fix}")
    ctx.exit(ExitCode.ENVIRONMENT if any(finding.state == "problem" for finding in findings) else ExitCode.PASS)


@click.command("setup")
@click.option("--bundle", metavar="DIR", help="A folder of images for machines without a registry.")
@click.option("--tools-only", is_flag=True, help="Only kind and kubectl.")
@format_option("text", "json")
@click.pass_obj
def setup_command(options: Options, bundle: str | None, tools_only: bool, form: str) -> None:
    """Install what is missing: kind and kubectl (verified by checksum), an engine where that is allowed, images."""
    from meshlab.cluster.setup import setup
    from meshlab.cluster.track import Track

    folder = Path(bundle).resolve() if bundle else None
    drive(setup(Track(progress_shown(options.language, form)), bundle=folder, tools_only=tools_only))
