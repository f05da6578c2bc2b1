"""tour and record: recordings of real runs, for people without a container engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from meshlab.cli.grade import tell
from meshlab.cli.options import Options, format_option
from meshlab.cli.output import note
from meshlab.cli.running import drive
from meshlab.errors import UsageError
from meshlab.words import say

if TYPE_CHECKING:
    from meshlab.run.recordings.drive import Event
    from meshlab.run.recordings.make import RecordRequest


class Shelved(Struct, frozen=True, kw_only=True):
    """One lab of `tour --list`."""

    id: str
    stage: str
    title: str
    minutes: int
    recorded: bool
    bytes: int = 0


@click.command("tour")
@click.argument("lab", required=False, default="")
@click.option("--list", "listed", is_flag=True, help="List the labs and their recordings, then exit.")
@click.option("--from", "file", metavar="FILE", help="Play FILE, which `meshlab --record FILE` wrote.")
@format_option("text", "json")
@click.pass_context
def tour_command(ctx: click.Context, lab: str, listed: bool, file: str | None, form: str) -> None:
    """Watch recorded labs in the interface: all keys work, waiting times are shortened, and no engine is needed.

    Without LAB it begins at the road. --format is for --list.
    """
    from meshlab.cli.interface import open_tour

    options: Options = ctx.obj
    if listed:
        _list(options, form)
        return
    recording = Path(file).expanduser() if file else None
    ctx.exit(open_tour(options, _wanted(options, lab, recording), recording))


def _wanted(options: Options, lab: str, file: Path | None) -> str:
    """The id of the lab to open first, "" for the list of labs. UsageError if its recording is missing or unreadable."""
    from meshlab.run.recordings import opened
    from meshlab.run.recordings.file import read

    if file is not None:
        recorded = read(file).opened.lab
        if lab and lab != recorded:
            raise UsageError("usage.recording-of-another", file=file, found=recorded, lab=lab)
        return recorded
    return opened.of_lab(lab, packs=options.packs).opened.lab if lab else ""


def _list(options: Options, form: str) -> None:
    from meshlab.run.catalog import list_labs, recording_of

    labs = [
        Shelved(
            id=lab.id,
            stage=lab.stage,
            title=lab.title,
            minutes=lab.minutes,
            recorded=lab.recorded,
            bytes=recording_of(lab.id).stat().st_size if lab.recorded else 0,
        )
        for lab in list_labs(options.language, options.packs)
    ]
    if form == "json":
        from meshlab.report.envelope import envelope

        click.echo(envelope("tour", labs=labs))
        return
    for lab in labs:
        key = "list.has" if lab.recorded else "list.has-not"
        words = say(f"tour.{key}", options.language, lab=lab.id, minutes=lab.minutes, size=_kilobytes(lab.bytes))
        click.echo(f"{'▶' if lab.recorded else '·'} {lab.stage:>3}  {lab.id:<18}  {lab.title}  —  {words}")


@click.command("record")
@click.argument("labs", nargs=-1, metavar="LAB...")
@click.option(
    "--output",
    metavar="FOLDER",
    help="Folder for <lab>.jsonl.gz (default: where `tour` looks; for packs: here).",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The seat's seed.")
@click.option("--keep", is_flag=True, help="Keep the cluster afterwards; the next recording uses it.")
@click.pass_obj
def record_command(options: Options, labs: tuple[str, ...], output: str | None, seed: int, keep: bool) -> None:
    """Record labs (default: all) from beginning to end on a real cluster: each step red, solved, broken and green again.

    meshlab saves a recording only if all of its steps became green.
    """
    from meshlab.lab.catalog import catalog, find
    from meshlab.run.catalog import recording_of
    from meshlab.run.recordings.make import RecordRequest

    for entry in [find(lab, options.packs) for lab in labs] or catalog(options.packs):
        usual = recording_of(entry.id)
        # The folder in which `tour` looks is only for the labs that come with meshlab; a pack keeps its own recordings.
        file = Path(output or ".").expanduser() / usual.name if output or not entry.built_in else usual
        request = RecordRequest(lab=entry.id, file=file, seed=seed, keep=keep, packs=options.packs)
        drive(_follow(request, options.language))
        size = _kilobytes(file.stat().st_size)
        note(say("tour.recorded", options.language, file=file, size=size))


async def _follow(request: RecordRequest, language: str) -> None:
    """Record a lab. Progress goes to stderr; the data is the file."""
    from meshlab.run.recordings.make import record

    def show(event: Event) -> None:
        if isinstance(event, str):
            note(f"— {request.lab} {event}")
        else:
            tell(event, language)

    await record(request, show)


def _kilobytes(size: int) -> str:
    return f"{max(1, round(size / 1000))}" if size else "0"
