"""stop, down, clean: giving back what meshlab took."""

from __future__ import annotations

import click

from meshlab.cli.options import Options, format_option
from meshlab.cli.output import progress_shown, show_progress
from meshlab.cli.running import drive, with_run
from meshlab.words import say


@click.command("stop")
@click.option("--free", is_flag=True, help="Stop the nodes and give their memory back (starting again takes longer).")
@format_option("text", "json")
@click.pass_obj
def stop_command(options: Options, free: bool, form: str) -> None:
    """Pause the cluster; `meshlab start` wakes it in a second."""
    with_run(options, lambda run: show_progress(run.stop(free=free), options.language, form))


@click.command("down")
@format_option("text", "json")
@click.pass_obj
def down_command(options: Options, form: str) -> None:
    """Remove what meshlab made for the current lab, and only that. Progress stays."""
    with_run(options, lambda run: show_progress(run.down(), options.language, form))


@click.command("clean")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--progress", "progress_too", is_flag=True, help="Forget all progress as well.")
@format_option("text", "json")
@click.pass_obj
def clean_command(options: Options, yes: bool, progress_too: bool, form: str) -> None:
    """Remove every cluster, network, file and process that meshlab made on this machine."""
    from meshlab.cluster.track import Track
    from meshlab.run.clusters.removal import clean
    from meshlab.run.store.paths import find

    if not yes:
        click.confirm(say("cli.clean", options.language), abort=True, err=True)
    drive(clean(find(), Track(progress_shown(options.language, form)), progress_too=progress_too))
