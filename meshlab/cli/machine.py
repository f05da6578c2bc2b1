"""doctor, setup and support: the machine that labs run on."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from meshlab.cli.options import Options, format_option
from meshlab.cli.output import progress_shown
from meshlab.cli.running import drive
from meshlab.errors import ExitCode, UsageError
from meshlab.words import say

GLYPHS = {"ok": "✔", "warning": "!", "problem": "✘", "unknown": "?", "note": "·"}


@click.command("doctor")
@format_option("text", "json")
@click.pass_context
def doctor_command(ctx: click.Context, form: str) -> None:
    """Check whether this machine can run labs, and say how to fix what is wrong. Exit code 4 if no lab can run."""
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
@click.option("--bundle", metavar="DIR", help="A folder of images, for machines that cannot reach a registry.")
@click.option("--tools-only", is_flag=True, help="Install only kind and kubectl.")
@format_option("text", "json")
@click.pass_obj
def setup_command(options: Options, bundle: str | None, tools_only: bool, form: str) -> None:
    """Install what is missing: kind and kubectl (verified by checksum), images, and an engine where that is allowed."""
    from meshlab.cluster.setup import setup
    from meshlab.cluster.track import Track

    folder = Path(bundle).resolve() if bundle else None
    drive(setup(Track(progress_shown(options.language, form)), bundle=folder, tools_only=tools_only))


@click.command("support")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@format_option("text", "json")
@click.pass_obj
def support_command(options: Options, file: Path | None, form: str) -> None:
    """Collect what a bug report needs in FILE (.tar.gz) and list its contents. Nothing is sent anywhere.

    The file holds versions, the findings of `meshlab doctor`, the logs of meshlab and of the current lab, and the nodes'
    journals. Tokens, keys and kubeconfigs are left out, and your home folder is written as ~.
    """
    from meshlab.report.envelope import envelope
    from meshlab.report.trouble import told
    from meshlab.run import support
    from meshlab.run.catalog import current_run
    from meshlab.run.store.paths import find

    bundle = drive(support.collect(find(), options.lab or current_run()))
    name = time.strftime("meshlab-support-%Y%m%d-%H%M%S")
    target = (file or Path(f"{name}.tar.gz")).absolute()
    size = _put(target, support.pack(bundle, name))
    if form == "json":
        missing = {name: error.message for name, error in bundle.missing.items()}
        click.echo(envelope("support", file=str(target), bytes=size, parts=bundle.parts, missing=missing))
        return
    for part in bundle.parts:
        click.echo(f"{_size(part.bytes):>10}  {part.name}")
    for name, error in bundle.missing.items():
        click.echo(f"{'–':>10}  {name}: {told(error, options.language).sentence}")
    click.echo(say("cli.support.written", options.language, file=target, size=_size(size)))


def _put(file: Path, data: bytes) -> int:
    """Write a file that only its owner can read, and give its size in bytes. UsageError if it cannot be written."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            return stream.write(data)
    except OSError as error:
        raise UsageError("usage.unwritable", file=file, why=error.strerror or "") from error


def _size(size: int) -> str:
    return f"{size / 1024:.1f} KiB" if size < 1 << 20 else f"{size / (1 << 20):.1f} MiB"
