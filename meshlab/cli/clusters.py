"""stop, down and clean: the commands that free what meshlab uses."""

from __future__ import annotations

import click

from meshlab.cli.options import Options, format_option
from meshlab.cli.output import progress_shown, show_progress
from meshlab.cli.running import drive, with_run
from meshlab.words import say


@click.command("stop")
@click.option("--free", is_flag=True, help="Stop the nodes to free their memory (the next start takes longer).")
@format_option("text", "json")
@click.pass_obj
def stop_command(options: Options, free: bool, form: str) -> None:
    """Pause the cluster; `meshlab start` resumes it within a second."""
    with_run(options, lambda run: show_progress(run.stop(free=free), options.language, form))


@click.command("down")
@format_option("text", "json")
@click.pass_obj
def down_command(options: Options, form: str) -> None:
    """Remove only what meshlab created for the current lab. Your progress is kept."""
    with_run(options, lambda run: show_progress(run.down(), options.language, form))


@click.command("clean")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--progress", "progress_too", is_flag=True, help="Delete all progress as well.")
@format_option("text", "json")
@click.pass_obj
def clean_command(options: Options, yes: bool, progress_too: bool, form: str) -> None:
    """Remove every cluster, network, file and process that meshlab created on this machine."""
    from meshlab.cluster.track import Track
    from meshlab.run.clusters.removal import clean
    from meshlab.run.store.paths import find

    if not yes:
        click.confirm(say("cli.clean", options.language), abort=True, err=True)
    drive(clean(find(), Track(progress_shown(options.language, form)), progress_too=progress_too))
